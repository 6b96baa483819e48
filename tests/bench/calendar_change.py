"""A day closed late for an LA of 500 open placements, against the ten seconds of the goal.

Each pupil was suspended for eight days, directed off-site, and placed with a register of eleven
weeks: what is owed of movements and of marks is counted anew, and all that moves is answered.
"""

import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from ap_registry import embedded
from ap_registry.installation import Installation
from ap_registry.registry import Registry
from ap_registry.settings import Settings
from ap_registry.store.migrate import migrate
from tests.bench import BenchRow
from tests.bench._practice import for_practice
from tests.bench.attendance import upn
from tests.world import PERSON, PRU, SCHOOL, close, load_world, send_register

PLACED = 500
GOAL_SECONDS = 10
NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
FIRST_MONDAY = date(2026, 8, 31)
WEEKS = 11
CLOSED = "2026-11-23"
OFTEN_AWAY = r"/ \ I O / \ / \ N N"


def run() -> list[BenchRow]:
    with tempfile.TemporaryDirectory() as folder:
        servers = embedded.ensure(Path(folder))
        try:
            migrate(servers.database_owner_url)
            found = Installation(settings=Settings(registry_clock=NOW), servers=servers)
            try:
                for_practice(servers.database_owner_url)
                return [_measure(found.registry)]
            finally:
                found.database.close()
        finally:
            embedded.stop(Path(folder))


def _measure(registry: Registry) -> BenchRow:
    load_world(registry)
    for number in range(PLACED):
        registry.record_many(_notices(upn(number)), receipts=False)
    send_register(registry, "upn,organisation,week,marks\n" + "".join(_weeks()))
    start = time.perf_counter()
    close(registry, "ENG", CLOSED, "a day of mourning")
    moved = registry.recompute_follow_ups()["moved"]
    took = time.perf_counter() - start
    pupils = len({one["pupil_id"] for one in moved})
    assert pupils == PLACED
    return BenchRow(
        name="calendar: a closure for 500 open placements, against ten seconds",
        ratio=GOAL_SECONDS / took,
        goal=1.0,
        absolute=f"{took:.1f} s; {len(moved):,} follow-ups of {pupils} pupils moved",
    )


def _notices(pupil: str) -> list[dict[str, Any]]:
    shared = {"upn": pupil, "by": SCHOOL}
    first = {**shared, "occurred_on": "2026-08-31"}
    return [
        {**first, "type": "pupil_registered", **PERSON},
        {**first, "type": "joined_roll", "school": SCHOOL, "registration": "C"},
        {**first, "type": "off_site_direction", "school": SCHOOL, "provider": PRU,
         "starts_on": "2026-09-02", "ends_on": "2026-12-18", "sessions_per_week": 10,
         "objectives": ["attend"], "parent_notified_on": "2026-08-28"},
        {**first, "type": "placement_started", "occurred_on": "2026-09-02", "provider": PRU,
         "commissioner": SCHOOL, "reason": "behaviour", "intent": "return",
         "ends_on": "2026-12-18", "sessions_per_week": 10},
        {**shared, "type": "suspension", "occurred_on": "2026-11-17", "school": SCHOOL,
         "sessions": 16, "ends_on": "2026-11-26", "reasons": ["PP"]},
    ]  # fmt: skip


def _weeks() -> Iterator[str]:
    for week in range(WEEKS):
        monday = FIRST_MONDAY + timedelta(weeks=week)
        for number in range(PLACED):
            yield f"{upn(number)},{PRU},{monday},{OFTEN_AWAY}\n"
