"""Send what is due: put into messages, each claimed first, sent, then marked.

A message is claimed in a transaction of its own, so that two workers never send it at once. A
worker that dies between sending and marking leaves a claim that nobody can judge; when its lease
has run out the message is sent again under the same id, by which the other side shows it once.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Event
from typing import LiteralString
from uuid import UUID

import structlog

from ap_registry.installation import Installation
from ap_registry.store.database import Connection
from jobs.bundling import Reach, bundle, reach_of
from jobs.channels import Channel
from jobs.faults import kind_and_place
from jobs.letters import MOST_ATTEMPTS, Failed, Letter, gave_up, next_attempt
from jobs.marking import mark_lapsed, mark_sent
from jobs.telling import items_of
from jobs.wording import Item, subject, text

RUN_SECONDS = 8.0  # then the next run goes on: no run is cut off by its timeout
NO_ADDRESS = "the organisation has no address"
log = structlog.get_logger()

# not_before is by the real clock, also where AP_REGISTRY_CLOCK stands still.
_CLAIM: LiteralString = """
with next as (
  select id from message
   where sent_at is null and failed is null and lapsed_at is null
     and (not_before is null or not_before <= clock_timestamp())
   order by created_at, id
   limit %(limit)s
     for update skip locked)
update message m
   set attempts = attempts + 1, not_before = clock_timestamp() + %(lease)s
  from next
 where m.id = next.id
returning m.id, m.to_organisation, m.duty, m.attempts, m.address
"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that this worker alone may send."""

    id: UUID
    to_organisation: str
    duty: str
    attempts: int
    address: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One run of one worker."""

    found: Installation
    channel: Channel
    now: datetime
    reach: Reach


def send_due(found: Installation, channel: Channel, stopping: Event | None = None) -> int:
    """Send until nothing is due, the run is long enough, or the worker stops; answer how many."""
    now, sent = found.registry.now(), 0
    until = time.monotonic() + RUN_SECONDS
    bundle(found, now)
    with found.database.connection() as connection:
        reach = reach_of(connection, found, now)
    run = Round(found=found, channel=channel, now=now, reach=reach)
    while time.monotonic() < until and not (stopping and stopping.is_set()):
        with found.database.connection() as connection:
            claimed = _claim(connection, run)
            going = [one for one in claimed if not _spent(run, one)]
            told = items_of(connection, [one.id for one in going], reach)
        if not claimed:
            break
        sent += _deliver_all(run, [(one, told.get(one.id, ())) for one in going])
    return sent


def _claim(connection: Connection, run: Round) -> list[Claimed]:
    lease = timedelta(seconds=3 * run.found.settings.smtp_timeout)
    rows = connection.execute(_CLAIM, {"limit": run.channel.at_once, "lease": lease}).fetchall()
    return [Claimed(*row) for row in rows]


def _spent(run: Round, claimed: Claimed) -> bool:
    """Claimed too often already, by workers that died of it: it is not even looked at."""
    if claimed.attempts <= MOST_ATTEMPTS:
        return False
    _fail(run.found, claimed, gave_up())
    return True


def _deliver_all(run: Round, messages: Sequence[tuple[Claimed, Sequence[Item]]]) -> int:
    """No connection is held while a server takes its time."""
    sent = [(claimed, items) for claimed, items in messages if _deliver(run, claimed, items)]
    if sent:
        with run.found.database.connection() as connection:
            mark_sent(
                connection,
                {claimed.id: items for claimed, items in sent},
                channel=run.channel.name,
                reach=run.reach,
            )
    return len(sent)


def _deliver(run: Round, claimed: Claimed, items: Sequence[Item]) -> bool:
    if not items:
        with run.found.database.connection() as connection:
            mark_lapsed(connection, claimed.id, run.now)
        return False
    to = run.reach.addresses(claimed.to_organisation, claimed.duty)
    if run.channel.addressed and claimed.address >= len(to):
        _fail(run.found, claimed, NO_ADDRESS)
        return False
    address = to[claimed.address] if run.channel.addressed else ""
    try:
        run.channel.send(_letter(run, claimed, items, address))
    except Failed as failed:
        _settle_failure(run, claimed, failed, len(to))
        return False
    except Exception as error:  # nobody expected it; what else is due goes all the same
        unexpected = Failed(kind_and_place(error), for_good=False)
        _settle_failure(run, claimed, unexpected, len(to))
        return False
    return True


def _letter(run: Round, claimed: Claimed, items: Sequence[Item], address: str) -> Letter:
    organisation = run.reach.world.organisation(claimed.to_organisation)
    return Letter(
        id=claimed.id,
        to=address,
        subject=subject(items),
        text=text(organisation.name if organisation else None, items),
        at=run.now,
        organisation=claimed.to_organisation,
        again=claimed.attempts > 1,
    )


def _settle_failure(run: Round, claimed: Claimed, failed: Failed, addresses: int) -> None:
    """An address that is refused for good is followed by that of whoever stands in."""
    if failed.for_good and run.channel.addressed and claimed.address + 1 < addresses:
        _readdress(run.found, replace(claimed, address=claimed.address + 1), failed.why)
    elif failed.for_good:
        _fail(run.found, claimed, failed.why)
    elif (wait := next_attempt(claimed.attempts)) is None:
        _fail(run.found, claimed, gave_up(failed.why))
    else:
        _retry(run.found, claimed, failed.why, wait)


# A worker that was frozen past its lease changes nothing: attempts has moved on.
def _fail(found: Installation, claimed: Claimed, why: str) -> None:
    with found.database.connection() as connection, connection.transaction():
        connection.execute(
            "update message set failed = %s where id = %s and attempts = %s and sent_at is null",
            (why, claimed.id, claimed.attempts),
        )
        connection.execute(
            "update outbox o set failed = m.failed from message m"
            " where m.id = %s and o.message = m.id and m.failed is not null"
            " and o.sent_at is null and o.lapsed_at is null",
            (claimed.id,),
        )
    log.error("message_failed", message=str(claimed.id), attempts=claimed.attempts, why=why)


def _readdress(found: Installation, claimed: Claimed, why: str) -> None:
    with found.database.connection() as connection:
        connection.execute(
            "update message set address = %s, attempts = 0, not_before = null"
            " where id = %s and attempts = %s",
            (claimed.address, claimed.id, claimed.attempts),
        )
    log.warning("address_refused", message=str(claimed.id), address=claimed.address, why=why)


def _retry(found: Installation, claimed: Claimed, why: str, wait: timedelta) -> None:
    with found.database.connection() as connection:
        connection.execute(
            "update message set not_before = clock_timestamp() + %s"
            " where id = %s and attempts = %s",
            (wait, claimed.id, claimed.attempts),
        )
    log.warning("message_not_sent", message=str(claimed.id), attempts=claimed.attempts, why=why)
