"""How much is overdue of a scope: counted in the database, where reading it all takes seconds."""

from dataclasses import dataclass
from datetime import date
from typing import LiteralString

from psycopg.rows import class_row

from ap_registry.store.database import Connection
from ap_registry.store.owing import OPEN_PARTS, SEEN
from ap_registry.store.queries import READABLE, SCOPED, Scope, scoped

# Of whom: as ``owing.follow_ups`` tells it. Lists are of nobody, and of a pupil adopted since only
# whoever sees it still is told.
_COUNTED: LiteralString = f"""
select kind, due_on, own, told, count(*) as overdue from (
  select f.kind, f.due_on, f.owner = any(%(organisations)s) as own,
         f.origin <> 'list' and (
           f.pupil_id not in (select i.pupil_id from identity i
                               where i.until_at = 'infinity' and i.shown_as is not null)
           or {SCOPED.format(t="f")}) as told
    from {OPEN_PARTS} f
   where {READABLE.format(t="f")} and {SEEN}
     and f.opened_on <= %(on)s and f.due_on < %(on)s) f
 group by kind, due_on, own, told
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """How many of a kind fell due on a day; ``own``: the scope's organisations owe them.

    ``told``: of a pupil whom the scope is told of.
    """

    kind: str
    due_on: date
    own: bool
    told: bool
    overdue: int


def counts(connection: Connection, scope: Scope, *, on: date) -> list[Overdue]:
    """Of what ``owing.follow_ups`` answers as overdue on a day."""
    with connection.cursor(row_factory=class_row(Overdue), binary=True) as cursor:
        return cursor.execute(_COUNTED, {**scoped(scope), "on": on}).fetchall()
