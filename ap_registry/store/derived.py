"""Derived rows as they are held, as plain JSON values: what a rebuild compares with."""

from collections.abc import Sequence
from functools import cache
from typing import LiteralString
from uuid import UUID

from ap_registry.store import codec
from ap_registry.store.database import Connection
from ap_registry.store.projections import Rows

_SOME = {
    "follow_up": " and origin = 'movements'",
    "flag": " and rule not like 'attendance.%%'",
}


@cache
def _held() -> str:
    from ap_registry.store.tables import DERIVED  # a third of the time in which a command starts

    return "\nunion all\n".join(
        f"select '{name}', pupil_id, key,"
        f" (to_jsonb(t) - array['pupil_id', 'key', 'from_at', 'until_at'])::text"
        f" from \"{name}\" t where pupil_id = any(%(pupils)s) and until_at = 'infinity'"
        + _SOME.get(name, "")
        for name in (str(table.__tablename__) for table in DERIVED)
    )


def held_rows(connection: Connection, pupils: Sequence[UUID]) -> dict[UUID, Rows]:
    """The present rows that follow from movements, by pupil, table and key."""
    found: dict[UUID, Rows] = {}
    cursor = connection.cursor(binary=True)
    for table, pupil, key, text in cursor.execute(_held(), {"pupils": list(pupils)}):
        found.setdefault(pupil, {}).setdefault(table, {})[key] = codec.decode(text)
    return found


_MARKED: LiteralString = """
select 'follow_up', pupil_id, key from follow_up
 where pupil_id = any(%(pupils)s) and until_at = 'infinity' and origin = 'attendance'
union all
select 'flag', pupil_id, key from flag
 where pupil_id = any(%(pupils)s) and until_at = 'infinity' and rule like 'attendance.%%'
"""


def marked_rows(connection: Connection, pupils: Sequence[UUID]) -> dict[str, list[dict[str, UUID]]]:
    """By table, the names of present rows that follow from registers."""
    found: dict[str, list[dict[str, UUID]]] = {}
    for table, pupil, key in connection.execute(_MARKED, {"pupils": list(pupils)}):
        found.setdefault(table, []).append({"pupil_id": pupil, "key": key})
    return found
