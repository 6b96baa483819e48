"""Connections: one pool a process, checked before use, UTC, and bounded waiting."""

import select
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool, PoolTimeout

from ap_registry.errors import Unavailable
from ap_registry.store import readers
from ap_registry.store.ids import AsEncoded, Ids

Connection = psycopg.Connection[TupleRow]
psycopg.adapters.register_dumper(Ids, AsEncoded)
# A transaction that its program has left holds the order of the ledger back until it is ended.
OPTIONS: dict[str, Any] = {
    "autocommit": True, "connect_timeout": 10,
    "options": "-c timezone=UTC -c idle_in_transaction_session_timeout=60s",
}  # fmt: skip
# For one that waits for another program, or for what is worked out, in a transaction.
PATIENT = {**OPTIONS, "options": "-c timezone=UTC -c idle_in_transaction_session_timeout=0"}
_CURES = (
    ("password authentication failed", "the database refuses the password",
     "Put the right one into AP_DATABASE_URL."),
    ("no password supplied", "the database wants a password", "Put it into AP_DATABASE_URL."),
    ("does not exist", "the database or the role does not exist",
     "Make it (docker/roles.sql shows how), or mend AP_DATABASE_URL."),
    ("", "the database cannot be reached", "Start PostgreSQL, and check AP_DATABASE_URL."),
)  # fmt: skip


def trouble(error: psycopg.OperationalError) -> tuple[str, str]:
    """What keeps us from connecting, and the cure; never the address, which has a password."""
    said = str(error)
    return next((what, cure) for sign, what, cure in _CURES if sign in said)


def connect(url: str, *, patient: bool = False) -> Connection:
    """Open one connection in autocommit; the caller closes it."""
    return psycopg.connect(url, **(PATIENT if patient else OPTIONS))


def be_patient(connection: Connection) -> None:
    """Let the transaction under way wait for what is worked out, however long that takes."""
    connection.execute("set local idle_in_transaction_session_timeout = 0")


def _check(connection: Connection) -> None:
    """A connection that the server has closed has something to read: only then is it asked."""
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    if waiting.poll(0):
        ConnectionPool.check_connection(connection)


@contextmanager
def planned_once(connection: Connection) -> Iterator[None]:
    """For statements that take longer to plan than to answer, however often they are prepared.

    Only for those whose plan is good whatever is asked: what is asked is not known to it.
    """
    connection.execute("set plan_cache_mode = force_generic_plan")
    try:
        yield
    finally:
        connection.execute("reset plan_cache_mode")


class Database:
    """A pool of connections to one database, and one of those that readers of the web get."""

    def __init__(self, url: str, *, max_size: int = 16, wait_seconds: float = 5.0) -> None:
        self.url = url
        options: dict[str, Any] = {
            "min_size": 1, "max_size": max_size, "timeout": wait_seconds, "kwargs": OPTIONS,
            "open": False, "check": _check,
        }  # fmt: skip
        self._pool = ConnectionPool(url, **options)
        self._readers = ConnectionPool(url, configure=readers.become_reader, **options)

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Lend a connection in autocommit mode; say 503 when none comes free in time.

        While a reader stands (store/readers.py), one that sees what that reader may see.
        """
        reader = readers.standing()
        pool = self._pool if reader is None else self._readers
        if pool.closed:
            pool.open()
        try:
            with pool.connection() as connection:
                if reader is not None:
                    reader.state(connection)
                yield connection
        except PoolTimeout as error:
            raise Unavailable("The registry is busy. Please try again.", retry_after=5) from error

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Lend a connection in one repeatable-read, read-only transaction.

        Between two reads a report may reckon for minutes; a writer that waits is cut off sooner.
        """
        with self.connection() as connection, connection.transaction():
            connection.execute("set transaction isolation level repeatable read read only")
            connection.execute("set local idle_in_transaction_session_timeout = '15min'")
            yield connection

    def close(self) -> None:
        self._pool.close()
        self._readers.close()


class Lent(Database):
    """A connection in use, as a database: what is done with it belongs to its transaction."""

    def __init__(self, connection: Connection) -> None:
        self._lent = connection

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        yield self._lent

    def close(self) -> None:
        """Whoever lent it closes it."""
