"""How much waits for an organisation: what it owes, what it was reminded of, what it was told."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import LiteralString

from ap_registry.access import Caller
from ap_registry.store.database import Connection
from ap_registry.store.queries import SCOPED, scope_of, scoped

# What is known to end on a day to come (a suspension's last) is owed until then, and listed so.
# In two parts, each with an index of its own.
_WAITING: LiteralString = """
select count(*), count(*) filter (where f.due_on < %(today)s),
       count(*) filter (where exists (
         select from outbox o where o.follow_up = f.key and o.sent_at is not null
            and o.to_organisation = any(%(mine)s))),
       (select count(*) from outbox t
         where t.follow_up is null and t.to_organisation = any(%(mine)s)
           and t.sent_at > %(now)s::timestamptz - interval '7 days'
           and {told})
  from (select * from follow_up where until_at = 'infinity' and closed_on is null
        union all
        select * from follow_up where until_at = 'infinity' and closed_on > %(today)s) f
 where f.owner = any(%(mine)s)
   and f.opened_on <= %(today)s and {owed}
"""
_OF_ALL = _WAITING.format(told="true", owed="true")
_OF_ITS_OWN = _WAITING.format(told=SCOPED.format(t="t"), owed=SCOPED.format(t="f"))


@dataclass(frozen=True, slots=True)
class Waiting:
    """Duties owed, of these overdue, and of these told of; notices delivered in seven days."""

    owed: int
    overdue: int
    reminded: int
    delivered: int


def waiting_for(connection: Connection, caller: Caller, *, today: date, now: datetime) -> Waiting:
    """For a carer's authority of the carer's children alone."""
    named = {
        **scoped(scope_of(caller, today)), "mine": list(caller.organisations), "today": today,
        "now": now,
    }  # fmt: skip
    query = _OF_ITS_OWN if caller.role == "social_care" else _OF_ALL
    row = connection.execute(query, named).fetchone()
    assert row is not None
    return Waiting(*row)
