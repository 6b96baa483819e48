"""One school's report: who of its pupils is off site, part time or gone from its roll, and why."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, LiteralString
from uuid import UUID

from ap_registry.access import Caller
from ap_registry.calendar import academic_year
from ap_registry.happenings import Direction, PartTime, Placement, RollSpell
from ap_registry.provider_checks import hold_on
from ap_registry.registry import Registry
from reports.extracts.school_document import document
from reports.extracts.tallies import tally
from reports.kind import Asked, Made
from reports.pupils import Known, Sitting, read_pupils, sitting
from reports.scope import HELD

_THEIRS: LiteralString = f"""
select pupil_id from roll where school = %(school)s and {HELD} and from_on <= %(to)s
   and (until_on is null or until_on >= %(from)s)
 union select pupil_id from placement where commissioner = %(school)s and {HELD}
   and starts_on <= %(to)s and (ended_on is null or ended_on >= %(from)s)
 union select pupil_id from direction where school = %(school)s and {HELD}
   and starts_on <= %(to)s and ends_on >= %(from)s
 union select pupil_id from part_time where school = %(school)s and {HELD}
   and starts_on <= %(to)s and (ended_on is null or ended_on >= %(from)s)
"""
Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Of which school, from when to when; both days included."""

    school: str
    from_on: date
    to_on: date


def read(registry: Registry, asked: Asked, caller: Caller) -> Made:
    """As ``reports.kinds`` asks for it; no period is the academic year up to today."""
    to_on = asked["to"] or registry.today()
    from_on = asked["from"] or date(academic_year(to_on), 9, 1)
    period = Period(school=asked["school"], from_on=min(from_on, to_on), to_on=to_on)
    with sitting(registry, caller, asked["known_by"]) as seen:
        found = school_report(seen, period)
    said = {
        "school": period.school,
        "period": {"from": found["from"], "to": found["to"]},
        "known_by": found["known_by"],
        "ledger": found["ledger"],
    }
    shown = {UUID(row["pupil_id"]) for name in LISTS for row in found[name]}
    return Made(object=found, document=partial(document, found), said=said, pupils=sorted(shown))


LISTS = ("off_site", "part_time", "off_roll")


def school_report(seen: Sitting, period: Period) -> Row:
    """``off_site``, ``part_time`` and ``off_roll``: a row each, by name; dates as ISO."""
    theirs = _theirs(seen, period)
    pupils = read_pupils(seen, theirs, on=period.to_on, school=period.school)
    rows: dict[str, list[Row]] = {name: [] for name in LISTS}
    for known in pupils:
        rows["off_site"] += _off_site(seen, known, period)
        rows["part_time"] += _part_time(known, period)
        rows["off_roll"] += _off_roll(seen, known, period)
    return {
        "school": period.school,
        "name": seen.name(period.school),
        "from": period.from_on.isoformat(),
        "to": period.to_on.isoformat(),
        "known_by": seen.known_by,
        "ledger": seen.head,
        **rows,
    }


def _theirs(seen: Sitting, period: Period) -> list[UUID]:
    asked = {
        "school": period.school, "from": period.from_on, "to": period.to_on, "at": seen.at,
    }  # fmt: skip
    return [row[0] for row in seen.connection.execute(_THEIRS, asked)]


def _who(known: Known) -> Row:
    return {
        "pupil_id": str(known.id),
        "name": known.name,
        "upn": known.upn,
        "year_group": known.pupil.year_group(known.day),
    }


def _off_site(seen: Sitting, known: Known, period: Period) -> Iterator[Row]:
    """Its placements and those of pupils on its roll; a direction that led to none by itself."""
    pupil = known.pupil
    led: set[UUID | None] = set()
    for placement in pupil.placements:
        led.add(pupil.cause(placement.arising_from))
        roll = pupil.main_roll(max(placement.occurred_on, period.from_on))
        theirs = placement.commissioner == period.school
        if (theirs or (roll and roll.school == period.school)) and _runs(placement, period):
            yield {**_who(known), **_placement(seen, known, placement, period)}
    for direction in pupil.directions:
        runs = direction.starts_on <= period.to_on and direction.ends_on >= period.from_on
        if direction.school == period.school and direction.id not in led and runs:
            yield {**_who(known), **_direction(seen, known, direction)}


def _runs(placement: Placement, period: Period) -> bool:
    begun = placement.occurred_on <= period.to_on and placement.end_reason != "error"
    return begun and (placement.ended_on is None or placement.ended_on >= period.from_on)


def _placement(seen: Sitting, known: Known, placement: Placement, period: Period) -> Row:
    first = max(placement.occurred_on, period.from_on)
    marks = tally(known.marks(first, min(placement.ended_on or period.to_on, period.to_on),
                              seen.world))  # fmt: skip
    return {
        "placement": str(placement.id),
        "provider": placement.provider,
        "provider_name": seen.name(placement.provider),
        "site": _site(known, placement.id),
        "basis": _basis(known, placement),
        "arranged_by": placement.commissioner,
        "arranged_by_name": seen.name(placement.commissioner),
        "reason": placement.reason,
        "intent": placement.intent,
        "starts_on": placement.occurred_on.isoformat(),
        "ends_on": placement.planned_ends_on.isoformat(),
        "ended_on": _iso(placement.ended_on),
        "end_reason": placement.end_reason,
        "sessions_per_week": placement.sessions_per_week,
        **_checks(seen, known, placement),
        **_reviews(known, placement.id, "placement_review"),
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
        **_reviews(known, direction.id, "off_site_review"),
        "possible": 0,
        "attended": 0,
        "unauthorised": 0,
    }


def _basis(known: Known, placement: Placement) -> str | None:
    """Which notice led to it, by its type or by a referral's route."""
    cause = known.pupil.cause(placement.arising_from)
    entry = known.entries.get(cause) if cause else None
    if entry is None:
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
        "checks_confirmed_on": _iso(named),
    }


def _reviews(known: Known, of: UUID, kind: str) -> Row:
    held = known.pupil.reviews_of(of, known.day)
    due = [
        one.due_on for one in known.picture.follow_ups.values()
        if one.kind == kind and one.closed_on is None and _about(known, one.opened_by, of)
    ]  # fmt: skip
    return {
        "reviews": len(held),
        "reviewed_on": _iso(max((review.occurred_on for review in held), default=None)),
        "review_due_on": _iso(min(due, default=None)),
        "review_overdue": any(day < known.day for day in due),
    }


def _about(known: Known, opened_by: UUID, of: UUID) -> bool:
    """A review opens the next one, so that it is of what that one was."""
    return opened_by == of or any(r.id == opened_by and r.of == of for r in known.pupil.reviews)


def _part_time(known: Known, period: Period) -> Iterator[Row]:
    for one in known.pupil.part_time:
        begun = one.school == period.school and one.occurred_on <= period.to_on
        if begun and (one.ended_on is None or one.ended_on >= period.from_on):
            limit = known.still_owed("part_time_limit", one.id)
            yield {
                **_who(known),
                "sessions_per_week": one.sessions_per_week,
                "reason": getattr(known.entries[one.id].facts, "reason", None),
                "starts_on": one.occurred_on.isoformat(),
                "ends_on": one.ends_on.isoformat(),
                "ended_on": _iso(one.ended_on),
                "days": ((one.ended_on or period.to_on) - one.occurred_on).days + 1,
                "over_limit": limit is not None and limit.due_on < known.day,
                **_part_time_review(known, one),
            }


def _part_time_review(known: Known, one: PartTime) -> Row:
    found = _reviews(known, one.id, "part_time_review")
    if one.open and found["review_due_on"] is None and not found["reviews"]:
        found |= {"review_due_on": one.review_on.isoformat()}
    return found


def _off_roll(seen: Sitting, known: Known, period: Period) -> Iterator[Row]:
    """Who left within the period and is not back; with what is flagged of it."""
    for spell in known.pupil.rolls:
        if _left(spell, known, period):
            leave = known.entries.get(spell.left_by) if spell.left_by else None
            destination = getattr(leave.facts, "destination", None) if leave else None
            flags = [f.rule for f in known.picture.flags if f.event == spell.left_by]
            yield {
                **_who(known),
                "left_on": _iso(spell.until_on),
                "ground": spell.ground,
                "destination": destination,
                "destination_name": seen.name(destination),
                "flags": sorted(set(flags)),
            }


def _left(spell: RollSpell, known: Known, period: Period) -> bool:
    if spell.school != period.school or spell.until_on is None:
        return False
    inside = period.from_on <= spell.until_on <= period.to_on
    return inside and not known.pupil.on_roll(period.school, period.to_on)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
