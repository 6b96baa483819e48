"""What was sent, what waits, what failed; and how to send a failed message again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from ap_registry.instants import instant
from ap_registry.store.database import Connection

AT_MOST = 1_000
_LISTED: LiteralString = """
select m.id, m.to_organisation, m.duty, m.channel, m.attempts, m.created_at, m.sent_at, m.lapsed_at,
       m.failed, (select count(*) from outbox o where o.message = m.id)
  from message m
 where (not %(failed)s or m.failed is not null)
   and (%(to)s::text[] is null or m.to_organisation = any(%(to)s::text[]))
 union all
select id, to_organisation, '', null, 0, created_at, null, null, failed, 1
  from outbox where message is null and failed is not null
   and (%(to)s::text[] is null or to_organisation = any(%(to)s::text[]))
 order by 6 desc, 1
 limit %(limit)s
"""
_OF_PUPIL: LiteralString = """
select id, kind, step, to_organisation, due_on, channel, sent_at, failed
  from outbox
 where (follow_up in (select key from follow_up where pupil_id = %(pupil)s)
        or (follow_up is null and pupil_id = %(pupil)s))
   and (sent_at is not null or failed is not null)
   and (%(at)s::timestamptz is null or sent_at <= %(at)s)
 order by coalesce(sent_at, send_after), id
"""
_AGAIN: LiteralString = """
with again as (
  update message set failed = null, attempts = 0, address = 0, not_before = null
   where id = %(id)s and failed is not null
     and (%(to)s::text[] is null or to_organisation = any(%(to)s::text[]))
  returning id)
update outbox set failed = null
 where message in (select id from again)
    or (id = %(id)s and message is null and failed is not null
        and (%(to)s::text[] is null or to_organisation = any(%(to)s::text[])))
returning id
"""


def deliveries(
    connection: Connection, *, failed: bool = False, to: Sequence[str] | None = None,
    limit: int = AT_MOST,
) -> list[dict[str, Any]]:  # fmt: skip
    """Messages, and what could be put into none, the newest first; ``to`` None: to anybody."""
    asked = {"failed": failed, "limit": limit, "to": None if to is None else list(to)}
    rows = connection.execute(_LISTED, asked).fetchall()
    return [
        {
            "id": str(message),
            "to_organisation": to,
            "duty": duty,
            "items": items,
            "channel": channel,
            "attempts": attempts,
            "created_at": instant(created_at),
            "sent_at": instant(sent_at) if sent_at else None,
            "failed": why,
            "status": _status(sent_at, lapsed_at, why),
        }
        for message, to, duty, channel, attempts, created_at, sent_at, lapsed_at, why, items in rows
    ]


def _status(sent_at: object, lapsed_at: object, why: str | None) -> str:
    if sent_at:
        return "sent"
    if why is not None:
        return "failed"
    return "lapsed" if lapsed_at else "waiting"


def send_again(connection: Connection, message: UUID, *, to: Sequence[str] | None = None) -> bool:
    """Let a failed message be tried anew, from the first address on; False where none failed, or
    none to one of ``to`` (None: to anybody)."""
    asked = {"id": message, "to": None if to is None else list(to)}
    return connection.execute(_AGAIN, asked).fetchone() is not None


def of_pupil(
    connection: Connection, pupil_id: UUID, as_at: datetime | None = None
) -> list[dict[str, Any]]:
    """Who was told what about a pupil, in the order in which it went; by an instant, or so far."""
    rows = connection.execute(_OF_PUPIL, {"pupil": pupil_id, "at": as_at}).fetchall()
    return [
        {
            "id": str(row_id),
            "kind": kind,
            "step": step,
            "to_organisation": to,
            "due_on": due_on.isoformat(),
            "channel": channel,
            "sent_at": instant(sent_at) if sent_at else None,
            "failed": why,
        }
        for row_id, kind, step, to, due_on, channel, sent_at, why in rows
    ]


def waiting(connection: Connection) -> dict[str, float]:
    """For gauges: rows and messages that wait, the oldest due (seconds), messages that failed."""
    row = connection.execute(
        "select (select count(*) from outbox where message is null and sent_at is null"
        "           and failed is null and lapsed_at is null),"
        "       (select count(*) from message where sent_at is null and failed is null"
        "           and lapsed_at is null),"
        "       coalesce((select extract(epoch from clock_timestamp() - min(created_at))"
        "           from message where sent_at is null and failed is null"
        "            and lapsed_at is null), 0),"
        "       (select count(*) from message where failed is not null)"
        "       + (select count(*) from outbox where message is null and failed is not null),"
        "       coalesce((select extract(epoch from clock_timestamp() - ran_at)"
        "           from sequencer where id = 1), 0)"
    ).fetchone()
    assert row is not None
    names = ("outbox_waiting", "messages_waiting", "oldest_message_seconds", "messages_failed",
             "sequencer_lag_seconds")  # fmt: skip
    return {name: float(value) for name, value in zip(names, row, strict=True)}
