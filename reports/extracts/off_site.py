"""Off site in one school's report: each placement, its checks, its reviews and its attendance."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from ap_registry.happenings import Direction, Placement
from ap_registry.instants import iso
from ap_registry.provider_checks import hold_on
from reports.extracts.asking import Period, who
from reports.extracts.tallies import tally
from reports.pupils import Known, Sitting

Row = dict[str, Any]


def off_site(seen: Sitting, known: Known, period: Period) -> Iterator[Row]:
    """Its placements and those of pupils on its roll; a direction that led to none by itself."""
    pupil = known.pupil
    led: set[UUID | None] = set()
    for placement in pupil.placements:
        led.add(pupil.cause(placement.arising_from))
        roll = pupil.main_roll(max(placement.occurred_on, period.from_on))
        theirs = placement.commissioner == period.school
        if (theirs or (roll and roll.school == period.school)) and _runs(placement, period):
            yield {**who(known), **_placement(seen, known, placement, period)}
    for direction in pupil.directions:
        runs = direction.starts_on <= period.to_on and direction.ends_on >= period.from_on
        if direction.school == period.school and direction.id not in led and runs:
            yield {**who(known), **_direction(seen, known, direction)}


def _runs(placement: Placement, period: Period) -> bool:
    begun = placement.occurred_on <= period.to_on and placement.end_reason != "error"
    return begun and (placement.ended_on is None or placement.ended_on >= period.from_on)


def _placement(seen: Sitting, known: Known, placement: Placement, period: Period) -> Row:
    first = max(placement.occurred_on, period.from_on)
    last = min(placement.ended_on or period.to_on, period.to_on)
    marks = tally(known.marks(first, last))
    return {
        "placement": str(placement.id),
        "provider": placement.provider,
        "provider_name": seen.name(placement.provider),
        "site": _site(known, placement.id),
        "basis": _basis(seen, known, placement),
        "arranged_by": placement.commissioner,
        "arranged_by_name": seen.name(placement.commissioner),
        "reason": placement.reason,
        "intent": placement.intent,
        "starts_on": placement.occurred_on.isoformat(),
        "ends_on": placement.planned_ends_on.isoformat(),
        "ended_on": iso(placement.ended_on),
        "end_reason": placement.end_reason,
        "sessions_per_week": placement.sessions_per_week,
        **_checks(seen, known, placement),
        **reviews(known, placement.id, "placement_review"),
        "possible": marks.possible,
        "attended": marks.attended,
        "unauthorised": marks.unauthorised,
        "attendance": marks.rate,
    }


def _direction(seen: Sitting, known: Known, direction: Direction) -> Row:
    """No placement came of it on record: where the pupil is, is not known here."""
    unknown: Mapping[str, None] = dict.fromkeys(
        ("placement", "site", "reason", "intent", "end_reason", "checks_confirmed_on", "attendance")
    )
    return {
        **unknown,
        "provider": direction.provider,
        "provider_name": seen.name(direction.provider),
        "basis": "off_site_direction",
        "arranged_by": direction.school,
        "arranged_by_name": seen.name(direction.school),
        "starts_on": direction.starts_on.isoformat(),
        "ends_on": direction.ends_on.isoformat(),
        "ended_on": None,
        "sessions_per_week": direction.sessions_per_week,
        "checks": False,
        **reviews(known, direction.id, "off_site_review"),
        "possible": 0,
        "attended": 0,
        "unauthorised": 0,
    }


def _basis(seen: Sitting, known: Known, placement: Placement) -> str | None:
    """Which notice led to it, by its type or by a referral's route.

    A school is not told of exclusions elsewhere (contract section 8).
    """
    cause = known.pupil.cause(placement.arising_from)
    entry = known.entries.get(cause) if cause else None
    if entry is None:
        return None
    excluded = known.pupil.exclusion(entry.id)
    own = seen.caller.organisations
    if excluded is not None and seen.caller.role == "school" and excluded.school not in own:
        return None
    return str(entry.facts.route) if entry.type == "referral" else entry.type


def _site(known: Known, placement: UUID) -> str | None:
    """The last one named."""
    sites = [
        entry.facts.site for entry in known.entries.values()
        if (entry.id == placement or getattr(entry.facts, "placement", None) == placement)
        and getattr(entry.facts, "site", None)
    ]  # fmt: skip
    return sites[-1] if sites else None


def _checks(seen: Sitting, known: Known, placement: Placement) -> Row:
    """Whether the placement began on a confirmation of the provider's staff checks, and whose."""
    named = known.entries[placement.id].facts.checks_confirmed_on
    told = seen.world.checks.get(placement.provider, ())
    return {
        "checks": named is not None or hold_on(told, placement.occurred_on),
        "checks_confirmed_on": iso(named),
    }


def reviews(known: Known, of: UUID, kind: str) -> Row:
    held = known.pupil.reviews_of(of, known.day)
    due = [
        one.due_on for one in known.picture.follow_ups.values()
        if one.kind == kind and one.closed_on is None and _about(known, one.opened_by, of)
    ]  # fmt: skip
    return {
        "reviews": len(held),
        "reviewed_on": iso(max((review.occurred_on for review in held), default=None)),
        "review_due_on": iso(min(due, default=None)),
        "review_overdue": any(day < known.day for day in due),
    }


def _about(known: Known, opened_by: UUID, of: UUID) -> bool:
    """A review opens the next one, so that it is of what that one was."""
    return opened_by == of or any(r.id == opened_by and r.of == of for r in known.pupil.reviews)
