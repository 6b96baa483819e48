"""When whom to remind of a follow-up: before, due, overdue, then the LA, then the panel's chair.

Days are those on which the recipient is at work: school days of a school or provider, Monday to
Friday less bank holidays of others. All numbers are local rules, which the LA of the recipient may
have set otherwise.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from ap_registry.adjustments import Number
from ap_registry.calendar import DAY, LONDON, SchoolCalendar
from ap_registry.notice import World

KEEP_TERMS = frozenset({"school", "provider"})


@dataclass(frozen=True, slots=True)
class Step:
    """``name``: before, due, overdue, la or panel; ``number`` counts the overdue ones."""

    name: str
    on: date
    number: int = 0


@dataclass(frozen=True, slots=True)
class Desk:
    """When somebody reads what is sent there, and by which numbers they are reminded."""

    days: SchoolCalendar
    world: World
    organisation: str
    _numbers: dict[tuple[str, date], Number | None] = field(default_factory=dict)

    def number(self, rule_id: str, on: date) -> int:
        value = self._value(rule_id, on)
        assert isinstance(value, int), rule_id
        return value

    def hour(self, rule_id: str, on: date) -> time:
        return time.fromisoformat(str(self._value(rule_id, on)))

    def morning(self, on: date) -> time:
        """London; never in the quiet hours."""
        return max(self.hour("reminder.morning", on), self.hour("reminder.quiet-until", on))

    def _value(self, rule_id: str, on: date) -> Number | None:
        if (rule_id, on) not in self._numbers:
            self._numbers[rule_id, on] = self.world.value(rule_id, on, of=self.organisation)
        return self._numbers[rule_id, on]


def desk(world: World, organisation: str) -> Desk:
    found = world.organisation(organisation)
    keeps_terms = found is not None and found.kind in KEEP_TERMS
    days = world.calendars.of(organisation) if keeps_terms else SchoolCalendar(organisation)
    return Desk(days, world, organisation)


def always(to: Desk) -> Desk:
    """At work each weekday: for what is urgent."""
    return Desk(SchoolCalendar(""), to.world, to.organisation)


def first_step(opened_on: date, due_on: date, *, made_on: date, to: Desk) -> Step:
    """``made_on``: the day on which the registry came to know of it.

    What is due before it was known is told the next morning, what is due that day at once.
    """
    if (due_on - opened_on).days > to.number("reminder.long-duty", due_on):
        before = _back(due_on, to.number("reminder.before", due_on), to.days)
        if before > made_on:
            return Step("before", before)
    return _due(due_on, made_on, to.days)


def next_steps(step: Step, due_on: date, *, today: date, owner: Desk, la: Desk) -> Iterator[Step]:
    """What follows a step taken today, should the duty still be open by then.

    The owner is told at least twice before the LA is, the LA once before the panel.
    """
    late_from = max(due_on, today)
    if step.name == "before":
        yield _due(due_on, today, owner.days)
    elif step.name == "due":
        yield Step("overdue", _on(late_from, "reminder.overdue", owner), 1)
    elif step.name == "overdue":
        week = timedelta(days=owner.number("reminder.overdue-again", due_on))
        yield Step("overdue", _working(today + week, owner.days), step.number + 1)
        if step.number == 1:
            on = max(_on(due_on, "escalation.la", la), today + DAY)
            yield Step("la", _working(on, la.days))
    elif step.name == "la":
        on = max(_on(due_on, "escalation.panel", la), today + DAY)
        yield Step("panel", _working(on, la.days))


def goes_at(step: Step, to: Desk) -> datetime:
    return datetime.combine(step.on, to.morning(step.on), LONDON)


def held_until(now: datetime, to: Desk) -> datetime | None:
    """The next working morning, where now is a quiet hour or no working day; None: it may go."""
    local = now.astimezone(LONDON)
    today, at = local.date(), local.time()
    quiet_late = at >= to.hour("reminder.quiet-from", today)
    awake = at >= to.hour("reminder.quiet-until", today) and not quiet_late
    if awake and to.days.counts(today)[0]:
        return None
    morning = _working(today + DAY if quiet_late else today, to.days)
    if morning == today and at >= to.morning(today):
        morning = _working(today + DAY, to.days)
    return datetime.combine(morning, to.morning(morning), LONDON)


def _due(due_on: date, known_on: date, days: SchoolCalendar) -> Step:
    """On the day; where nobody is at work then, on the last working day before it."""
    on = due_on
    while on > known_on and not days.counts(on)[0]:
        on -= DAY
    return Step("due", on if on >= known_on else _working(known_on + DAY, days))


def _on(start: date, rule_id: str, to: Desk) -> date:
    return to.days.due_after(start, to.number(rule_id, start))[0]


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
