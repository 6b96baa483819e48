"""An exit report: what the next school needs to know, with the in-depth assessment."""

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any

from ap_registry.access import Caller
from ap_registry.registry import Registry
from reports.extracts.exit_document import document
from reports.extracts.one_placement import Stay, find_stay, measured
from reports.extracts.tallies import tally
from reports.kind import Asked, Made
from reports.pupils import Sitting, sitting

Row = dict[str, Any]


def read(registry: Registry, asked: Asked, caller: Caller) -> Made:
    """As ``reports.kinds`` asks for it; of a placement that still runs, so far."""
    with sitting(registry, caller, asked["known_by"]) as seen:
        stay = find_stay(seen, asked, on=registry.today())
        found = exit_of(seen, stay)
    said = {name: found[name] for name in ("placement", "known_by", "ledger")}
    return Made(object=found, document=partial(document, found), said=said, pupils=[stay.known.id])


def exit_of(seen: Sitting, stay: Stay) -> Row:
    placement, known = stay.placement, stay.known
    last = min(placement.ended_on or known.day, known.day)
    calendar = seen.world.calendars.of(placement.commissioner)
    return {
        "pupil_id": str(known.id),
        "upn": known.upn,
        "name": known.name,
        "year_group": known.pupil.year_group(last),
        "sen_provision": known.text("sen_provision") or None,
        "sen_need": known.text("sen_need") or None,
        "placement": str(placement.id),
        "provider_name": seen.name(placement.provider),
        "arranged_by_name": seen.name(placement.commissioner),
        "reason": placement.reason,
        "intent": placement.intent,
        "starts_on": placement.occurred_on.isoformat(),
        "first_planned_ends_on": placement.first_planned_ends_on.isoformat(),
        "ended_on": placement.ended_on.isoformat() if placement.ended_on else None,
        "end_reason": placement.end_reason,
        "destination_name": seen.name(placement.destination) or None,
        "school_days": calendar.count(placement.occurred_on, last),
        "known_by": seen.known_by,
        "ledger": seen.head,
        "attendance": _attendance(seen, stay, last),
        "goals": list(_goals(stay, last)),
        "reviews": [e.occurred_on.isoformat() for e in stay.about("review_held")],
        "assessment": _assessment(seen, stay),
        "measures": list(measured(stay)),
        "results": list(_attained(stay, "result")),
        "targets": list(_attained(stay, "target")),
        "views": list(_views(stay, last)),
        "plan": _plan(seen, stay),
    }


def _attendance(seen: Sitting, stay: Stay, last: date) -> Row:
    found = tally(stay.known.marks(stay.placement.occurred_on, last))
    return {
        "possible": found.possible, "attended": found.attended,
        "authorised": found.authorised, "unauthorised": found.unauthorised, "rate": found.rate,
    }  # fmt: skip


def _goals(stay: Stay, last: date) -> Iterator[Row]:
    progress = stay.progress(last)
    for number, goal in enumerate(stay.objectives):
        yield {"goal": goal, "progress": progress[number] if number < len(progress) else None}


def _assessment(seen: Sitting, stay: Stay) -> Row | None:
    """The in-depth assessment as it was shared last."""
    shared = stay.about("assessment_shared")
    if not shared:
        return None
    facts = shared[-1].facts
    return {
        "shared_on": shared[-1].occurred_on.isoformat(),
        "school_name": seen.name(facts.school),
        **{part: getattr(facts, part)
           for part in ("learning", "triggers", "needs", "recommendations")},
    }  # fmt: skip


def _attained(stay: Stay, kind: str) -> Iterator[Row]:
    """Awards from its start on; all targets that are agreed."""
    for one in stay.known.pupil.attained:
        if one.kind == kind and (kind == "target" or one.occurred_on >= stay.placement.occurred_on):
            yield {
                "qualification": one.qualification, "subject": one.subject, "grade": one.grade,
                "level": one.level, "on": one.occurred_on.isoformat(),
            }  # fmt: skip


def _views(stay: Stay, last: date) -> Iterator[Row]:
    """What was said and may be told to a school and to a parent: the report goes to both."""
    for entry in stay.during("view_recorded", stay.placement.occurred_on, last):
        if entry.facts.share == "all":
            yield {
                "whose": entry.facts.whose, "on": entry.occurred_on.isoformat(),
                "words": entry.facts.words,
            }  # fmt: skip


def _plan(seen: Sitting, stay: Stay) -> Row | None:
    plans = stay.about("reintegration_planned")
    if not plans:
        return None
    facts = plans[-1].facts
    return {
        "school_name": seen.name(facts.school),
        "returns_on": facts.returns_on.isoformat(),
        "phased_until": facts.phased_until.isoformat() if facts.phased_until else None,
        "lead": facts.lead,
    }
