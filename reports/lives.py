"""What happened to some pupils, as rows of the derived tables: for reports that count it."""

from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, LiteralString
from uuid import UUID

from ap_registry.store.database import Connection
from reports.abandoning import go_on
from reports.facts import Facts
from reports.loading import AT_ONCE, add_registers
from reports.scope import HELD, world_as_known

Tables = Mapping[str, tuple[str, ...]]
# table → columns; by the first two of them its rows are in order
_COLUMNS: Tables = {
    "detail": (
        "occurred_on", "version", "birth_year", "home_la", "care_la", "sen_provision", "nc_year",
        "looked_after", "social_worker", "young_carer", "free_school_meals", "ethnicity",
    ),
    "identity": ("key", "sex"),
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
        "arising_from", "trigger_on",
    ),
    "outreach": ("starts_on", "version", "key", "provider", "school", "ended_on", "end_reason"),
    "reintegration": ("started_on", "version", "key", "school", "ended_on", "outcome"),
    "managed_move": ("occurred_on", "version", "key", "from_school", "to_school"),
    "part_time": ("starts_on", "version", "key", "school", "ends_on", "ended_on"),
    "funding": (
        "occurred_on", "version", "placement", "until_on", "education", "health", "social_care",
        "payer", "health_payer", "care_payer",
    ),
    "view_recorded": ("occurred_on", "version", "whose"),
    "destination": ("occurred_on", "version", "activity"),
    "health_response": ("occurred_on", "version", "response", "service"),
    "ehc_milestone": ("occurred_on", "version", "milestone", "school"),
    "follow_up": (
        "opened_on", "key", "kind", "owner", "due_on", "closed_on", "outcome", "calendar",
    ),
    "fair_access_case": (
        "occurred_on", "version", "key", "category", "decision", "decided_on", "school",
        "provider", "starts_on", "response",
    ),
}  # fmt: skip
_OF_BOTH = (
    "detail", "roll", "exclusion", "placement", "managed_move", "part_time", "fair_access_case",
)  # fmt: skip
_MOVED = ("direction", "referral", "outreach", "reintegration", "funding")
_JUDGED = (
    "identity", "direction", "referral", "reintegration", "view_recorded", "destination",
    "health_response", "ehc_milestone", "follow_up",
)  # fmt: skip
MOVEMENTS: Tables = {name: _COLUMNS[name] for name in (*_OF_BOTH, *_MOVED)}
DASHBOARD: Tables = {name: _COLUMNS[name] for name in (*_OF_BOTH, *_JUDGED)}
# Where a pupil's rows name an organisation that has to do with it.
_NAMING: Sequence[tuple[str, str]] = (
    ("roll", "school"), ("exclusion", "school"), ("direction", "school"),
    ("placement", "provider"), ("placement", "commissioner"), ("outreach", "provider"),
    ("outreach", "school"), ("reintegration", "school"), ("managed_move", "from_school"),
    ("managed_move", "to_school"), ("part_time", "school"), ("fair_access_case", "school"),
    ("fair_access_case", "provider"), ("ehc_milestone", "school"),
)  # fmt: skip
_NEAR = (
    f"select pupil_id from detail where home_la = any(%(las)s) and {HELD}"
    + "".join(
        f" union select pupil_id from {table} where {column} = any(%(organisations)s) and {HELD}"
        for table, column in _NAMING
    )
    + " order by 1"
)
_EVERYONE: LiteralString = (
    " union ".join(
        f"select pupil_id from {table} where {HELD}" for table in ("detail", "roll", "placement")
    )
    + " order by 1"
)
_ORGANISATIONS = frozenset(
    {"school", "provider", "commissioner", "from_school", "to_school", "payer", "health_payer",
     "care_payer", "owner", "calendar"}
)  # fmt: skip


def pupils_of(
    connection: Connection, at: datetime, *, la: str | None, organisations: Iterable[str]
) -> list[UUID] | None:
    """Who ever had that home LA and had to do with each of these; None: everybody."""
    asked = [("las", la)] if la else []
    asked += [("organisations", name) for name in organisations]
    if not asked:
        return None
    each = [set(pupils_near(connection, at, **{kind: [value]})) for kind, value in asked]
    return sorted(set.intersection(*each))


def pupils_near(
    connection: Connection, at: datetime, *, las: Sequence[str] = (),
    organisations: Sequence[str] = (),
) -> list[UUID]:  # fmt: skip
    """Who ever had one of these home LAs, or had to do with one of these organisations."""
    cursor = connection.cursor(binary=True)
    parameters = {"at": at, "las": list(las), "organisations": list(organisations)}
    cursor.execute(_NEAR, parameters)
    return [row[0] for row in cursor.fetchall()]


def lives(
    connection: Connection, at: datetime, pupils: Sequence[UUID] | None, tables: Tables,
    registers: Callable[[Facts], bool] | None = None,
) -> Iterator[Facts]:  # fmt: skip
    """Facts of these pupils as known by then, by id; some at a time, so that memory stays flat.

    The world is what their rows name. ``registers``: of whom they are read too.
    """
    world = world_as_known(connection, at) if pupils is None else None
    some = AT_ONCE if pupils is None else max(len(pupils), 1)
    everyone = _everyone(connection, at) if pupils is None else sorted(pupils)
    for start in range(0, len(everyone), some):
        go_on()
        found = _read(connection, at, everyone[start : start + some], tables)
        known = world or world_as_known(connection, at, _named(found.values()))
        made = {pupil: Facts(pupil, known, rows) for pupil, rows in sorted(found.items())}
        if registers is not None:
            wanted = {pupil: facts for pupil, facts in made.items() if registers(facts)}
            add_registers(connection, wanted, at)
        yield from made.values()


def _everyone(connection: Connection, at: datetime) -> list[UUID]:
    cursor = connection.cursor(binary=True)
    return [row[0] for row in cursor.execute(_EVERYONE, {"at": at}).fetchall()]


def _read(
    connection: Connection, at: datetime, pupils: Sequence[UUID], tables: Tables
) -> Mapping[UUID, dict[str, list[Any]]]:
    found: dict[UUID, dict[str, list[Any]]] = {}
    for table, columns in tables.items():
        for row in _rows(connection, at, pupils, table=table, columns=columns):
            found.setdefault(row.pupil_id, {}).setdefault(table, []).append(row)
    return found


def _rows(
    connection: Connection, at: datetime, pupils: Sequence[UUID], *, table: str,
    columns: tuple[str, ...],
) -> Iterator[Any]:  # fmt: skip
    cursor = connection.cursor(binary=True)
    cursor.execute(
        f"select pupil_id, {', '.join(columns)} from {table}"
        f" where pupil_id = any(%(pupils)b) and {HELD}"
        f" order by pupil_id, {columns[0]}, {columns[1]}",
        {"at": at, "pupils": list(pupils)},
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
