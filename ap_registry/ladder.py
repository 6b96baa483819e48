"""When whom to remind of a follow-up: before, due, overdue, then the LA, then the panel's chair.

Days are those on which the recipient is at work: school days of a school or provider, Monday to
Friday less bank holidays of others. All numbers are local rules.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from ap_registry.calendar import DAY, LONDON, SchoolCalendar
from ap_registry.notice import World
from ap_registry.rules import rule

MORNING = time(7, 30)  # London: before the school day
QUIET_UNTIL, QUIET_FROM = time(7, 0), time(19, 0)  # London
KEEP_TERMS = frozenset({"school", "provider"})


@dataclass(frozen=True, slots=True)
class Step:
    """``name``: before, due, overdue, la or panel; ``number`` counts the overdue ones."""

    name: str
    on: date
    number: int = 0


def desk(world: World, organisation: str) -> SchoolCalendar:
    """The days on which somebody reads what is sent there."""
    found = world.organisation(organisation)
    if found is not None and found.kind in KEEP_TERMS:
        return world.calendars.of(organisation)
    return SchoolCalendar(organisation)


def first_step(opened_on: date, due_on: date, made_on: date, days: SchoolCalendar) -> Step:
    """``made_on``: the day on which the registry came to know of it.

    What is due before it was known is told the next morning, what is due that day at once.
    """
    if (due_on - opened_on).days > _number("reminder.long-duty", due_on):
        before = _back(due_on, _number("reminder.before", due_on), days)
        if before > made_on:
            return Step("before", before)
    return _due(due_on, made_on, days)


def next_steps(
    step: Step, due_on: date, today: date, days: SchoolCalendar, *, la_days: SchoolCalendar
) -> Iterator[Step]:
    """What follows a step taken today, should the duty still be open by then.

    The owner is told at least twice before the LA is, the LA once before the panel.
    """
    late_from = max(due_on, today)
    if step.name == "before":
        yield _due(due_on, today, days)
    elif step.name == "due":
        yield Step("overdue", _on(late_from, "reminder.overdue", days), 1)
    elif step.name == "overdue":
        week = timedelta(days=_number("reminder.overdue-again", due_on))
        yield Step("overdue", _working(today + week, days), step.number + 1)
        if step.number == 1:
            on = max(_on(due_on, "escalation.la", la_days), today + DAY)
            yield Step("la", _working(on, la_days))
    elif step.name == "la":
        on = max(_on(due_on, "escalation.panel", la_days), today + DAY)
        yield Step("panel", _working(on, la_days))


def goes_at(step: Step) -> datetime:
    return datetime.combine(step.on, MORNING, LONDON)


def held_until(now: datetime, days: SchoolCalendar) -> datetime | None:
    """The next working morning, where now is a quiet hour or no working day; None: it may go."""
    local = now.astimezone(LONDON)
    today, quiet_late = local.date(), local.time() >= QUIET_FROM
    if local.time() >= QUIET_UNTIL and not quiet_late and days.counts(today)[0]:
        return None
    morning = _working(today + DAY if quiet_late else today, days)
    if morning == today and local.time() >= MORNING:
        morning = _working(today + DAY, days)
    return datetime.combine(morning, MORNING, LONDON)


def _due(due_on: date, known_on: date, days: SchoolCalendar) -> Step:
    """On the day; where nobody is at work then, on the last working day before it."""
    on = due_on
    while on > known_on and not days.counts(on)[0]:
        on -= DAY
    return Step("due", on if on >= known_on else _working(known_on + DAY, days))


def _on(start: date, rule_id: str, days: SchoolCalendar) -> date:
    return days.due_after(start, _number(rule_id, start))[0]


def _back(day: date, n: int, days: SchoolCalendar) -> date:
    """The n-th working day before; none is further back than a year."""
    first = day - 366 * DAY
    while n and day > first:
        day -= DAY
        n -= days.counts(day)[0]
    return day


def _working(day: date, days: SchoolCalendar) -> date:
    """The day itself, else the next on which somebody is at work."""
    return days.due_after(day - DAY, 1)[0]


def _number(rule_id: str, on: date) -> int:
    value = rule(rule_id, on).value
    assert isinstance(value, int), rule_id
    return value
