"""Reports as jobs: asked for over the API, made by the worker, got as a file, cancelled."""

import hashlib
from collections.abc import Iterator

import httpx
import pytest

from ap_registry.installation import Installation
from ap_registry.registry import Registry
from ap_registry.store import accounts
from jobs.reporting import make_reports
from tests.serving import served
from tests.world import PRU, SCHOOL, notify, register_pupil

REPORTS = "/api/v1/reports"
ASKED = {"report": "outcomes", "format": "csv",
         "options": {"from": "2025-09-01", "to": "2026-07-31"}}  # fmt: skip


class Desk:
    def __init__(self, registry: Registry, url: str) -> None:
        self._registry, self._url = registry, url

    def __call__(self, role: str, *organisations: str) -> httpx.Client:
        with self._registry.database.connection() as connection:
            _key, secret = accounts.create_key(
                connection, organisations=organisations, role=role, at=self._registry.now()
            )
        headers = {"Authorization": f"Bearer {secret}"}
        return httpx.Client(base_url=self._url, timeout=60, headers=headers)


@pytest.fixture
def as_(registry: Registry) -> Iterator[Desk]:
    register_pupil(registry)
    notify(
        registry, "placement_started", "2026-02-02", provider=PRU, commissioner=SCHOOL,
        reason="behaviour", ends_on="2026-12-18", sessions_per_week=4, intent="return",
    )  # fmt: skip
    with served(registry) as url:
        yield Desk(registry, url)


def test_a_report_is_asked_for_made_and_got(as_: Desk, installation: Installation) -> None:
    client = as_("la", "LA856")
    asked = client.post(REPORTS, json={**ASKED, "every": "month"})
    assert (asked.status_code, asked.json()["status"]) == (202, "waiting")
    where = asked.headers["location"]
    assert client.get(f"{where}/file").status_code == 404
    assert make_reports(installation) == 1
    found, file = client.get(where).json(), client.get(f"{where}/file")
    assert (found["status"], found["progress"]) == ("done", 100)
    assert found["manifest"]["sha256"] == hashlib.sha256(file.content).hexdigest()
    assert file.headers["content-type"].startswith("text/csv")
    at_once = client.get(f"{REPORTS}/outcomes", params={**ASKED["options"], "format": "csv"})
    assert file.content == at_once.content
    coming, _made = client.get(REPORTS).json()["items"]
    assert (coming["status"], coming["every"], make_reports(installation)) == (
        "waiting", "month", 0,
    )  # fmt: skip
    _others_see_nothing(as_, where)


def _others_see_nothing(as_: Desk, where: str) -> None:
    for role, organisation in (("la", "LA857"), ("panel", "LA856"), ("provider", PRU)):
        other = as_(role, organisation)
        told = other.get(where), other.get(f"{where}/file"), other.delete(where)
        assert {answer.status_code for answer in told} == {404}
        assert other.get(REPORTS).json()["items"] == []


def test_one_that_is_cancelled_is_not_made(as_: Desk, installation: Installation) -> None:
    client = as_("la", "LA856")
    where = client.post(REPORTS, json=ASKED).headers["location"]
    assert client.delete(where).status_code == 204
    assert (make_reports(installation), client.get(where).json()["status"]) == (0, "cancelled")


def test_what_is_asked_wrongly_is_told_at_once(as_: Desk) -> None:
    wrong = {"report": "outcomes", "format": "docx", "every": "hour", "colour": "red",
             "options": {"shade": "dark"}}  # fmt: skip
    answer = as_("la", "LA856").post(REPORTS, json=wrong)
    assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [
        ("/colour", "unknown_field"), ("/format", "unknown_code"), ("/every", "unknown_code"),
        ("/options/shade", "unknown_field"),
    ]  # fmt: skip
    assert as_("school", SCHOOL).post(REPORTS, json=ASKED).status_code == 403
    assert as_("la", "LA857").post(
        REPORTS, json={**ASKED, "options": {"la": "856"}}
    ).status_code == 403  # fmt: skip
