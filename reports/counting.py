"""The book of a report: pupils shared out among processes, all reading one snapshot."""

import gc
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from uuid import UUID

from ap_registry.store.database import Connection, connect
from reports.facts import World
from reports.loading import AT_ONCE, load
from reports.outcomes import Book, collect_each
from reports.processes import SPAWN, helpers, left_alone
from reports.scope import Scope, world_as_known

ALONE = 10_000  # pupils whom one process counts sooner than a second one has started
MOST_PROCESSES = 4
_ID = 16  # bytes


def count(
    connection: Connection,
    url: str,
    scope: Scope,
    *,
    world: World,
    pupils: Sequence[UUID],
    processes: int | None = None,
) -> list[Book]:
    """Every episode of these pupils, in a book for each of the scope's periods.

    ``connection`` holds the snapshot that all parts read.
    """
    others = (processes or _worthwhile(len(pupils))) - 1
    if not others:
        return _collect(connection, scope, world, [pupils])
    shares = _Shares(pupils, others)
    given = (url, _exported(connection), scope, world.only, shares)
    with helpers(_part, given, range(others)) as parts, _uncollected():
        books = _collect(connection, scope, world, shares.left())
        for part in parts:
            for book, more in zip(books, part.answer(), strict=True):
                book.add(more)
    return books


def _exported(connection: Connection) -> str:
    """The name of the connection's snapshot, which then waits for the parts however long."""
    row = connection.execute(
        "select set_config('idle_in_transaction_session_timeout', '0', true), pg_export_snapshot()"
    ).fetchone()
    assert row is not None
    return str(row[1])


def _worthwhile(pupils: int) -> int:
    return 1 if pupils <= ALONE else min(len(os.sched_getaffinity(0)), MOST_PROCESSES)


class _Shares:
    """Pupils in stretches: whoever is free takes the next, and each other process has its first.

    Neighbours lie together in the tables' keys. Ids are sent as bytes: ten times as fast.
    """

    def __init__(self, pupils: Sequence[UUID], others: int) -> None:
        self._ids = b"".join([pupil.bytes for pupil in pupils])
        self._each = _ID * min(AT_ONCE, -(-len(pupils) // (others + 1)))
        self._taken = SPAWN.Value("q", others)

    def share(self, number: int) -> Sequence[UUID]:
        start = number * self._each
        some = self._ids[start : start + self._each]
        return [UUID(bytes=some[n : n + _ID]) for n in range(0, len(some), _ID)]

    def left(self) -> Iterator[Sequence[UUID]]:
        while True:
            with self._taken.get_lock():
                number = self._taken.value
                self._taken.value += 1
            some = self.share(number)
            if not some or left_alone():
                return
            yield some


def _collect(
    connection: Connection, scope: Scope, world: World, shares: Iterable[Sequence[UUID]]
) -> list[Book]:
    facts = (one for pupils in shares for one in load(connection, world, scope, pupils))
    with _uncollected():
        return collect_each(facts, scope.periods, provider=scope.provider, la=scope.la)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Facts make no cycles: looking for some takes a quarter of the time and finds none."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _part(
    url: str, snapshot: str, scope: Scope, only: frozenset[str] | None, shares: _Shares, number: int
) -> list[Book]:
    """What another process counts: it reads the world anew, sooner than it would be sent."""
    with _reading(url, snapshot) as connection:
        world = world_as_known(connection, scope.at, only)
        taken = chain([shares.share(number)], shares.left())
        return _collect(connection, scope, world, taken)


@contextmanager
def _reading(url: str, snapshot: str) -> Iterator[Connection]:
    """Some take longer to count than a writer may wait; a query of one that was ended ends too."""
    with connect(url, patient=True) as connection:
        connection.execute("set client_connection_check_interval = '1s'")
        connection.execute("begin isolation level repeatable read read only")
        connection.execute(f"set transaction snapshot '{snapshot}'")
        yield connection
