"""Places by school and year, what each school has taken, and whose turn it is."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from ap_registry.calendar import academic_year
from ap_registry.codes import MAINSTREAM_TYPES
from reports.panel.meeting import Meeting
from reports.statistics import half_up

YEARS_BEFORE = 2  # what was taken then decides between schools that are level this year
PLACED = ("school", "directed")

_SCHOOLS = """
select id, name, type_code from organisation
 where la = %(la)s and kind = 'school' and (closed_on is null or closed_on > %(on)s)
   and (opened_on is null or opened_on <= %(on)s) and from_at <= %(at)s and until_at > %(at)s
 order by id collate "C"
"""
_HEADCOUNTS = """
select distinct on (h.organisation, h.by, h.value)
       h.organisation, h.as_at, h.by, h.value, h.pupils, h.places
  from headcount h join organisation o on o.id = h.organisation
   and o.from_at <= %(at)s and o.until_at > %(at)s
 where o.la = %(la)s and h.by in ('all', 'nc_year') and h.as_at <= %(on)s
   and h.from_at <= %(at)s and h.until_at > %(at)s
 order by h.organisation, h.by, h.value, h.as_at desc
"""
_TAKEN = """
select c.school, c.panel_on, c.starts_on
  from fair_access_case c
 where c.decision = any(%(placed)s) and c.panel_on <= %(on)s and c.panel_on >= %(since)s
   and c.school is not null and c.response is distinct from 'refused'
   and c.from_at <= %(at)s and c.until_at > %(at)s
"""
_EXCLUDED = """
select school, count(*) as pupils from exclusion
 where kind = 'permanent' and not undone and occurred_on between %(since)s and %(on)s
   and from_at <= %(at)s and until_at > %(at)s
 group by school
"""


def places(meeting: Meeting) -> list[dict[str, Any]]:
    """By school and year group, from the last headcount by the day; ``free`` may be below 0."""
    names = {one["id"]: one["name"] for one in meeting.rows(_SCHOOLS)}
    return [
        {
            "school": row["organisation"],
            "school_name": names[row["organisation"]],
            "year_group": int(row["value"]),
            "as_at": str(row["as_at"]),
            "pupils": row["pupils"],
            "places": row["places"],
            "free": None if row["places"] is None else row["places"] - row["pupils"],
        }
        for row in meeting.rows(_HEADCOUNTS)
        if row["by"] == "nc_year" and row["organisation"] in names and row["value"].isdigit()
    ]


def ledger(meeting: Meeting) -> dict[str, Any]:
    """Admissions through the panel per 100 on roll; the school whose turn is next stands first.

    Level this year, the two years before decide, then the larger roll, then the id. A school
    without a headcount has no rate and no turn: it stands last and is named.
    """
    year = academic_year(meeting.on)
    since = date(year, 9, 1)
    before = date(year - YEARS_BEFORE, 9, 1)
    taken: dict[str, list[date]] = defaultdict(list)
    for row in meeting.rows(_TAKEN, placed=list(PLACED), since=before):
        taken[row["school"]].append(row["panel_on"])
    rolls = {row["organisation"]: row for row in meeting.rows(_HEADCOUNTS) if row["by"] == "all"}
    excluded = {row["school"]: row["pupils"] for row in meeting.rows(_EXCLUDED, since=since)}
    rows = [
        _row(one, rolls.get(one["id"]), taken[one["id"]], since, excluded.get(one["id"], 0))
        for one in meeting.rows(_SCHOOLS)
        if _mainstream(one["type_code"])
    ]
    counted = sorted((row for row in rows if row["on_roll"]), key=_turn)
    for number, row in enumerate(counted, 1):
        row["turn"] = number
    uncounted = [row for row in rows if not row["on_roll"]]
    pupils = sum(row["on_roll"] for row in counted)
    admitted = sum(row["admitted"] for row in counted)
    return {
        "from": str(since),
        "to": str(meeting.on),
        "admitted": admitted,
        "on_roll": pupils,
        "per_100": _per_100(admitted, pupils),
        "rows": [*counted, *uncounted],
    }


def _mainstream(type_code: str | None) -> bool:
    """A pupil with a plan that names a special school is outside fair access."""
    return not type_code or type_code.lstrip("0") in MAINSTREAM_TYPES


def _row(
    school: Mapping[str, Any], roll: Mapping[str, Any] | None, taken: Sequence[date],
    since: date, excluded: int,
) -> dict[str, Any]:  # fmt: skip
    admitted = sum(day >= since for day in taken)
    on_roll = roll["pupils"] if roll else None
    return {
        "turn": None,
        "school": school["id"],
        "school_name": school["name"],
        "on_roll": on_roll,
        "as_at": str(roll["as_at"]) if roll else None,
        "admitted": admitted,
        "admitted_before": len(taken) - admitted,
        "per_100": _per_100(admitted, on_roll),
        "per_100_after_one_more": _per_100(admitted + 1, on_roll),
        "permanently_excluded": excluded,
    }


def _turn(row: Mapping[str, Any]) -> tuple[Fraction, Fraction, int, str]:
    roll = row["on_roll"]
    return (
        Fraction(row["admitted"], roll), Fraction(row["admitted_before"], roll), -roll,
        row["school"],
    )  # fmt: skip


def _per_100(pupils: int, on_roll: int | None) -> float | None:
    return half_up(Fraction(100 * pupils, on_roll), 2) if on_roll else None


def turns(
    ledger: Mapping[str, Any], places: Sequence[Mapping[str, Any]], year_group: int | None
) -> list[dict[str, Any]]:
    """Schools that teach the year group, in turn; ``free`` None where no places are told."""
    free = {one["school"]: one["free"] for one in places if one["year_group"] == year_group}
    teaches = {one["school"] for one in places if one["year_group"] == year_group}
    known = {one["school"] for one in places}
    return [
        {**row, "free": free.get(row["school"])}
        for row in ledger["rows"]
        if row["turn"] and (row["school"] in teaches or row["school"] not in known)
    ]
