"""Deriving every row anew from the ledger, and verifying it: events a second of one core."""

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from ap_registry import embedded
from ap_registry.registry import Registry
from ap_registry.store.database import Database
from ap_registry.store.rebuilding import check
from ap_registry.store.verifying import verify
from tests.bench import BenchRow
from tests.bench.record import enrol, fresh, world

PUPILS = 1_500
EVENTS_A_SECOND = 5_000
MILLION_IN_SECONDS = 60


def run() -> Iterator[BenchRow]:
    with tempfile.TemporaryDirectory() as folder:
        servers = embedded.ensure(Path(folder))
        try:
            database = Database(fresh(servers, "rebuild"))
            registry = Registry(database)
            world(registry, [201])
            enrol(registry, 201, PUPILS)
            with database.connection() as connection:
                registry.closed(connection)
            yield from _measure(database, _events(database))
            database.close()
        finally:
            embedded.stop(Path(folder))


def _measure(database: Database, events: int) -> Iterator[BenchRow]:
    found = check(database)
    assert found.same, found.examples
    took = _seconds(lambda: check(database))
    yield BenchRow(
        name="rebuild: every row derived and compared, events a second of a core",
        ratio=events / took / EVENTS_A_SECOND,
        goal=1.0,
        absolute=f"{events / took:,.0f} events/s, {found.rows:,} rows",
    )
    with database.snapshot() as connection:
        took = _seconds(lambda: verify(connection))
    yield BenchRow(
        name="verify: a million events within a minute",
        ratio=events / took / (1_000_000 / MILLION_IN_SECONDS),
        goal=1.0,
        absolute=f"{events / took:,.0f} events/s",
    )


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _events(database: Database) -> int:
    with database.connection() as connection:
        row = connection.execute("select count(*) from log").fetchone()
    assert row is not None
    return int(row[0])
