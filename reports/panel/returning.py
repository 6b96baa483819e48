"""Pupils in AP whose return is planned or near, and what room providers have."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from ap_registry.history import history
from ap_registry.instants import iso
from ap_registry.store import ledger
from reports.panel.meeting import VISIBLE, Meeting, Row
from reports.panel.pupils import known

NEAR = timedelta(weeks=6)

_PLACED = f"""
select p.pupil_id, p.key, p.provider, p.starts_on, p.planned_ends_on, p.sessions_per_week,
       r.school, r.returns_on, r.phased_until, r.key as plan
  from placement p
  join lateral (
    select d.home_la from detail d
     where d.pupil_id = p.pupil_id and d.home_la is not null and d.occurred_on <= %(on)s
       and d.from_at <= %(at)s and d.until_at > %(at)s
     order by d.occurred_on desc, d.version desc limit 1) h on h.home_la = %(la)s
  left join lateral (
    select * from reintegration_plan r
     where r.pupil_id = p.pupil_id and r.placement = p.key and r.occurred_on <= %(on)s
       and r.from_at <= %(at)s and r.until_at > %(at)s
     order by r.occurred_on desc, r.key limit 1) r on true
 where p.starts_on <= %(on)s and (p.ended_on is null or p.ended_on > %(on)s)
   and p.from_at <= %(at)s and p.until_at > %(at)s
   and p.end_reason is distinct from 'error'
   and not exists (select from erased x where x.pupil_id = p.pupil_id)
   and {VISIBLE.format(t="p")}
   and (r.key is not null or p.intent = 'return' and p.planned_ends_on <= %(until)s)
 order by coalesce(r.returns_on, p.planned_ends_on), p.key
"""
_CAPACITY = """
select o.id as provider, o.name as provider_name, c.as_at, c.places,
       (select count(*) from placement p
         where p.provider = o.id and p.starts_on <= %(on)s
           and (p.ended_on is null or p.ended_on > %(on)s)
           and p.end_reason is distinct from 'error'
           and p.from_at <= %(at)s and p.until_at > %(at)s) as placed
  from organisation o
  left join lateral (
    select * from provider_check c
     where c.provider = o.id and c.as_at <= %(on)s and c.places is not null
       and c.from_at <= %(at)s and c.until_at > %(at)s
     order by c.as_at desc limit 1) c on true
 where o.la = %(la)s and o.kind = 'provider' and (o.closed_on is null or o.closed_on > %(on)s)
   and o.from_at <= %(at)s and o.until_at > %(at)s
 order by o.id collate "C"
"""


def returning(meeting: Meeting) -> list[dict[str, Any]]:
    """With a plan, or meant to return and to end within six weeks (or by now) without one."""
    rows = meeting.rows(_PLACED, until=meeting.on + NEAR)
    pupils = known(meeting, [row["pupil_id"] for row in rows])
    leads = _leads(meeting, [row for row in rows if row["plan"]])
    return [
        {
            **pupils[row["pupil_id"]].shown,
            "placement": str(row["key"]),
            "provider": row["provider"],
            "provider_name": meeting.name(row["provider"]),
            "started_on": str(row["starts_on"]),
            "ends_on": str(row["planned_ends_on"]),
            "sessions_per_week": row["sessions_per_week"],
            "plan": _plan(meeting, row, leads.get(row["plan"])) if row["plan"] else None,
        }
        for row in rows
    ]


def _plan(meeting: Meeting, row: Row, lead: str | None) -> dict[str, Any]:
    return {
        "school": row["school"],
        "school_name": meeting.name(row["school"]),
        "returns_on": str(row["returns_on"]),
        "phased_until": str(row["phased_until"]) if row["phased_until"] else None,
        "lead": lead,
    }


def _leads(meeting: Meeting, rows: list[Row]) -> dict[UUID, str]:
    """Who leads each plan, by the plan: a name stands in the private part of the notice only."""
    loaded = ledger.load(
        meeting.connection, ids={row["pupil_id"] for row in rows}, as_at=meeting.as_at
    )
    return {
        standing.entry.id: standing.entry.facts.lead
        for stored in loaded.pupils
        for standing in history(stored.recorded).standing
        if standing.entry.type == "reintegration_planned" and standing.entry.facts.lead
    }


def capacity(meeting: Meeting) -> Iterator[dict[str, Any]]:
    """Pupils placed at each provider of the LA on the day, and of how many places."""
    for row in meeting.rows(_CAPACITY):
        told = row["places"]
        yield {
            "provider": row["provider"],
            "provider_name": row["provider_name"],
            "as_at": iso(row["as_at"]),
            "places": told,
            "placed": row["placed"],
            "free": None if told is None else told - row["placed"],
        }
