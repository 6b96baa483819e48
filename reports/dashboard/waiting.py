"""Who still waits for a placement on the last day looked at, and how long they have."""

from collections.abc import Iterator
from datetime import date

from reports.dashboard.seen import Seen, Span, seen
from reports.facts import MAIN, Facts

YEAR_11 = 11
_CLOSED = frozenset({"declined", "withdrawn"})
# Who leaves a roll because excluded, or on no lawful ground, still is to be placed.
_STILL_OWED = frozenset({"o", "none", None})


def waiting(facts: Facts, span: Span) -> Iterator[Seen]:
    """From the first cause that has led to nothing yet; each pupil up to Year 11 once."""
    since = min((day for day in _causes(facts, span) if not _over(facts, span, day)), default=None)
    if since is None or (facts.year_group(span.last) or 0) > YEAR_11:
        return
    days = facts.calendar(since).known_days(since, span.last)
    yield seen(facts, "time_waiting", since, days=days)


def _causes(facts: Facts, span: Span) -> Iterator[date]:
    """Permanent exclusions that stand, and referrals, each for what it is about."""
    undone = {one.key for one in facts.rows("exclusion") if one.undone}
    begun = {one.key: one.occurred_on for one in (*facts.rows("exclusion"),
                                                  *facts.rows("direction"))}  # fmt: skip
    for one in facts.rows("exclusion"):
        if one.kind == "permanent" and not one.undone and one.occurred_on <= span.last:
            yield one.occurred_on
    for one in facts.rows("referral"):
        closed = one.decision in _CLOSED and one.decided_on <= span.last
        if not closed and one.occurred_on <= span.last and one.about not in undone:
            yield min(begun.get(one.about, one.occurred_on), one.occurred_on)


def _over(facts: Facts, span: Span, day: date) -> bool:
    """Placed, taught from the sixth day, back or moved to a school, or gone."""
    if any(p.starts_on <= span.last and (p.ended_on or day) >= day for p in facts.placements):
        return True
    main = [one for one in facts.rows("roll") if one.registration in MAIN]
    left = [one.until_on for one in main if one.ground not in _STILL_OWED]
    ends = (
        *(one.from_on for one in main if one.from_on > day),
        *(on for on in left if on is not None),
        *(one.started_on for one in facts.rows("reintegration")),
        *(one.occurred_on for one in facts.rows("managed_move")),
        *(one.closed_on for one in facts.rows("follow_up")
          if (one.kind, one.outcome) == ("sixth_day_provision", "done")),
    )  # fmt: skip
    return any(day <= on <= span.last for on in ends)
