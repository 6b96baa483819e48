"""Rows as they should be against a table as it is: counted, shown, and put in its place."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, LiteralString

from ap_registry.store.database import Connection

SHOWN = 20
Rows = Iterable[Sequence[object]]


@dataclass(slots=True)
class Difference:
    """Rows that a table lacks (``missing``) and those that it should not hold (``unexpected``)."""

    missing: int = 0
    unexpected: int = 0


@dataclass(slots=True)
class Rebuilt:
    """How much was derived, and in what the tables differed; ``examples`` name some rows.

    ``each`` is called with every part that differs, while the rows it should have are staged.
    """

    each: Callable[[Connection, "Part"], None] | None = None
    events: int = 0
    rows: int = 0
    tables: dict[str, Difference] = field(default_factory=dict)
    examples: list[dict[str, Any]] = field(default_factory=list)

    @property
    def same(self) -> bool:
        return not self.tables

    def add(self, other: "Rebuilt") -> None:
        """Another part of the same whole."""
        self.events += other.events
        self.rows += other.rows
        for name, one in other.tables.items():
            counts = self.tables.setdefault(name, Difference())
            counts.missing += one.missing
            counts.unexpected += one.unexpected
        self.examples += other.examples[: SHOWN - len(self.examples)]

    def as_json(self) -> dict[str, Any]:
        return {
            "ok": self.same,
            "events": self.events,
            "rows": self.rows,
            "tables": {
                name: {"missing": one.missing, "unexpected": one.unexpected}
                for name, one in sorted(self.tables.items())
            },
            "examples": self.examples,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A stretch of a table: its key, its columns in our order, and which rows are meant."""

    table: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    where: LiteralString = "true"
    parameters: Mapping[str, object] = field(default_factory=dict)


def compare(connection: Connection, part: Part, rows: Rows, found: Rebuilt, *, mend: bool) -> None:
    """Note what differs; with ``mend`` make the table hold exactly these rows."""
    _stage(connection, part, rows, found)
    staged = f"{_list(part.columns)} from rebuilt_{part.table}"
    held = f'{_list(part.columns)} from "{part.table}" where {part.where}'
    same = True
    for problem, one, other in (("unexpected", held, staged), ("missing", staged, held)):
        query = f"select {one} except select {other}"
        keys = ", ".join(f'"{name}"::text' for name in part.key)
        differing = connection.execute(
            f"select count(*) over (), {keys} from ({query}) d order by {keys} limit {SHOWN}",
            part.parameters,
        ).fetchall()
        if not differing:
            continue
        same = False
        counts = found.tables.setdefault(part.table, Difference())
        setattr(counts, problem, getattr(counts, problem) + differing[0][0])
        for _count, *names in differing[: SHOWN - len(found.examples)]:
            named = dict(zip(part.key, names, strict=True))
            found.examples.append({"table": part.table, "problem": problem, **named})
        if mend:
            _mend(connection, part, problem, query)
    if found.each is not None and not same:
        found.each(connection, part)


def _stage(connection: Connection, part: Part, rows: Rows, found: Rebuilt) -> None:
    name = f"rebuilt_{part.table}"
    connection.execute(f'create temporary table if not exists {name} (like "{part.table}")')
    connection.execute(f"truncate {name}")
    found.rows += copy_rows(connection, name, part.columns, rows)


def copy_rows(connection: Connection, table: str, columns: Sequence[str], rows: Rows) -> int:
    """How many were written."""
    number = 0
    query = f'copy "{table}" ({_list(columns)}) from stdin'
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        for row in rows:
            copy.write_row(row)
            number += 1
    return number


def _mend(connection: Connection, part: Part, problem: str, query: LiteralString) -> None:
    columns = _list(part.columns)
    if problem == "missing":
        statement = f'insert into "{part.table}" ({columns}) {query}'
    else:
        same = " and ".join(f't."{name}" = x."{name}"' for name in part.key)
        statement = f'with x as ({query}) delete from "{part.table}" t using x where {same}'
    connection.execute(statement, part.parameters)


def _list(columns: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)
