"""Signals of off-rolling by school: how many of its removals call for a question, and how sure."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from reports.panel.meeting import Meeting, Row
from reports.statistics import in_words, rate, wilson

WINDOW = timedelta(days=365)
RULES = ("roll.off-rolling-signal", "roll.no-lawful-ground", "roll.removed-before-review")
DIED = "k"

_REMOVALS = """
select r.school, o.name as school_name, r.pupil_id, r.until_on,
       array_agg(distinct f.rule) filter (where f.rule is not null) as rules
  from roll r
  join organisation o on o.id = r.school and o.la = %(la)s
   and o.from_at <= %(at)s and o.until_at > %(at)s
  left join (flag f join event e on e.id = f.event and e.data::json->>'ground' is not null)
    on f.pupil_id = r.pupil_id and f.rule = any(%(rules)s) and e.data::json->>'school' = r.school
   and f.from_at <= %(at)s and f.until_at > %(at)s
 where r.until_on > %(since)s and r.until_on <= %(on)s and r.ground is distinct from %(died)s
   and r.from_at <= %(at)s and r.until_at > %(at)s
   and not exists (select from erased x where x.pupil_id = r.pupil_id)
 group by r.school, o.name, r.pupil_id, r.until_on
 order by r.school collate "C", r.pupil_id, r.until_on
"""


def removals(meeting: Meeting) -> dict[str, Any]:
    """Of the year before the meeting: schools with a signal first, by the size of their share.

    A signal is a question to ask, never a finding; few removals give a wide interval.
    """
    since = meeting.on - WINDOW
    by_school: dict[str, list[Row]] = defaultdict(list)
    for row in meeting.rows(_REMOVALS, since=since, rules=list(RULES), died=DIED):
        by_school[row["school"]].append(row)
    every = [row for rows in by_school.values() for row in rows]
    signalled = sum(bool(row["rules"]) for row in every)
    mean = signalled / len(every) if every else None
    found = [_school(rows, mean) for rows in by_school.values()]
    return {
        "from": str(since + timedelta(days=1)),
        "to": str(meeting.on),
        "signalled": signalled,
        "removed": len(every),
        "rows": sorted(found, key=lambda one: (-one["signalled"], one["school"])),
    }


def _school(rows: list[Row], mean: float | None) -> Mapping[str, Any]:
    signalled = [row for row in rows if row["rules"]]
    low, high = wilson(len(signalled), len(rows))
    return {
        "school": rows[0]["school"],
        "school_name": rows[0]["school_name"],
        "signalled": len(signalled),
        "removed": len(rows),
        "rate": rate(len(signalled), len(rows)),
        "low": low,
        "high": high,
        "compared": in_words(len(signalled), len(rows), mean),
        "rules": sorted({rule for row in signalled for rule in row["rules"]}),
    }
