"""The monthly attendance return of a school to its LA (SI 2024/208 reg. 13; domain 1.4 A3, A4)."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from ap_registry.access import Caller
from ap_registry.attendance_returns import ABSENCE, SICKNESS
from ap_registry.calendar import academic_year
from ap_registry.registry import Registry
from reports.document import Document, Section
from reports.extracts.absence import (
    address_of,
    counted,
    missed,
    on_roll,
    owed_in,
    owed_row,
)
from reports.extracts.asking import last_month, month_of, who
from reports.extracts.paper import PUPIL, columns, paper, table
from reports.extracts.tallies import tally
from reports.kind import Asked, Made
from reports.pupils import Known, Sitting, sitting

Row = dict[str, Any]
LISTS = ("absent", "sick", "often_absent")
_OWED = columns(
    address="Address", opened_on=("Since", "date"), due_on=("Due", "date"),
    told_on=("LA told", "date"), G=("G", "integer"), N=("N", "integer"), O=("O", "integer"),
    U=("U", "integer"), possible=("Possible sessions", "integer"), rate=("Attendance", "rate"),
)  # fmt: skip
_SICK = tuple(column for column in _OWED if column.key not in {"G", "N", "O", "U"})
_OFTEN = columns(
    possible=("Possible sessions", "integer"), attended=("Attended", "integer"),
    unauthorised=("Unauthorised", "integer"), rate=("Attendance", "rate"), kind="Absence is",
)  # fmt: skip
_NOTES = (
    ("Absent without authority", "Ten school days on end on which every session was G (holiday not"
     " granted), N (no reason yet), O (other) or U (after the register closed): the school tells"
     " the LA at the intervals agreed, at least once a calendar month."),
    ("Absent through sickness", "Fifteen days on end or together through illness (I) in the school"
     " year: one return for each stretch."),
    ("Often absent", "A tenth of possible sessions or more missed in the academic year up to the"
     " end of the month (persistent), or half (severe). Whether a pupil fails to attend regularly"
     " the school judges."),
    ("G, N, O, U", "Sessions of the month with that code, one mark a session from all registers."),
)  # fmt: skip


def read(registry: Registry, asked: Asked, caller: Caller) -> Made:
    """As ``reports.kinds`` asks for it; the month of ``month``, else the last that is over."""
    day = asked["month"]
    first, last = month_of(day) if day else last_month(registry.today())
    with sitting(registry, caller, asked["known_by"]) as seen:
        found = returned(seen, seen.asked(asked, "school"), first, last)
    said = {name: found[name] for name in ("school", "period", "known_by", "ledger")}
    shown = {UUID(row["pupil_id"]) for name in LISTS for row in found[name]}
    return Made(object=found, document=partial(document, found), said=said, pupils=sorted(shown))


def returned(seen: Sitting, school: str, first: date, last: date) -> Row:
    rows: dict[str, list[Row]] = {name: [] for name in LISTS}
    for known in on_roll(seen, school, first, last):
        for name, kind in (("absent", ABSENCE), ("sick", SICKNESS)):
            rows[name] += [
                {**missed(seen, known, first, last), **owed_row(one, last),
                 "address": address_of(seen, known)}
                for one in owed_in(known, kind, school, first, last)
            ]  # fmt: skip
        often = _year(seen, known, last)
        if often["kind"] is not None:
            rows["often_absent"].append(often)
    return {
        "school": school,
        "name": seen.name(school),
        "period": {"from": first.isoformat(), "to": last.isoformat()},
        "known_by": seen.known_by,
        "ledger": seen.head,
        **rows,
    }


def _year(seen: Sitting, known: Known, last: date) -> Row:
    marks = known.marks(date(academic_year(last), 9, 1), last)
    return {**who(known), **counted(tally(marks))}


def document(found: Mapping[str, Any]) -> Document:
    absent = table(
        "absent", "Ten school days on end without authority", (*PUPIL, *_OWED), found["absent"],
        "Nobody.",
    )  # fmt: skip
    sick = table("sick", "Fifteen days of sickness", (*PUPIL, *_SICK), found["sick"], "Nobody.")
    often = table(
        "often_absent", "In the academic year so far", (*PUPIL, *_OFTEN), found["often_absent"],
        "Nobody.",
    )  # fmt: skip
    return paper(
        found,
        name=f"attendance-return-{found['school']}-{found['period']['to']}",
        title=f"Attendance return: {found['name']}",
        sections=(
            Section(id="absence", title="Absent without authority", parts=(absent,)),
            Section(id="sickness", title="Absent through sickness", parts=(sick,)),
            Section(id="often", title="Often absent", parts=(often,)),
        ),
        notes=_NOTES,
    )
