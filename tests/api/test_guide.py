"""What docs/api.md shows is what happens."""

import ast
import json
import re
import shutil
import subprocess
from typing import Any

import pytest

from ap_registry.registry import Registry
from tests.api.conftest import Login
from tests.architecture.sources import ROOT
from tests.world import PUPIL, SCHOOL, register_pupil

GUIDE = (ROOT / "docs" / "api.md").read_text("utf-8")


def test_the_guide_does_what_it_shows(
    registry: Registry, as_: Login, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its Python as it stands, then its curl: that answers as the first did, byte for byte."""
    register_pupil(registry)
    guide = GUIDE.replace("https://ap.example.gov.uk", address)
    ((organisation, role),) = re.findall(r"key create --organisation (\w+) --role (\w+)", guide)
    key = as_(role, organisation).headers["Authorization"].removeprefix("Bearer ")
    monkeypatch.setenv("AP_KEY", key)
    first, owing = re.findall(r"```python\n(.*?)```", guide, re.S)[:2]
    names: dict[str, Any] = {}
    for program in (first, owing):
        exec(compile(program, "docs/api.md", "exec"), names)
    receipt = names["registry"].get(f"{address}/api/v1/pupils/{PUPIL}/timeline").json()
    assert receipt["items"][-1]["ref"] == "S-2026-014"
    assert {one["upn"] for one in names["owed"]} == {PUPIL}


@pytest.mark.skipif(shutil.which("curl") is None, reason="this system has no curl")
def test_the_guide_does_what_it_shows_with_curl(
    registry: Registry, as_: Login, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    register_pupil(registry)
    guide = GUIDE.replace("https://ap.example.gov.uk", address)
    key = as_("school", SCHOOL).headers["Authorization"].removeprefix("Bearer ")
    monkeypatch.setenv("AP_KEY", key)
    told = []
    for command in re.findall(r"```\n(curl .*?)```", guide, re.S):
        done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
        told.append(json.loads(done.stdout))
    assert (told[0]["event"]["ref"], told[0]["flags"]) == ("S-2026-014", [])
    assert {tuple(sorted(one)) for one in told[1]["items"]} == {("due_on", "id", "kind", "owner")}


def test_the_guide_notifies_the_same_in_every_language() -> None:
    (command,), (program,), (r,) = (
        re.findall(pattern, GUIDE, re.S)
        for pattern in (
            r"-d '([^']+)'", r"json=({.*?}),\n", r"req_body_json\(list\((.*?)\)\) \|>",
        )
    )  # fmt: skip
    r = re.sub(r"(\w+) = ", r'"\1": ', re.sub(r"list\((.*?)\)", r"[\1]", r))
    notice = json.loads(command)
    assert ast.literal_eval(program) == notice
    assert json.loads(f"{{{r}}}") == notice
