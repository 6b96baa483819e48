"""How much waits for an organisation: what it owes, what it was reminded of, what it was told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import LiteralString

from ap_registry.store.database import Connection

_WAITING: LiteralString = """
select count(*), count(*) filter (where f.due_on < %(today)s),
       count(*) filter (where exists (
         select from outbox o where o.follow_up = f.key and o.sent_at is not null
            and o.to_organisation = any(%(organisations)s))),
       (select count(*) from outbox t
         where t.follow_up is null and t.to_organisation = any(%(organisations)s)
           and t.sent_at > %(now)s::timestamptz - interval '7 days')
  from follow_up f
 where f.owner = any(%(organisations)s) and f.until_at = 'infinity' and f.closed_on is null
   and f.opened_on <= %(today)s
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Duties owed, of these overdue, and of these told of; notices delivered in seven days."""

    owed: int
    overdue: int
    reminded: int
    delivered: int


def waiting_for(
    connection: Connection, organisations: Sequence[str], *, today: date, now: datetime
) -> Waiting:
    named = {"organisations": list(organisations), "today": today, "now": now}
    row = connection.execute(_WAITING, named).fetchone()
    assert row is not None
    return Waiting(*row)
