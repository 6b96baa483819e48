"""Who is owed education: the sixth day of an exclusion, and section 19, with what led to each."""

from collections.abc import Sequence
from datetime import date
from typing import Any, LiteralString

from psycopg.rows import dict_row

from ap_registry.store.database import Connection
from ap_registry.store.queries import FEW_SCOPED, Scope, scoped
from ap_registry.store.who import LOOKED_UP, SHOWN_ID

# What is owed still, and what was seen to since ``since``; the placement is one that runs.
_BOARD: LiteralString = f"""
select {SHOWN_ID.format(t="f")}::text as pupil_id, i.upn,
       concat_ws(' ', i.given_name, i.family_name) as name, f.kind, f.owner, f.opened_on, f.due_on,
       f.closed_on, f.outcome, f.calendar, f.opened_by::text as opened_by, g.route,
       g.made_by as said_by, x.kind as excluded, x.school as excluded_by,
       x.occurred_on as excluded_on,
       (select r.school from roll r
         where r.pupil_id = f.pupil_id and r.until_at = 'infinity' and r.registration in ('C', 'M')
           and r.from_on <= %(on)s and (r.until_on is null or r.until_on > %(on)s)
         order by r.from_on desc, r.version desc limit 1) as school,
       (select p.provider from placement p
         where p.pupil_id = f.pupil_id and p.until_at = 'infinity' and p.starts_on <= %(on)s
           and (p.ended_on is null or p.ended_on > %(on)s)
           and p.end_reason is distinct from 'error'
         order by p.starts_on desc, p.version desc limit 1) as placed_at
  from follow_up f {LOOKED_UP.format(t="f")}
  left join referral g on g.pupil_id = f.pupil_id and g.key = f.opened_by
   and g.until_at = 'infinity'
  left join exclusion x on x.pupil_id = f.pupil_id and x.key = f.opened_by
   and x.until_at = 'infinity'
 where f.until_at = 'infinity' and f.kind = any(%(kinds)s) and f.opened_on <= %(on)s
   and (f.closed_on is null or f.closed_on > %(on)s
        or f.outcome = 'done' and f.closed_on >= %(since)s)
   and {FEW_SCOPED.format(t="f")}
 order by f.closed_on is not null and f.closed_on <= %(on)s, f.due_on, f.key
 limit %(limit)s
"""


_WAITING: LiteralString = f"""
select count(distinct {SHOWN_ID.format(t="f")}), count(*)
  from follow_up f {LOOKED_UP.format(t="f")}
 where f.until_at = 'infinity' and f.kind = any(%(kinds)s) and f.opened_on <= %(on)s
   and (f.closed_on is null or f.closed_on > %(on)s) and {FEW_SCOPED.format(t="f")}
"""


def waiting_on(
    connection: Connection, scope: Scope, kinds: Sequence[str], *, on: date
) -> tuple[int, int]:
    """How many pupils whom the scope sees are owed education still, and by how many duties."""
    asked = {**scoped(scope), "kinds": list(kinds), "on": on}
    row = connection.execute(_WAITING, asked).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


def board(
    connection: Connection, scope: Scope, kinds: Sequence[str], *, on: date, since: date,
    limit: int,
) -> list[dict[str, Any]]:  # fmt: skip
    """Of pupils whom the scope sees: the longest overdue first, what was seen to last."""
    asked = {
        **scoped(scope), "kinds": list(kinds), "on": on, "since": since, "limit": limit,
    }  # fmt: skip
    with connection.cursor(row_factory=dict_row, binary=True) as cursor:
        return cursor.execute(_BOARD, asked).fetchall()
