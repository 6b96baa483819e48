"""Reports as jobs: asked for over the API, made by the worker, got as a file, cancelled."""

import hashlib
from collections.abc import Iterator

import httpx
import pytest

from ap_registry import erasing
from ap_registry.installation import Installation
from ap_registry.registry import Registry
from ap_registry.store import accounts, report_files, report_runs
from jobs.reporting import make_reports
from tests.serving import TRUSTS_NOBODY, served
from tests.world import PRU, PUPIL, SCHOOL, notify, register_pupil, take_organisations

REPORTS = "/api/v1/reports"
ASKED = {"report": "outcomes", "format": "csv",
         "options": {"from": "2025-09-01", "to": "2026-07-31"}}  # fmt: skip


class Desk:
    def __init__(self, registry: Registry, url: str) -> None:
        self._registry, self._url, self.key = registry, url, ""
        self.placement = ""

    def __call__(self, role: str, *organisations: str) -> httpx.Client:
        with self._registry.database.connection() as connection:
            key, secret = accounts.create_key(
                connection, organisations=organisations, role=role, at=self._registry.now()
            )
        self.key = str(key)  # of whom it made last
        headers = {"Authorization": f"Bearer {secret}"}
        return httpx.Client(verify=TRUSTS_NOBODY, base_url=self._url, timeout=60, headers=headers)


@pytest.fixture
def as_(registry: Registry) -> Iterator[Desk]:
    register_pupil(registry)
    started = notify(
        registry, "placement_started", "2026-02-02", provider=PRU, commissioner=SCHOOL,
        reason="behaviour", ends_on="2026-12-18", sessions_per_week=4, intent="return",
    )  # fmt: skip
    with served(registry) as url:
        desk = Desk(registry, url)
        desk.placement = started["event"]["id"]
        yield desk


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


def _of_the_pupil(client: httpx.Client, found: Installation) -> str:
    """Where a report that shows the pupil is, and can be got."""
    asked = {"report": "progress", "format": "json", "options": {"placement": _placement(found)}}
    where = client.post(REPORTS, json=asked).headers["location"]
    assert make_reports(found) == 1, client.get(where).text
    assert "Ann" in client.get(f"{where}/file").text
    return where


def _placement(found: Installation) -> str:
    with found.database.connection() as connection:
        row = connection.execute("select key::text from placement").fetchone()
    assert row is not None
    return str(row[0])


def _files(found: Installation) -> int:
    with found.database.connection() as connection:
        row = connection.execute("select count(file) + count(pupils) from report_run").fetchone()
    assert row is not None
    return int(row[0])


def test_the_file_goes_with_a_pupil_who_is_erased(
    as_: Desk, installation: Installation, registry: Registry
) -> None:
    client = as_("provider", PRU)
    where = _of_the_pupil(client, installation)
    waiting = {"report": "progress", "format": "json", "options": {"upn": PUPIL.lower()}}
    assert client.post(REPORTS, json=waiting).status_code == 202
    erasing.erase(registry, PUPIL, "asked for")
    assert (client.get(f"{where}/file").status_code, _files(installation)) == (404, 0)
    assert PUPIL.lower() not in client.get(REPORTS).text


def test_the_file_is_not_got_by_who_may_not_know_of_the_pupil(
    as_: Desk, installation: Installation, registry: Registry
) -> None:
    client = as_("provider", PRU)
    where = _of_the_pupil(client, installation)
    notify(registry, "void", "2026-02-03", by=SCHOOL, of=as_.placement, reason="never came")
    answer = client.get(f"{where}/file")
    assert (answer.status_code, "ask for it anew" in answer.text) == (404, True)


def test_the_file_closes_by_a_leave_of_its_days_that_is_told_late(
    as_: Desk, installation: Installation, registry: Registry
) -> None:
    client = as_("provider", PRU)
    made_before = _of_the_pupil(client, installation)
    end = {"by": PRU, "placement": as_.placement, "end_reason": "other_ap"}
    left = notify(registry, "placement_ended", "2026-10-02", **end)
    assert client.get(f"{made_before}/file").status_code == 404
    made_since = _of_the_pupil(client, installation)
    assert client.get(f"{made_since}/file").status_code == 200
    notify(
        registry, "correction", "2026-10-05", by=PRU, of=left["event"]["id"],
        fields={"occurred_on": "2026-09-25"}, reason="a week too late",
    )  # fmt: skip
    assert client.get(f"{made_since}/file").status_code == 404


def test_the_file_is_kept_for_a_month(as_: Desk, installation: Installation) -> None:
    _of_the_pupil(as_("provider", PRU), installation)
    with installation.database.connection() as connection:
        assert report_files.forget(connection) == 0
        connection.execute("update report_run set finished_at = finished_at - interval '31 days'")
        assert report_files.forget(connection) == 1
    assert _files(installation) == 0


def test_one_whose_key_has_ended_is_not_made(
    as_: Desk, installation: Installation, registry: Registry
) -> None:
    where = as_("la", "LA856").post(REPORTS, json={**ASKED, "every": "week"}).headers["location"]
    with registry.database.connection() as connection:
        accounts.revoke_key(connection, as_.key, at=registry.now())
    assert make_reports(installation) == 0
    (found,) = as_("la", "LA856").get(REPORTS).json()["items"]
    assert (found["status"], found["id"] in where) == ("failed", True)
    assert "not in use any more" in found["error"]


def test_one_that_its_workers_died_of_is_given_up(as_: Desk, installation: Installation) -> None:
    client = as_("la", "LA856")
    where = client.post(REPORTS, json={**ASKED, "every": "week"}).headers["location"]
    with installation.database.connection() as connection:
        for _ in range(report_runs.MOST_ATTEMPTS):
            assert report_runs.claim(connection, installation.registry.today())
            connection.execute("update report_run set not_before = not_before - interval '1 hour'")
        assert report_runs.claim(connection, installation.registry.today()) is None
    found = client.get(where).json()
    assert (found["status"], found["error"]) == ("failed", "gave up after 3 attempts")
    assert [one["status"] for one in client.get(REPORTS).json()["items"]] == ["waiting", "failed"]


def test_who_takes_the_place_of_another_keeps_its_reports(
    as_: Desk, installation: Installation, registry: Registry
) -> None:
    academy, asked = "150001", {"report": "school", "format": "json"}
    take_organisations(registry, f"id,kind,name,la\n{academy},school,Alder Academy,856\n")
    client = as_("school", academy)
    first = client.post(REPORTS, json=asked).headers["location"]
    link = "id,kind,name,la,closed_on,predecessors\n"
    link += f"{SCHOOL},school,Alder School,856,2026-08-31,\n"
    take_organisations(registry, f"{link}{academy},school,Alder Academy,856,,{SCHOOL}\n")
    client = as_("school", academy)
    second = client.post(REPORTS, json=asked).headers["location"]
    assert make_reports(installation) == 2
    files = [client.get(f"{where}/file").json() for where in (first, second)]
    assert [one["school"] for one in files] == [academy, academy]


def test_an_la_in_the_place_of_another_is_given_its_own_report(
    as_: Desk, installation: Installation, registry: Registry
) -> None:
    closed = "id,kind,name,la,closed_on,predecessors\nLA856,la,Leicester,856,2026-03-31,\n"
    take_organisations(registry, f"{closed}LA857,la,Rutland,857,,LA856\n")
    client = as_("la", "LA857")
    where = client.post(REPORTS, json={**ASKED, "format": "json"}).headers["location"]
    assert make_reports(installation) == 1
    at_once = client.get(f"{REPORTS}/outcomes", params=ASKED["options"]).json()
    file = client.get(f"{where}/file").json()
    assert (at_once["asked"]["la"], file["asked"]["la"]) == ("857", "857")
