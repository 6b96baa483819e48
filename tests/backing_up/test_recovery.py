"""PostgreSQL's own means: to an instant from archived WAL, and a standby that takes over."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from ap_registry import embedded
from ap_registry.embedded.postgres import Postgres
from ap_registry.registry import Registry
from ap_registry.store.database import Database, connect
from ap_registry.store.migrate import migrate
from ap_registry.store.rebuilding import check
from ap_registry.store.sequencer import sequence
from ap_registry.store.verifying import verify
from tests.store.holding import suspension
from tests.waiting import wait_for
from tests.world import load_world, register_pupil


@dataclass(frozen=True)
class Server:
    """One registry on a PostgreSQL of its own."""

    home: Path
    url: str

    def record(self, day: str) -> None:
        database = Database(self.url)
        Registry(database).record(suspension(day, ref=day))
        database.close()

    def suspended_on(self) -> list[str]:
        with connect(self.url) as connection:
            return [
                row[0]
                for row in connection.execute(
                    "select occurred_on::text from exclusion where until_at = 'infinity' order by 1"
                )
            ]

    def is_whole(self) -> bool:
        """The ledger verifies, and makes the rows that are held."""
        database = Database(self.url)
        with database.connection() as connection:
            sequence(connection)
        with database.snapshot() as connection:
            found = verify(connection)
        same = check(database).same
        database.close()
        return found.first_bad is None and same

    def binary(self, program: str) -> str:
        return str(Postgres(self.home).binaries / program)


def started(home: Path) -> Server:
    return Server(home, embedded.ensure(home).database_owner_url)


@pytest.fixture
def primary(tmp_path: Path) -> Iterator[Server]:
    """It archives its WAL beside it; one pupil is registered."""
    home = tmp_path / "primary"
    embedded.ensure(home)
    try:
        if home not in Postgres(home).data.parents:
            pytest.skip("PostgreSQL runs here as a user who may not enter this folder")
        embedded.stop(home)
        archive = tmp_path / "archive"
        archive.mkdir()
        with (home / "pgdata" / "postgresql.conf").open("a") as conf:
            conf.write(f'archive_mode = on\narchive_command = \'cp "%p" "{archive}/%f"\'\n')
        found = started(home)
        migrate(found.url)
        database = Database(found.url)
        registry = Registry(database)
        load_world(registry)
        register_pupil(registry)
        database.close()
        yield found
    finally:
        embedded.stop(home)


@pytest.fixture
def copy(primary: Server, tmp_path: Path) -> Iterator[Path]:
    """A base backup as the data of another home with the same passwords, not started."""
    home = tmp_path / "copy"
    home.mkdir(mode=0o700)
    state = json.loads((primary.home / "state.json").read_text())
    (home / "state.json").touch(mode=0o600)
    passwords = {name: state[name] for name in ("password", *embedded.ROLES)}
    (home / "state.json").write_text(json.dumps(passwords))
    subprocess.run(
        [primary.binary("pg_basebackup"), "-D", str(home / "pgdata"), "-R", "-c", "fast", "-N",
         "-d", primary.url.rsplit("/", 1)[0] + "/postgres"],
        check=True, stdin=subprocess.DEVNULL, capture_output=True,
    )  # fmt: skip
    yield home
    embedded.stop(home)


def configure(home: Path, *lines: str) -> None:
    with (home / "pgdata" / "postgresql.auto.conf").open("a") as conf:
        conf.write("".join(f"{line}\n" for line in lines))


def now(server: Server) -> str:
    with connect(server.url) as connection:
        row = connection.execute("select clock_timestamp()::text").fetchone()
    assert row is not None
    return str(row[0])


def archived(server: Server) -> None:
    """All that was written so far is in the archive."""
    with connect(server.url) as connection:
        row = connection.execute("select pg_walfile_name(pg_switch_wal())").fetchone()
        assert row is not None
        wait_for(
            lambda: connection.execute(
                "select last_archived_wal >= %s from pg_stat_archiver", row
            ).fetchone() == (True,)
        )  # fmt: skip


def promoted(server: Server) -> bool:
    try:
        with connect(server.url) as connection:
            return connection.execute("select pg_is_in_recovery()").fetchone() == (False,)
    except psycopg.OperationalError:
        return False


def test_a_registry_is_recovered_to_the_instant_before_a_mishap(
    primary: Server, copy: Path, tmp_path: Path
) -> None:
    primary.record("2026-03-02")
    instant = now(primary)
    primary.record("2026-03-09")
    archived(primary)
    embedded.stop(primary.home)
    (copy / "pgdata" / "standby.signal").rename(copy / "pgdata" / "recovery.signal")
    configure(copy, f"restore_command = 'cp \"{tmp_path}/archive/%f\" \"%p\"'",
              f"recovery_target_time = '{instant}'", "recovery_target_action = 'promote'",
              "archive_mode = off")  # fmt: skip
    found = started(copy)
    wait_for(lambda: promoted(found))
    assert found.suspended_on() == ["2026-03-02"]
    found.record("2026-03-16")
    assert (found.suspended_on(), found.is_whole()) == (["2026-03-02", "2026-03-16"], True)


def test_a_standby_takes_over_from_a_server_that_was_killed(primary: Server, copy: Path) -> None:
    configure(copy, "archive_mode = off")
    standby = started(copy)
    primary.record("2026-03-02")
    with connect(primary.url) as connection:
        wait_for(
            lambda: connection.execute(
                "select replay_lsn >= pg_current_wal_insert_lsn() from pg_stat_replication"
            ).fetchone() == (True,)
        )  # fmt: skip
    pid = Postgres(primary.home).pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    with connect(standby.url) as connection:
        connection.execute("select pg_promote()")
    wait_for(lambda: promoted(standby))
    standby.record("2026-03-16")
    assert (standby.suspended_on(), standby.is_whole()) == (["2026-03-02", "2026-03-16"], True)
