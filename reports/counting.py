"""The book of a report: pupils shared out among processes, all reading one snapshot."""

import gc
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from threading import Lock
from uuid import UUID

from ap_registry.store.database import Connection, connect
from reports.abandoning import go_on
from reports.facts import World
from reports.loading import load
from reports.outcomes import Book, collect
from reports.scope import Scope

ALONE = 10_000  # pupils whom one process counts sooner than a second one has started
MOST_PROCESSES = 4
_STARTING = Lock()  # one at a time hides the main module


def count(
    connection: Connection,
    url: str,
    scope: Scope,
    *,
    world: World,
    pupils: Sequence[UUID],
    processes: int | None = None,
) -> Book:
    """Every episode of these pupils; ``connection`` holds the snapshot that all parts read."""
    processes = processes or _worthwhile(len(pupils))
    if processes == 1:
        return _collect(connection, scope, world, pupils)
    book = Book()
    with ProcessPoolExecutor(
        processes,
        get_context("spawn"),
        initializer=_begin,
        initargs=(url, _exported(connection), scope, world),
    ) as pool:
        with _program_left_out():
            parts = pool.map(_part, _shares(pupils, processes))
        for part in parts:
            go_on()
            book.add(part)
    return book


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


def _shares(pupils: Sequence[UUID], processes: int) -> Iterator[Sequence[UUID]]:
    """Stretches of neighbours: they lie together in the tables' keys."""
    each = -(-len(pupils) // processes)
    for start in range(0, len(pupils), each):
        yield pupils[start : start + each]


def _collect(connection: Connection, scope: Scope, world: World, pupils: Sequence[UUID]) -> Book:
    facts = load(connection, world, scope, pupils)
    with _uncollected():
        return collect(facts, scope.period, provider=scope.provider, la=scope.la)


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
    """What a process keeps from part to part."""

    connection: Connection
    scope: Scope
    world: World


def _begin(url: str, snapshot: str, scope: Scope, world: World) -> None:
    connection = connect(url)
    connection.execute("begin isolation level repeatable read read only")
    connection.execute(f"set transaction snapshot '{snapshot}'")
    _Process.connection, _Process.scope, _Process.world = connection, scope, world


def _part(pupils: Sequence[UUID]) -> Book:
    return _collect(_Process.connection, _Process.scope, _Process.world, pupils)
