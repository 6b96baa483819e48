"""Send what is due from the outbox: claimed first, sent, then marked.

A row is claimed in a transaction of its own, so that two workers never send it at once. A worker
that dies between sending and marking leaves a claim that nobody can judge; when its lease has run
out the message is sent again under the same Message-ID, by which mail systems show it once.
"""

import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from threading import Event
from typing import LiteralString, Self
from uuid import UUID

import structlog

from ap_registry.installation import Installation
from ap_registry.store.database import Connection
from jobs.mail import Failed, Letter, Send

MOST_ATTEMPTS = 8
RETRY_AFTER = (1, 5, 15, 60, 240, 720, 1440)  # minutes
RUN_SECONDS = 8.0  # then the next run goes on: no run is cut off by its timeout
log = structlog.get_logger()

# not_before is by the real clock, also where AP_REGISTRY_CLOCK stands still.
_CLAIM: LiteralString = """
with next as (
  select id from outbox
   where sent_at is null and failed is null and lapsed_at is null and send_after <= %(now)s
     and (not_before is null or not_before <= clock_timestamp())
   order by send_after, id
   limit 1
     for update skip locked),
claimed as (
  update outbox o
     set attempts = attempts + 1, not_before = clock_timestamp() + %(lease)s
    from next
   where o.id = next.id
  returning o.id, o.pupil_id, o.follow_up, o.to_organisation, o.due_on, o.attempts)
select c.id, coalesce(i.shown_as, f.pupil_id, c.pupil_id), c.due_on, c.attempts, f.kind, g.email,
       g.name
  from claimed c
  left join follow_up f on f.key = c.follow_up
   and f.until_at = 'infinity' and f.closed_on is null
   and f.due_on = c.due_on and f.owner = c.to_organisation
  left join identity i on i.pupil_id = f.pupil_id and i.until_at = 'infinity'
  left join organisation g on g.id = c.to_organisation and g.until_at = 'infinity'
"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that this worker alone may send; ``owed`` None where it is no longer owed."""

    id: UUID
    pupil_id: UUID
    due_on: date
    attempts: int
    owed: str | None
    email: str | None
    name: str | None

    @classmethod
    def next(cls, connection: Connection, now: datetime, lease: timedelta) -> Self | None:
        """Claim what has been due for longest; None where nothing is."""
        row = connection.execute(_CLAIM, {"now": now, "lease": lease}).fetchone()
        return None if row is None else cls(*row)

    def letter(self, owed: str, now: datetime) -> Letter:
        duty = owed.replace("_", " ")
        return Letter(
            id=self.id,
            to=self.email or "",
            subject=f"Due {self.due_on}: {duty}",
            text=f"To {self.name}\n\n{duty.capitalize()} is due on {self.due_on}.\n"
            f"Sign in to see the pupil: reference {self.pupil_id}.\n",
            at=now,
        )


def send_due(found: Installation, send: Send, stopping: Event | None = None) -> int:
    """Send until nothing is due, the run is long enough, or the worker stops; answer how many."""
    now, sent = found.registry.now(), 0
    until = time.monotonic() + RUN_SECONDS
    lease = timedelta(seconds=3 * found.settings.smtp_timeout)
    while time.monotonic() < until and not (stopping and stopping.is_set()):
        with found.database.connection() as connection:
            claimed = Claimed.next(connection, now, lease)
        if claimed is None:
            break
        sent += _deliver(found, claimed, send, now)
    return sent


def _deliver(found: Installation, claimed: Claimed, send: Send, now: datetime) -> bool:
    """No connection is held while the mail server takes its time."""
    if claimed.owed is None:
        _mark(found, claimed, "lapsed_at", now)
        return False
    if not claimed.email:
        _fail(found, claimed, "the organisation has no address")
        return False
    if claimed.attempts > MOST_ATTEMPTS:
        _fail(found, claimed, f"gave up after {MOST_ATTEMPTS} attempts")
        return False
    try:
        send(claimed.letter(claimed.owed, now))
    except Failed as failed:
        _settle_failure(found, claimed, failed)
        return False
    _mark(found, claimed, "sent_at", now)
    return True


def _mark(found: Installation, claimed: Claimed, column: LiteralString, now: datetime) -> None:
    with found.database.connection() as connection:
        connection.execute(f"update outbox set {column} = %s where id = %s", (now, claimed.id))


def _settle_failure(found: Installation, claimed: Claimed, failed: Failed) -> None:
    if failed.for_good:
        _fail(found, claimed, failed.why)
    elif claimed.attempts >= MOST_ATTEMPTS:
        _fail(found, claimed, f"gave up after {MOST_ATTEMPTS} attempts ({failed.why})")
    else:
        _retry(found, claimed, failed.why)


# A worker that was frozen past its lease changes nothing: attempts has moved on.
def _fail(found: Installation, claimed: Claimed, why: str) -> None:
    with found.database.connection() as connection:
        connection.execute(
            "update outbox set failed = %s where id = %s and attempts = %s and sent_at is null",
            (why, claimed.id, claimed.attempts),
        )
    log.error("message_failed", message=str(claimed.id), attempts=claimed.attempts, why=why)


def _retry(found: Installation, claimed: Claimed, why: str) -> None:
    wait = timedelta(minutes=RETRY_AFTER[claimed.attempts - 1])
    with found.database.connection() as connection:
        connection.execute(
            "update outbox set not_before = clock_timestamp() + %s where id = %s and attempts = %s",
            (wait, claimed.id, claimed.attempts),
        )
    log.warning("message_not_sent", message=str(claimed.id), attempts=claimed.attempts, why=why)
