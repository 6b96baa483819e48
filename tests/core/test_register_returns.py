"""What the LA is told of the register, and what it then owes (SI 2024/208 reg. 13; EA s.19)."""

from typing import Any

import pytest

from ap_registry.registry import Registry
from tests.core.owed import closed, owed, rules_of
from tests.core.test_exclusion_notices import suspend
from tests.world import GARAGE, OTHER, SCHOOL, notify, register_pupil


def join(registry: Registry, on: str, school: str = OTHER) -> dict[str, Any]:
    return notify(registry, "joined_roll", on, school=school, registration="C")


def leave(registry: Registry, on: str, ground: str, school: str = SCHOOL) -> dict[str, Any]:
    return notify(registry, "left_roll", on, school=school, ground=ground)


def tell_la(registry: Registry, on: str, of: dict[str, Any]) -> None:
    notify(registry, "notified", on, by=SCHOOL, of=of["event"]["id"], to="la", about="return",
           method="email")  # fmt: skip


def test_a_new_pupil_is_returned_within_five_days(registry: Registry) -> None:
    register_pupil(registry)
    leave(registry, "2026-03-02", "a")
    joined = join(registry, "2026-03-02")
    assert owed(registry, "new_pupil_return") == [(OTHER, "2026-03-07", "overdue")]
    tell_la(registry, "2026-03-06", joined)
    assert closed(registry, "new_pupil_return") == [("done", "2026-03-06")]


def test_the_roll_on_which_a_pupil_was_first_known_is_no_admission(registry: Registry) -> None:
    register_pupil(registry, "2026-03-02")
    assert owed(registry, "new_pupil_return") == []


def test_a_normal_intake_is_not_returned(registry: Registry) -> None:
    """Born in 2014/15: Year 7 from September 2026."""
    register_pupil(registry, "2026-03-02", date_of_birth="2015-02-03")
    leave(registry, "2026-09-01", "a")
    join(registry, "2026-09-02")
    assert owed(registry, "new_pupil_return") == []


def test_a_deletion_is_returned_no_later_than_made(registry: Registry) -> None:
    register_pupil(registry)
    left = leave(registry, "2026-03-02", "g")
    assert owed(registry, "deletion_return") == [(SCHOOL, "2026-03-02", "overdue")]
    tell_la(registry, "2026-03-02", left)
    assert closed(registry, "deletion_return") == [("done", "2026-03-02")]


def test_a_final_year_leaver_is_not_returned(registry: Registry) -> None:
    """Born in 2009/10: Year 11 in 2025/26."""
    register_pupil(registry, date_of_birth="2010-02-03")
    leave(registry, "2026-07-10", "l")
    assert owed(registry, "deletion_return") == []


@pytest.mark.parametrize(
    ("left_on", "rules"),
    [("2026-05-25", ["roll.off-rolling-signal"]), ("2026-05-26", [])],
)
def test_home_education_within_twelve_weeks_of_a_suspension_is_a_signal(
    registry: Registry, left_on: str, rules: list[str]
) -> None:
    register_pupil(registry, date_of_birth="2012-02-03")
    suspend(registry, "2026-03-02", "2026-03-03", 4)
    assert rules_of(leave(registry, left_on, "f")) == rules


@pytest.mark.parametrize(
    ("left_on", "ground", "rules"),
    [
        ("2026-01-14", "f", ["roll.off-rolling-signal"]),
        ("2026-01-15", "f", []),
        ("2026-01-14", "g", []),
        ("2026-01-14", "k", []),
    ],
)
def test_home_education_in_exam_years_before_the_census_is_a_signal(
    registry: Registry, left_on: str, ground: str, rules: list[str]
) -> None:
    """Born in 2010/11: Year 10 in 2025/26; the census is on Thursday 15 January 2026."""
    register_pupil(registry, date_of_birth="2011-02-03")
    assert rules_of(leave(registry, left_on, ground)) == rules


def refer(registry: Registry, route: str = "section_19") -> dict[str, Any]:
    return notify(registry, "referral", "2026-01-26", by=SCHOOL, route=route, objectives=["learn"])


@pytest.mark.parametrize("route", ["section_19", "medical", "no_school_place"])
def test_section_19_provision_is_owed_by_the_home_la(registry: Registry, route: str) -> None:
    """15 school days after 26 January: 14 to half-term, the fifteenth on Monday 23 February."""
    register_pupil(registry)
    refer(registry, route)
    assert owed(registry, "section_19") == [("LA856", "2026-02-23", "overdue")]


def test_other_routes_start_no_section_19_clock(registry: Registry) -> None:
    register_pupil(registry)
    refer(registry, "outreach")
    assert owed(registry, "section_19") == []


def test_a_placement_ends_the_section_19_clock(registry: Registry) -> None:
    register_pupil(registry)
    refer(registry)
    notify(registry, "placement_started", "2026-02-09", provider=GARAGE, commissioner="LA856",
           reason="physical_health", ends_on="2026-03-27", sessions_per_week=5, intent="return",
           checks_confirmed_on="2026-02-06")  # fmt: skip
    assert closed(registry, "section_19") == [("done", "2026-02-09")]
