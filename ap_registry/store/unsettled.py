"""Whose marks are written, but not yet what they oblige to: an import at work, or one that died."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from ap_registry.store.database import Connection

LONGEST_IMPORT = timedelta(minutes=10)  # from the marks of a file to what they oblige to


def clock(connection: Connection) -> datetime:
    row = connection.execute("select clock_timestamp()").fetchone()
    assert row is not None
    now: datetime = row[0]
    return now


def settled(connection: Connection, pupils: Iterable[UUID], *, since: datetime) -> None:
    """``since``: marks that came later are not in what was written."""
    connection.execute(
        "delete from unsettled where pupil_id = any(%s) and at < %s", (list(pupils), since)
    )


def left_behind(connection: Connection) -> list[UUID]:
    """By imports that can be at work no more."""
    rows = connection.execute(
        "select pupil_id from unsettled where at < clock_timestamp() - %s order by 1",
        (LONGEST_IMPORT,),
    )
    return [row[0] for row in rows]
