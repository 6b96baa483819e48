"""The book of a report: pupils shared out among processes, all reading one snapshot."""

import gc
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from itertools import chain
from multiprocessing import get_context
from threading import Lock
from uuid import UUID

from ap_registry.store.database import Connection, connect
from reports.facts import World
from reports.loading import AT_ONCE, load
from reports.outcomes import Book, collect_each
from reports.scope import Scope

ALONE = 10_000  # pupils whom one process counts sooner than a second one has started
MOST_PROCESSES = 4
_SPAWN = get_context("spawn")
_STARTING = Lock()  # one at a time hides the main module


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
    given = (url, _exported(connection), scope, world, shares)
    with ProcessPoolExecutor(others, _SPAWN, initializer=_begin, initargs=given) as pool:
        with _program_left_out():
            parts = [pool.submit(_part, number) for number in range(others)]
        try:
            books = _collect(connection, scope, world, shares.left())
        finally:
            shares.close()
        for part in parts:
            for book, more in zip(books, part.result(), strict=True):
                book.add(more)
    return books


@contextmanager
def _program_left_out() -> Iterator[None]:
    """A process that starts imports the program's main module again: a second for nothing."""
    main = sys.modules["__main__"]
    with _STARTING:
        held = {name: getattr(main, name, None) for name in ("__file__", "__spec__")}
        main.__dict__.update(dict.fromkeys(held))
        try:
            yield
        finally:
            main.__dict__.update(held)


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

    Neighbours lie together in the tables' keys.
    """

    def __init__(self, pupils: Sequence[UUID], others: int) -> None:
        self._pupils = pupils
        self._each = min(AT_ONCE, -(-len(pupils) // (others + 1)))
        self._taken = _SPAWN.Value("q", others)

    def share(self, number: int) -> Sequence[UUID]:
        start = number * self._each
        return self._pupils[start : start + self._each]

    def left(self) -> Iterator[Sequence[UUID]]:
        while True:
            with self._taken.get_lock():
                number = self._taken.value
                self._taken.value += 1
            some = self.share(number)
            if not some:
                return
            yield some

    def close(self) -> None:
        """No process takes another: the report is counted, or given up."""
        self._taken.value = len(self._pupils)


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


class _Process:
    """What a process is given when it starts."""

    connection: Connection
    scope: Scope
    world: World
    shares: _Shares


def _begin(url: str, snapshot: str, scope: Scope, world: World, shares: _Shares) -> None:
    connection = connect(url, patient=True)  # some take longer to count than a writer may wait
    connection.execute("begin isolation level repeatable read read only")
    connection.execute(f"set transaction snapshot '{snapshot}'")
    _Process.connection, _Process.scope, _Process.world = connection, scope, world
    _Process.shares = shares


def _part(number: int) -> list[Book]:
    shares = _Process.shares
    taken = chain([shares.share(number)], shares.left())
    return _collect(_Process.connection, _Process.scope, _Process.world, taken)
