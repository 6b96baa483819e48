"""One school's report: who of its pupils is off site, part time or gone from its roll, and why."""

from collections.abc import Collection, Iterator
from datetime import date
from functools import partial
from typing import Any, LiteralString
from uuid import UUID

from ap_registry.access import Caller
from ap_registry.calendar import academic_year
from ap_registry.happenings import PartTime, RollSpell
from ap_registry.instants import iso
from ap_registry.registry import Registry
from reports.extracts.asking import Period, who
from reports.extracts.off_site import off_site, reviews
from reports.extracts.school_document import document
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


def read(registry: Registry, asked: Asked, caller: Caller) -> Made:
    """As ``reports.kinds`` asks for it; no period is the academic year up to today."""
    to_on = asked["to"] or registry.today()
    from_on = min(asked["from"] or date(academic_year(to_on), 9, 1), to_on)
    with sitting(registry, caller, asked["known_by"]) as seen:
        period = Period(school=seen.asked(asked, "school"), from_on=from_on, to_on=to_on)
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
    return {
        "school": period.school,
        "name": seen.name(period.school),
        "from": period.from_on.isoformat(),
        "to": period.to_on.isoformat(),
        "known_by": seen.known_by,
        "ledger": seen.head,
        **lists(seen, _theirs(seen, period), period),
    }


def lists(seen: Sitting, pupils: Collection[UUID], period: Period) -> dict[str, list[Row]]:
    """Of these pupils, so far as the caller sees them; by the names of ``LISTS``."""
    rows: dict[str, list[Row]] = {name: [] for name in LISTS}
    for known in read_pupils(seen, pupils, on=period.to_on, school=period.school):
        rows["off_site"] += off_site(seen, known, period)
        rows["part_time"] += _part_time(known, period)
        rows["off_roll"] += _off_roll(seen, known, period)
    return rows


def _theirs(seen: Sitting, period: Period) -> list[UUID]:
    asked = {
        "school": period.school, "from": period.from_on, "to": period.to_on, "at": seen.at,
    }  # fmt: skip
    return [row[0] for row in seen.connection.execute(_THEIRS, asked)]


def _part_time(known: Known, period: Period) -> Iterator[Row]:
    for one in known.pupil.part_time:
        begun = one.school == period.school and one.occurred_on <= period.to_on
        if begun and (one.ended_on is None or one.ended_on >= period.from_on):
            limit = known.still_owed("part_time_limit", one.id)
            yield {
                **who(known),
                "sessions_per_week": one.sessions_per_week,
                "reason": getattr(known.entries[one.id].facts, "reason", None),
                "starts_on": one.occurred_on.isoformat(),
                "ends_on": one.ends_on.isoformat(),
                "ended_on": iso(one.ended_on),
                "days": ((one.ended_on or period.to_on) - one.occurred_on).days + 1,
                "over_limit": limit is not None and limit.due_on < known.day,
                **_part_time_review(known, one),
            }


def _part_time_review(known: Known, one: PartTime) -> Row:
    found = reviews(known, one.id, "part_time_review")
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
                **who(known),
                "left_on": iso(spell.until_on),
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
