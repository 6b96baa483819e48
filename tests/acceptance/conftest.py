"""PostgreSQL and Redis of the system, with the roles of production."""

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from ap_registry.embedded import Servers
from tests.acceptance.office import Office
from tests.architecture.sources import ROOT
from tests.conftest import fresh_database
from tests.waiting import PATIENCE_SECONDS
from tests.world import ORGANISATIONS, TERMS

NOW = "2026-11-20T12:00:00Z"  # a Friday
PASSWORDS = {name: secrets.token_hex(12) for name in ("owner", "web", "job", "redis")}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def postgres_binaries() -> Path:
    """Of the system, newest first."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), reverse=True)
    if not found or shutil.which("redis-server") is None:
        pytest.skip("this system has no PostgreSQL or Redis: apt-get install postgresql redis")
    return found[0].parent


@pytest.fixture(scope="module")
def binaries() -> Path:
    return postgres_binaries()


@pytest.fixture(scope="module")
def system_servers(binaries: Path) -> Iterator[Servers]:
    """Started by hand in a folder of their own; nothing of the system's own clusters is touched."""
    folder = Path(tempfile.mkdtemp(prefix="ap-system-", dir="/var/tmp"))
    try:
        with _postgres(binaries, folder) as port, _redis(folder) as redis_port:
            at = f"127.0.0.1:{port}/ap_registry"
            yield Servers(
                database_owner_url=f"postgresql://ap_owner:{PASSWORDS['owner']}@{at}",
                database_url=f"postgresql://ap_job:{PASSWORDS['job']}@{at}",
                web_url=f"postgresql://ap_web:{PASSWORDS['web']}@{at}",
                redis_url=f"redis://:{PASSWORDS['redis']}@127.0.0.1:{redis_port}/0",
            )
    finally:
        shutil.rmtree(folder)


@contextmanager
def _postgres(binaries: Path, folder: Path) -> Iterator[int]:
    """PostgreSQL does not run as root: then as the user of Debian's package."""
    before: list[str] = []
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        before = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
        os.chown(folder, user.pw_uid, user.pw_gid)
    data, port = folder / "data", free_port()

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [*before, str(binaries / program), *arguments],
            cwd=folder, check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
        )  # fmt: skip

    run("initdb", "-D", str(data), "-U", "postgres", "-A", "trust", "-N", "--no-instructions")
    options = f"-p {port} -c fsync=off -c listen_addresses=127.0.0.1 -k {folder}"
    run("pg_ctl", "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        make_roles(binaries, port)
        yield port
    finally:
        run("pg_ctl", "-D", str(data), "-w", "-m", "immediate", "stop")


def make_roles(binaries: Path, port: int) -> None:
    """As compose does it: docker/roles.sql, by a superuser."""
    variables = [f"-v{name}_password={PASSWORDS[name]}" for name in ("owner", "web", "job")]
    subprocess.run(
        [str(binaries / "psql"), "-q", "-h", "127.0.0.1", "-p", str(port), "-U", "postgres",
         *variables, "-f", str(ROOT / "docker" / "roles.sql"), "postgres"],
        check=True,
    )  # fmt: skip
    url = f"postgresql://postgres@127.0.0.1:{port}/ap_registry"
    with psycopg.connect(url) as connection:
        found = connection.execute("select 'B' < 'a' and lower('É') = 'é'").fetchone()
    assert found == (True,), "sorted by code point, cased as Unicode"


@contextmanager
def _redis(folder: Path) -> Iterator[int]:
    port = free_port()
    process = subprocess.Popen(
        ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder),
         "--requirepass", PASSWORDS["redis"], "--save", ""],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            assert time.monotonic() < until, "redis-server did not start"
            time.sleep(0.05)
    try:
        yield port
    finally:
        process.terminate()
        process.wait()


@contextmanager
def practice(servers: Servers) -> Iterator[Servers]:
    """A registry created with AP_REGISTRY_CLOCK, with the world of tests/world.py imported."""
    with fresh_database(servers) as urls:
        with pytest.MonkeyPatch.context() as patch:  # over before other tests come in between
            office = enter(urls, patch)
            office.bring("organisations", ORGANISATIONS)
            office.bring("terms", TERMS)
        yield urls


def enter(urls: Servers, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setenv("AP_DATABASE_URL", urls.database_url)
    monkeypatch.setenv("AP_DATABASE_OWNER_URL", urls.database_owner_url)
    monkeypatch.setenv("AP_REDIS_URL", urls.redis_url)
    monkeypatch.setenv("AP_REGISTRY_CLOCK", NOW)
    return Office()


@pytest.fixture(scope="session")
def _shared(servers: Servers) -> Iterator[Servers]:
    with practice(servers) as urls:
        yield urls


@pytest.fixture
def office(_shared: Servers, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Shared by all scenarios that leave its calendars, its people and its clock as they are."""
    return enter(_shared, monkeypatch)


@pytest.fixture
def own_office(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """For one scenario alone, which may change anything."""
    with practice(servers) as urls:
        yield enter(urls, monkeypatch)
