"""The five outcomes of 100,000 pupils against replaying their streams; one LA among others."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import LiteralString

from ap_registry import embedded
from ap_registry.demo.terms import PRESENT
from ap_registry.demo.world import FIRST_LA
from ap_registry.store.migrate import migrate
from ap_registry.store.worlds import world_as_at
from reports.command import outcomes
from reports.loading import TABLES
from reports.outcomes import collect, report
from reports.scope import HELD, Scope, gather
from reports.whole import whole
from tests.bench import BenchRow
from tests.bench.england import COPIES, LAS, PROVIDERS, PUPILS, England, as_grown, england
from tests.bench.replay import replay

YEAR = (date(2024, 9, 1), date(2025, 8, 31))
ALL = LAS * COPIES * PUPILS
MEGABYTES = 1_000
TRIES = 5
AMONG = (1, 16, LAS)
SECONDS = 15
TIMES_PLAIN = 1.5
MONTH = timedelta(days=30)
WEEKS = (("pupil_id", "organisation", "week", "marks"), "")
_PUPILS: LiteralString = f"select pupil_id from detail where home_la = %(la)s and {HELD}"


def run() -> list[BenchRow]:
    """``AP_BENCH_ENGLAND``: a home that is kept, and filled where there is none."""
    kept = os.environ.get("AP_BENCH_ENGLAND")
    home = Path(kept or tempfile.mkdtemp(prefix="bench-england-"))
    grown = home / "grown"  # and holds how long the replay took
    try:
        servers = embedded.ensure(home)
        rows = []
        if not grown.exists():
            migrate(servers.database_owner_url)
            made = england(servers)
            replayed = _replay(made) / PUPILS * ALL
            rows = list(_growing(made))
            grown.write_text(f"{replayed}\n")
        return [*rows, *_whole(as_grown(servers), home, float(grown.read_text()))]
    finally:
        embedded.stop(home)
        if kept is None:
            shutil.rmtree(home)


def _growing(made: England) -> Iterator[BenchRow]:
    made.grow(0, 0)
    alone, earlier = _one_la(made), _one_la(made, PRESENT - MONTH)
    yield BenchRow(
        name="outcomes: one LA as known now, against as known a month before",
        ratio=alone / earlier,
        goal=1 / 2,
        absolute=f"{alone:.2f} s against {earlier:.2f} s, {COPIES * PUPILS} pupils",
    )
    for before, las in zip(AMONG, AMONG[1:], strict=False):
        made.grow(before, las - 1)
        among = _one_la(made)
        yield BenchRow(
            name=f"outcomes: one LA alone, against the same among {las}",
            ratio=alone / among,
            goal=1 / 1.5,
            absolute=f"{alone:.2f} s against {among:.2f} s, {COPIES * PUPILS} pupils each",
        )


def _whole(made: England, home: Path, replayed: float) -> Iterator[BenchRow]:
    reported, plain = _one_la(made), _plain(made)
    yield BenchRow(
        name="outcomes: one LA, against the plain SQL that reads the same rows",
        ratio=plain / reported,
        goal=1 / TIMES_PLAIN,
        absolute=f"{reported:.2f} s against {plain:.2f} s, {COPIES * PUPILS} pupils",
    )
    took, megabytes = _england(made, home)
    yield BenchRow(
        name=f"outcomes: {ALL:,} pupils, against replaying every stream in pandas",
        ratio=replayed / took,
        goal=30,
        absolute=f"{took:.1f} s against {replayed:.0f} s (scaled from {PUPILS} pupils);"
        f" {PROVIDERS:,} providers, {LAS} LAs",
    )
    yield BenchRow(
        name=f"outcomes: {ALL:,} pupils, against {SECONDS} s",
        ratio=SECONDS / took,
        goal=1,
        absolute=f"{took:.1f} s",
    )
    yield BenchRow(
        name=f"outcomes: memory for {ALL:,} pupils",
        ratio=MEGABYTES / megabytes,
        goal=1,
        absolute=f"{megabytes:.0f} MB of {MEGABYTES}, all processes together",
    )


def _replay(made: England) -> float:
    """Seconds to replay the pupils who were notified, once the two ways are seen to agree."""
    scope = Scope.of(*YEAR, at=PRESENT, provider=None, la=None)
    with made.found.database.connection() as connection:
        places, _ = gather(connection, scope)
        world = world_as_at(connection, PRESENT)
        start = time.perf_counter()
        book = collect(replay(connection, world, places), scope.period)
        found = report(book, scope.period, known_by="", ledger=(0, ""))
        took = time.perf_counter() - start
    expected, _ = outcomes(
        made.found.registry, from_on=YEAR[0], to_on=YEAR[1], known_by=PRESENT
    )  # fmt: skip
    assert (found["rows"], found["secondary"]) == (expected["rows"], expected["secondary"])
    return took


def _one_la(made: England, at: datetime = PRESENT) -> float:
    """Seconds of the report with all that stands beside it, the years before too."""
    return _least(
        lambda: whole(made.found.registry, from_on=YEAR[0], to_on=YEAR[1], known_by=at, la=FIRST_LA)
    )


def _least(work: Callable[[], object]) -> float:
    """Seconds, the least of some tries: the machine is shared."""
    tries = []
    for _ in range(TRIES):
        start = time.perf_counter()
        work()
        tries.append(time.perf_counter() - start)
    return min(tries)


def _plain(made: England) -> float:
    """Seconds to read, and do nothing with, what is on record of the LA's pupils."""
    queries: list[LiteralString] = [
        f'select {", ".join(columns)} from "{table}" where pupil_id in ({_PUPILS}) and {HELD}'
        for table, (columns, _) in {**TABLES, "attendance_week": WEEKS}.items()
    ]
    parameters = {"at": PRESENT, "la": FIRST_LA}

    def read() -> None:
        with made.found.database.snapshot() as connection:
            for query in queries:
                connection.cursor(binary=True).execute(query, parameters).fetchall()

    return _least(read)


def _england(made: England, home: Path) -> tuple[float, float]:
    """Seconds and peak megabytes of the command that a panel's analyst would type."""
    command = [
        str(Path(sys.executable).with_name("ap-registry")), "report", "outcomes", "--from",
        str(YEAR[0]), "--to", str(YEAR[1]), "-o", str(home / "england.json"),
    ]  # fmt: skip
    environment = {
        **os.environ, "AP_REGISTRY_HOME": str(home), "AP_REGISTRY_CLOCK": PRESENT.isoformat(),
    }  # fmt: skip
    start, most = time.perf_counter(), 0.0
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            most = max(most, sum(map(_megabytes, [process.pid, *_children(process.pid)])))
            time.sleep(0.25)
    assert process.returncode == 0
    return time.perf_counter() - start, most


def _children(pid: int) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:  # it has just ended
            continue
        if parent == pid:
            found.append(int(path.parent.name))
    return found


def _megabytes(pid: int) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
