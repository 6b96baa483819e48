"""A client that openapi-python-client makes of the document does the main job."""

import importlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from ap_registry.registry import Registry
from tests.api.conftest import Login
from tests.world import PUPIL, SCHOOL, register_pupil

NAME = "generated_ap_registry"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Generated once; what it cannot make of the document is a warning for a person to judge."""
    from api.main import create_app

    made = tmp_path_factory.mktemp("client")
    document = made / "openapi.json"
    document.write_text(json.dumps(create_app(None).openapi()))  # type: ignore[arg-type]
    command = Path(sys.executable).with_name("openapi-python-client")
    subprocess.run(
        [command, "generate", "--path", document, "--output-path", made / NAME, "--meta", "none"],
        check=True, capture_output=True,
    )  # fmt: skip
    return made


@pytest.fixture
def client(
    folder: Path, registry: Registry, as_: Login, monkeypatch: pytest.MonkeyPatch
) -> httpx.Client:
    monkeypatch.syspath_prepend(str(folder))
    register_pupil(registry)
    return as_("school", SCHOOL)


def part(name: str) -> Any:
    return importlib.import_module(f"{NAME}.{name}")


def test_it_notifies_and_reads_what_is_owed(client: httpx.Client) -> None:
    token = client.headers["Authorization"].removeprefix("Bearer ")
    with part("client").AuthenticatedClient(str(client.base_url), token) as mine:
        notice = part("models.notice").Notice.from_dict(
            {
                "type": "suspension", "occurred_on": "2026-03-02", "upn": PUPIL, "school": SCHOOL,
                "sessions": 12, "ends_on": "2026-03-09", "reasons": ["PP"], "ref": "S-1",
            }
        )  # fmt: skip
        receipt = part("api.notices.post_notices").sync(client=mine, body=notice)
        assert (type(receipt).__name__, receipt.event.ref) == ("Receipt", "S-1")
        owed = part("api.pupils.list_follow_ups").sync(client=mine, upn=PUPIL)
        opened = {one.kind for one in receipt.follow_ups.opened}
        assert "sixth_day_provision" in opened
        assert opened <= {one.kind for one in owed.items}
        fed = part("api.events.list_events").sync(client=mine, after=0)
        assert fed.items[-1].id == receipt.event.id
        notice.school = "999999"
        refused = part("api.notices.post_notices").sync(client=mine, body=notice)
        assert type(refused).__name__ == "ProblemBody"
