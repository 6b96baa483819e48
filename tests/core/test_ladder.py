"""When whom is reminded: half-terms, weekends, quiet hours, and the LA after the owner."""

from datetime import UTC, date, datetime

import pytest

from ap_registry import ladder
from ap_registry.calendar import Calendars, SchoolCalendar, TermBlock
from ap_registry.ladder import Desk, Step, held_until
from ap_registry.notice import World

SCHOOL = SchoolCalendar(
    "100001",
    (
        TermBlock(date(2026, 8, 26), date(2026, 10, 16)),
        TermBlock(date(2026, 10, 26), date(2026, 12, 18)),
    ),
)
WORLD = World(organisation=lambda _name: None, calendars=Calendars())
DESK = Desk(SCHOOL, WORLD, "100001")
OFFICE = Desk(SchoolCalendar("LA856"), WORLD, "LA856")


def first_step(opened_on: date, due_on: date, made_on: date) -> Step:
    return ladder.first_step(opened_on, due_on, made_on=made_on, to=DESK)


def day(month: int, number: int) -> date:
    return date(2026, month, number)


@pytest.mark.parametrize(
    ("due_on", "step"),
    [
        (day(11, 14), Step("due", day(11, 13))),  # five days: none before; a Saturday
        (day(11, 15), Step("before", day(11, 12))),  # six days
        (day(11, 27), Step("before", day(11, 25))),
    ],
)
def test_only_a_long_duty_is_reminded_of_before_it_is_due(due_on: date, step: Step) -> None:
    assert first_step(day(11, 9), due_on, day(11, 9)) == step


def test_two_school_days_before_are_counted_over_the_half_term() -> None:
    assert first_step(day(10, 1), day(10, 27), day(10, 1)) == Step("before", day(10, 16))


def test_a_duty_of_one_day_has_one_message_that_day() -> None:
    assert first_step(day(11, 20), day(11, 20), day(11, 20)) == Step("due", day(11, 20))


def test_what_was_due_before_it_was_known_is_told_the_next_morning() -> None:
    assert first_step(day(11, 2), day(11, 6), day(11, 20)) == Step("due", day(11, 23))


def test_what_is_due_on_a_weekend_is_told_on_the_friday() -> None:
    assert first_step(day(11, 18), day(11, 22), day(11, 18)) == Step("due", day(11, 20))


def test_the_morning_before_has_passed_so_only_the_due_day_is_left() -> None:
    assert first_step(day(11, 9), day(11, 20), day(11, 18)) == Step("due", day(11, 20))


def after(step: Step, due_on: date) -> list[Step]:
    return list(ladder.next_steps(step, due_on, today=step.on, owner=DESK, la=OFFICE))


def test_after_the_due_day_the_owner_is_told_once_more_and_then_the_la() -> None:
    again = after(Step("due", day(11, 20)), day(11, 20))
    assert again == [Step("overdue", day(11, 23), 1)]
    assert after(again[0], day(11, 20)) == [
        Step("overdue", day(11, 30), 2), Step("la", day(11, 27)),
    ]  # fmt: skip


def test_the_overdue_owner_is_reminded_each_week_and_the_la_is_told_once() -> None:
    assert after(Step("overdue", day(12, 11), 2), day(12, 1)) == [Step("overdue", day(12, 18), 3)]


def test_half_term_holds_the_owner_back() -> None:
    assert after(Step("due", day(10, 16)), day(10, 16)) == [Step("overdue", day(10, 26), 1)]


def test_the_la_does_not_wait_for_term() -> None:
    assert after(Step("overdue", day(10, 16), 1), day(10, 15))[1] == Step("la", day(10, 22))


def test_the_chair_of_the_panel_comes_after_the_la_and_is_the_last() -> None:
    step = Step("la", day(11, 27))
    last = after(step, day(11, 20))
    assert last == [Step("panel", day(12, 4))]
    assert after(last[0], day(11, 20)) == []


def test_a_late_file_does_not_escalate_before_the_owner_was_told_twice() -> None:
    again = after(Step("due", day(11, 20)), date(2026, 9, 1))
    assert again == [Step("overdue", day(11, 23), 1)]
    assert after(again[0], date(2026, 9, 1))[1] == Step("la", day(11, 24))


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (datetime(2026, 11, 20, 6, 59, tzinfo=UTC), datetime(2026, 11, 20, 7, 30, tzinfo=UTC)),
        (datetime(2026, 11, 20, 7, 0, tzinfo=UTC), None),
        (datetime(2026, 11, 20, 18, 59, tzinfo=UTC), None),
        (datetime(2026, 11, 20, 19, 0, tzinfo=UTC), datetime(2026, 11, 23, 7, 30, tzinfo=UTC)),
        (datetime(2026, 11, 21, 12, 0, tzinfo=UTC), datetime(2026, 11, 23, 7, 30, tzinfo=UTC)),
        (datetime(2026, 10, 19, 12, 0, tzinfo=UTC), datetime(2026, 10, 26, 7, 30, tzinfo=UTC)),
        (datetime(2026, 9, 1, 5, 59, tzinfo=UTC), datetime(2026, 9, 1, 6, 30, tzinfo=UTC)),
    ],
)
def test_quiet_hours_and_days_off_wait_for_the_next_morning(
    now: datetime, until: datetime | None
) -> None:
    assert held_until(now, DESK) == until
