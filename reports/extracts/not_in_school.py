"""Preparation of an LA's register of children not in school (Education Act 1996 s. 436B to 436G, as
Children's Wellbeing and Schools Act 2026 s. 38 inserts them; not in force by mid-2026)."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any, LiteralString
from uuid import UUID

from ap_registry.access import Caller
from ap_registry.codes import is_mainstream_or_special
from ap_registry.happenings import Placement
from ap_registry.instants import iso
from ap_registry.registry import Registry
from reports.document import Document, Facts, Section
from reports.extracts.absence import address_of
from reports.extracts.asking import carers, who
from reports.extracts.paper import PUPIL, columns, day, paper, table
from reports.kind import Asked, Made
from reports.pupils import Known, Sitting, read_pupils, sitting
from reports.scope import HELD

# Who lives there and is on no main roll, is part time, or is placed.
_LIVES_THERE: LiteralString = f"""
select distinct d.pupil_id from detail d
 where d.home_la = %(la)s and d.from_at <= %(at)s and d.until_at > %(at)s
   and (not exists (select from roll r where r.pupil_id = d.pupil_id and {HELD}
                       and registration in ('C', 'M') and from_on <= %(on)s
                       and (until_on is null or until_on > %(on)s))
        or exists (select from part_time where pupil_id = d.pupil_id and {HELD}
                      and starts_on <= %(on)s and (ended_on is null or ended_on >= %(on)s))
        or exists (select from placement where pupil_id = d.pupil_id and {HELD}
                      and starts_on <= %(on)s and (ended_on is null or ended_on >= %(on)s)))
"""
YOUNGEST, OLDEST = 1, 11  # year groups of compulsory school age, nearly: EA 1996 s. 8
WHY: Mapping[str, str] = {
    "home_education": "Home education",
    "no_school": "On no school's roll",
    "off_site": "On a roll, educated elsewhere by arrangement",
    "part_time": "On a roll, part time",
}
_GONE = frozenset({"left_england", "moved_area"})
Row = dict[str, Any]
_CHILDREN = columns(
    why_words="Why on it", since=("Since", "date"), school_name="School",
    provider_name="Educated at", sessions=("Sessions a week", "integer"), parents="Parents",
    address="Address", groups="Also",
)  # fmt: skip
_NOTES = (
    ("In force", "The duty needs regulations and was not in force by mid-2026: this is preparation."
     " What the register must hold beyond it, regulations will say."),
    ("Whom it has", "Children of compulsory school age (by year group, 1 to 11) who live in the LA:"
     " on no school's main roll; on a roll, and placed outside schools by arrangement; on a roll,"
     " and part time. A child may stand in two lines."),
    ("Home education", "Left a roll on ground f, or a placement for it, and is on no roll since."),
    ("Moved", "Who is on record as having died, left England or moved away is not here, unless a"
     " roll, a placement or a home has begun since."),
)  # fmt: skip


def read(registry: Registry, asked: Asked, caller: Caller) -> Made:
    """As ``reports.kinds`` asks for it; on a day, else today."""
    on = asked["on"] or registry.today()
    with sitting(registry, caller, asked["known_by"]) as seen:
        found = children(seen, asked["la"], on)
    said = {name: found[name] for name in ("la", "on", "known_by", "ledger")}
    shown = sorted({UUID(row["pupil_id"]) for row in found["children"]})
    return Made(object=found, document=partial(document, found), said=said, pupils=shown)


def children(seen: Sitting, la: str, on: date) -> Row:
    asked = {"la": la, "on": on, "at": seen.at}
    theirs = [row[0] for row in seen.connection.execute(_LIVES_THERE, asked)]
    rows = [
        {**who(known), **reason, **_home(seen, known)}
        for known in read_pupils(seen, theirs, on=on)
        if _counts(known, la, on)
        for reason in _reasons(seen, known, on)
    ]
    return {
        "la": la,
        "name": seen.name(f"LA{la}"),
        "on": on.isoformat(),
        "known_by": seen.known_by,
        "ledger": seen.head,
        "children": rows,
    }


def _counts(known: Known, la: str, on: date) -> bool:
    year = known.pupil.year_group(on)
    return known.pupil.home_la(on) == la and year is not None and YOUNGEST <= year <= OLDEST


def _reasons(seen: Sitting, known: Known, on: date) -> Iterator[Row]:
    pupil = known.pupil
    roll = pupil.main_roll(on)
    placed = [p for p in pupil.placements if p.holds(on)]
    nowhere = {"provider_name": None, "sessions": None}
    if roll is None:
        why = _off_roll(known, on)
        if why is not None:
            at = placed[-1] if placed else None
            yield {
                **why, "school_name": None,
                "provider_name": seen.name(at.provider) if at else None,
                "sessions": at.sessions_per_week if at else None,
            }  # fmt: skip
        return
    school = {"school_name": seen.name(roll.school)}
    for one in placed:
        if not _is_school(seen, one.provider):
            yield {
                "why": "off_site", "since": one.occurred_on.isoformat(), **school,
                "provider_name": seen.name(one.provider), "sessions": one.sessions_per_week,
            }  # fmt: skip
    for timetable in pupil.part_time:
        runs = timetable.occurred_on <= on and (timetable.ended_on or on) >= on
        if runs:
            yield {
                "why": "part_time", "since": timetable.occurred_on.isoformat(), **school,
                **nowhere, "sessions": timetable.sessions_per_week,
            }  # fmt: skip


def _off_roll(known: Known, on: date) -> Row | None:
    """Why on no roll, and since when; None of whom is known to be gone.

    The last that is known decides: how a placement ended says nothing once another began, a roll or
    a home elsewhere.
    """
    left = [s for s in known.pupil.rolls if s.until_on is not None and s.until_on <= on]
    last = max(left, key=lambda s: (s.until_on or date.min, s.left_version), default=None)
    ended = [p for p in known.pupil.placements if p.ended_on is not None and p.ended_on <= on]
    end = max(ended, key=lambda p: (p.ended_on or date.min, p.version), default=None)
    why = end.end_reason if end and not _begun_since(known, end, on) else None
    if (last and last.ground == "k") or (end and end.end_reason == "died"):
        return None
    if end and why in _GONE and not _lives_elsewhere_since(known, end, on):
        return None
    at_home = (last and last.ground == "f") or why == "ehe"
    since = last.until_on if last else None
    return {"why": "home_education" if at_home else "no_school", "since": iso(since)}


def _begun_since(known: Known, end: Placement, on: date) -> bool:
    """A roll, or another placement."""
    begun = (one for one in (*known.pupil.rolls, *known.pupil.placements) if one.id != end.id)
    return any((end.ended_on or on) <= one.occurred_on <= on for one in begun)


def _lives_elsewhere_since(known: Known, end: Placement, on: date) -> bool:
    """A home LA that is said after it, or another one than at its start."""
    before = known.pupil.home_la(end.occurred_on)
    said = (one for one in known.pupil.details if "home_la" in one.values and one.occurred_on <= on)
    return any(
        one.occurred_on > (end.ended_on or on)
        or (one.occurred_on > end.occurred_on and one.values["home_la"] != before)
        for one in said
    )


def _is_school(seen: Sitting, organisation: str) -> bool:
    """One whose pupils are not in scope for being there: its own roll is a school's."""
    found = seen.world.organisation(organisation)
    return found is not None and is_mainstream_or_special(found.kind, found.type_code)


def _home(seen: Sitting, known: Known) -> Row:
    """What the section names: the child, who has parental responsibility, where it lives."""
    worker = known.text("social_worker")
    groups = {
        "EHC plan": known.text("sen_provision") == "E",
        "social worker": worker in {"cin", "cp"},
        "looked after": known.text("looked_after") == "current",
    }
    return {
        "date_of_birth": known.text("date_of_birth") or None,
        "parents": [contact.name for contact in carers(known) if contact.name],
        "address": address_of(seen, known),
        "groups": [name for name, holds in groups.items() if holds],
    }


def document(found: Mapping[str, Any]) -> Document:
    rows = [
        {
            **row, "why_words": WHY[row["why"]], "parents": ", ".join(row["parents"]) or "–",
            "groups": ", ".join(row["groups"]) or "–", "address": row["address"] or "–",
        }
        for row in found["children"]
    ]  # fmt: skip
    number = Counter(row["why"] for row in found["children"])
    pupils = len({row["pupil_id"] for row in found["children"]})
    counts = Facts(
        items=(
            ("Children", pupils),
            *((words, number[why]) for why, words in WHY.items()),
        )
    )
    listed = table(
        "children", "In the order of names", (*PUPIL, *_CHILDREN), rows,
        "Nobody who lives in the LA is known to be out of school.",
    )  # fmt: skip
    return paper(
        found,
        name=f"children-not-in-school-{found['la']}-{found['on']}",
        title=f"Children not in school: {found['name']}",
        subtitle=f"On {day(found['on'])}",
        sections=(
            Section(id="numbers", title="In numbers", parts=(counts,)),
            Section(id="children", title="Children", parts=(listed,)),
        ),
        notes=_NOTES,
    )
