"""The nightly sweep of pupils with a year of registers, against the two minutes of the goal.

A tenth of the 100,000 pupils × 380 sessions that the goal is for: the sweep takes a thousand pupils
at a time, so that its time grows with their number. One in five is placed and one in ten back
from AP; their weeks are those of the attendance bench.
"""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString

from ap_registry import embedded
from ap_registry.ingest.attendance import import_attendance
from ap_registry.installation import Installation
from ap_registry.settings import Settings
from ap_registry.store.migrate import migrate
from jobs.nightly import sweep_attendance
from tests.bench import BenchRow
from tests.bench._practice import for_practice
from tests.bench.attendance import NOW, WEEKS, register, weekly
from tests.world import load_world

PUPILS = 10_000
WHOLE = 100_000
GOAL_SECONDS = 120

# Rows that movements would have derived; what it costs to record them is another bench.
_PLACED: LiteralString = """
insert into placement (pupil_id, key, from_at, until_at, provider, commissioner, reason, intent,
                       starts_on, first_planned_ends_on, planned_ends_on, sessions_per_week,
                       version)
select pupil_id, gen_random_uuid(), '2025-09-01', 'infinity', '100007', '100001', 'behaviour',
       'return', '2025-09-08', '2026-07-10', '2026-07-10', 10, 2
  from (select pupil_id, row_number() over (order by pupil_id) as n from upn_claim) c
 where n % 5 = 0
"""
_BACK: LiteralString = """
insert into reintegration (pupil_id, key, from_at, until_at, school, started_on, version)
select pupil_id, gen_random_uuid(), '2025-09-01', 'infinity', '100001', '2026-01-05', 3
  from (select pupil_id, row_number() over (order by pupil_id) as n from upn_claim) c
 where n % 10 = 1
"""


def run() -> list[BenchRow]:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        servers = embedded.ensure(home / "servers")
        try:
            migrate(servers.database_owner_url)
            found = Installation(settings=Settings(registry_clock=NOW), servers=servers)
            try:
                return list(_measure(found, home))
            finally:
                found.database.close()
        finally:
            embedded.stop(home / "servers")


def _measure(found: Installation, home: Path) -> Iterator[BenchRow]:
    registry = found.registry
    registry.clock = NOW
    for_practice(found.servers.database_owner_url)
    load_world(registry)
    path = home / "weekly.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("upn,organisation,week,marks\n")
        file.writelines(weekly(PUPILS * WEEKS - 1))
    register(registry, PUPILS)
    with path.open("rb") as file:
        result = import_attendance(registry, file)
    assert result.refused == 0, result.as_json()
    with found.database.connection() as connection:
        for statement in (_PLACED, _BACK, "analyze"):
            connection.execute(statement)
    for name in ("first night", "second night, nothing new"):
        before = _opened(found)
        start = time.perf_counter()
        assert sweep_attendance(found)
        took = (time.perf_counter() - start) * WHOLE / PUPILS
        yield BenchRow(
            name=f"sweep: {name}, against two minutes",
            ratio=GOAL_SECONDS / took,
            goal=1.0,
            absolute=f"{took:.0f} s for {WHOLE:,} pupils (measured on {PUPILS:,});"
            f" {_opened(found) - before:,} follow-ups opened",
        )


def _opened(found: Installation) -> int:
    with found.database.connection() as connection:
        row = connection.execute("select count(distinct key) from follow_up").fetchone()
    assert row is not None
    count: int = row[0]
    return count
