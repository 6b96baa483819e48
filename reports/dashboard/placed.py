"""Pupils in AP: how many, how often absent, how long before it, heard, and what becomes of them."""

from collections.abc import Iterator
from datetime import date, timedelta

from ap_registry.calendar import academic_year
from ap_registry.codes import activity_group
from reports.dashboard.seen import NOT_SAID, Seen, Span, groups, seen
from reports.facts import Facts

DAY = timedelta(days=1)
YEAR_11 = 11
GOOD_FOR = timedelta(days=120)  # as O5: an older activity says nothing
TAKING_PART = frozenset({"education", "training", "employment", "apprenticeship"})


def placed(facts: Facts, span: Span) -> Iterator[Seen]:
    stretches = _stretches(facts, span)
    if not stretches:
        return
    for start, _ in stretches:
        spell = facts.main_spell(start)
        yield seen(facts, "in_ap", start, school=spell.school if spell else None)
    last = stretches[-1][1]
    yield from _absence(facts, stretches, last)
    yield from _waits(facts, span)
    heard = any(
        view.whose == "pupil" and span.holds(view.occurred_on)
        for view in facts.rows("view_recorded")
    )
    yield seen(facts, "heard", last, yes=heard)
    carer = groups(facts, last)["young_carer"]
    if carer != NOT_SAID:
        yield seen(facts, "young_carers", last, yes=carer == "true")
    yield from _destination(facts, span)


def _stretches(facts: Facts, span: Span) -> list[tuple[date, date]]:
    """The days of the period on which the pupil was placed, as stretches apart; in order."""
    found: list[tuple[date, date]] = []
    for placement in facts.placements:
        if not span.meets(placement.starts_on, placement.ended_on):
            continue
        start = max(placement.starts_on, span.first)
        end = min(placement.ended_on or span.last, span.last)
        if found and start <= found[-1][1] + DAY:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _absence(facts: Facts, stretches: list[tuple[date, date]], last: date) -> Iterator[Seen]:
    counted = [facts.absences(start, end) for start, end in stretches]
    possible = sum(one[0] for one in counted)
    absent = sum(one[1] + one[2] for one in counted)
    if possible:
        yield seen(facts, "absence", last, yes=absent, of=possible)
        yield seen(facts, "persistent_absence", last, yes=10 * absent >= possible)
        yield seen(facts, "severe_absence", last, yes=2 * absent >= possible)


def _waits(facts: Facts, span: Span) -> Iterator[Seen]:
    """From the day of what a placement arises from to the day before its start."""
    for placement in facts.placements:
        start, cause = placement.starts_on, placement.trigger_on
        if cause is not None and cause <= start and span.holds(start):
            days = facts.calendar(start).known_days(cause, start - DAY) if cause < start else 0
            yield seen(facts, "time_to_placement", start, days=days)


def _destination(facts: Facts, span: Span) -> Iterator[Seen]:
    """Of the leavers of the last academic year whose 1 November has been looked at."""
    year = academic_year(span.last)
    ends, november = date(year + 1, 8, 31), date(year + 1, 11, 1)
    of_year = [p for p in facts.placements if p.starts_on <= ends
               and (p.ended_on or ends) >= date(year, 9, 1)]  # fmt: skip
    if span.today < november or not of_year or facts.year_group(date(year, 9, 1)) != YEAR_11:
        return
    known = [row for row in facts.rows("destination")
             if november - GOOD_FOR <= row.occurred_on <= november]  # fmt: skip
    group = activity_group(known[-1].activity) if known else None
    yield seen(facts, "destinations", ends, yes=group in TAKING_PART)
