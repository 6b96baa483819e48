"""A placement's half-term for the parents: how often the child came, the goals, what comes next."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any

from ap_registry.access import Caller
from ap_registry.calendar import TermBlock
from ap_registry.registry import Registry
from reports.extracts.one_placement import Stay, find_stay
from reports.extracts.progress_document import document
from reports.extracts.tallies import tally
from reports.kind import Asked, Made
from reports.pupils import Sitting, sitting

SIX_WEEKS = timedelta(weeks=6)
Row = dict[str, Any]


def read(registry: Registry, asked: Asked, caller: Caller) -> Made:
    """As ``reports.kinds`` asks for it; ``on`` is a day of the half-term, today if not given."""
    on = asked["on"] or registry.today()
    with sitting(registry, caller, asked["known_by"]) as seen:
        stay = find_stay(seen, asked, on=on)
        found = progress_of(seen, stay, on)
    said = {name: found[name] for name in ("placement", "period", "known_by", "ledger")}
    return Made(object=found, document=partial(document, found), said=said, pupils=[stay.known.id])


def progress_of(seen: Sitting, stay: Stay, on: date) -> Row:
    placement, known = stay.placement, stay.known
    day = min(known.day, placement.ended_on or known.day)
    block, before = _half_terms(seen, stay, day)
    first, last = max(block.starts_on, placement.occurred_on), min(block.ends_on, day)
    return {
        "pupil_id": str(known.id),
        "given_name": stay.name,
        "placement": str(placement.id),
        "provider": placement.provider,
        "provider_name": seen.name(placement.provider),
        "school_name": seen.name(_school(stay)),
        "starts_on": placement.occurred_on.isoformat(),
        "ends_on": placement.planned_ends_on.isoformat(),
        "ended_on": placement.ended_on.isoformat() if placement.ended_on else None,
        "sessions_per_week": placement.sessions_per_week,
        "period": {"from": first.isoformat(), "to": last.isoformat()},
        "known_by": seen.known_by,
        "ledger": seen.head,
        "attendance": _attendance(seen, stay, first, last),
        "before": _before(seen, stay, before),
        "goals": list(_goals(stay, last)),
        "reviews": list(_reviews(stay, first, last)),
        "next_review_on": _next_review(stay),
        "tests": list(_tests(stay, first, last)),
        "views": list(_views(stay, first, last)),
        "returns": _returns(seen, stay),
    }


def _school(stay: Stay) -> str:
    roll = stay.known.pupil.main_roll(min(stay.known.day, stay.placement.occurred_on))
    return roll.school if roll else stay.placement.commissioner


def _half_terms(seen: Sitting, stay: Stay, day: date) -> tuple[TermBlock, TermBlock | None]:
    """The block that holds the day, or the last begun by then; and the one before it."""
    calendar = seen.world.calendars.of(_school(stay))
    begun = [block for block in calendar.blocks if block.starts_on <= day]
    if not begun:
        return TermBlock(day - SIX_WEEKS, day), None
    return begun[-1], begun[-2] if len(begun) > 1 else None


def _attendance(seen: Sitting, stay: Stay, first: date, last: date) -> Row:
    found = tally(stay.known.marks(first, last))
    return {
        "possible": found.possible, "attended": found.attended, "late": found.late,
        "unauthorised": found.unauthorised, "rate": found.rate,
    }  # fmt: skip


def _before(seen: Sitting, stay: Stay, block: TermBlock | None) -> Row | None:
    """Of the half-term before, where the placement ran in it."""
    if block is None or block.ends_on < stay.placement.occurred_on:
        return None
    return _attendance(seen, stay, max(block.starts_on, stay.placement.occurred_on), block.ends_on)


def _goals(stay: Stay, last: date) -> Iterator[Row]:
    progress = stay.progress(last)
    for number, goal in enumerate(stay.objectives):
        yield {"goal": goal, "progress": progress[number] if number < len(progress) else None}


def _reviews(stay: Stay, first: date, last: date) -> Iterator[Row]:
    for entry in stay.about("review_held"):
        if first <= entry.occurred_on <= last:
            facts = entry.facts
            yield {
                "on": entry.occurred_on.isoformat(),
                "attended": list(facts.attended),
                "outcome": facts.outcome,
                "ends_on": facts.ends_on.isoformat() if facts.ends_on else None,
            }


def _next_review(stay: Stay) -> str | None:
    due = [
        owed.due_on for owed in stay.known.picture.follow_ups.values()
        if owed.kind == "placement_review" and owed.closed_on is None
    ]  # fmt: skip
    return min(due).isoformat() if due and stay.placement.open else None


def _tests(stay: Stay, first: date, last: date) -> Iterator[Row]:
    """Each with what the same test said at the start, where that is on record."""
    started: Mapping[tuple[str, str | None], float | None] = {
        (one.subject, one.instrument): one.score
        for one in stay.known.pupil.attained
        if one.kind == "assessment" and one.stage == "baseline"
    }
    for one in stay.known.pupil.attained:
        if one.kind == "assessment" and first <= one.occurred_on <= last:
            start = started.get((one.subject, one.instrument)) if one.stage != "baseline" else None
            yield {"subject": one.subject, "score": one.score, "at_start": start}


def _views(stay: Stay, first: date, last: date) -> Iterator[Row]:
    """What was said and may be told to anybody: the report leaves whoever makes it for a parent."""
    for entry in stay.during("view_recorded", first, last):
        if entry.facts.share == "all":
            yield {
                "whose": entry.facts.whose, "feeling": entry.facts.feeling,
                "words": entry.facts.words,
            }  # fmt: skip


def _returns(seen: Sitting, stay: Stay) -> Row | None:
    plans = stay.about("reintegration_planned")
    if not plans:
        return None
    facts = plans[-1].facts
    return {
        "school_name": seen.name(facts.school),
        "on": facts.returns_on.isoformat(),
        "lead": facts.lead,
        "phased_until": facts.phased_until.isoformat() if facts.phased_until else None,
    }
