"""Evidence for a penalty notice: unauthorised sessions of ten school weeks, and what was offered.

The national threshold: ten sessions of G, N, O or U in a rolling period of ten school weeks (SI
2024/210). It is evidence for people to weigh: support comes first; the registry proposes nothing.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any

from ap_registry.access import Caller
from ap_registry.attendance import Mark
from ap_registry.attendance_follow_ups import TEN, WEEKS
from ap_registry.codes import from_byte
from ap_registry.errors import NotFound, Problem
from ap_registry.registry import Registry
from ap_registry.store import who as whose
from reports.document import Amount, Document, Fact, Facts, Section
from reports.extracts.absence import CODES, address_of
from reports.extracts.asking import carers, who
from reports.extracts.paper import columns, day, paper, table
from reports.extracts.tallies import tally
from reports.extracts.targeting_support import SUPPORT
from reports.kind import Asked, Made
from reports.pupils import Known, Sitting, read_pupils, sitting

WEEK = timedelta(days=7)
Row = dict[str, Any]
_MEANS = {
    "G": "holiday not granted", "N": "no reason given yet", "O": "other, or reason not known",
    "U": "came after the register closed",
}  # fmt: skip
_SESSIONS = columns(
    on=("Day", "date"), session="Session", code="Code", means="Meaning", register="Register of"
)
_SUPPORT = columns(on=("Day", "date"), what="What", by="By")
_NOTES = (
    ("School week", "A week, Monday to Sunday, with a school day of the main school. The ten may"
     " lie in two terms or years."),
    ("Penalty notice", "At most two for one parent and child in a rolling three years; £160, or £80"
     " when paid within 21 days; a second in three years £160. Earlier notices are not on record"
     " here: ask the LA."),
    ("What was offered", "Notices of the year before. What was not notified is not here."),
)  # fmt: skip


def read(registry: Registry, asked: Asked, caller: Caller) -> Made:
    """As ``reports.kinds`` asks for it; the ten weeks end with that of ``on``, else of today."""
    on = asked["on"] or registry.today()
    with sitting(registry, caller, asked["known_by"]) as seen:
        pupil = whose.pupil_named(seen.connection, asked["upn"], seen.at)
        known = next(iter(read_pupils(seen, [pupil] if pupil else [], on=on)), None)
        if known is None:
            raise NotFound((Problem("/upn", "not_found", "no such pupil is known"),))
        found = evidence(seen, known)
    said = {name: found[name] for name in ("period", "known_by", "ledger")}
    return Made(object=found, document=partial(document, found), said=said, pupils=[known.id])


def evidence(seen: Sitting, known: Known) -> Row:
    roll = known.pupil.main_roll(known.day)
    school = roll.school if roll else f"LA{known.pupil.home_la(known.day)}"
    first, last = _ten_weeks(seen, school, known.day)
    marks = known.marks(first, last)
    missed = [mark for mark in marks if mark.byte in CODES]
    counted = tally(marks)
    return {
        **who(known),
        "date_of_birth": known.text("date_of_birth") or None,
        "school": school,
        "school_name": seen.name(school),
        "period": {"from": first.isoformat(), "to": last.isoformat()},
        "known_by": seen.known_by,
        "ledger": seen.head,
        "threshold": TEN,
        "unauthorised": len(missed),
        "reached_on": missed[TEN - 1].on.isoformat() if len(missed) >= TEN else None,
        "possible": counted.possible,
        "attended": counted.attended,
        "attendance": counted.rate,
        "sessions": [_session(seen, mark) for mark in missed],
        "parents": list(_parents(seen, known)),
        "address": address_of(seen, known),
        "support": list(_support(seen, known)),
    }


def _ten_weeks(seen: Sitting, school: str, on: date) -> tuple[date, date]:
    """Of school weeks; of plain ones where no terms are loaded."""
    monday = on - timedelta(days=on.weekday())
    weeks = [week for week in seen.world.calendars.of(school).school_weeks if week <= monday]
    begins = weeks[-WEEKS:][0] if len(weeks) >= WEEKS else monday - (WEEKS - 1) * WEEK
    return begins, on


def _session(seen: Sitting, mark: Mark) -> Row:
    code = from_byte(mark.byte)
    return {
        "on": mark.on.isoformat(), "session": ("AM", "PM")[mark.session], "code": code,
        "means": _MEANS[code], "register": seen.name(mark.organisation),
    }  # fmt: skip


def _parents(seen: Sitting, known: Known) -> Iterator[Row]:
    """Of adopted or protected pupils only the LA is told."""
    if known.restricted and seen.caller.role not in {"la", "admin"}:
        return
    for contact in carers(known):
        yield {"name": contact.name, "relation": contact.relation}


def _support(seen: Sitting, known: Known) -> Iterator[Row]:
    since = known.day - timedelta(days=365)
    for entry in known.entries.values():
        if entry.type in SUPPORT and since <= entry.occurred_on <= known.day:
            yield {
                "on": entry.occurred_on.isoformat(), "what": SUPPORT[entry.type].capitalize(),
                "by": seen.name(entry.by),
            }  # fmt: skip


def document(found: Mapping[str, Any]) -> Document:
    return paper(
        found,
        name=f"penalty-notice-{found['period']['to']}",
        title=f"Evidence of absence: {found['name'] or 'no name on record'}",
        sections=(
            Section(id="in_short", title="In short", parts=(_short(found),)),
            Section(id="sessions", title="Unauthorised sessions", parts=(
                table("sessions", "Each session", _SESSIONS, found["sessions"]),
            )),
            Section(id="support", title="What was offered", parts=(
                table("support", "Support on record", _SUPPORT, found["support"],
                      "Nothing has been notified: support comes before a notice."),
            )),
        ),
        notes=_NOTES,
    )  # fmt: skip


def _short(found: Mapping[str, Any]) -> Facts:
    parents = "; ".join(f"{p['name'] or 'no name'} ({p['relation']})" for p in found["parents"])
    rate = "not known" if found["attendance"] is None else f"{found['attendance']} %"
    return Facts(
        items=(
            ("UPN", found["upn"] or "none"),
            ("Born", day(found["date_of_birth"])),
            ("School", found["school_name"]),
            ("Parents", parents or "none on record"),
            ("Address", found["address"] or "none on record"),
            Fact(
                "Unauthorised sessions",
                f"{found['unauthorised']} in ten school weeks",
                (Amount("in ten school weeks", found["unauthorised"], "sessions"),),
            ),
            (
                "Threshold of ten",
                f"reached on {day(found['reached_on'])}" if found["reached_on"] else "not reached",
            ),
            Fact("Attendance", rate, (Amount("", found["attendance"], "per cent"),)),
        )
    )
