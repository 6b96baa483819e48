"""What in the record wants looking at: contradictions, unknown and closed organisations."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, LiteralString

from psycopg.rows import dict_row

from ap_registry.store.database import Connection
from ap_registry.store.queries import FEW_SCOPED, SCOPED, Scope, scoped
from ap_registry.store.who import SHOWN_ID

AT_MOST = 500
CLASHES = (
    "attendance.clash", "attendance.present-on-paper", "placement.over-ten", "roll.before-record",
    "roll.not-on-record", "roll.two-main", "suspension.sessions-mismatch", "upn.unknown-la",
)  # fmt: skip

_CLASHES: LiteralString = f"""
select {SHOWN_ID.format(t="f")}::text as pupil_id, i.upn, f.rule, f.detail
  from flag f join identity i on i.pupil_id = f.pupil_id and i.until_at = 'infinity'
 where f.until_at = 'infinity' and f.rule = any(%(rules)s) and {FEW_SCOPED.format(t="f")}
 order by f.rule, f.pupil_id, f.detail limit %(limit)s
"""
_MINE: LiteralString = (
    "(%(everything)s or u.by = any(%(organisations)s) or exists (select from organisation o"
    " where o.id = u.by and o.until_at = 'infinity' and 'LA' || o.la = any(%(organisations)s)))"
)
_UNKNOWN: LiteralString = f"""
select u.name, u.by, u.times, u.first_at, u.last_at from unknown_name u
 where {_MINE} and not exists (
   select from organisation o where o.until_at = 'infinity'
      and (o.id = u.name or o.laestab = replace(u.name, '/', '')))
 order by u.last_at desc, u.name, u.by limit %(limit)s
"""
_CLOSED: LiteralString = f"""
select o.id as organisation, o.name, o.closed_on, count(distinct here.pupil_id) as pupils,
       array(select s.id from organisation s where s.until_at = 'infinity'
                and o.id = any(s.predecessors) order by 1) as successors
  from (select pupil_id, school as organisation from roll
         where until_at = 'infinity' and until_on is null
        union select pupil_id, provider from placement
         where until_at = 'infinity' and ended_on is null) here
  join organisation o on o.id = here.organisation and o.until_at = 'infinity'
 where o.closed_on < %(today)s and {SCOPED.format(t="here")}
 group by o.id, o.name, o.closed_on order by o.closed_on, o.id limit %(limit)s
"""
_NOTE: LiteralString = """
insert into unknown_name as u (name, by, first_at, last_at, times)
select name, by, %(at)s, %(at)s, times
  from unnest(%(names)s::text[], %(bys)s::text[], %(times)s::int[]) as t(name, by, times)
 order by name, by
    on conflict (name, by) do update
   set last_at = excluded.last_at, times = u.times + excluded.times
"""


def _asked(scope: Scope, today: date) -> dict[str, Any]:
    return {
        **scoped(scope), "today": today, "rules": list(CLASHES), "limit": AT_MOST,
    }  # fmt: skip


def _all(connection: Connection, query: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query, parameters).fetchall()


def clashes(connection: Connection, scope: Scope, today: date) -> list[dict[str, Any]]:
    """What of a pupil's record cannot all be so: at most 500, by rule."""
    return _all(connection, _CLASHES, _asked(scope, today))


def unknown_names(connection: Connection, scope: Scope, today: date) -> list[dict[str, Any]]:
    """Numbers that are still nobody's, of notices of the scope's organisations or of its LA's."""
    return _all(connection, _UNKNOWN, _asked(scope, today))


def closed(connection: Connection, scope: Scope, today: date) -> list[dict[str, Any]]:
    """Organisations that have closed and still have pupils on roll or placed."""
    return _all(connection, _CLOSED, _asked(scope, today))


def note_unknown(
    connection: Connection, found: Mapping[tuple[str, str], int], *, at: datetime
) -> None:
    connection.execute(_NOTE, {
        "names": [name for name, _ in found], "bys": [by for _, by in found],
        "times": list(found.values()), "at": at,
    })  # fmt: skip
