"""Suspensions, permanent exclusions, managed moves, part-time timetables: what schools did."""

from collections.abc import Iterator
from datetime import timedelta

from reports.dashboard.seen import Seen, Span, seen
from reports.facts import Facts

SIX_WEEKS = timedelta(days=42)  # domain reference 1.6, the registry's own limit


def excluding(facts: Facts, span: Span) -> Iterator[Seen]:
    for exclusion in facts.rows("exclusion"):
        if exclusion.undone or not span.holds(exclusion.occurred_on):
            continue
        on, school = exclusion.occurred_on, exclusion.school
        if exclusion.kind == "permanent":
            yield seen(facts, "permanent_exclusions", on, school=school)
        elif exclusion.kind == "suspension":
            yield seen(facts, "suspensions", on, school=school)
            yield seen(facts, "pupils_suspended", on, school=school)
    for move in facts.rows("managed_move"):
        if span.holds(move.occurred_on):
            yield seen(facts, "managed_moves", move.occurred_on, school=move.from_school)
    yield from _part_time(facts, span)


def _part_time(facts: Facts, span: Span) -> Iterator[Seen]:
    for timetable in facts.rows("part_time"):
        if not span.meets(timetable.starts_on, timetable.ended_on):
            continue
        until = min(timetable.ended_on or span.last, span.last)
        long = until - timetable.starts_on >= SIX_WEEKS
        yield seen(facts, "part_time", until, school=timetable.school)
        yield seen(facts, "part_time_over_six_weeks", until, school=timetable.school, yes=long)
