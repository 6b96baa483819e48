"""Whoever opens a pupil's record is on record: by which route, for whom, told to auditors."""

from collections.abc import Callable
from typing import Any

import httpx
import psycopg
import pytest

from ap_registry import embedded
from ap_registry.exporting import export
from ap_registry.registry import Registry
from ap_registry.store import accounts
from ap_registry.trials import TRIED
from api.pages.read_words import read_words
from api.policies import POLICIES
from api.policy import Shows
from tests.api.conftest import Login
from tests.api.test_policies import NAMES
from tests.world import OTHER, PRU, PUPIL, SCHOOL, notify, register_pupil, upn

Reads = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def pupil(registry: Registry) -> str:
    register_pupil(registry)
    started = notify(
        registry, "placement_started", "2026-02-02", provider=PRU, commissioner=SCHOOL,
        reason="behaviour", ends_on="2026-12-18", sessions_per_week=4, intent="return",
    )  # fmt: skip
    return str(started["event"]["pupil_id"])


@pytest.fixture
def kept(as_: Login) -> Reads:
    """All that is on record, the first first."""
    auditor = as_("admin", "LA856")
    return lambda: auditor.get("/api/v1/reads").json()["items"][::-1]


ROUTES = {
    "/api/v1/pupils": "GET /api/v1/pupils",
    f"/api/v1/pupils/{PUPIL}": "GET /api/v1/pupils/{pupil}",
    f"/api/v1/pupils/{PUPIL}/timeline": "GET /api/v1/pupils/{pupil}/timeline",
    "/api/v1/placements": "GET /api/v1/placements",
    "/api/v1/follow-ups": "GET /api/v1/follow-ups",
    "/api/v1/events": "GET /api/v1/events",
}


def test_each_route_that_shows_a_pupil_says_so_once(as_: Login, kept: Reads, pupil: str) -> None:
    school = as_("school", SCHOOL)
    for path in ROUTES:
        assert school.get(path).status_code == 200
    told = [(one["what"], one["role"], one["organisation"], one["pupils"]) for one in kept()]
    assert told == [(what, "school", SCHOOL, [pupil]) for what in ROUTES.values()]


def test_what_is_not_shown_was_not_read(as_: Login, kept: Reads, pupil: str) -> None:
    other = as_("school", OTHER)
    assert [other.get(path).status_code for path in ROUTES] == [200, 404, 404, 200, 200, 200]
    assert kept() == []


def test_a_notice_that_a_stranger_tries_is_a_read(as_: Login, kept: Reads, pupil: str) -> None:
    """Dry, a join says whose roll the pupil is on; of a UPN that is nobody's it notes nothing."""
    join = {"type": "joined_roll", "occurred_on": "2026-06-10", "school": OTHER,
            "registration": "C"}  # fmt: skip
    other, own = as_("school", OTHER), as_("provider", PRU)
    for client, body in (
        (other, {**join, "upn": PUPIL}), (other, {**join, "upn": upn(99)}),
        (own, {"type": "disputed", "upn": PUPIL, "occurred_on": "2026-06-10", "words": "x"}),
    ):  # fmt: skip
        client.post("/api/v1/notices?dry_run=true", json=body)
    assert [(one["what"], one["pupils"]) for one in kept()] == [(TRIED, [pupil])]


@pytest.mark.parametrize("path", ["/", f"/pupils/{PUPIL}", "/lists/confirm"])
def test_pages_say_so_with_the_name_of_the_person(
    registry: Registry, nobody: httpx.Client, kept: Reads, pupil: str, path: str
) -> None:
    with registry.database.connection() as connection:
        accounts.add_account(
            connection, email="sam@example.org", name="Sam", password="correct horse battery",
            organisation=SCHOOL, role="school", at=registry.now(),
        )  # fmt: skip
    nobody.post("/sign-in", data={"email": "sam@example.org", "password": "correct horse battery"})
    assert nobody.get(path).status_code == 200
    assert [(one["name"], one["pupils"]) for one in kept()] == [("Sam", [pupil])]


def test_an_auditor_sees_the_reads_of_its_organisations(as_: Login, pupil: str) -> None:
    for role, organisation in (("school", SCHOOL), ("provider", PRU)):
        as_(role, organisation).get(f"/api/v1/pupils/{PUPIL}")
    told = as_("auditor", SCHOOL).get("/api/v1/reads").json()["items"]
    assert [one["organisation"] for one in told] == [SCHOOL]


@pytest.mark.parametrize("role", ["school", "provider", "panel", "la", "health", "parent"])
def test_nobody_else_sees_who_reads(as_: Login, role: str) -> None:
    assert as_(role, SCHOOL).get("/api/v1/reads").status_code == 403


@pytest.mark.parametrize(("query", "count"), [
    ({"pupil": PUPIL}, 2), ({"pupil": "nobody"}, 0), ({"from": "2020-01-01"}, 2),
    ({"to": "2020-01-01"}, 0), ({"actor": "command-line"}, 0),
])  # fmt: skip
def test_reads_are_asked_for_by_pupil_time_and_actor(
    as_: Login, pupil: str, query: dict[str, str], count: int
) -> None:
    as_("school", SCHOOL).get(f"/api/v1/pupils/{PUPIL}")
    as_("school", SCHOOL).get("/api/v1/placements")
    found = as_("admin", "LA856").get("/api/v1/reads", params=query).json()["items"]
    assert len(found) == count


def test_pages_of_reads_follow_one_another(as_: Login, pupil: str) -> None:
    school, admin = as_("school", SCHOOL), as_("admin", "LA856")
    for path in ROUTES:
        school.get(path)
    first = admin.get("/api/v1/reads", params={"limit": 4}).json()
    rest = admin.get("/api/v1/reads", params={"limit": 4, "cursor": first["next"]}).json()
    told = [one["what"] for one in (*first["items"], *rest["items"])]
    assert (told, rest["next"]) == (list(ROUTES.values())[::-1], None)


def test_the_auditors_page_shows_them(
    registry: Registry, as_: Login, nobody: httpx.Client, pupil: str
) -> None:
    as_("school", SCHOOL).get(f"/api/v1/pupils/{PUPIL}")
    with registry.database.connection() as connection:
        accounts.add_account(
            connection, email="au@example.org", name="Au", password="correct horse battery",
            organisation=SCHOOL, role="auditor", at=registry.now(),
        )  # fmt: skip
    nobody.post("/sign-in", data={"email": "au@example.org", "password": "correct horse battery"})
    shown = nobody.get("/reads", params={"pupil": PUPIL}).text
    assert ("By program: a pupil<" in shown, pupil in shown) == (True, True)
    refused = nobody.get("/reads", params={"pupil": PUPIL, "from": "last week"})
    assert refused.status_code == 422
    for words in ("From must be a day, such as 1/9/2026", f'value="{PUPIL}"', 'value="last week"'):
        assert words in refused.text


def test_subject_access_tells_who_opened_the_record(
    registry: Registry, as_: Login, pupil: str
) -> None:
    as_("school", SCHOOL).get(f"/api/v1/pupils/{PUPIL}")
    told = export(registry, PUPIL, reader="pupil")["reads"]
    assert (told["logged"], [{**one, "at": None} for one in told["items"]]) == (
        True,
        [{"at": None, "organisation": SCHOOL, "role": "school",
          "what": "GET /api/v1/pupils/{pupil}"}],
    )  # fmt: skip


@pytest.mark.parametrize("statement", [
    "update pupil_read set actor = 'x'", "delete from pupil_read", "truncate pupil_read",
    "select forget_reads(now())",
])  # fmt: skip
def test_the_web_can_neither_change_nor_forget_them(urls: embedded.Servers, statement: str) -> None:
    with (
        psycopg.connect(urls.database_url) as web,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        web.execute(statement)


def test_all_that_shows_pupils_has_plain_words_for_auditors() -> None:
    """A route that is new says here what it shows."""
    shown = [
        f"{method} {path.format(name=name) if '{name}' in path else path}"
        for (method, path), policy in POLICIES.items()
        if policy.shows is not Shows.NOBODY
        for name in NAMES.get(path.split("/")[1], ("",))
    ]
    assert [what for what in shown if read_words(what) == what] == []
    assert read_words("GET /notify/suspension") == "The form: A pupil was suspended"
