"""The present registers of pupils, week by week."""

from collections.abc import Sequence
from datetime import date
from typing import LiteralString
from uuid import UUID

from ap_registry.store.database import Connection

_WEEKS: LiteralString = """
select organisation, week, marks from attendance_week
 where pupil_id = any(%(pupils)s) and until_at = 'infinity' order by organisation, week
"""


def weeks_of(connection: Connection, pupils: Sequence[UUID]) -> dict[tuple[str, date], str]:
    """Packed marks by organisation and Monday, of one pupil's records (the first one's stands)."""
    found: dict[tuple[str, date], str] = {}
    rows = connection.execute(_WEEKS, {"pupils": list(pupils)}).fetchall()
    for organisation, week, marks in rows:
        found.setdefault((organisation, week), marks)
    return found
