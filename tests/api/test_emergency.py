"""A record opened in an emergency: by whom, how long, and who is told; nothing else opens."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from ap_registry import embedded
from ap_registry.erasing import erase
from ap_registry.exporting import export
from ap_registry.people import Person
from ap_registry.registry import Registry
from ap_registry.store import in_line
from ap_registry.store.accounts import create_key
from ap_registry.store.people import write_people
from ap_registry.store.who import pupil_named
from tests.api.story import tell
from tests.api.town import Someone, Town, town_of
from tests.waiting import wait_for
from tests.world import PUPIL, SCHOOL, load_world, notify, register_pupil, upn

WHY = "Missing since last night, asks Sgt Doe of the police"
ADDRESS = "1 Made-Up Lane"
GONE = upn(7)
_WAITING = """
select count(distinct pid)::int from pg_locks
 where locktype = 'advisory' and not granted
   and database = (select oid from pg_database where datname = current_database())
"""


def _fill(registry: Registry) -> None:
    load_world(registry)
    tell(registry)
    notify(registry, "contact_recorded", "2026-02-06", by=SCHOOL, name="A. Made-Up", upn=PUPIL,
           relation="mother", parental_responsibility=True, address=ADDRESS)  # fmt: skip
    lead = Person(
        organisation="LA856", duty="safeguarding", name="Lou Lead", email="lou@la.example"
    )
    with registry.database.connection() as connection:
        write_people(
            connection, [lead], actor="command-line", on=registry.today(), clock=registry.clock
        )


@pytest.fixture(scope="module")
def shared(servers: embedded.Servers) -> Iterator[Town]:
    with town_of(servers, _fill) as town:
        yield town


@pytest.fixture
def town(shared: Town) -> Town:
    """A day later each time: what was recorded stays."""
    assert shared.registry.clock is not None
    shared.registry.clock += timedelta(days=1)
    return shared


@pytest.fixture
def officer(town: Town) -> Someone:
    return town.person(role="la", organisation="LA857")


def opened(someone: Someone, pupil: str = PUPIL, reason: str = WHY) -> str:
    """Where it leads; a page that says why not: its status."""
    answer = someone.send("/emergency", pupil=pupil, reason=reason)
    return answer.headers.get("location", str(answer.status_code))


def test_a_record_is_open_for_an_hour_and_nothing_else_is(town: Town, officer: Someone) -> None:
    path = opened(officer)
    shown = officer.client.get(path).text
    assert ("Ann Example" in shown, ADDRESS in shown) == (True, True)
    assert officer.client.get(f"/pupils/{PUPIL}").status_code == 404
    assert officer.client.get("/pupils?q=Example").status_code == 404
    colleague = town.person(role="la", organisation="LA857")
    assert colleague.client.get(path).status_code == 404
    assert WHY in colleague.client.get("/emergency").text
    found = []
    begun = town.registry.now()
    for minutes in (59, 61):
        town.registry.clock = begun + timedelta(minutes=minutes)
        officer.sign_in("correct horse battery")
        found.append(officer.client.get(path).status_code)
    assert found == [200, 404]


def test_a_reason_and_a_pupil_without_a_slip_are_needed(officer: Someone) -> None:
    answers = [
        opened(officer, *asked)
        for asked in ((PUPIL, "urgent"), ("", WHY), (upn(99), WHY), ("Ann Example", WHY),
                      ("Ann Exampel 3/2/2011", WHY))
    ]  # fmt: skip
    assert answers == ["400"] * 5
    assert opened(officer, "example, ann 3/2/2011") == "400"
    assert opened(officer, "Ann Example 3/2/2011").startswith("/emergency/")


def test_no_more_than_ten_a_day_misses_counted(town: Town, officer: Someone) -> None:
    assert {opened(officer, upn(90 + n)) for n in range(9)} == {"400"}
    assert opened(officer).startswith("/emergency/")
    over = officer.send("/emergency", pupil=PUPIL, reason=WHY)
    assert (over.status_code, "ask your safeguarding lead" in over.text) == (400, True)
    assert [what for what, _by, _detail in town.done(officer.account)] == ["emergency_unknown"] * 9


def test_the_tenth_is_not_opened_twice(town: Town, officer: Someone) -> None:
    """Both come while a third keeps the pupil: neither has counted what the other opens."""
    assert {opened(officer, upn(90 + n)) for n in range(9)} == {"400"}
    with (
        ThreadPoolExecutor(2) as threads,
        town.registry.database.connection() as keeping,
        town.registry.database.connection() as looking,
    ):
        with keeping.transaction():
            kept = pupil_named(keeping, PUPIL)
            assert kept is not None
            in_line.keep_slots(keeping, [kept])
            both = [threads.submit(opened, officer) for _ in range(2)]
            wait_for(lambda: looking.execute(_WAITING).fetchone() == (2,))
        found = sorted(one.result().partition("/emergency/")[0] for one in both)
    assert found == ["", "400"]


def test_every_opening_can_be_found_and_asked_for(town: Town) -> None:
    officers = [town.person(role="la", organisation="LA857") for _ in range(6)]
    at = town.registry.now()
    made = {opened(one).removeprefix("/emergency/") for one in officers for _ in range(9)}
    with town.registry.database.connection() as connection:
        _id, secret = create_key(connection, organisations=["LA857"], role="auditor", at=at)
    program = town.client()
    program.headers["Authorization"] = f"Bearer {secret}"

    def asked(**query: str) -> dict[str, Any]:
        found: dict[str, Any] = program.get("/api/v1/emergencies", params=query).json()
        return found

    since = {"from": at.isoformat(), "limit": "30"}
    first = asked(**since)
    rest = asked(**since, cursor=first["next"])
    items = [*first["items"], *rest["items"]]
    order = [(one["at"], one["id"]) for one in items]
    assert ({one["id"] for one in items}, rest["next"]) == (made, None)
    assert order == sorted(order, reverse=True)
    assert {(one["reason"], one["organisation"]) for one in items} == {(WHY, "LA857")}
    assert len(asked(actor=f"account:{officers[0].account}")["items"]) == 9
    assert asked(pupil=PUPIL, to="2020-01-01")["items"] == asked(pupil=upn(99))["items"] == []
    for role, page in (("auditor", "/reads"), ("la", "/emergency")):
        client = town.person(role=role, organisation="LA857").client
        shown = client.get(page).text
        (older,) = re.findall(r'href="([^"]*older=[^"]*)"', shown)
        assert shown.count(WHY) == 20
        assert client.get(older.replace("&amp;", "&")).text.count(WHY) == 20
    auditor = town.person(role="auditor", organisation="LA857").client
    assert WHY not in auditor.get("/reads", params={"to": "2020-01-01"}).text


@pytest.mark.parametrize("role", ["school", "panel", "health", "admin"])
def test_only_people_of_an_la_open_records(town: Town, role: str) -> None:
    organisation = SCHOOL if role == "school" else "LA857"
    someone = town.person(role=role, organisation=organisation)
    assert someone.client.get("/emergency").status_code == 403
    assert opened(someone) == "403"


def test_where_it_is_needless_it_is_refused_and_not_for_a_restricted_pupil(town: Town) -> None:
    worker = town.person(role="social_care", organisation="LA855")
    own = town.person(role="la", organisation="LA856")
    assert (opened(worker), opened(own)) == ("400", "400")
    for restricted in (True, False):
        notify(town.registry, "pupil_details_changed", "2026-11-02", by="LA856", upn=PUPIL,
               restricted=restricted)  # fmt: skip
        if restricted:
            path = opened(worker)
            assert ADDRESS in worker.client.get(path).text
            assert ADDRESS not in worker.client.get(f"/pupils/{PUPIL}").text
            assert opened(own) == "400"


def test_safeguarding_auditors_and_the_pupils_la_are_told_at_once(
    town: Town, officer: Someone
) -> None:
    reason = "Taken to the infirmary without papers, asks the ward"
    path = opened(officer, reason=reason)
    officer.client.get(path)
    with town.registry.database.connection() as connection:
        letters = connection.execute(
            "select what, to_email, to_name from access_letter where account = %s",
            (officer.account,),
        ).fetchall()
    assert letters == [("emergency", "lou@la.example", "Lou Lead")]
    for role, organisation, at in (
        ("auditor", SCHOOL, "/reads"), ("auditor", "LA857", "/reads"),
        ("la", "LA856", "/emergency"),
    ):  # fmt: skip
        assert reason in town.person(role=role, organisation=organisation).client.get(at).text
    elsewhere = town.person(role="auditor", organisation="100003")
    assert reason not in elsewhere.client.get("/reads").text
    reads = town.person(role="auditor", organisation="LA857").client.get("/reads").text
    assert "A record that was opened in an emergency" in reads


def test_it_is_in_every_export_and_its_reason_goes_with_the_pupil(
    town: Town, officer: Someone
) -> None:
    register_pupil(town.registry, upn=GONE, given_name="Cal", family_name="Gone")
    path = opened(officer, GONE)

    def told(reader: str | None) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = export(town.registry, GONE, reader=reader)["emergencies"]
        return found

    (to_officer,), (to_family,) = told(None), told("parent")
    assert (to_officer["reason"], to_officer["name"]) == (WHY, "Sam")
    assert to_family.keys() == {"at", "until", "organisation", "role"}
    erase(town.registry, GONE, "The period is over")
    assert officer.client.get(path).status_code == 404
    shown = town.person(role="auditor", organisation="LA857").client.get("/reads").text
    assert "Erased with the pupil" in shown
