"""Duties that fell due in a period: done by their day, or how late."""

from collections.abc import Iterator, Mapping
from datetime import date

from reports.dashboard.seen import Seen, Span, seen
from reports.facts import Facts, Row

ON_TIME: Mapping[str, str] = {
    "sixth_day_provision": "sixth_day_on_time",
    "fair_access_place": "fair_access_on_time",
    "health_response": "health_on_time",
    "ehc_decision": "ehc_decided_on_time",
    "ehc_plan": "ehc_plans_on_time",
    "ehc_consultation": "ehc_consultation_on_time",
}
KINDS = tuple(ON_TIME)


def owing(facts: Facts, span: Span) -> Iterator[Seen]:
    """What lapsed is owed no more; what is due today may still be done."""
    for owed in facts.rows("follow_up"):
        measure = ON_TIME.get(owed.kind)
        lapsed = owed.outcome == "lapsed" and owed.closed_on <= span.today
        if measure is None or lapsed or not span.holds(owed.due_on):
            continue
        done_on = owed.closed_on if owed.outcome == "done" else None
        if done_on is None and owed.due_on >= span.today:
            continue
        on_time = done_on is not None and done_on <= owed.due_on
        school = _school(facts, owed)
        yield seen(facts, measure, owed.opened_on, school=school, yes=on_time)
        if owed.kind == "sixth_day_provision" and not on_time:
            until = min(done_on or span.today, span.today)
            days = _school_days(facts, owed, until)
            yield seen(facts, "sixth_day_breach", owed.opened_on, school=school, days=days)


def _school(facts: Facts, owed: Row) -> str | None:
    """The school that owes it; where somebody else does, it is the pupil's."""
    owner = facts.world.organisations.get(owed.owner)
    return owed.owner if owner is not None and owner.kind in {"school", "provider"} else None


def _school_days(facts: Facts, owed: Row, until: date) -> int:
    """From the day owed to the day before education began."""
    calendar = facts.world.calendars.of(owed.calendar)
    return calendar.known_days(owed.due_on, until) - calendar.known_days(until, until)
