"""Who stands in for an organisation that has closed: the one that took its place, if only one."""

from collections.abc import Sequence
from datetime import date
from typing import LiteralString

from ap_registry.store.database import Connection

# Of a split each part would see all pupils of the whole: nobody stands in, pupils are joined anew.
_BEFORE: LiteralString = """
with recursive line as (
  select unnest(%(names)s::text[]) as id, 0 as step
  union
  select c.id, l.step + 1
    from line l
    join organisation o on o.id = l.id and o.until_at = 'infinity'
    join organisation c on c.id = any(o.predecessors) and c.until_at = 'infinity'
   where c.closed_on <= %(today)s and l.step < 20
     and not exists (select from organisation s where s.until_at = 'infinity'
                        and s.id <> o.id and c.id = any(s.predecessors)))
select id from line where id <> all(%(names)s::text[]) group by id order by min(step), id
"""


def acting_for(
    connection: Connection, role: str, names: Sequence[str], today: date
) -> tuple[str, ...]:
    """These organisations, then those closed whose place they alone took; an auditor's as named."""
    if role in {"auditor", "parent"}:
        return tuple(names)
    rows = connection.execute(_BEFORE, {"names": list(names), "today": today}).fetchall()
    return (*names, *(row[0] for row in rows))


_SUCCESSORS: LiteralString = """
select p.id, array_agg(s.id order by s.id)
  from unnest(%(names)s::text[]) as p(id)
  join organisation s on s.until_at = 'infinity' and p.id = any(s.predecessors)
 group by p.id
"""


def successors(connection: Connection, names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Who took the place of each of these."""
    rows = connection.execute(_SUCCESSORS, {"names": list(names)}).fetchall()
    return {name: tuple(found) for name, found in rows}
