"""What a head tells the governors each term of suspensions and exclusions (SI 2012/1033 reg. 5, 23;
suspension and permanent exclusion guidance): numbers, each one, and those cancelled (reg. 8A)."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, LiteralString
from uuid import UUID

from ap_registry.access import Caller
from ap_registry.calendar import academic_year
from ap_registry.codes import EXCLUSION_REASONS
from ap_registry.happenings import Exclusion
from ap_registry.instants import iso
from ap_registry.notices.exclusion_reviews import FIFTEEN_DAYS, FIVE_DAYS
from ap_registry.registry import Registry
from ap_registry.suspended import suspended_sessions, term_sessions
from reports.document import Amount, Document, Fact, Facts, Section
from reports.extracts.asking import term_of, who
from reports.extracts.paper import PUPIL, columns, day, paper, table
from reports.extracts.words import days, reasons
from reports.kind import Asked, Made
from reports.pupils import Known, Sitting, read_pupils, sitting
from reports.scope import HELD

# Also who was excluded in an earlier term where it was cancelled in this one.
_EXCLUDED: LiteralString = f"""
select distinct pupil_id from exclusion where school = %(school)s and {HELD}
   and occurred_on <= %(to)s and (occurred_on >= %(from)s or status = 'cancelled')
"""
KINDS: Mapping[str, str] = {
    "suspension": "Suspension", "lunchtime": "Lunchtime suspension",
    "permanent": "Permanent exclusion",
}  # fmt: skip
TERMS = ("autumn", "spring", "summer")
Row = dict[str, Any]
_EACH = columns(
    kind_words="Kind", occurred_on=("From", "date"), ends_on=("Until", "date"), days="Length",
    reasons_words="Reasons", status="Stands", exam_missed="Exam missed", parent="Parent told",
    meeting="Governors",
)  # fmt: skip
_LONG = columns(
    sessions_term=("Most sessions in one term", "integer"), days_term="Days in it",
    term_words="Term", sessions_year=("Sessions in the year, all schools", "integer"),
    duty="The governors",
)  # fmt: skip
_BY_REASON = columns(reason="Main reason", exclusions=("Number", "integer"))
_NOTES = (
    ("Governors", "Must meet within 15 school days for a permanent exclusion, for more than 15 days"
     " of suspension in a term, or a missed public examination; within 50 where a parent asks and"
     " it is more than 5 days. For 5 days or fewer they consider what a parent says."),
    ("Cancelled", "By the head before the governors have met (reg. 8A): the number is told each"
     " term. Days served before it still count."),
    ("In one term", "Where the period has several, that in which the pupil was out longest: the"
     " law counts each by itself, and whole."),
    ("In the year, all schools", "Suspended sessions of the academic year; 45 days are the most"
     " that the law allows."),
)  # fmt: skip


def read(registry: Registry, asked: Asked, caller: Caller) -> Made:
    """As ``reports.kinds`` asks for it; no period is the school's term of today."""
    with sitting(registry, caller, asked["known_by"]) as seen:
        school = seen.asked(asked, "school")
        to_on = asked["to"] or registry.today()
        first, last = term_of(seen.world.calendars.of(school), to_on)
        found = told(seen, school, asked["from"] or min(first, to_on), asked["to"] or last)
    said = {name: found[name] for name in ("school", "period", "known_by", "ledger")}
    shown = sorted({UUID(row["pupil_id"]) for row in (*found["exclusions"], *found["cancelled"])})
    return Made(object=found, document=partial(document, found), said=said, pupils=shown)


def told(seen: Sitting, school: str, first: date, last: date) -> Row:
    asked = {"school": school, "from": first, "to": last, "at": seen.at}
    theirs = [row[0] for row in seen.connection.execute(_EXCLUDED, asked)]
    rows: list[Row] = []
    cancelled: list[Row] = []
    pupils: list[Row] = []
    for known in read_pupils(seen, theirs, on=last):
        mine = [e for e in known.pupil.exclusions if e.school == school]
        inside = [e for e in mine if first <= e.occurred_on <= last]
        rows += [_row(known, e) for e in inside]
        cancelled += [
            {**_row(known, e), "cancelled_on": d.occurred_on.isoformat()}
            for e in mine for d in e.decisions
            if d.kind == "cancelled" and first <= d.occurred_on <= last
        ]  # fmt: skip
        if inside:
            pupils.append(_pupil(seen, known, inside))
    return {
        "school": school,
        "name": seen.name(school),
        "period": {"from": first.isoformat(), "to": last.isoformat()},
        "known_by": seen.known_by,
        "ledger": seen.head,
        "exclusions": rows,
        "cancelled": cancelled,
        "pupils": pupils,
    }


def _row(known: Known, one: Exclusion) -> Row:
    parent = next((n for n in known.pupil.notified if n.of == one.id and n.to == "parent"), None)
    decided = [d for d in one.decisions if d.kind in {"upheld", "reinstated", "considered"}]
    meeting = next(
        (f for f in known.picture.follow_ups.values()
         if f.opened_by == one.id and f.kind in {"governors_meeting", "governors_representations"}),
        None,
    )  # fmt: skip
    return {
        **who(known),
        "kind": one.kind,
        "occurred_on": one.occurred_on.isoformat(),
        "ends_on": iso(one.ends_on),
        "sessions": one.sessions if one.kind != "permanent" else None,
        "reasons": list(one.reasons),
        "status": one.status,
        "exam_missed": bool(one.exam_missed),
        "parent_told_on": iso(parent.received_on) if parent else None,
        "decision": decided[-1].kind if decided else None,
        "decided_on": iso(decided[-1].occurred_on) if decided else None,
        "meeting_due_on": iso(meeting.due_on) if meeting and meeting.closed_on is None else None,
        "sen_provision": known.text("sen_provision", one.occurred_on) or None,
    }


def _pupil(seen: Sitting, known: Known, inside: Sequence[Exclusion]) -> Row:
    """Of the longest term and year that the period touches, as the law counts each by itself.

    Lunchtimes count half a day each; of what was undone what was served is in the year only.
    """
    standing = [e for e in inside if e.kind != "permanent" and not e.undone]
    in_term = {e.id: term_sessions(known.pupil, e, seen.world) for e in standing}
    most = max(standing, key=lambda e: in_term[e.id], default=None)
    years = {academic_year(e.occurred_on) for e in inside}
    return {
        **who(known),
        "sessions_term": in_term[most.id] if most else 0,
        "term": _term(seen, most) if most else None,
        "sessions_year": max(suspended_sessions(known.pupil, y, seen.world) for y in years),
        "permanent": any(e.kind == "permanent" and not e.undone for e in inside),
        "exam_missed": any(e.exam_missed and not e.undone for e in inside),
    }


def _term(seen: Sitting, one: Exclusion) -> str:
    """In words: spring 2026/27."""
    year, part = seen.world.calendars.of(one.school).term_of(one.occurred_on)
    return f"{TERMS[part]} {year}/{(year + 1) % 100:02}"


def document(found: Mapping[str, Any]) -> Document:
    rows = [
        {
            **row, "kind_words": KINDS[row["kind"]],
            "days": days(row["sessions"]) if row["sessions"] is not None else "for good",
            "reasons_words": reasons(tuple(row["reasons"])),
            "exam_missed": "yes" if row["exam_missed"] else "no",
            "parent": _told(row), "meeting": _meeting(row),
        }
        for row in found["exclusions"]
    ]  # fmt: skip
    cancelled = [{**row, "kind_words": KINDS[row["kind"]]} for row in found["cancelled"]]
    long = [
        {
            **row,
            "days_term": days(row["sessions_term"]),
            "term_words": row["term"] or "–",
            "duty": _duty(row),
        }
        for row in found["pupils"]
    ]
    cancelled_heads = columns(
        kind_words="Kind", occurred_on=("From", "date"), cancelled_on=("Cancelled", "date")
    )
    return paper(
        found,
        name=f"governors-{found['school']}-{found['period']['to']}",
        title=f"Suspensions and exclusions, to the governors of {found['name']}",
        sections=(
            Section(id="numbers", title="In numbers", parts=(
                _numbers(found),
                table("reasons", "By main reason", _BY_REASON, _by_reason(found["exclusions"])),
            )),
            Section(id="exclusions", title="Each one", parts=(
                table("exclusions", "In the order of names", (*PUPIL, *_EACH), rows),
            )),
            Section(id="pupils", title="How long each pupil was out", parts=(
                table("pupils", "In the term and in the year", (*PUPIL, *_LONG), long),
            )),
            Section(id="cancelled", title="Cancelled", parts=(
                table("cancelled", "Cancelled in the term", (*PUPIL, *cancelled_heads), cancelled),
            )),
        ),
        notes=_NOTES,
    )  # fmt: skip


def _numbers(found: Mapping[str, Any]) -> Facts:
    rows = found["exclusions"]
    kinds = Counter(row["kind"] for row in rows)
    standing = [r for r in rows if r["status"] in {"issued", "confirmed"}]
    sessions = sum(r["sessions"] or 0 for r in standing)
    sen = {r["pupil_id"] for r in rows if r["sen_provision"] in {"K", "E"}}
    return Facts(
        items=(
            *((KINDS[kind] + "s", kinds[kind]) for kind in KINDS),
            ("Pupils", len({row["pupil_id"] for row in rows})),
            ("Pupils with SEN", len(sen)),
            Fact(
                "Time out of school (what stands)",
                days(sessions) if sessions else "none",
                (Amount("", sessions, "sessions"),),
            ),
            ("Cancelled in the term", len(found["cancelled"])),
        )
    )


def _by_reason(rows: Sequence[Row]) -> Iterator[Row]:
    counted = Counter(row["reasons"][0] for row in rows if row["reasons"])
    for code, number in sorted(counted.items(), key=lambda item: (-item[1], item[0])):
        yield {
            "reason": EXCLUSION_REASONS.labels.get(code, code).capitalize(),
            "exclusions": number,
        }


def _meeting(row: Row) -> str:
    if row["decision"]:
        return f"{row['decision']} on {day(row['decided_on'])}"
    return f"to meet by {day(row['meeting_due_on'])}" if row["meeting_due_on"] else "–"


def _told(row: Row) -> str:
    return day(row["parent_told_on"]) if row["parent_told_on"] else "not on record"


def _duty(row: Row) -> str:
    """By what stands in one term (domain reference 1.1 E7 to E9)."""
    if row["permanent"] or row["sessions_term"] > FIFTEEN_DAYS or row["exam_missed"]:
        return "must meet"
    few = row["sessions_term"] <= FIVE_DAYS
    return "consider what is said" if few else "meet where a parent asks"
