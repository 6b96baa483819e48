"""O1 Effective outreach support (outcomes.md)."""

from collections.abc import Iterator
from datetime import date

from reports.facts import Facts, Row, open_on
from reports.marks import DAY
from reports.measures.episode import (
    EXCLUDED,
    FAILED,
    PENDING,
    SUCCESS,
    UNKNOWN,
    Count,
    Episode,
    Period,
    Place,
    Secondary,
    Yes,
)  # fmt: skip

MEASURE = "outreach"
WINDOW = 60
LEAST_DELIVERED = 5
LEAST_POSSIBLE = 30
OVERDUE = 120


def episodes(facts: Facts, period: Period) -> Iterator[Episode]:
    for outreach in facts.outreach:
        if not facts.world.supports_schools(outreach.provider):
            continue
        if period.holds(outreach.ended_on):
            yield _episode(facts, outreach, period)
        elif outreach.ended_on is None and outreach.starts_on <= period.today:
            calendar = facts.calendar(outreach.starts_on)
            limit = calendar.nth_after(outreach.starts_on, OVERDUE)
            if limit is not None and limit < period.today:
                yield Episode(
                    measure=MEASURE,
                    provider=outreach.provider,
                    la=facts.home_la(period.today),
                    place=None,
                    secondary=(Count("outreach_overdue_open"),),
                    subject=outreach.key,
                    since=outreach.starts_on,
                )


def _episode(facts: Facts, outreach: Row, period: Period) -> Episode:
    calendar = facts.calendar(outreach.ended_on)
    last = calendar.nth_after(outreach.ended_on, WINDOW)
    reason = _excluded(facts, outreach)
    secondary: tuple[Secondary, ...] = ()
    if reason is not None:
        place = EXCLUDED
    elif last is None or last > period.today:
        place, reason = PENDING, "not_over"
    else:
        place, reason = _matured(facts, outreach, last, suspensions=True)
        core, _ = _matured(facts, outreach, last, suspensions=False)
        if core in {SUCCESS, FAILED}:
            secondary = (Yes("core", core is SUCCESS),)
    return Episode(
        measure=MEASURE,
        provider=outreach.provider,
        la=facts.home_la(outreach.ended_on),
        place=place,
        reason=reason,
        secondary=secondary,
        subject=outreach.key,
        since=outreach.starts_on,
        until=last,
    )


def _excluded(facts: Facts, outreach: Row) -> str | None:
    if outreach.end_reason in {"died", "left_england"}:
        return str(outreach.end_reason)
    if not facts.on_roll(outreach.starts_on):
        return "not_on_roll"
    if any(open_on(p, outreach.starts_on) for p in facts.placements):
        return "in_placement"
    if outreach.delivered < LEAST_DELIVERED and not _stepped_up(
        facts, outreach.starts_on, outreach.ended_on
    ):
        return "too_few_sessions"
    return None


def _stepped_up(facts: Facts, start: date, last: date) -> bool:
    """A standing permanent exclusion, placement, direction or managed move in that stretch."""
    days = [
        *(e.occurred_on for e in facts.rows("exclusion") if e.kind == "permanent" and not e.undone),
        *(p.starts_on for p in facts.placements),
        *(d.occurred_on for d in facts.rows("direction")),
        *(m.occurred_on for m in facts.rows("managed_move")),
    ]
    return any(start <= day <= last for day in days)


def _matured(facts: Facts, outreach: Row, last: date, *, suspensions: bool) -> tuple[Place, str]:
    """And the first rule that fits."""
    end = outreach.ended_on
    if not facts.on_roll(last):
        return FAILED, "off_roll"
    if suspensions and any(
        e.kind == "suspension" and not e.undone and end < e.occurred_on <= last
        for e in facts.rows("exclusion")
    ):
        return FAILED, "suspended"
    if _stepped_up(facts, outreach.starts_on, last):
        return FAILED, "stepped_up"
    if any(open_on(p, last) for p in facts.placements):
        return FAILED, "placed"
    sessions = facts.sessions(end + DAY, last)
    if sessions.half_absent:
        return FAILED, "half_absent"
    if sessions.possible < LEAST_POSSIBLE:
        return UNKNOWN, "too_few_registers"
    return SUCCESS, "stayed"
