"""School days: terms, closures and the bank holidays of England."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given as hold
from hypothesis import strategies as st

from ap_registry.calendar import (
    Calendars,
    SchoolCalendar,
    TermBlock,
    bank_holidays,
    london_today,
    working_day_after,
)  # fmt: skip
from tests.spec import make_world
from tests.world import SCHOOL

# As published at gov.uk/bank-holidays for England and Wales.
PUBLISHED = {
    2019: "01-01 04-19 04-22 05-06 05-27 08-26 12-25 12-26",
    2020: "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28",
    2021: "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28",
    2022: "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27",
    2023: "01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26",
    2024: "01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26",
    2025: "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26",
    2026: "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
    2027: "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28",
}
CALENDAR = make_world().calendars.of(SCHOOL)
DAYS = st.dates(date(2024, 9, 2), date(2026, 9, 30))


@pytest.mark.parametrize("year", PUBLISHED)
def test_bank_holidays_are_those_published(year: int) -> None:
    found = " ".join(day.strftime("%m-%d") for day in sorted(bank_holidays(year)))
    assert found == PUBLISHED[year]


def test_a_late_bank_holiday_is_a_closure_of_england() -> None:
    world = make_world(closures=[("ENG", "2026-03-04")])
    assert not world.calendars.of(SCHOOL).is_school_day(date(2026, 3, 4))
    assert world.calendars.of("100099").due_after(date(2026, 3, 3), 1)[0] == date(2026, 3, 5)


def test_own_terms_replace_those_of_the_la_for_that_year_only() -> None:
    own = TermBlock(date(2025, 9, 1), date(2026, 7, 20))
    lent = (TermBlock(date(2024, 9, 2), date(2025, 7, 18)),
            TermBlock(date(2025, 9, 8), date(2026, 7, 10)))  # fmt: skip
    calendars = Calendars(terms={"LA856": lent, SCHOOL: (own,)}, la_of={SCHOOL: "LA856"})
    assert calendars.of(SCHOOL).blocks == (lent[0], own)


def test_closures_of_both_add_up() -> None:
    world = make_world(closures=[("LA856", "2026-03-04"), (SCHOOL, "2026-03-05")])
    calendar = world.calendars.of(SCHOOL)
    assert [calendar.is_school_day(date(2026, 3, n)) for n in (3, 4, 5, 6)] == [
        True, False, False, True,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 6, 30, 23, 30, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), date(2026, 12, 31)),
        (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 24, 23, 30, tzinfo=UTC), date(2026, 10, 25)),
    ],
)
def test_the_day_is_that_of_london(instant: datetime, day: date) -> None:
    assert london_today(instant) == day


def test_a_clock_runs_over_the_change_of_the_hour_by_days() -> None:
    """29 March 2026 is a Sunday; the holiday ends on 13 April."""
    assert CALENDAR.due_after(date(2026, 3, 26), 2)[0] == date(2026, 4, 13)


@pytest.mark.parametrize(
    ("day", "due"), [(date(2026, 4, 1), date(2026, 4, 7)), (date(2026, 12, 24), date(2026, 12, 30))]
)
def test_working_days_skip_bank_holidays(day: date, due: date) -> None:
    assert working_day_after(day, 2) == due


def test_without_terms_monday_to_friday_counts_less_bank_holidays() -> None:
    calendar = SchoolCalendar("100001")
    assert calendar.due_after(date(2026, 4, 2), 1) == (date(2026, 4, 7), True)


def test_beyond_the_terms_it_says_so() -> None:
    assert CALENDAR.due_after(date(2027, 2, 11), 2) == (date(2027, 2, 15), True)
    assert CALENDAR.due_after(date(2027, 2, 11), 1) == (date(2027, 2, 12), False)


def test_before_the_first_terms_it_says_so() -> None:
    """Tuesday 30 July and Wednesday 31; August belongs to the year that was loaded."""
    assert CALENDAR.due_after(date(2024, 7, 29), 2) == (date(2024, 7, 31), True)
    assert CALENDAR.due_after(date(2024, 7, 30), 2) == (date(2024, 8, 28), True)
    assert CALENDAR.due_after(date(2024, 8, 5), 1) == (date(2024, 8, 28), False)


@hold(DAYS, st.integers(1, 60))
def test_the_nth_day_after_is_the_nth_counted(day: date, n: int) -> None:
    due = CALENDAR.nth_after(day, n)
    assert due is not None
    assert CALENDAR.is_school_day(due)
    assert CALENDAR.count(day + timedelta(days=1), due) == n


@hold(DAYS, st.integers(1, 60))
def test_before_undoes_after(day: date, n: int) -> None:
    due = CALENDAR.nth_after(day, n)
    assert due is not None
    assert CALENDAR.nth_before(due + timedelta(days=1), n) == CALENDAR.nth_from(
        day + timedelta(days=1), 1
    )


@hold(DAYS)
def test_what_is_counted_is_what_is_explained(day: date) -> None:
    assert CALENDAR.counts(day)[0] == CALENDAR.is_school_day(day)
