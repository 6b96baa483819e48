"""Recording a notice: against a bare INSERT, against a library of the field, among many LAs."""

import itertools
import os
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from ap_registry import embedded
from ap_registry.codes import LA_CODES
from ap_registry.identifiers import check_letter
from ap_registry.ingest.calendars import import_terms
from ap_registry.ingest.organisations import import_organisations
from ap_registry.registry import Registry
from ap_registry.store.database import Database, connect
from ap_registry.store.migrate import migrate
from tests.bench import BenchRow
from tests.bench._clients import CLIENTS, PROCESSES, THREADS, Step, rate
from tests.world import PERSON

SECONDS = 6.0
PUPILS = 4_000
SCHOOLS = 20  # in each LA
FIRST_DAY = date(2025, 9, 1)
LAS = sorted(int(code) for code in LA_CODES if code.isdigit())[:153]


def upn(la: int, number: int) -> str:
    body = f"{la}{number:09d}"
    return check_letter(body) + body


def world(registry: Registry, las: Sequence[int]) -> None:
    """Schools of each LA, with a school year of terms."""
    organisations = ["id,kind,name,la,type_code"]
    terms = ["organisation,starts_on,ends_on"]
    for la in las:
        organisations.append(f"LA{la},la,LA {la},{la},")
        organisations += (f"{school},school,School,{la},34" for school in schools(la))
        terms += (
            f"LA{la},{start},{end}"
            for start, end in (
                ("2025-09-01", "2025-10-17"),
                ("2025-10-27", "2025-12-19"),
                ("2026-01-05", "2026-02-13"),
                ("2026-02-23", "2026-03-27"),
                ("2026-04-13", "2026-07-17"),
            )
        )
    with registry.database.connection() as connection:
        for lines, take in ((organisations, import_organisations), (terms, import_terms)):
            found = take(connection, BytesIO("\n".join(lines).encode()), today=registry.today())
            assert not found.errors, found.errors[:3]


def schools(la: int) -> list[str]:
    return [f"{100_000 + (la - 201) * SCHOOLS + n}" for n in range(SCHOOLS)]


def suspension(la: int, pupil: int, nth: int) -> dict[str, Any]:
    """The nth of a pupil: two days, three weeks after the one before."""
    first = FIRST_DAY + timedelta(weeks=3 * (nth % 14))
    return {
        "type": "suspension", "upn": upn(la, pupil), "occurred_on": first.isoformat(),
        "school": schools(la)[pupil % SCHOOLS], "sessions": 4, "reasons": ["PP", "VA"],
        "ends_on": (first + timedelta(days=1)).isoformat(), "ref": f"S-{pupil}-{nth}",
        "note": "sent home after a fight in the yard; the parents were rung at once",
    }  # fmt: skip


def enrol(registry: Registry, la: int, pupils: int, already: int = 6) -> None:
    """Each pupil known, with a history such as a pupil of alternative provision has."""
    for start in range(0, pupils, 100):
        notices = []
        for pupil in range(start, min(start + 100, pupils)):
            person = {**PERSON, "home_la": str(la)}
            notices.append({**suspension(la, pupil, 0), **person})
            notices += (suspension(la, pupil, nth) for nth in range(1, already))
        registry.record_many(notices)


def recording(url: str, process: int, first: int = 6) -> list[Step]:
    """Each thread notifies pupils of its own, one after the other, over and over.

    Of each pupil from the ``first``-th notice on: one told again is already recorded, and quick.
    """
    registry = Registry(Database(url, max_size=THREADS))

    def client(number: int) -> Step:
        mine = range(number, PUPILS, CLIENTS)
        turns = ((pupil, nth) for nth in itertools.count(first) for pupil in mine)

        def step() -> None:
            pupil, nth = next(turns)
            registry.record(suspension(201, pupil, nth))

        return step

    return [client(process * THREADS + n) for n in range(THREADS)]


def bare(url: str, _process: int) -> list[Step]:
    """One INSERT of the bytes that an event has, committed."""
    body = os.urandom(BARE_BYTES)

    def client() -> Step:
        connection = connect(url)

        def step() -> None:
            connection.execute(
                "insert into bare values (%s, 1, clock_timestamp(), %s)", (uuid4(), body),
                prepare=True, binary=True,
            )  # fmt: skip

        return step

    return [client() for _ in range(THREADS)]


BARE_BYTES = 900


def library(url: str, process: int) -> list[Step]:
    """Load an aggregate of as many events, change it, save it."""
    from tests.bench._library import application, start

    registry = application(url)
    ids = [[start(registry) for _ in range(8)] for _ in range(THREADS)]

    def client(mine: list[UUID]) -> Step:
        turns = itertools.cycle(mine)

        def step() -> None:
            pupil = registry.repository.get(next(turns))
            pupil.suspend("2025-09-01", "PP", 4)  # type: ignore[attr-defined]
            registry.save(pupil)

        return step

    return [client(mine) for mine in ids]


def _make_tables_of_the_library(url: str) -> None:
    """Before its clients, who would each make them at once and collide."""
    from tests.bench._library import application

    application(url).close()


def event_bytes(url: str) -> int:
    """What one notice writes to the ledger, on average."""
    with connect(url) as connection:
        row = connection.execute(
            "select avg(pg_column_size(e.*) + coalesce(pg_column_size(p.*), 0))::int from event e"
            " left join event_private p using (pupil_id, stream, version)"
            " where e.type = 'suspension.v1'"
        ).fetchone()
    assert row is not None
    return int(row[0])


def one_notice(registry: Registry, la: int, pupils: int) -> float:
    """Seconds for one notice of one client: the median."""
    took = []
    for nth in (6, 7):
        for pupil in range(pupils):
            start = time.perf_counter()
            registry.record(suspension(la, pupil, nth))
            took.append(time.perf_counter() - start)
    return statistics.median(took[pupils // 4 :])


def run() -> Iterator[BenchRow]:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        servers = embedded.ensure(home)
        try:
            yield from _sixteen(servers)
            yield from _among(servers)
        finally:
            embedded.stop(home)


def fresh(servers: embedded.Servers, name: str) -> str:
    with connect(servers.database_owner_url) as admin:
        admin.execute(f"create database {name}")
    url = servers.database_owner_url.rsplit("/", 1)[0] + f"/{name}"
    migrate(url)
    return url


def _sixteen(servers: embedded.Servers) -> Iterator[BenchRow]:
    url = fresh(servers, "sixteen")
    registry = Registry(Database(url))
    world(registry, [201])
    enrol(registry, 201, PUPILS)
    size = event_bytes(url)
    with connect(url) as connection:
        connection.execute("create table bare (pupil_id uuid, version int, at timestamptz,"
                           " body bytea, primary key (pupil_id, version))")  # fmt: skip
    recorded = rate(recording, url, seconds=SECONDS)
    plain = rate(bare, url, seconds=SECONDS)
    _make_tables_of_the_library(url)
    other = rate(library, url, seconds=SECONDS)
    registry.database.close()
    words = f"{recorded:,.0f} notices/s of {CLIENTS} clients in {PROCESSES} processes"
    yield BenchRow(
        name="record: a notice, against a bare INSERT of its bytes",
        ratio=recorded / plain,
        goal=0.25,
        absolute=f"{words}, against {plain:,.0f} ({size} bytes an event)",
    )
    yield BenchRow(
        name="record: a notice, against load and save of the eventsourcing library",
        ratio=recorded / other,
        goal=4.0,
        absolute=f"{words}, against {other:,.0f}",
    )


def _among(servers: embedded.Servers) -> Iterator[BenchRow]:
    took: dict[int, float] = {}
    for las in (1, 16, 153):
        registry = Registry(Database(fresh(servers, f"among_{las}")))
        names = LAS[:las]
        world(registry, names)
        for la in names:
            enrol(registry, la, 40, already=3)
        took[las] = one_notice(registry, 201, 40)
        registry.database.close()
    slowest = max(took.values())
    yield BenchRow(
        name="record: a notice among 153 LAs costs no more than 1.3 times that among 1",
        ratio=1.3 * took[1] / slowest,
        goal=1.0,
        absolute=", ".join(f"{n} LAs: {1e3 * t:.2f} ms" for n, t in took.items()),
    )
