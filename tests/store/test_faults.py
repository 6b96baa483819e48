"""The database restarts, ends a deadlock, or has no room."""

import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import UUID

import psycopg
import pytest

from ap_registry import embedded
from ap_registry.embedded.postgres import Postgres
from ap_registry.registry import Registry
from ap_registry.store.database import Database, connect
from ap_registry.store.locks import MARKS_SLOTS, MOVEMENTS_SLOTS, SLOT
from ap_registry.store.migrate import migrate
from tests.store.holding import suspension
from tests.waiting import wait_for
from tests.world import SCHOOL, load_world, register_pupil, send_register, upn

AT_ONCE = 5
LARGER_THAN_THE_DISK = 9_000_000
_HOLD = f"select pg_advisory_xact_lock(%(lock)s, {SLOT.format(pupil='%(pupil)s::uuid')})"
_WAITING = """
select count(*) from pg_locks
 where locktype = 'advisory' and not granted
   and database = (select oid from pg_database where datname = current_database())
"""


def test_connections_that_a_restart_has_closed_fail_nobody(
    registry: Registry, urls: embedded.Servers
) -> None:
    together = Barrier(AT_ONCE)

    def ask(_n: int) -> tuple[Any, ...] | None:
        with registry.database.connection() as connection:
            together.wait(timeout=20)
            return connection.execute("select 1").fetchone()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        before = list(pool.map(ask, range(AT_ONCE)))
        with connect(urls.database_owner_url) as owner:
            ended = owner.execute(
                "select count(pg_terminate_backend(pid, 5000)) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            ).fetchone()
        after = list(pool.map(ask, range(AT_ONCE)))
    assert ended is not None
    assert ended[0] >= AT_ONCE
    assert (before, after) == ([(1,)] * AT_ONCE, [(1,)] * AT_ONCE)


@pytest.fixture
def two_with_registers(registry: Registry) -> list[tuple[str, UUID]]:
    """Two pupils in different slots, in the order in which those are taken, each with a code N."""
    for number in range(1, 6):
        register_pupil(registry, upn=upn(number))
    lines = "".join(f"{upn(number)},{SCHOOL},2026-11-13,AM,N\n" for number in range(1, 6))
    send_register(registry, "upn,organisation,date,session,code\n" + lines)
    with registry.database.connection() as connection:
        rows = connection.execute(
            f"select distinct on (slot) upn, pupil_id, {SLOT.format(pupil='pupil_id')} as slot"
            "  from upn_claim order by slot limit 2"
        ).fetchall()
    return [(name, pupil) for name, pupil, _slot in rows]


@contextmanager
def holder(urls: embedded.Servers) -> Iterator[psycopg.Connection[Any]]:
    """One that does not give way in a deadlock: the other side is found out first."""
    with connect(urls.database_owner_url) as connection:
        connection.execute("set deadlock_timeout = '60s'")
        with connection.transaction():
            yield connection


def waiting(registry: Registry) -> int:
    with registry.database.connection() as connection:
        row = connection.execute(_WAITING).fetchone()
    assert row is not None
    return int(row[0])


def deadlocks(registry: Registry) -> int:
    with registry.database.connection() as connection:
        row = connection.execute(
            "select deadlocks from pg_stat_database where datname = current_database()"
        ).fetchone()
    assert row is not None
    return int(row[0])


def test_a_notice_that_loses_a_deadlock_is_run_again(
    registry: Registry, urls: embedded.Servers, two_with_registers: list[tuple[str, UUID]]
) -> None:
    """It holds the marks of the first and wants its movements; the other holds and wants those."""
    (first, pupil), (second, other) = two_with_registers
    notices = [
        {"type": "pupil_details_changed", "upn": name, "occurred_on": "2026-11-19",
         "home_la": "857", "by": SCHOOL}
        for name in (first, second)
    ]  # fmt: skip
    with ThreadPoolExecutor(2) as pool:
        with holder(urls) as against:
            against.execute(_HOLD, {"lock": MOVEMENTS_SLOTS, "pupil": pupil})
            with holder(urls) as gate:
                gate.execute(_HOLD, {"lock": MARKS_SLOTS, "pupil": other})
                sent = pool.submit(registry.record_many, notices)
                wait_for(lambda: waiting(registry) == 1)
                crossing = pool.submit(
                    against.execute, _HOLD, {"lock": MARKS_SLOTS, "pupil": pupil}
                )
                wait_for(lambda: waiting(registry) == 2)
            crossing.result(timeout=60)
        assert [one.status for one in sent.result(timeout=60)] == ["created", "created"]
    wait_for(lambda: deadlocks(registry) == 1)  # statistics come late


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of eight megabytes."""
    folder = tmp_path / "small disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("only root, where it may mount, can make a small disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture
def on_small_disk(small_disk: Path, tmp_path: Path) -> Iterator[Registry]:
    """The events lie there; all else has room."""
    home = tmp_path / "own servers"
    servers = embedded.ensure(home)
    try:
        data = Postgres(home).data
        if home not in data.parents:
            pytest.skip("PostgreSQL runs here as a user who may not enter this folder")
        place = small_disk / "events"
        place.mkdir()
        os.chown(place, data.stat().st_uid, data.stat().st_gid)
        yield from _registry_at(servers, place)
    finally:
        embedded.stop(home)


def _registry_at(servers: embedded.Servers, place: Path) -> Iterator[Registry]:
    migrate(servers.database_owner_url)
    with connect(servers.database_owner_url) as owner:
        owner.execute(f"create tablespace small location '{place}'")
        owner.execute("alter table event set tablespace small")
    database = Database(servers.database_url)
    registry = Registry(database)
    load_world(registry)
    register_pupil(registry)
    yield registry
    database.close()


def counts(registry: Registry) -> tuple[Any, ...] | None:
    """Suspensions among the events, and among the rows that follow from them."""
    with registry.database.connection() as connection:
        return connection.execute(
            "select (select count(*) from event where type = 'suspension.v1'),"
            " (select count(*) from exclusion where until_at = 'infinity')"
        ).fetchone()


def test_a_full_disk_refuses_whole_notices_and_takes_them_when_there_is_room(
    on_small_disk: Registry, small_disk: Path
) -> None:
    ballast = small_disk / "ballast"
    with pytest.raises(OSError, match="No space left"):
        ballast.write_bytes(bytes(LARGER_THAN_THE_DISK))
    refs = iter(range(1_000))

    def fill() -> None:
        for ref in refs:
            on_small_disk.record(suspension("2026-03-02", ref=str(ref), note="x" * 2_000))

    with pytest.raises(psycopg.errors.DiskFull):  # an OperationalError: HTTP answers with 503
        fill()
    taken = next(refs) - 1
    assert counts(on_small_disk) == (taken, taken)
    ballast.unlink()
    on_small_disk.record(suspension("2026-03-02", ref=str(taken)))
    assert counts(on_small_disk) == (taken + 1, taken + 1)
