"""A message that went is marked, and the next step of each ladder planned, in one transaction."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, LiteralString
from uuid import UUID

from ap_registry.calendar import london_today
from ap_registry.ladder import Step, goes_at, next_steps
from ap_registry.store.database import Connection
from jobs.bundling import Reach
from jobs.wording import Item

_SENT: LiteralString = """
with marked as (
  update message set sent_at = %(now)s, channel = %(channel)s
   where id = any(%(messages)s) and sent_at is null)
update outbox set sent_at = %(now)s, channel = %(channel)s
 where id = any(%(rows)s) and sent_at is null
returning id, pupil_id, follow_up, kind, step, number, owner, to_organisation, due_on
"""
_NEXT: LiteralString = """
insert into outbox (id, pupil_id, follow_up, kind, step, number, owner, to_organisation, due_on,
                    created_at, send_after)
select left(encode(sha256(convert_to(concat_ws('/', id, %(step)s::text, %(number)s::text), 'UTF8')),
                   'hex'), 32)::uuid,
       pupil_id, follow_up, kind, %(step)s, %(number)s, owner, %(to)s, due_on, %(now)s, %(after)s
  from outbox where id = any(%(rows)s)
    on conflict (id) do nothing
"""
_HOME: LiteralString = """
select distinct on (pupil_id) pupil_id, home_la from detail
 where pupil_id = any(%s) and until_at = 'infinity' and home_la is not null
 order by pupil_id, occurred_on desc
"""
_LAPSED: LiteralString = """
update outbox set lapsed_at = %(now)s
 where message = any(%(messages)s) and sent_at is null and lapsed_at is null and failed is null
"""


def mark_sent(
    connection: Connection, sent: Mapping[UUID, Sequence[Item]], *, channel: str, reach: Reach
) -> None:
    """Also what dropped out of a message since it was made: that has lapsed."""
    named = {"now": reach.now, "channel": channel, "messages": list(sent)}
    with connection.transaction():
        told = connection.execute(
            _SENT, {**named, "rows": [item.id for items in sent.values() for item in items]}
        ).fetchall()
        connection.execute(_LAPSED, named)
        _plan(connection, told, reach)


def mark_lapsed(connection: Connection, message: UUID, now: datetime) -> None:
    with connection.transaction():
        connection.execute("update message set lapsed_at = %s where id = %s", (now, message))
        connection.execute(_LAPSED, {"now": now, "messages": [message]})


def _plan(connection: Connection, told: Sequence[tuple[Any, ...]], reach: Reach) -> None:
    """Rows that are at the same step of the same owner and day go on together."""
    steps = [row for row in told if row[2] is not None]
    if not steps:
        return
    homes: dict[UUID, str] = dict(
        connection.execute(_HOME, ([row[1] for row in steps],)).fetchall()
    )
    today = london_today(reach.now)
    alike: dict[tuple[str, int, str, str, date], list[UUID]] = defaultdict(list)
    for row_id, pupil_id, _follow_up, _kind, name, number, owner, _to, due_on in steps:
        la = _la(reach, owner, homes.get(pupil_id))
        alike[name, number, owner, la, due_on].append(row_id)
    for (name, number, owner, la, due_on), rows in alike.items():
        step = Step(name, today, number)
        desks = {"owner": reach.desk(owner), "la": reach.desk(la)}
        for after in next_steps(step, due_on, today=today, **desks):
            to = la if after.name in {"la", "panel"} else owner
            connection.execute(
                _NEXT,
                {
                    "step": after.name,
                    "number": after.number,
                    "to": to,
                    "now": reach.now,
                    "after": goes_at(after, reach.desk(to)),
                    "rows": rows,
                },
            )


def _la(reach: Reach, owner: str, home: str | None) -> str:
    """The LA of the owner, else the pupil's home LA; the owner where neither is known."""
    own = reach.world.la_of(owner)
    return f"LA{own or home}" if own or home else owner
