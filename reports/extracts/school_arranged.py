"""AP that schools arranged: the module of the school census, by the school that arranged it."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any, LiteralString
from uuid import UUID

from ap_registry.access import Caller
from ap_registry.calendar import academic_year
from ap_registry.errors import Problem, Refused
from ap_registry.happenings import Placement
from ap_registry.instants import iso
from ap_registry.organisations import Organisation
from ap_registry.registry import Registry
from reports.document import Document, Section
from reports.extracts.asking import who
from reports.extracts.census import setting_of
from reports.extracts.census_codes import codes_of
from reports.extracts.paper import PUPIL, columns, paper, table
from reports.extracts.words import REASONS
from reports.kind import Asked, Made
from reports.pupils import Known, Sitting, read_pupils, sitting

_ARRANGED: LiteralString = """
select p.pupil_id from placement p join organisation o on o.id = p.commissioner
   and o.from_at <= %(at)s and o.until_at > %(at)s
 where p.from_at <= %(at)s and p.until_at > %(at)s and o.kind in ('school', 'provider')
   and (%(school)s::text is null or o.id = %(school)s) and (%(la)s::text is null or o.la = %(la)s)
   and p.starts_on <= %(to)s and (p.ended_on is null or p.ended_on >= %(from)s)
"""
# The reasons that the census has for schools (EES labels): others are none of theirs.
BY_A_SCHOOL = frozenset(
    {"behaviour", "suspension", "permanent_exclusion", "mental_health", "physical_health", "other"}
)
Row = dict[str, Any]
_PLACEMENTS = columns(
    arranged_by="Arranged by", provider_name="Setting", by=("Identified by", "code"),
    reason_words="Reason", reason_code=("DfE's code", "code"), entry_date=("Entry", "date"),
    leaving_date=("Leaving", "date"), sessions_per_week=("Sessions a week", "integer"),
    wrong="To put right",
)  # fmt: skip
_NOTES = (
    ("Whom it has", "Every placement off site that a school arranged and that ran in the period;"
     " the school that arranged it returns it, not the provider. In the school census of autumn,"
     " spring and summer."),
    ("Identified by", "A URN, or a UKPRN, or the type of setting."),
    ("DfE's code", "From the LA's table (import codes): none could be seen in a source."),
)  # fmt: skip


def read(registry: Registry, asked: Asked, caller: Caller) -> Made:
    """As ``reports.kinds`` asks for it; of a school, or of all of an LA."""
    if asked["school"] is None and asked["la"] is None:
        words = "school or la is required: whose placements"
        raise Refused((Problem("/school", "required", words),))
    to_on = asked["to"] or registry.today()
    from_on = asked["from"] or min(to_on, date(academic_year(to_on), 9, 1))
    with sitting(registry, caller, asked["known_by"]) as seen:
        if asked["school"]:
            asked = {**asked, "school": seen.asked(asked, "school")}
        found = arranged(seen, asked, from_on, to_on)
    said = {name: found[name] for name in ("school", "la", "period", "known_by", "ledger")}
    shown = sorted({UUID(row["pupil_id"]) for row in found["placements"]})
    return Made(
        object=found, document=partial(document, found), said=said, pupils=shown,
        findings=sum(bool(row["wrong"]) for row in found["placements"]),
    )  # fmt: skip


def arranged(seen: Sitting, asked: Asked, first: date, last: date) -> Row:
    parameters = {
        "school": asked["school"], "la": asked["la"], "from": first, "to": last, "at": seen.at,
    }  # fmt: skip
    theirs = {row[0] for row in seen.connection.execute(_ARRANGED, parameters)}
    rows = [
        row
        for known in read_pupils(seen, theirs, on=last)
        for row in _placements(seen, known, asked, (first, last))
    ]
    return {
        "school": asked["school"],
        "la": asked["la"],
        "name": seen.name(asked["school"] or f"LA{asked['la']}"),
        "period": {"from": first.isoformat(), "to": last.isoformat()},
        "known_by": seen.known_by,
        "ledger": seen.head,
        "placements": rows,
    }


def _placements(
    seen: Sitting, known: Known, asked: Asked, period: tuple[date, date]
) -> Iterator[Row]:
    first, last = period
    for one in known.pupil.placements:
        school = seen.world.organisation(one.commissioner)
        runs = one.occurred_on <= last and (one.ended_on is None or one.ended_on >= first)
        if runs and one.end_reason != "error" and _theirs(school, asked):
            yield _row(seen, known, one, la=school.la if school else None)


def _theirs(school: Organisation | None, asked: Asked) -> bool:
    if school is None or school.kind not in {"school", "provider"}:
        return False
    return asked["school"] in {None, school.id} and asked["la"] in {None, school.la}


def _row(seen: Sitting, known: Known, one: Placement, *, la: str | None) -> Row:
    setting = setting_of(seen.world.organisation(one.provider), one)
    codes = codes_of(seen.world.arrangements, f"LA{la}", seen.said_on)
    pattern = "full_time" if one.sessions_per_week == 10 else "part_time"
    row = {
        **who(known),
        "placement": str(one.id),
        "school": one.commissioner,
        "arranged_by": seen.name(one.commissioner),
        "provider": one.provider,
        "provider_name": seen.name(one.provider),
        **setting,
        "reason": one.reason,
        "reason_code": codes.of("reason", one.reason),
        "entry_date": one.occurred_on.isoformat(),
        "leaving_date": iso(one.ended_on),
        "attendance": pattern,
        "attendance_code": codes.of("attendance", pattern),
        "sessions_per_week": one.sessions_per_week,
    }
    return {**row, "wrong": list(_wrong(row))}


def _wrong(row: Row) -> Iterator[str]:
    if sum(bool(row[name]) for name in ("urn", "ukprn", "setting_type")) != 1:
        yield "name a URN, a UKPRN or the type of setting"
    if row["reason"] not in BY_A_SCHOOL:
        yield f"{REASONS[row['reason']].lower()} is a reason of LAs, not of schools"
    if row["upn"] is None:
        yield "no UPN"


def document(found: Mapping[str, Any]) -> Document:
    rows = [
        {**row, "by": row["urn"] or row["ukprn"] or row["setting_type"] or "",
         "reason_words": REASONS[row["reason"]], "reason_code": row["reason_code"] or "not given",
         "wrong": "; ".join(row["wrong"]) or "nothing"}
        for row in found["placements"]
    ]  # fmt: skip
    return paper(
        found,
        name=f"school-arranged-{found['school'] or found['la']}-{found['period']['to']}",
        title=f"AP arranged by schools: {found['name']}",
        sections=(
            Section(id="placements", title="Placements", parts=(
                table("placements", "In the order of names", (*PUPIL, *_PLACEMENTS), rows,
                      "No school arranged a placement."),
            )),
        ),
        notes=_NOTES,
    )  # fmt: skip
