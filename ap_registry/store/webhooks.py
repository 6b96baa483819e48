"""Webhooks as their owners see them: whoever has a key of the same role and organisations."""

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID, uuid4

from ap_registry.instants import instant
from ap_registry.seals import Seals
from ap_registry.store import feed
from ap_registry.store.database import Connection
from ap_registry.store.key_holders import KeyHolder

SECRET_BYTES = 32
OLD_SECRET_LASTS = timedelta(hours=24)
PREFIX = "whsec_"
PING = "ping"
NOTICE = "notice.accepted"
KEY_ENDED = "the key that it was made with is not in use any more"
KEY_SENDS = "the key that it was made with may send only: enable it by one that may read too"
_MINE: LiteralString = (
    "(%(everything)s or w.role = %(role)s and w.organisations @> %(organisations)s::text[]"
    " and w.organisations <@ %(organisations)s::text[])"
)
_LISTED: LiteralString = f"""
select w.id, w.url, w.types, w.made_at, w.after, w.failures, w.failing_since, w.disabled_at,
       case when k.revoked_at is not null or k.until_on < %(today)s then %(ended)s
            when 'read' <> all(k.scopes) then %(sends)s
            else w.disabled_why end as disabled
  from webhook w join api_key k on k.id = w.api_key
 where {_MINE} and (%(id)s::uuid is null or w.id = %(id)s)
   and (%(after)s::uuid is null or w.id > %(after)s)
 order by w.id limit %(limit)s
"""
_DELIVERIES: LiteralString = """
select id, type, seq, event, attempts, status, error, made_at, sent_at, failed, not_before
  from webhook_delivery d
 where webhook = %(webhook)s
   and (%(before_at)s::timestamptz is null
        or (made_at, id) < (%(before_at)s::timestamptz, %(before_id)s::uuid))
   and case %(status)s when 'delivered' then sent_at is not null
       when 'failed' then failed is not null
       when 'waiting' then sent_at is null and failed is null else true end
 order by made_at desc, id desc limit %(limit)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose webhooks are meant: those made in its role by keys of the same organisations."""

    holder: KeyHolder
    now: datetime
    today: date

    def named(self, **more: Any) -> dict[str, Any]:
        return {
            "everything": self.holder.caller.sees_all, "role": self.holder.caller.role,
            "key": self.holder.key_id, "organisations": list(self.holder.named), "now": self.now,
            "today": self.today, "ended": KEY_ENDED, "sends": KEY_SENDS, "id": None,
            "after": None, "limit": 1, **more,
        }  # fmt: skip


def make(
    connection: Connection, owner: Owner, *, url: str, types: Sequence[str], seals: Seals
) -> tuple[UUID, bytes]:
    """One that is told what is recorded from now on; its secret is answered once."""
    made = uuid4()
    with connection.transaction():
        connection.execute(
            "insert into webhook (id, api_key, role, organisations, url, types, made_at, after)"
            " values (%(id)s, %(key)s, %(role)s, %(organisations)s, %(url)s, %(types)s,"
            "         %(now)s, %(after)s)",
            owner.named(id=made, url=url, types=list(types), after=feed.size(connection)),
        )
        return made, _add_secret(connection, made, seals)


def sealed_for(secret: UUID) -> str:
    return f"webhook-secret/{secret}"


def _add_secret(connection: Connection, webhook: UUID, seals: Seals) -> bytes:
    made, secret = uuid4(), secrets.token_bytes(SECRET_BYTES)
    connection.execute(
        "insert into webhook_secret (id, webhook, secret, made_at)"
        " values (%s, %s, %s, clock_timestamp())",
        (made, webhook, seals.seal(sealed_for(made), secret)),
    )
    return secret


def as_text(secret: bytes) -> str:
    return PREFIX + base64.b64encode(secret).decode()


def rotate(connection: Connection, webhook: UUID, *, seals: Seals) -> tuple[bytes, datetime]:
    """A new secret, and until when the old ones sign beside it."""
    with connection.transaction():
        connection.execute("select from webhook where id = %s for update", (webhook,))
        row = connection.execute(
            "update webhook_secret set until_at = clock_timestamp() + %s"
            " where webhook = %s and until_at is null returning until_at",
            (OLD_SECRET_LASTS, webhook),
        ).fetchone()
        assert row is not None
        return _add_secret(connection, webhook, seals), row[0]


def listed(
    connection: Connection, owner: Owner, *, limit: int, after: UUID | None = None,
    id: UUID | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """The caller's own, by id; ``disabled`` says why it is not called, None where it is."""
    rows = connection.execute(_LISTED, owner.named(id=id, after=after, limit=limit)).fetchall()
    return [
        {
            "id": str(found), "url": url, "types": types, "created_at": instant(made_at),
            "after": seq, "failures": failures,
            "failing_since": instant(since) if since else None, "disabled": why,
            "disabled_at": instant(at) if at else None,
        }
        for found, url, types, made_at, seq, failures, since, at, why in rows
    ]  # fmt: skip


def remove(connection: Connection, webhook: UUID) -> None:
    with connection.transaction():
        for table in ("webhook_delivery", "webhook_secret"):
            connection.execute(f"delete from {table} where webhook = %s", (webhook,))
        connection.execute("delete from webhook where id = %s", (webhook,))


def enable(connection: Connection, owner: Owner, webhook: UUID) -> None:
    """By the caller's key from now on, where it is the caller's own webhook and not only seen by
    an administrator; what waits goes at once, what was missed follows."""
    with connection.transaction():
        connection.execute(
            "update webhook set disabled_at = null, disabled_why = null, failures = 0,"
            " failing_since = null, api_key = case when role = %(role)s"
            " and organisations @> %(organisations)s::text[]"
            " and organisations <@ %(organisations)s::text[] then %(key)s else api_key end"
            " where id = %(id)s",
            owner.named(id=webhook),
        )
        connection.execute(
            "update webhook_delivery set not_before = clock_timestamp()"
            " where webhook = %s and sent_at is null and failed is null",
            (webhook,),
        )


def ping(connection: Connection, webhook: UUID, now: datetime) -> UUID:
    made = uuid4()
    connection.execute(
        "insert into webhook_delivery (id, webhook, type, happened_at, made_at, not_before)"
        " values (%s, %s, %s, %s, clock_timestamp(), clock_timestamp())",
        (made, webhook, PING, now),
    )
    return made


def replay(connection: Connection, webhook: UUID, after: int) -> None:
    """Call again for all that comes after a place of the log, each under the id that it had."""
    connection.execute(
        "update webhook set after = least(%s, (select coalesce(max(seq), 0) from log))"
        " where id = %s",
        (after, webhook),
    )


def deliveries(
    connection: Connection, webhook: UUID, *, limit: int, status: str | None = None,
    before: tuple[datetime, UUID] | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """The latest first."""
    asked = {
        "webhook": webhook, "status": status, "limit": limit,
        "before_at": before[0] if before else None, "before_id": before[1] if before else None,
    }  # fmt: skip
    return [
        {
            "id": str(found), "type": type_, "seq": seq, "event": str(event) if event else None,
            "status": "delivered" if sent_at else "failed" if failed else "waiting",
            "attempts": attempts, "http_status": status_, "error": failed or error,
            "created_at": instant(made_at), "sent_at": instant(sent_at) if sent_at else None,
            "next_attempt_at": None if sent_at or failed else instant(not_before),
        }
        for found, type_, seq, event, attempts, status_, error, made_at, sent_at, failed, not_before
        in connection.execute(_DELIVERIES, asked)
    ]  # fmt: skip
