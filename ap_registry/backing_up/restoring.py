"""A backup put into an empty database, migrated and verified: in one transaction, or not at all."""

import gzip
import io
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, LiteralString
from uuid import UUID

import psycopg

from ap_registry.backing_up.manifest import Manifest, read_manifest, rows_of
from ap_registry.backing_up.sealing import Opening
from ap_registry.erasing import erase_again
from ap_registry.errors import SetupError, Unreadable
from ap_registry.registry import Registry
from ap_registry.store import acts, migrate, rebuilding
from ap_registry.store.comparing import Rebuilt
from ap_registry.store.database import Connection, Lent
from ap_registry.store.erasing_functions import OWNED_BY_ERASER
from ap_registry.store.verifying import Verified, verify

AT_ONCE = 1 << 20
Progress = Callable[[int], None]
_COPY = re.compile(rb'^COPY public\.("?)(\w+)\1 \(.*\) FROM stdin;\n$')
# For another program than the server, or what is set up with the server (docker/roles.sql).
_NOT_OURS = (
    b"\\",
    b"SET transaction_timeout",
    b"ALTER DEFAULT PRIVILEGES",
    b"CREATE SCHEMA public",
)
_HELD: LiteralString = """
select coalesce(to_regclass('public.event') is not null, false)
"""
_IN_USE: LiteralString = """
select exists (select from event) or exists (select from account) or exists (select from api_key)
"""
_OTHERS: LiteralString = """
select count(*) from pg_stat_activity
 where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
"""
# All are named before the first is dropped: what has gone with another has no name any more. What
# an extension brought stays, and a sequence that numbers a column's rows goes with its table.
_CLEAR: LiteralString = """
do $$ declare one text; found text[]; begin
  select array_agg(statement) into found from (
    select format('drop %s if exists %s cascade',
                  case relkind when 'v' then 'view' when 'S' then 'sequence' else 'table' end,
                  oid::regclass) as statement
      from pg_class c
     where relnamespace = 'public'::regnamespace and relkind in ('r', 'v', 'S')
       and not exists (select from pg_depend where objid = c.oid and deptype in ('e', 'i'))
    union all
    select format('drop routine if exists %s cascade', oid::regprocedure) from pg_proc p
     where pronamespace = 'public'::regnamespace
       and not exists (select from pg_depend where objid = p.oid and deptype = 'e')) named;
  foreach one in array coalesce(found, '{}') loop execute one; end loop;
end $$
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What the backup says it holds, and what was found in the database after it."""

    manifest: Manifest
    verified: Verified
    rebuilt: Rebuilt
    erased_again: Mapping[str, Any]

    @property
    def whole(self) -> bool:
        """The ledger is as recorded, and no other than the backup's."""
        head = self.manifest.head
        return (
            self.verified.first_bad is None
            and self.verified.size == head["size"]
            and self.verified.root.hex() == head["root"]
        )

    @property
    def ok(self) -> bool:
        return self.whole and self.rebuilt.same and not self.erased_again["held"]

    def as_json(self) -> dict[str, Any]:
        return {
            "ok": self.ok,
            **self.manifest.as_json(),
            "verified": self.verified.as_json(),
            "rebuilt": self.rebuilt.as_json(),
            "erased_again": self.erased_again,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """``replace``: give up what the registry holds. ``damaged``: keep a ledger that is not as it
    was recorded. ``erasures``: whom to erase again, and why, besides those whom a registry that is
    replaced has erased. ``clock``: AP_REGISTRY_CLOCK.
    """

    replace: bool = False
    damaged: bool = False
    erasures: tuple[tuple[UUID, str], ...] = ()
    clock: datetime | None = None


def restore(
    owner_url: str, source: BinaryIO, passphrase: str, how: How, *, progress: Progress
) -> Restored:
    """Put everything in place, or raise and change nothing.

    A ledger that is not as it was recorded is answered, and kept only where ``how`` says so.
    """
    _read_through(source, passphrase)
    script = io.BufferedReader(gzip.GzipFile(fileobj=_opened(source, passphrase)), AT_ONCE)
    manifest = read_manifest(script.readline())
    if manifest.revision not in migrate.revisions():
        raise SetupError(
            f"The backup was made by a newer program (schema {manifest.revision})",
            "Restore it with that program, or bring this one up to date.",
        )
    with migrate.in_one_transaction(owner_url) as (connection, upgrade):
        erasures = {**_make_room(connection, replace=how.replace), **dict(how.erasures)}
        _run(connection, script, progress)
        _refuse_other_rows(connection, manifest)
        upgrade()
        connection.execute(OWNED_BY_ERASER)
        found = Restored(
            manifest=manifest, verified=verify(connection), rebuilt=rebuilding.checked(connection),
            erased_again=erase_again(
                Registry(Lent(connection), clock=how.clock), erasures.items()
            ),
        )  # fmt: skip
        if not found.whole and not how.damaged:
            connection.rollback()
    return found


def _opened(source: BinaryIO, passphrase: str) -> io.BufferedReader:
    source.seek(0)
    return io.BufferedReader(Opening(source, passphrase), AT_ONCE)


def _read_through(source: BinaryIO, passphrase: str) -> None:
    """Damage is found before anything is begun."""
    opened = _opened(source, passphrase)
    while opened.read(AT_ONCE):
        pass


def _make_room(connection: Connection, *, replace: bool) -> dict[UUID, str]:
    """Take away what the database holds, and answer whom it had erased, and why.

    Raise SetupError where it is in use and may not go.
    """
    erased: dict[UUID, str] = {}
    (others,) = connection.execute(_OTHERS).fetchone() or (0,)
    if others:
        raise SetupError(
            f"Other programs are connected to this database ({others})",
            "Stop `serve`, `worker` and whatever else reads it.",
        )
    (held,) = connection.execute(_HELD).fetchone() or (False,)
    if held and not replace:
        (used,) = connection.execute(_IN_USE).fetchone() or (False,)
        if used:
            raise SetupError(
                "This registry is not empty",
                "Restore into another AP_REGISTRY_HOME or database, or give up what this one"
                " holds: --replace.",
            )
    if held:
        erased = {one.pupil_id: one.reason for one in acts.erasures(connection)}
    connection.execute(_CLEAR)
    return erased


def _run(connection: Connection, script: BinaryIO, progress: Progress) -> None:
    """Run what pg_dump wrote: statements, and rows between COPY and its end."""
    statements: list[bytes] = []
    rows = 0
    with _plainly():
        for line in script:
            if _COPY.match(line):
                _execute(connection, statements)
                with connection.cursor().copy(line.rstrip(b"\n;")) as copy:
                    for row in script:
                        if row == b"\\.\n":
                            break
                        copy.write(row)
                        rows += 1
                progress(rows)
            elif not line.startswith(_NOT_OURS):
                statements.append(line)
        _execute(connection, statements)
    connection.execute("reset all")
    connection.execute("analyze")


def _execute(connection: Connection, statements: list[bytes]) -> None:
    if statements:
        connection.execute(b"".join(statements))
    statements.clear()


@contextmanager
def _plainly() -> Iterator[None]:
    """Say what the database would not take; its own words may have a pupil's in them."""
    try:
        yield
    except psycopg.errors.UndefinedObject as error:
        raise SetupError(
            f"The database lacks what the backup needs ({error.diag.message_primary})",
            "Make the roles as docker/roles.sql does; nothing was restored.",
        ) from error
    except psycopg.errors.DiskFull as error:
        raise SetupError(
            "The database server has no room left", "Make room; nothing was restored."
        ) from error
    except (psycopg.DataError, psycopg.IntegrityError, psycopg.ProgrammingError) as error:
        raise Unreadable(
            f"The database does not take the backup ({type(error).__name__}); nothing was restored."
        ) from error


def _refuse_other_rows(connection: Connection, manifest: Manifest) -> None:
    found = rows_of(connection)
    wrong = sorted(
        name
        for name in found.keys() | manifest.rows.keys()
        if found.get(name) != manifest.rows.get(name)
    )
    if wrong:
        raise Unreadable(
            f"After restoring, these tables do not hold what the backup says: {', '.join(wrong)};"
            " nothing was restored."
        )
