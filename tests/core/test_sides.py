"""Thresholds and flags on each side of their boundary, where no test of their own has both."""

from datetime import date

import pytest

from ap_registry.registry import Registry
from tests.core.owed import owed, rules_of
from tests.core.registers import mark, mark_one, mark_sessions
from tests.core.test_absence_watch import place
from tests.core.test_fair_access import refer
from tests.core.test_register_returns import leave
from tests.world import GARAGE, OTHER, SCHOOL, notify, register_pupil


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
