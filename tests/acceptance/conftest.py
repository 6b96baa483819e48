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
from tests.architecture.sources import ROOT

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
                database_url=f"postgresql://ap_web:{PASSWORDS['web']}@{at}",
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
    until = time.monotonic() + 10
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
