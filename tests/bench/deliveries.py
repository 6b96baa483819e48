"""Finding what is due among a million follow-ups, and draining the outbox into no channel."""

import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from ap_registry import embedded
from ap_registry.installation import Installation
from ap_registry.registry import Registry
from ap_registry.settings import Settings
from ap_registry.store.database import Connection, Database
from jobs.bundling import DUE_NOW
from jobs.channels import IN_APP
from jobs.outbox import send_due
from tests.bench import BenchRow
from tests.bench._practice import for_practice
from tests.bench.record import fresh
from tests.world import SCHOOL, load_world

MILLION = 1_000_000
DUE = 100_000  # of them; the rest falls due later
FASTER_THAN_A_SCAN = 50
A_SECOND = 10_000
NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
_FILL = (
    "insert into follow_up (pupil_id, key, from_at, until_at, kind, owner, opened_on, due_on,"
    " opened_by, rule, source, statutory, clock_on, counts_start, origin)"
    " select md5('p' || n)::uuid, md5('f' || n)::uuid, now(), 'infinity', 'review', %(o)s,"
    "  '2026-11-01', case when n <= %(due)s then '2026-11-20' else '2027-01-01' end::date,"
    "  md5('e' || n)::uuid, 'placement.review', '', false, '2026-11-01', false, 'movements'"
    "   from generate_series(1, %(all)s) n",
    "insert into outbox (id, pupil_id, follow_up, kind, step, owner, to_organisation, due_on,"
    " created_at, send_after)"
    " select md5('o' || key)::uuid, pupil_id, key, kind, 'due', owner, owner, due_on,"
    "  '2026-11-01', due_on + time '07:30' from follow_up",
    "analyze follow_up, outbox",
)


def run() -> Iterator[BenchRow]:
    with tempfile.TemporaryDirectory() as folder:
        servers = embedded.ensure(Path(folder))
        try:
            database = Database(for_practice(fresh(servers, "deliveries")))
            registry = Registry(database, clock=NOW)
            load_world(registry)
            with database.connection() as connection:
                for statement in _FILL:
                    named = {"o": SCHOOL, "due": DUE, "all": MILLION}
                    connection.execute(statement, named if "%(" in statement else None)
                yield _found(connection)
            found = Installation(settings=Settings(channel="in_app"), servers=servers)
            found.__dict__.update(database=database, registry=registry)
            yield _drained(found)
            database.close()
        finally:
            embedded.stop(Path(folder))


def _found(connection: Connection) -> BenchRow:
    by_index = _seconds(connection)
    for kind in ("indexscan", "bitmapscan", "indexonlyscan"):
        connection.execute(f"set enable_{kind} = off")
    by_scan = _seconds(connection)
    connection.execute("reset all")
    return BenchRow(
        name="deliveries: the next 500 due of a million, against a scan",
        ratio=by_scan / by_index,
        goal=FASTER_THAN_A_SCAN,
        absolute=f"{by_index * 1000:.1f} ms, scan {by_scan * 1000:.0f} ms",
    )


def _seconds(connection: Connection) -> float:
    """The middle of five; nothing stays locked."""
    times = []
    for _ in range(5):
        start = time.perf_counter()
        with connection.transaction(force_rollback=True):
            rows = connection.execute(DUE_NOW, {"now": NOW, "limit": 500}).fetchall()
        times.append(time.perf_counter() - start)
        assert len(rows) == 500
    return median(times)


def _drained(found: Installation) -> BenchRow:
    start = time.perf_counter()
    while send_due(found, IN_APP):
        pass
    took = time.perf_counter() - start
    with found.database.connection() as connection:
        row = connection.execute("select count(*) from outbox where sent_at is not null").fetchone()
    assert row == (DUE,)
    return BenchRow(
        name="deliveries: drained into no channel, follow-ups a second",
        ratio=DUE / took / A_SECOND,
        goal=1.0,
        absolute=f"{DUE / took:,.0f}/s",
    )
