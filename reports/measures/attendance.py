"""O2 Improved attendance (outcomes.md)."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from ap_registry.calendar import SchoolCalendar
from reports.facts import Facts, Row
from reports.marks import DAY, Sessions
from reports.measures.episode import (
    EXCLUDED,
    FAILED,
    PENDING,
    SUCCESS,
    UNKNOWN,
    Count,
    Episode,
    Number,
    Period,
    Place,
    Secondary,
    Yes,
)  # fmt: skip
from reports.statistics import ratio

MEASURE = "attendance"
WINDOW = 60
SHORT = 15
LEAST_POSSIBLE = 30
STEP = 5  # percentage points
HIGH = 90  # percent
EARLY = frozenset(
    {"permanent_exclusion", "breakdown", "parental_withdrawal", "other_ap", "ehe", "cme"}
)
MEDICAL = frozenset({"mental_health", "physical_health"})


class Windows(NamedTuple):
    """``k`` school days before the trigger and from the start."""

    k: int
    before: Sessions
    after: Sessions
    gap: int


def episodes(facts: Facts, period: Period) -> Iterator[Episode]:
    for placement in facts.placements:
        if placement.starts_on > period.to_on:
            continue
        calendar = facts.calendar(placement.starts_on)
        sixtieth = calendar.nth_from(placement.starts_on, WINDOW)
        if sixtieth is None or not period.holds(sixtieth):
            continue
        la = facts.home_la(sixtieth)
        reason = _left(placement, sixtieth)
        medical = placement.reason in MEDICAL
        trigger = _trigger(facts, placement, calendar)
        if reason is not None or medical:
            yield Episode(
                measure=MEASURE, provider=placement.provider, la=la, place=EXCLUDED,
                reason=reason or "medical", subject=placement.key, since=trigger, until=sixtieth,
            )  # fmt: skip
        if reason is not None:
            continue
        place, why, secondary = _judge(
            facts, placement, calendar, period, sixtieth=sixtieth, trigger=trigger
        )
        yield Episode(
            measure=MEASURE, provider=placement.provider, la=la, place=place, reason=why,
            group="medical" if medical else None, secondary=secondary, subject=placement.key,
            since=trigger, until=sixtieth,
        )  # fmt: skip


def _left(placement: Row, sixtieth: date) -> str | None:
    gone = placement.end_reason in {"died", "left_england"}
    return str(placement.end_reason) if gone and placement.ended_on <= sixtieth else None


def _judge(
    facts: Facts,
    placement: Row,
    calendar: SchoolCalendar,
    period: Period,
    *,
    sixtieth: date,
    trigger: date,
) -> tuple[Place, str, tuple[Secondary, ...]]:
    if sixtieth > period.today:
        return PENDING, "not_over", ()
    windows = _windows(facts, placement, calendar, sixtieth=sixtieth, trigger=trigger)
    if windows.k < SHORT and placement.end_reason in EARLY:
        return FAILED, "early_end", (Count("early_end"),)
    if windows.k < SHORT or 1 <= windows.after.possible < LEAST_POSSIBLE:
        return EXCLUDED, "too_short", ()
    if windows.before.possible < LEAST_POSSIBLE:
        return EXCLUDED, "no_baseline", ()
    if windows.after.possible == 0:
        return UNKNOWN, "no_registers", ()
    beside = tuple(_beside(windows))
    if _improved(windows.before, windows.after):
        return SUCCESS, "improved", beside
    return FAILED, "not_improved", beside


def _windows(
    facts: Facts, placement: Row, calendar: SchoolCalendar, *, sixtieth: date, trigger: date
) -> Windows:
    start = placement.starts_on
    last = min(placement.ended_on or sixtieth, sixtieth)
    k = calendar.count(start, last)
    nothing = Sessions(0, 0, 0)
    if k == 0:
        return Windows(0, nothing, nothing, 0)
    until = calendar.nth_from(start, k)
    assert until is not None
    since = calendar.nth_before(trigger, k) or calendar.first_loaded
    before = nothing if since is None else facts.sessions(since, trigger - DAY)
    return Windows(k, before, facts.sessions(start, until), calendar.count(trigger, start - DAY))


def _trigger(facts: Facts, placement: Row, calendar: SchoolCalendar) -> date:
    """The day that led to the placement; never later than its start."""
    start: date = placement.starts_on
    if placement.trigger_on is not None:
        trigger: date = placement.trigger_on
        return min(trigger, start)
    since = calendar.nth_before(start, WINDOW) or calendar.first_loaded or start
    led = [
        *(e.occurred_on for e in facts.rows("exclusion")),
        *(d.occurred_on for d in facts.rows("direction")),
    ]
    return max((day for day in led if since <= day < start), default=start)


def _gain(before: Sessions, after: Sessions) -> tuple[int, int]:
    """After less before, as a fraction that is not in lowest terms."""
    gain = after.attended * before.possible - before.attended * after.possible
    return gain, after.possible * before.possible


def _improved(before: Sessions, after: Sessions) -> bool:
    """Compared in whole numbers, hence exactly."""
    gain, whole = _gain(before, after)
    return 100 * gain >= STEP * whole or all(
        100 * sessions.attended >= HIGH * sessions.possible for sessions in (before, after)
    )


def _absent(sessions: Sessions, times: int) -> bool:
    """For one session in so many or more."""
    return (sessions.possible - sessions.attended) * times >= sessions.possible


def _beside(windows: Windows) -> Iterator[Secondary]:
    before, after = windows.before, windows.after
    gain, whole = _gain(before, after)
    change = ratio(100 * gain, whole)
    yield Number("mean_change", change, "mean")
    yield Number("median_change", change, "median")
    for name, times in (("left_persistent", 10), ("left_severe", 2)):
        if _absent(before, times):
            yield Yes(name, not _absent(after, times))
    yield Number("gap_days", (windows.gap, 1), "median")
    yield Yes("c2_adjusted", _without_c2(windows))
    for name, sessions in (("before", before), ("after", after)):
        a_week = ratio(5 * sessions.attended, windows.k)
        yield Number(f"sessions_a_week_{name}", a_week, "median")


def _without_c2(windows: Windows) -> bool:
    """The same comparison with C2 (part-time timetable) out of possible; not statutory."""
    before, after = windows.before.without_c2, windows.after.without_c2
    return before.possible > 0 and after.possible > 0 and _improved(before, after)
