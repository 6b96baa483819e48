"""Organisations anew each night, from files or addresses: the GIAS extract and its links."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from threading import Event
from typing import BinaryIO, LiteralString

from ap_registry.errors import Unreadable
from ap_registry.ingest.organisations import import_organisations
from ap_registry.ingest.results import ImportResult
from ap_registry.installation import Installation
from ap_registry.store.database import Connection
from ap_registry.store.locks import REFRESH_LOCK
from jobs.fetching import fetch
from jobs.nightly import night_of

NAME = "organisations"
_FINISHED: LiteralString = (
    "select 1 from job_run where name = %s and due_on >= %s and finished_at is not null"
)
_BEGUN: LiteralString = (
    "insert into job_run (name, due_on, attempts, started_at) values (%s, %s, 1, clock_timestamp())"
    " on conflict (name, due_on) do update set attempts = job_run.attempts + 1,"
    " started_at = excluded.started_at"
)
_DONE: LiteralString = (
    "update job_run set finished_at = clock_timestamp() where name = %s and due_on = %s"
)


def refresh_nightly(found: Installation, _stopping: Event | None = None) -> bool:
    """Once a night where AP_GIAS_SOURCES names any; one that fails is tried again each hour."""
    sources = (found.settings.gias_sources or "").split()
    night = night_of(found.registry.now())
    if not sources:
        return False
    with found.database.connection() as connection:
        row = connection.execute("select pg_try_advisory_lock(%s)", (REFRESH_LOCK,)).fetchone()
        if row is None or not row[0]:
            return False
        try:
            return _refresh(found, connection, sources, night)
        finally:
            connection.execute("select pg_advisory_unlock(%s)", (REFRESH_LOCK,))


def _refresh(
    found: Installation, connection: Connection, sources: Sequence[str], night: date
) -> bool:
    if connection.execute(_FINISHED, (NAME, night)).fetchone():
        return False
    connection.execute(_BEGUN, (NAME, night))
    refresh(found, sources)
    connection.execute(_DONE, (NAME, night))
    return True


def refresh(found: Installation, sources: Sequence[str]) -> list[ImportResult]:
    """Take in each, in this order; raise Unreadable at the first that is no such file.

    What is not in a file any more stays on record: closing is said by a closing day.
    """
    told = []
    for source in sources:
        with _opened(found, source) as file, found.database.connection() as connection:
            told.append(import_organisations(
                connection, file, today=found.registry.today(), clock=found.registry.clock,
                actor="refresh",
            ))  # fmt: skip
    if any(one.created for one in told):
        found.registry.recompute_follow_ups()
    return told


@contextmanager
def _opened(found: Installation, source: str) -> Iterator[BinaryIO]:
    """An address is written to a file first: nothing is taken of one that breaks off."""
    if "://" in source:
        with tempfile.TemporaryFile() as copy:
            fetch(source, copy, allow_private=found.settings.gias_allow_private)
            copy.seek(0)
            yield copy
        return
    try:
        with Path(source).open("rb") as file:
            yield file
    except OSError as error:
        raise Unreadable(f"{source} cannot be read: {error.strerror}.") from error
