"""Thresholds and flags on each side of their boundary, where no test of their own has both."""

from datetime import date

import pytest

from ap_registry.registry import Registry
from tests.builders import permanent_exclusion
from tests.core.owed import closed, owed, rules_of
from tests.core.registers import mark, mark_one, mark_sessions
from tests.core.test_absence_watch import place
from tests.core.test_exclusion_notices import suspend
from tests.core.test_exclusion_reviews import uphold
from tests.core.test_fair_access import refer
from tests.core.test_register_returns import leave
from tests.spec import given, make_world
from tests.world import GARAGE, OTHER, PRU, SCHOOL, TERMS, notify, register_pupil


@pytest.fixture
def school(registry: Registry) -> Registry:
    register_pupil(registry)
    return registry


def flags_on_record(registry: Registry) -> list[str]:
    with registry.database.connection() as connection:
        rows = connection.execute("select rule from flag where until_at = 'infinity'").fetchall()
    return [row[0] for row in rows]


@pytest.mark.parametrize(("half", "found"), [("AM", []), ("PM", [(SCHOOL, "2025-10-28")])])
def test_the_tenth_unauthorised_session_is_one_too_many(
    school: Registry, half: str, found: list[tuple[str, str]]
) -> None:
    """Wednesday 8 to Monday 13 October are eight; Tuesday 14 has the ninth and the tenth."""
    mark(school, "O", "2025-10-08", "2025-10-13")
    for one in ("AM", "PM")[: ("AM", "PM").index(half) + 1]:
        mark_one(school, "O", "2025-10-14", one)
    watched = owed(school, "unauthorised_10_in_10_weeks")
    assert [(owner, due) for owner, due, _ in watched] == found


@pytest.mark.parametrize(("first", "count"), [("2025-09-01", 1), ("2025-08-29", 0)])
def test_ten_school_weeks_are_looked_at(school: Registry, first: str, count: int) -> None:
    """The week of 10 November is the tenth from that of 1 September: half-term is none."""
    mark_one(school, "O", first, "AM")
    mark(school, "O", "2025-11-10", "2025-11-13")
    mark_one(school, "O", "2025-11-14", "AM")
    assert len(owed(school, "unauthorised_10_in_10_weeks")) == count


@pytest.mark.parametrize(
    ("kind", "attended", "absent", "count"),
    [
        ("persistent_absence", 10, 1, 0),  # 1 of 11
        ("persistent_absence", 9, 1, 1),  # 1 of 10: just 10 %
        ("severe_absence", 6, 5, 0),  # 5 of 11
        ("severe_absence", 5, 5, 1),  # 5 of 10: just 50 %
        ("severe_absence", 0, 9, 0),  # all of nine are too few to judge
    ],
)
def test_absence_is_judged_by_whole_sessions(
    school: Registry, kind: str, attended: int, absent: int, count: int
) -> None:
    codes = "/" * attended + "I" * absent
    days = [date(2025, 9, 8 + n // 2 + 2 * (n // 10)) for n in range(len(codes))]
    mark_sessions(
        school,
        [(day, ("AM", "PM")[n % 2], codes[n]) for n, day in enumerate(days)],
    )
    assert len(owed(school, kind)) == count


@pytest.mark.parametrize(("code", "count"), [("I", 0), ("N", 1)])
def test_only_code_n_asks_for_its_reason(school: Registry, code: str, count: int) -> None:
    mark_one(school, code, "2025-10-15", "AM")
    assert len(owed(school, "code_n_reason")) == count


@pytest.mark.parametrize(("code", "flags"), [("/", []), ("I", ["attendance.clash"])])
def test_two_registers_that_differ_on_one_session_are_flagged(
    school: Registry, code: str, flags: list[str]
) -> None:
    place(school)
    mark(school, "/", "2025-09-09", at=GARAGE)
    mark(school, code, "2025-09-09")
    assert sorted(set(flags_on_record(school))) == flags


@pytest.mark.parametrize(("sen_provision", "flags"), [("K", []), ("E", ["fair-access.outside"])])
def test_a_plan_is_outside_fair_access_and_support_is_not(
    registry: Registry, sen_provision: str, flags: list[str]
) -> None:
    register_pupil(registry, sen_provision=sen_provision)
    assert rules_of(refer(registry)) == flags


@pytest.mark.parametrize(
    ("response", "flags"), [("accepted", []), ("refused", ["fair-access.refused"])]
)
def test_a_school_that_takes_the_pupil_is_not_flagged(
    school: Registry, response: str, flags: list[str]
) -> None:
    refer(school)
    said = {"ground": "full"} if response == "refused" else {}
    told = notify(school, "fair_access_response", "2026-02-09", school=OTHER, by=OTHER,
                  response=response, **said)  # fmt: skip
    assert rules_of(told) == flags


@pytest.mark.parametrize(
    ("suspended_on", "flags"), [("2025-12-08", []), ("2025-12-09", ["roll.off-rolling-signal"])]
)
def test_twelve_weeks_after_a_suspension_home_education_is_no_signal(
    registry: Registry, suspended_on: str, flags: list[str]
) -> None:
    """84 days before Tuesday 3 March 2026 is 9 December; the pupil is in Year 9."""
    register_pupil(registry, date_of_birth="2012-02-03")
    notify(registry, "suspension", suspended_on, school=SCHOOL, sessions=2, ends_on=suspended_on,
           reasons=["PP"])  # fmt: skip
    assert rules_of(leave(registry, "2026-03-03", "f")) == flags


@pytest.mark.parametrize(
    ("checks", "flags"), [("2025-08-27", []), (None, ["placement.checks-unconfirmed"])]
)
def test_confirmed_checks_are_not_flagged(
    school: Registry, checks: str | None, flags: list[str]
) -> None:
    started = notify(school, "placement_started", "2025-09-01", provider=GARAGE,
                     commissioner=SCHOOL, reason="behaviour", ends_on="2025-12-19",
                     sessions_per_week=10, intent="return", checks_confirmed_on=checks)  # fmt: skip
    assert rules_of(started) == flags


@pytest.mark.parametrize(
    ("sessions", "flags"), [(10, ["governors.no-power-to-reinstate"]), (11, [])]
)
def test_up_to_five_days_in_the_term_governors_cannot_reinstate(
    school: Registry, sessions: int, flags: list[str]
) -> None:
    suspend(school, "2026-03-02", "2026-03-09", sessions)
    decided = notify(school, "governors_decision", "2026-03-10", by=SCHOOL, decision="reinstated")
    assert rules_of(decided) == flags


@pytest.mark.parametrize(
    ("panel", "flags"), [("reconsider", []), ("quashed", ["governors.readjustment"])]
)
def test_only_after_a_quashed_decision_may_the_school_have_to_pay(
    registry: Registry, panel: str, flags: list[str]
) -> None:
    excluded = uphold(registry)["event"]["id"]
    notify(registry, "review_decision", "2026-04-28", by="LA856", decision=panel,
           exclusion=excluded)  # fmt: skip
    again = notify(registry, "governors_decision", "2026-05-06", by=SCHOOL, decision="upheld",
                   exclusion=excluded)  # fmt: skip
    assert rules_of(again) == flags


@pytest.mark.parametrize(
    ("sen_provision", "la_notified_on", "flags"),
    [
        ("K", None, []),
        ("E", "2026-01-15", []),  # Thursday and Friday are two school days
        ("E", "2026-01-16", ["off-site.notice"]),
        ("E", None, ["off-site.notice"]),
    ],
)
def test_the_la_that_keeps_a_plan_is_told_two_school_days_before_a_direction(
    registry: Registry, sen_provision: str, la_notified_on: str | None, flags: list[str]
) -> None:
    register_pupil(registry, sen_provision=sen_provision)
    directed = notify(
        registry, "off_site_direction", "2026-01-12", school=SCHOOL, provider=GARAGE,
        starts_on="2026-01-19", ends_on="2026-03-27", sessions_per_week=10, objectives=["settle"],
        parent_notified_on="2026-01-12", la_notified_on=la_notified_on,
    )  # fmt: skip
    assert rules_of(directed) == flags


@pytest.mark.parametrize(("looked_after", "count"), [("previous", 0), ("current", 1)])
def test_a_looked_after_child_has_education_from_the_first_day(
    registry: Registry, looked_after: str, count: int
) -> None:
    register_pupil(registry, looked_after=looked_after, care_la="856")
    suspend(registry, "2026-03-02", "2026-03-03", 4)
    assert (
        owed(registry, "day_one_provision", on=date(2026, 3, 2))
        == [(SCHOOL, "2026-03-02", "open")] * count
    )


def test_education_from_the_first_day_is_owed_while_the_suspension_lasts(
    registry: Registry,
) -> None:
    register_pupil(registry, looked_after="current", care_la="856")
    suspend(registry, "2026-03-02", "2026-03-03", 4)
    status = {
        on: owed(registry, "day_one_provision", on=date(2026, 3, on))[0][2] for on in (2, 3, 4)
    }
    assert status == {2: "open", 3: "overdue", 4: "lapsed"}


def test_education_begun_is_what_was_owed_from_the_first_day(registry: Registry) -> None:
    register_pupil(registry, looked_after="current", care_la="856")
    suspend(registry, "2026-03-02", "2026-03-06", 10)
    notify(registry, "sixth_day_started", "2026-03-03", by=SCHOOL, provider=PRU)
    assert closed(registry, "day_one_provision") == [("done", "2026-03-03")]


@pytest.mark.parametrize(
    ("terms", "flags"), [(TERMS, []), ("organisation,starts_on,ends_on\n", ["calendar.missing"])]
)
def test_days_without_terms_are_flagged(terms: str, flags: list[str]) -> None:
    story = given(world=make_world(terms=terms))
    story.when(permanent_exclusion("2026-03-02"))
    assert sorted(set(story.flags())) == flags
