"""Import of notices against the same notices one by one; memory of long files against short."""

import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from ap_registry import embedded
from ap_registry.ingest.attendance import import_attendance
from ap_registry.ingest.notices import import_notices
from ap_registry.registry import Registry
from ap_registry.store.database import Database
from ap_registry.store.migrate import migrate
from tests.bench import BenchRow
from tests.bench._practice import for_practice
from tests.bench.attendance import FIRST_MONDAY, MEGABYTES, NOW, Watched, register, upn
from tests.world import PERSON, SCHOOL, load_world

SINGLES, PUPILS, MORE_PUPILS = 50, 1_000, 5_000
SHORT, LONG = 10_000, 1_000_000
COLUMNS = ("type", "upn", "occurred_on", "by", "school", "registration", "sessions", "ends_on",
           "reasons", *PERSON)  # fmt: skip


def story(pupil: int) -> Iterator[dict[str, Any]]:
    """Four notices, as a school sends them."""
    here = {"upn": upn(pupil), "by": SCHOOL}
    yield {"type": "pupil_registered", "occurred_on": "2024-09-02", **here, **PERSON}
    here["school"] = SCHOOL
    yield {"type": "joined_roll", "occurred_on": "2024-09-02", "registration": "C", **here}
    for day, end, reason in (
        ("2025-03-03", "2025-03-04", "PP"),
        ("2025-05-12", "2025-05-13", "DB"),
    ):
        yield {"type": "suspension", "occurred_on": day, "ends_on": end, "sessions": "4",
               "reasons": reason, **here}  # fmt: skip


def write_notices(path: Path, first: int, pupils: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(COLUMNS) + "\n")
        for pupil in range(first, first + pupils):
            file.writelines(
                ",".join(notice.get(name, "") for name in COLUMNS) + "\n" for notice in story(pupil)
            )


def write_marks(path: Path, rows: int) -> None:
    """Single marks, a day of all pupils after another."""
    with path.open("w", encoding="utf-8") as file:
        file.write("upn,organisation,date,session,code\n")
        for n in range(rows):
            sessions, pupil = divmod(n, 5_000)
            days, half = divmod(sessions, 2)
            on = FIRST_MONDAY + timedelta(weeks=days // 5, days=days % 5)
            file.write(f"{upn(pupil)},{SCHOOL},{on},{'PM' if half else 'AM'},L\n")


def run() -> list[BenchRow]:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        servers = embedded.ensure(home / "servers")
        try:
            migrate(servers.database_owner_url)
            database = Database(for_practice(servers.database_owner_url))
            registry = Registry(database, clock=NOW)
            load_world(registry)
            register(registry, 5_000)
            rows = [_speed(registry, home), *_memory(registry, home)]
            database.close()
            return rows
        finally:
            embedded.stop(home / "servers")


def _speed(registry: Registry, home: Path) -> BenchRow:
    start = time.perf_counter()
    for pupil in range(900_000, 900_000 + SINGLES):
        for notice in story(pupil):
            registry.record(notice)
    single = (time.perf_counter() - start) / (4 * SINGLES)
    write_notices(home / "n.csv", 100_000, PUPILS)
    with (home / "n.csv").open("rb") as file:
        start = time.perf_counter()
        result = import_notices(registry, file)
        each = (time.perf_counter() - start) / (4 * PUPILS)
    assert (result.created, result.refused) == (4 * PUPILS, 0), result.errors[:3]
    return BenchRow(
        name="import of notices: rows a second, against single records",
        ratio=single / each,
        goal=8.0,
        absolute=f"{1 / each:,.0f} rows/s against {1 / single:,.0f}",
    )


def _memory(registry: Registry, home: Path) -> Iterator[BenchRow]:
    write_notices(home / "more.csv", 200_000, MORE_PUPILS)
    with (home / "more.csv").open("rb") as file, Watched() as watched:
        import_notices(registry, file)
    grown = watched.most - watched.before
    yield _flat("notices", 4 * MORE_PUPILS, grown)
    for rows in (SHORT, LONG):
        write_marks(home / "marks.csv", rows)
        with (home / "marks.csv").open("rb") as file, Watched() as watched:
            result = import_attendance(registry, file)
        assert (result.rows, result.refused) == (rows, 0), result.errors[:3]
        yield _flat("single marks", rows, watched.most - watched.before)


def _flat(what: str, rows: int, grown: float) -> BenchRow:
    return BenchRow(
        name=f"memory for {rows:,} {what}",
        ratio=MEGABYTES / max(grown, 1.0),
        goal=1.0,
        absolute=f"{grown:.0f} MB more, of {MEGABYTES}",
    )
