"""Bring a database to the present schema."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from ap_registry.errors import SetupError
from ap_registry.store.database import PATIENT, Connection, connect
from ap_registry.store.erasing_functions import OWNED_BY_ERASER, owned_by_eraser

if TYPE_CHECKING:
    from sqlalchemy import Connection as SQLAlchemyConnection
    from sqlalchemy import Engine

_FOLDER = Path(__file__).resolve().parents[2] / "alembic"
_LOCK = 7_101_945


def migrate(owner_url: str) -> bool:
    """Run all migrations that are missing; True where the database was new.

    Two processes at once wait for one another. A restored database may have given the function that
    erases to whoever restored it: it is given back.
    """
    head = max(revisions())
    with connect(owner_url) as connection:
        if _version(connection) == head:
            if not owned_by_eraser(connection):
                connection.execute(OWNED_BY_ERASER)
            return False
        connection.execute("select pg_advisory_lock(%s)", (_LOCK,))
        before = _version(connection)
        if before != head:
            _refuse_unless_owner(connection, before, head)
            with _engine(owner_url).connect() as outer, outer.begin():
                _upgrade(outer)
    return before is None


def _refuse_unless_owner(
    connection: psycopg.Connection[tuple[object, ...]], before: object, head: str
) -> None:
    row = connection.execute(
        "select has_schema_privilege('public', 'create')"
        "   and coalesce((select pg_has_role(tableowner, 'member') from pg_tables"
        "                  where schemaname = 'public' and tablename = 'alembic_version'), true)"
    ).fetchone()
    if row is None or not row[0]:
        raise SetupError(
            f"The schema is {before or 'missing'}, this program needs {head}, and"
            f" {connection.info.user} may not change it",
            "Run `ap-registry migrate` with AP_DATABASE_OWNER_URL set to the owner's address.",
        )


def _version(connection: psycopg.Connection[tuple[object, ...]]) -> object:
    row = connection.execute("select to_regclass('alembic_version') is not null").fetchone()
    if row is None or not row[0]:
        return None
    found = connection.execute("select version_num from alembic_version").fetchone()
    return found[0] if found else None


def revisions() -> frozenset[str]:
    """Every schema that this program knows how to bring up to date."""
    return frozenset(path.name.split("_")[0] for path in (_FOLDER / "versions").glob("[0-9]*.py"))


@contextmanager
def in_one_transaction(owner_url: str) -> Iterator[tuple[Connection, Callable[[], None]]]:
    """A connection of the owner, and what migrates in its transaction; others wait to migrate.

    It ends with the block, and is taken back where the block fails.
    """
    with _engine(owner_url).connect() as outer, outer.begin():
        connection: Connection = outer.connection.driver_connection  # type: ignore[assignment]
        connection.execute("select pg_advisory_xact_lock(%s)", (_LOCK,))
        yield connection, lambda: _upgrade(outer)


def _engine(owner_url: str) -> "Engine":
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    options = {**PATIENT, "autocommit": False}
    return create_engine(
        "postgresql+psycopg://", poolclass=NullPool,
        creator=lambda: psycopg.connect(owner_url, **options),
    )  # fmt: skip


def _upgrade(connection: "SQLAlchemyConnection") -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
