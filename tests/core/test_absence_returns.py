"""What absence obliges a school to tell the LA (domain 1.4, A3 and A4) and the LA to provide (L1).

Half-term is Monday 20 to Friday 24 October 2025.
"""

from typing import Any

import pytest

from ap_registry.registry import Registry
from tests.core.owed import closed, follow_ups, owed
from tests.core.registers import mark, mark_one
from tests.world import GARAGE, SCHOOL, notify, register_pupil


@pytest.fixture
def school(registry: Registry) -> Registry:
    register_pupil(registry)
    return registry


def tell_la(registry: Registry, on: str, **facts: Any) -> None:
    told = notify(registry, "view_recorded", on, by=SCHOOL, whose="pupil", words="I am at home")
    notify(registry, "notified", on, by=SCHOOL, of=told["event"]["id"], to="la", about="return",
           method="email", **facts)  # fmt: skip


def place(registry: Registry, on: str) -> None:
    notify(registry, "placement_started", on, provider=GARAGE, commissioner="LA856",
           reason="physical_health", ends_on="2026-03-27", sessions_per_week=5, intent="return",
           checks_confirmed_on=on)  # fmt: skip


@pytest.mark.parametrize(("last", "due"), [("2025-10-27", []), ("2025-10-28", ["2025-10-31"])])
def test_the_tenth_school_day_without_authority_is_returned(
    school: Registry, last: str, due: list[str]
) -> None:
    """8 to 10 and 13 to 17 October are eight days; Monday 27 is the ninth, Tuesday the tenth."""
    mark(school, "O", "2025-10-08", last)
    assert owed(school, "attendance_return") == [(SCHOOL, day, "overdue") for day in due]


def test_one_session_in_school_begins_the_ten_days_anew(school: Registry) -> None:
    mark(school, "O", "2025-10-08", "2025-10-28")
    mark_one(school, "/", "2025-10-13", "AM")
    assert closed(school, "attendance_return") == [("lapsed", follow_ups(
        school, "attendance_return")[0]["closed_on"])]  # fmt: skip


def test_authorised_absence_is_none_of_the_ten_days(school: Registry) -> None:
    mark(school, "O", "2025-10-08", "2025-10-27")
    mark(school, "M", "2025-10-28")
    assert owed(school, "attendance_return") == []


def test_each_month_in_which_it_lasts_has_its_return(school: Registry) -> None:
    mark(school, "G", "2025-10-08", "2025-11-04")
    assert owed(school, "attendance_return") == [
        (SCHOOL, "2025-10-31", "overdue"),
        (SCHOOL, "2025-11-30", "overdue"),
    ]


@pytest.mark.parametrize(("on", "status"), [("2025-10-27", "overdue"), ("2025-10-28", "done")])
def test_what_the_la_is_told_from_the_tenth_day_is_the_return(
    school: Registry, on: str, status: str
) -> None:
    mark(school, "O", "2025-10-08", "2025-10-28")
    tell_la(school, on)
    assert [one["status"] for one in follow_ups(school, "attendance_return")] == [status]


def test_a_return_that_is_said_to_be_done_is_done(school: Registry) -> None:
    mark(school, "O", "2025-10-08", "2025-10-28")
    (one,) = follow_ups(school, "attendance_return")
    notify(school, "follow_up_done", "2025-10-30", by=SCHOOL, follow_up=one["id"], how="by phone")
    assert closed(school, "attendance_return") == [("done", "2025-10-30")]


def test_before_the_regulations_of_2024_nothing_is_returned(school: Registry) -> None:
    mark(school, "O", "2024-06-03", "2024-07-05")
    assert owed(school, "attendance_return") == []


@pytest.mark.parametrize(("half", "due"), [("AM", []), ("PM", ["2025-10-17"])])
def test_the_thirtieth_session_of_sickness_is_returned_the_same_day(
    school: Registry, half: str, due: list[str]
) -> None:
    """29 September to 17 October are fifteen school days."""
    mark(school, "I", "2025-09-29", "2025-10-16")
    for one in ("AM", "PM")[: ("AM", "PM").index(half) + 1]:
        mark_one(school, "I", "2025-10-17", one)
    assert owed(school, "sickness_return") == [(SCHOOL, day, "overdue") for day in due]
    assert owed(school, "section_19") == [("LA856", day, "overdue") for day in due]


def test_sickness_adds_up_over_the_year(school: Registry) -> None:
    mark(school, "I", "2025-09-29", "2025-10-16")
    mark(school, "/", "2025-10-17")
    mark(school, "I", "2025-11-03")
    assert owed(school, "sickness_return") == [(SCHOOL, "2025-11-03", "overdue")]


def test_sickness_of_another_school_year_does_not_count(school: Registry) -> None:
    mark(school, "I", "2025-06-23", "2025-07-10")
    mark(school, "I", "2025-09-01")
    assert owed(school, "sickness_return") == []


def test_one_period_of_sickness_has_one_return(school: Registry) -> None:
    mark(school, "I", "2025-09-29", "2025-11-28")
    assert owed(school, "sickness_return") == [(SCHOOL, "2025-10-17", "overdue")]


def test_fifteen_days_of_later_periods_have_a_return_of_their_own(school: Registry) -> None:
    mark(school, "I", "2025-09-29", "2025-10-31")
    mark(school, "/", "2025-11-03")
    mark(school, "I", "2025-11-04", "2025-11-24")
    assert owed(school, "sickness_return") == [
        (SCHOOL, "2025-10-17", "overdue"),
        (SCHOOL, "2025-11-24", "overdue"),
    ]


def test_a_placement_is_the_provision_that_the_la_owed(school: Registry) -> None:
    mark(school, "I", "2025-09-29", "2025-10-17")
    place(school, "2025-11-03")
    assert closed(school, "section_19") == [("done", "2025-11-03")]


def test_no_provision_is_owed_where_a_placement_runs(school: Registry) -> None:
    place(school, "2025-10-17")
    mark(school, "I", "2025-09-29", "2025-10-17")
    assert owed(school, "section_19") == []


def test_a_referral_has_the_one_section_19_clock(school: Registry) -> None:
    notify(school, "referral", "2025-10-06", by=SCHOOL, route="medical", objectives=["learn"])
    mark(school, "I", "2025-09-29", "2025-10-17")
    assert len(owed(school, "section_19")) == 1
