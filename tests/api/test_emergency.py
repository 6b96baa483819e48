"""A record opened in an emergency: by whom, how long, and who is told; nothing else opens."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from ap_registry import embedded
from ap_registry.erasing import erase
from ap_registry.exporting import export
from ap_registry.people import Person
from ap_registry.registry import Registry
from ap_registry.store.people import write_people
from tests.api.story import tell
from tests.api.town import Someone, Town, town_of
from tests.world import PUPIL, SCHOOL, load_world, notify, register_pupil, upn

WHY = "Missing since last night, asks Sgt Doe of the police"
ADDRESS = "1 Made-Up Lane"
GONE = upn(7)


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
    assert "GET /emergency/{opening}" in reads


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
