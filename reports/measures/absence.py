"""Beside O2: the absence of a provider's pupils while placed there, in the period."""

from collections.abc import Iterator, Mapping
from datetime import date

from reports.facts import Facts
from reports.measures.episode import Episode, Part, Period, Secondary

MEASURE = "attendance"
Spans = list[tuple[date, date]]


def episodes(facts: Facts, period: Period) -> Iterator[Episode]:
    """One for each provider: of all its registers by the clash rule, over the days placed."""
    for provider, spans in _placed(facts, period).items():
        yield Episode(
            measure=MEASURE,
            provider=provider,
            la=facts.home_la(max(last for _, last in spans)),
            place=None,
            secondary=tuple(_figures(facts, spans)),
        )


def _placed(facts: Facts, period: Period) -> Mapping[str, Spans]:
    found: dict[str, Spans] = {}
    for placement in facts.placements:
        first = max(placement.starts_on, period.from_on)
        last = min(placement.ended_on or date.max, period.to_on, period.today)
        if first <= last:
            found.setdefault(placement.provider, []).append((first, last))
    return found


def _figures(facts: Facts, spans: Spans) -> Iterator[Secondary]:
    counted = [facts.absences(first, last) for first, last in spans]
    possible, authorised, unauthorised = (sum(each) for each in zip(*counted, strict=True))
    absent = authorised + unauthorised
    sessions = {
        "overall_absence": absent,
        "authorised_absence": authorised,
        "unauthorised_absence": unauthorised,
    }
    for name, count in sessions.items():
        yield Part(name, count, possible, in_totals=False)
    pupils = int(possible > 0)  # without a possible session a pupil is neither
    for name, times in (("persistent_absence", 10), ("severe_absence", 2)):
        yield Part(name, int(possible > 0 and absent * times >= possible), pupils, in_totals=False)
