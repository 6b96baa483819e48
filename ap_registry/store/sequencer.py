"""Give every event its place in the one order, without stopping the writers.

Only the sequenced log orders readers: positions alone lose events of transactions that commit
late. A round reads the clock, waits for the writers that hold the lock at that moment, and takes
what was recorded by then: whoever takes the lock later records later.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

import psycopg
import structlog

from ap_registry.errors import SetupError, Unavailable
from ap_registry.signing import Signer, new_key
from ap_registry.store import heads
from ap_registry.store.database import Connection, connect
from ap_registry.store.locks import WRITERS_LOCK
from ap_registry.store.merkle import grow

PATIENCE_SECONDS = 5.0  # how long one writer may hold the order back
ROUND_SECONDS = 1.0  # between rounds, unless a reader asks
READER_SECONDS = 10.0  # how long a reader waits for a round
CHANNEL = "ap_sequence"
_LOOK_SECONDS = 0.002
_POLL_SECONDS = 0.02

alarms = structlog.get_logger()

_WRITERS: LiteralString = """
select pid, virtualtransaction from pg_locks
 where locktype = 'advisory' and granted and mode = 'ShareLock' and classid = 0 and objid = %s
   and database = (select oid from pg_database where datname = current_database())
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """The log after a round: closed to ``closed_at``; ``held_up`` writers were not waited for."""

    size: int
    closed_at: datetime
    taken: int
    held_up: int = 0


def sequence(
    connection: Connection,
    clock: datetime | None = None,
    *,
    signer: Signer | None = None,
    patience: float = PATIENCE_SECONDS,
) -> Round:
    """Take what has been recorded by now; ``clock`` is AP_REGISTRY_CLOCK.

    A head is kept of what was taken, signed where there is a ``signer``. A writer that is not done
    within ``patience`` seconds is left behind: its events count as known from the instant to which
    the log was closed when they came (``known_at``).
    """
    with connection.transaction():
        connection.execute("select begin_round()")
        started_at, until = _instants(connection, clock)
        held_up = _wait_for_writers(connection, patience)
        row = connection.execute(
            "select held, opened, closed, moved, late from sequence_events(%s, %s)",
            (until, started_at),
        ).fetchone()
        assert row is not None
        before, opened_at, closed_at, taken, late = row
        size: int = before + taken
        grow(connection, before, size)
        if taken or heads.wanted(connection, size, signed=signer is not None):
            reached = [(before, opened_at)] if late else []
            heads.keep(connection, [*reached, (size, closed_at)], signer)
    return Round(size=size, closed_at=closed_at, taken=taken, held_up=held_up)


def may_sequence(connection: Connection) -> bool:
    """Whether the role that is connected has the right to."""
    row = connection.execute(
        "select has_function_privilege('sequence_events(timestamptz, timestamptz)', 'execute')"
    ).fetchone()
    return row is not None and bool(row[0])


def rotate(connection: Connection, clock: datetime | None, signer: Signer) -> str:
    """Sign with one key alone from now on, and answer its id.

    It is a new one in the signer's file; or that of AP_LEDGER_KEY, where the operator has already
    put it. Every other key ends now: the one held so far says so itself, so that whoever trusts
    it can trust the next; one that was lost is ended by its successor.
    """
    if not may_sequence(connection):
        raise SetupError(
            f"{connection.info.user} may not change the keys of the ledger",
            "Name the address that the worker has in AP_DATABASE_URL.",
        )
    with connection.transaction():
        closed_at = sequence(connection, clock, signer=signer).closed_at
        held = signer.key()
        follows = held if signer.text else new_key()
        others = [key["key_id"] for key in heads.keys(connection) if key["until"] is None]
        if others == [follows.id]:
            raise SetupError(
                "AP_LEDGER_KEY is the only key that signs",
                "Put another into its file, start the worker anew, and come again.",
            )
        heads.publish(connection, follows, closed_at)
        for ended in set(others) - {follows.id}:
            by = held if ended == held.id else follows
            heads.end(connection, ended, closed_at, successor=follows.id, by=by)
        if follows is not held:
            signer.replace(follows)  # last: were it lost, the next round would publish another
    return follows.id


def _instants(connection: Connection, clock: datetime | None) -> tuple[datetime, datetime]:
    row = connection.execute(
        "select n, coalesce(%s::timestamptz, n - interval '1 microsecond')"
        " from clock_timestamp() n",
        (clock,),
    ).fetchone()
    assert row is not None
    return row[0], row[1]


def _wait_for_writers(connection: Connection, patience: float) -> int:
    """Wait until whoever writes at this moment has ended; answer how many have not in time."""
    waited_for = set(connection.execute(_WRITERS, (WRITERS_LOCK,)).fetchall())
    deadline = time.monotonic() + patience
    while waited_for and time.monotonic() < deadline:
        time.sleep(_LOOK_SECONDS)
        waited_for &= set(connection.execute(_WRITERS, (WRITERS_LOCK,)).fetchall())
    return len(waited_for)


def wait_for_round(
    connection: Connection, as_at: datetime | None, *, seconds: float = READER_SECONDS
) -> datetime:
    """Ask the sequencer and wait until the log is closed up to ``as_at``; answer up to when it is.

    Without ``as_at``, or with a later one, a round that began after this call is waited for. Raise
    Unavailable when none has come in time.
    """
    row = connection.execute("select clock_timestamp()").fetchone()
    assert row is not None
    asked_at: datetime = row[0]
    deadline = time.monotonic() + seconds
    asked = False
    while True:
        row = connection.execute("select ran_at, closed_at from sequencer").fetchone()
        assert row is not None
        ran_at: datetime = row[0]
        closed_at: datetime = row[1]
        if (as_at is not None and as_at <= closed_at) or ran_at > asked_at:
            return closed_at
        if not asked:
            connection.execute(f"notify {CHANNEL}")
            asked = True
        if time.monotonic() > deadline:
            raise Unavailable(
                "The ledger's sequencer is not running: please try again.", retry_after=10
            )
        time.sleep(_POLL_SECONDS)


def keep_sequencing(
    url: Callable[[], str],
    clock: datetime | None,
    done: threading.Event,
    signer: Signer | None = None,
) -> None:
    """Sequence every second, and at once when a reader asks, until ``done``.

    A failure is logged and tried again on a new connection: what waits stays in its queue.
    """
    while not done.is_set():
        try:
            with connect(url()) as connection:
                connection.execute(f"listen {CHANNEL}")
                while not done.is_set():
                    found = sequence(connection, clock, signer=signer)
                    if found.held_up:
                        alarms.error("sequencer_held_up", writers=found.held_up)
                    for _ in connection.notifies(timeout=ROUND_SECONDS, stop_after=1):
                        continue
        except psycopg.Error as error:
            alarms.warning("sequencer_failed", error=type(error).__name__)
            done.wait(ROUND_SECONDS)
        except SetupError as error:  # of the key: somebody must mend it
            alarms.error("sequencer_cannot_sign", error=str(error))
            done.wait(ROUND_SECONDS)
