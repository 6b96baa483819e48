"""A million marks from a file, against COPY of one row a mark into a plain table with a key."""

import gc
import random
import resource
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from ap_registry import embedded
from ap_registry.identifiers import check_letter
from ap_registry.ingest.attendance import import_attendance
from ap_registry.registry import Registry
from ap_registry.store.database import Connection, Database
from ap_registry.store.migrate import migrate
from tests.bench import BenchRow
from tests.bench._practice import for_practice
from tests.world import OTHER, PERSON, PRU, SCHOOL, load_world

MARKS = 1_000_000
WEEKS = 38
NOW = datetime(2026, 7, 20, 12, 0, tzinfo=UTC)
FIRST_MONDAY = date(2025, 9, 1)
MEGABYTES = 300
PRESENT = r"/ \ / \ / \ / \ / \ "


def upn(number: int) -> str:
    body = f"856{number:09d}"
    return check_letter(body) + body


def weekly(rows: int, seed: int = 1) -> Iterator[str]:
    """Mostly present; a pupil in five is often away, as in alternative provision."""
    chance = random.Random(seed)
    pupils = rows // WEEKS + 1
    often = {n for n in range(pupils) if chance.random() < 0.2}
    for n in range(rows):
        week, pupil = divmod(n, pupils)
        marks = [*"/\\/\\/\\/\\/\\"]
        if chance.random() < (0.7 if pupil in often else 0.15):
            for place in chance.sample(range(10), 3 if pupil in often else 1):
                marks[place] = chance.choice("IIIIMO")
        school = (SCHOOL, OTHER, PRU)[pupil % 3]
        yield f"{upn(pupil)},{school},{FIRST_MONDAY + timedelta(weeks=week)},{' '.join(marks)}\n"


def register(registry: Registry, pupils: int) -> None:
    """Pupils of whom registers may be sent."""
    numbers = range(pupils)
    for start in numbers[::500]:
        registry.record_many([
            {**PERSON, "type": "pupil_registered", "occurred_on": str(FIRST_MONDAY),
             "upn": upn(number), "given_name": f"Pupil{number}"}
            for number in numbers[start : start + 500]
        ])  # fmt: skip


def one_row_a_mark(connection: Connection) -> float:
    """Seconds to COPY a million marks, a row each, into a table with a primary key."""
    connection.execute(
        "create table plain_mark (pupil_id uuid, organisation text, on_date date, session text,"
        " code text, primary key (pupil_id, organisation, on_date, session))"
    )
    lines = [
        f"{UUID(int=pupil + 1)}\t{SCHOOL}\t{FIRST_MONDAY + timedelta(days=day)}\t{half}\tL\n"
        for day in range(MARKS // 2 // 2_632)
        for pupil in range(2_632)
        for half in ("AM", "PM")
    ]
    blocks = ["".join(lines[n : n + 10_000]) for n in range(0, len(lines), 10_000)]
    start = time.perf_counter()
    with (
        connection.cursor() as cursor,
        cursor.copy("copy plain_mark from stdin") as copy,
    ):
        for block in blocks:
            copy.write(block)
    return (time.perf_counter() - start) * MARKS / len(lines)


def resident_megabytes() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


class Watched:
    """The most memory held while the block runs, over what was held before."""

    def __enter__(self) -> "Watched":
        self.before = self.most = resident_megabytes()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def _watch(self) -> None:
        while not self._ended.wait(0.02):
            self.most = max(self.most, resident_megabytes())

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()


def run() -> list[BenchRow]:
    """Weekly rows, in the order of a national feed: week by week."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        servers = embedded.ensure(home / "servers")
        try:
            migrate(servers.database_owner_url)
            return list(_measure(servers, home))
        finally:
            embedded.stop(home / "servers")


def _measure(servers: embedded.Servers, home: Path) -> Iterator[BenchRow]:
    database = Database(for_practice(servers.database_owner_url))
    registry = Registry(database, clock=NOW)
    load_world(registry)
    path = home / "weekly.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("upn,organisation,week,marks\n")
        file.writelines(weekly(MARKS // 10))
    register(registry, MARKS // 10 // WEEKS + 1)
    with database.connection() as connection:
        plain = one_row_a_mark(connection)
    gc.freeze()  # as server and command do
    with path.open("rb") as file, Watched() as watched:
        start = time.perf_counter()
        result = import_attendance(registry, file)
        took = time.perf_counter() - start
    assert (result.created, result.refused) == (MARKS // 10, 0), result.as_json()
    yield BenchRow(
        name="attendance: marks a second, against COPY of a row a mark",
        ratio=plain / took,
        goal=2.0,
        absolute=f"{MARKS / took:,.0f} marks/s against {MARKS / plain:,.0f};"
        f" {len(result.more['follow_ups']['opened']):,} follow-ups opened",
    )
    grown = watched.most - watched.before
    yield BenchRow(
        name="attendance: memory for a million marks",
        ratio=MEGABYTES / max(grown, 1.0),
        goal=1.0,
        absolute=f"{grown:.0f} MB of {MEGABYTES}",
    )
    with path.open("rb") as file:
        start = time.perf_counter()
        again = import_attendance(registry, file)
        took = time.perf_counter() - start
    assert again.unchanged == MARKS // 10, again.as_json()
    yield BenchRow(
        name="attendance: the same file again",
        ratio=plain / took,
        goal=2.0,
        absolute=f"{MARKS / took:,.0f} marks/s",
    )
    database.close()


if __name__ == "__main__":
    for row in run():
        print(f"{row.name}: {row.ratio:.2f} (goal {row.goal}) {row.absolute}")
