"""Rows that are held and rows that the ledger makes, side by side: each column that differs."""

from dataclasses import dataclass, field
from typing import Any

from psycopg import sql

from ap_registry.store import rebuilding
from ap_registry.store.comparing import Part, Rebuilt
from ap_registry.store.database import Database
from ap_registry.store.rebuilding import Progress, silent


@dataclass(slots=True)
class Differences:
    """``items``: the first ``limit`` of ``number``.

    Of a row that is missing or unexpected ``column`` is None, and the row stands on its side.
    """

    limit: int
    number: int = 0
    items: list[dict[str, Any]] = field(default_factory=list)

    def add(self, item: dict[str, Any]) -> None:
        self.number += 1
        if self.number <= self.limit:
            self.items.append(item)


def differences(
    database: Database, *, limit: int, progress: Progress = silent
) -> tuple[Rebuilt, Differences]:
    """Derive everything in one snapshot and name what differs; nothing is changed."""
    listed = Differences(limit)
    found = Rebuilt(each=lambda connection, part: _side_by_side(connection, part, listed))
    with database.connection() as connection, connection.transaction():
        connection.execute("set transaction isolation level repeatable read")
        rebuilding.checked(connection, found=found, progress=progress)
    return found, listed


def _side_by_side(connection: Any, part: Part, listed: Differences) -> None:
    columns = sql.SQL(", ").join(map(sql.Identifier, part.columns))
    held = sql.SQL("select {} from {} where ").format(columns, sql.Identifier(part.table))
    made = sql.SQL("select {} from {}").format(columns, sql.Identifier(f"rebuilt_{part.table}"))
    keys = sql.SQL(", ").join(map(sql.Identifier, part.key))
    query = sql.SQL(
        "select to_jsonb(h), to_jsonb(m) from ({} {}) h full join ({}) m using ({})"
        " where to_jsonb(h) is distinct from to_jsonb(m) order by {}"
    ).format(held, sql.SQL(part.where), made, keys, keys)
    for one, other in connection.execute(query, part.parameters):
        key = {name: (one or other)[name] for name in part.key}
        said = {"table": part.table, "pupil_id": key.pop("pupil_id", None), "key": key}
        if one is None or other is None:
            problem = "missing" if one is None else "unexpected"
            listed.add({**said, "problem": problem, "column": None, "held": one, "derived": other})
            continue
        for column in part.columns:
            if one[column] != other[column]:
                listed.add({
                    **said, "problem": "different", "column": column, "held": one[column],
                    "derived": other[column],
                })  # fmt: skip
