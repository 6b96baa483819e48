"""What happened to some pupils, as rows of the derived tables: for reports that count it."""

from collections import namedtuple
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, LiteralString
from uuid import UUID

from ap_registry.store.database import Connection
from reports.facts import Facts
from reports.scope import HELD, world_as_known

Tables = Mapping[str, tuple[str, ...]]
# table → columns; the first is the day by which its rows are in order, ``version`` next
TABLES: Tables = {
    "detail": (
        "occurred_on", "version", "birth_year", "home_la", "care_la", "sen_provision", "nc_year",
        "looked_after", "social_worker", "young_carer", "free_school_meals", "ethnicity",
    ),
    "roll": ("from_on", "version", "key", "school", "registration", "until_on", "ground"),
    "exclusion": (
        "occurred_on", "version", "key", "kind", "school", "ends_on", "sessions", "reasons",
        "status", "undone",
    ),
    "direction": ("occurred_on", "version", "key", "school", "provider", "starts_on", "ends_on"),
    "referral": (
        "occurred_on", "version", "key", "route", "provider", "about", "decision", "decided_on",
    ),
    "placement": (
        "starts_on", "version", "key", "provider", "commissioner", "reason", "setting_type",
        "intent", "planned_ends_on", "ended_on", "end_reason", "sessions_per_week",
        "arising_from",
    ),
    "outreach": ("starts_on", "version", "key", "provider", "school", "ended_on", "end_reason"),
    "reintegration": ("started_on", "version", "key", "school", "ended_on", "outcome"),
    "managed_move": ("occurred_on", "version", "key", "from_school", "to_school"),
    "part_time": ("starts_on", "version", "key", "school", "ends_on", "ended_on"),
    "funding": (
        "occurred_on", "version", "placement", "until_on", "education", "health", "social_care",
        "payer", "health_payer", "care_payer",
    ),
    "fair_access_case": (
        "occurred_on", "version", "key", "category", "decision", "decided_on", "school",
        "provider", "starts_on", "response",
    ),
}  # fmt: skip
# Where a pupil's rows name an organisation that has to do with it.
_NAMING: Sequence[tuple[str, str]] = (
    ("roll", "school"), ("exclusion", "school"), ("direction", "school"),
    ("placement", "provider"), ("placement", "commissioner"), ("outreach", "provider"),
    ("outreach", "school"), ("reintegration", "school"), ("managed_move", "from_school"),
    ("managed_move", "to_school"), ("part_time", "school"),
)  # fmt: skip
_ORGANISATIONS = frozenset(
    {"school", "provider", "commissioner", "from_school", "to_school", "payer", "health_payer",
     "care_payer"}
)  # fmt: skip


def pupils_of(
    connection: Connection, at: datetime, *, la: str | None, organisations: Iterable[str]
) -> list[UUID] | None:
    """Who ever had that home LA and had to do with each of these; None: everybody."""
    asked: list[tuple[str, str]] = [("la", la)] if la else []
    asked += [("organisation", name) for name in organisations]
    if not asked:
        return None
    found: set[UUID] | None = None
    for kind, value in asked:
        cursor = connection.cursor(binary=True)
        cursor.execute(_among(kind), {"at": at, "value": value})
        these = {row[0] for row in cursor.fetchall()}
        found = these if found is None else found & these
    return sorted(found or ())


@cache
def _among(kind: str) -> str:
    if kind == "la":
        return f"select pupil_id from detail where home_la = %(value)s and {HELD}"
    return " union ".join(
        f"select pupil_id from {table} where {column} = %(value)s and {HELD}"
        for table, column in _NAMING
    )


def lives(
    connection: Connection, at: datetime, pupils: Sequence[UUID] | None, tables: Tables = TABLES
) -> Iterator[Facts]:
    """Facts of these pupils as known by then, by id; the world is what their rows name."""
    found: dict[UUID, dict[str, list[Any]]] = {}
    for table in tables:
        for row in _rows(connection, at, pupils, table=table, columns=tables[table]):
            found.setdefault(row.pupil_id, {}).setdefault(table, []).append(row)
    names = None if pupils is None else _named(found.values())
    world = world_as_known(connection, at, names)
    for pupil in sorted(found):
        yield Facts(pupil, world, found[pupil])


def _rows(
    connection: Connection, at: datetime, pupils: Sequence[UUID] | None, *, table: str,
    columns: tuple[str, ...],
) -> Iterator[Any]:  # fmt: skip
    among: LiteralString = "" if pupils is None else "pupil_id = any(%(pupils)b) and "
    cursor = connection.cursor(binary=True)
    cursor.execute(
        f"select pupil_id, {', '.join(columns)} from {table}"
        f" where {among}{HELD} order by pupil_id, {columns[0]}, version",
        {"at": at} if pupils is None else {"at": at, "pupils": list(pupils)},
    )
    return map(_made(table, columns)._make, cursor)


@cache
def _made(table: str, columns: tuple[str, ...]) -> Any:
    return namedtuple(table, ("pupil_id", *columns))


def _named(found: Iterable[Mapping[str, Sequence[Any]]]) -> set[str]:
    names: set[str] = set()
    for tables in found:
        for rows in tables.values():
            for column in _ORGANISATIONS & set(rows[0]._fields):
                names.update(name for row in rows if (name := getattr(row, column)))
        names.update(f"LA{row.home_la}" for row in tables.get("detail", ()) if row.home_la)
    return names
