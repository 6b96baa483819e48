"""Send what is due from the outbox: each message once, however often the worker dies."""

import smtplib
from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import structlog

from ap_registry.installation import Installation
from ap_registry.store.database import Connection

AT_ONCE = 50
MOST_ATTEMPTS = 8
RETRY_AFTER = (1, 5, 15, 60, 240, 720, 1440)  # minutes
log = structlog.get_logger()

_TAKE = """
select o.id, o.pupil_id, o.kind, o.to_organisation, o.attempts, f.kind, f.due_on, g.email, g.name
  from outbox o
  left join follow_up f on f.key = o.follow_up and f.pupil_id = o.pupil_id
   and f.until_at = 'infinity' and f.closed_on is null
   and (o.attempts > 0
        or (f.due_on + time '07:30') at time zone 'Europe/London' = o.send_after)
  left join organisation g on g.id = o.to_organisation and g.until_at = 'infinity'
 where o.sent_at is null and o.failed is null and o.send_after <= %(now)s
 order by o.send_after, o.id
 limit 1
   for update of o skip locked
"""

Send = Callable[[EmailMessage], None]


def smtp_sender(url: str) -> Send:
    """Send through ``smtp://user:password@host:port``; one connection a message."""
    parts = urlsplit(url)

    def send(message: EmailMessage) -> None:
        kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
        with kind(parts.hostname or "localhost", parts.port or 25, timeout=20) as client:
            if parts.username:
                client.starttls()
                client.login(parts.username, parts.password or "")
            client.send_message(message)

    return send


def send_due(found: Installation, send: Send, now: datetime) -> int:
    """Send what is due; a message is sent inside the transaction that marks it.

    A worker that dies between sending and committing sends the same Message-ID again: receivers
    and mail servers drop the second.
    """
    sent = 0
    for _ in range(AT_ONCE):
        with found.database.connection() as connection, connection.transaction():
            row = connection.execute(_TAKE, {"now": now}).fetchone()
            if row is None:
                break
            sent += _send_one(connection, row, send, now, found.settings.mail_from)
    return sent


def _send_one(
    connection: Connection, row: tuple[Any, ...], send: Send, now: datetime, sender: str
) -> bool:
    message_id, pupil_id, _kind, organisation, attempts, owed, due_on, email, name = row
    if owed is None or not email:
        why = "no longer owed" if owed is None else "the organisation has no address"
        _fail(connection, message_id, why)
        return False
    message = EmailMessage()
    message["From"], message["To"] = sender, email
    message["Subject"] = f"Due {due_on}: {owed.replace('_', ' ')}"
    message["Message-ID"] = f"<{message_id}@ap-registry>"
    message["Date"] = format_datetime(now)
    message.set_content(
        f"To {name}\n\n{owed.replace('_', ' ').capitalize()} is due on {due_on}.\n"
        f"Sign in to see the pupil: reference {pupil_id}.\n"
    )
    try:
        send(message)
    except (OSError, smtplib.SMTPException) as error:
        _retry(connection, message_id, attempts, now, type(error).__name__)
        return False
    connection.execute("update outbox set sent_at = %s where id = %s", (now, message_id))
    return True


def _fail(connection: Connection, message_id: UUID, why: str) -> None:
    connection.execute("update outbox set failed = %s where id = %s", (why, message_id))


def _retry(
    connection: Connection, message_id: UUID, attempts: int, now: datetime, why: str
) -> None:
    if attempts + 1 >= MOST_ATTEMPTS:
        _fail(connection, message_id, f"gave up after {MOST_ATTEMPTS} attempts ({why})")
        return
    wait = timedelta(minutes=RETRY_AFTER[min(attempts, len(RETRY_AFTER) - 1)])
    connection.execute(
        "update outbox set attempts = attempts + 1, send_after = %s where id = %s",
        (now + wait, message_id),
    )
    log.warning("message_not_sent", message=str(message_id), attempts=attempts + 1, why=why)
