"""Wellbeing, beside the five (outcomes.md): measured at both ends of a placement."""

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction

from ap_registry.calendar import SchoolCalendar
from reports.facts import Facts, Row
from reports.measures.episode import Episode, Number, Period, Secondary, Yes

MEASURE = "wellbeing"
APART = 60  # school days
SDQ = "sdq_total"
# The first score of each band but the lowest, by informant, and since when: sdqinfo.org.
SDQ_BANDS: Mapping[str, tuple[tuple[date, tuple[int, ...]], ...]] = {
    "teacher": ((date.min, (12, 16, 19)),),
    "parent": ((date.min, (14, 17, 20)),),
    "self": ((date.min, (15, 18, 20)),),
}


def ended(facts: Facts, period: Period) -> bool:
    return any(period.holds(placement.ended_on) for placement in facts.placements)


def episodes(facts: Facts, period: Period) -> Iterator[Episode]:
    """Placements ended in the period that were measured at both ends."""
    for placement in facts.placements:
        if period.holds(placement.ended_on) and (found := tuple(_measured(facts, placement))):
            yield Episode(
                measure=MEASURE,
                provider=placement.provider,
                la=facts.home_la(placement.ended_on),
                place=None,
                secondary=found,
                subject=placement.key,
                since=placement.starts_on,
                until=placement.ended_on,
            )


def _measured(facts: Facts, placement: Row) -> Iterator[Secondary]:
    """The first baseline and the last exit of one instrument and informant, both while placed."""
    calendar = facts.calendar(placement.ended_on)
    while_placed = [
        w
        for w in facts.rows("wellbeing")
        if placement.starts_on <= w.occurred_on <= placement.ended_on
    ]
    for instrument, informant in sorted({(w.instrument, w.informant) for w in while_placed}):
        of_one = [w for w in while_placed if (w.instrument, w.informant) == (instrument, informant)]
        first = next((w for w in of_one if w.stage == "baseline"), None)
        last = next((w for w in reversed(of_one) if w.stage == "exit"), None)
        if first is None or last is None or not _far_apart(calendar, first, last):
            continue
        if instrument == SDQ:
            yield Yes(SDQ, band(last) < band(first))
        else:
            change = Fraction(last.score) - Fraction(first.score)
            yield Number(instrument, change.as_integer_ratio(), "mean")


def _far_apart(calendar: SchoolCalendar, first: Row, last: Row) -> bool:
    reached = calendar.nth_after(first.occurred_on, APART)
    return reached is not None and last.occurred_on >= reached


def band(measured: Row) -> int:
    """0 close to average … 3 very high, by the bands of the day; less is better."""
    dated = SDQ_BANDS[measured.informant]
    bands = next(limits for since, limits in reversed(dated) if since <= measured.occurred_on)
    return sum(measured.score >= limit for limit in bands)
