"""Facts read from derived rows as at an instant, some pupils at a time."""

from collections import namedtuple
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, LiteralString
from uuid import UUID

from ap_registry.store.database import Connection
from ap_registry.store.ids import Ids
from reports.abandoning import go_on
from reports.facts import Facts, World
from reports.marks import Register, together, unpacked
from reports.measures import attainment, wellbeing
from reports.measures.episode import Period
from reports.scope import HELD, Scope

AT_ONCE = 1_000

# table → (columns, order); every one is read as at the report's instant
TABLES: Mapping[str, tuple[tuple[str, ...], str]] = {
    "detail": (
        ("occurred_on", "version", "birth_year", "home_la", "sen_provision", "nc_year"),
        "occurred_on, version",
    ),
    "roll": (
        ("school", "registration", "from_on", "until_on", "ground", "version"),
        "from_on, version",
    ),
    "exclusion": (
        ("key", "kind", "school", "occurred_on", "undone", "under_review", "version"),
        "occurred_on, version",
    ),
    "direction": (("key", "occurred_on", "version"), "occurred_on, version"),
    "placement": (
        (
            "key", "provider", "reason", "intent", "starts_on", "first_planned_ends_on",
            "planned_ends_on", "ended_on", "end_reason", "destination", "trigger_on", "cause",
            "version",
        ),
        "starts_on, version",
    ),
    "outreach": (
        ("key", "provider", "school", "starts_on", "ended_on", "end_reason", "delivered",
         "version"),
        "starts_on, version",
    ),
    "reintegration": (
        ("school", "placement", "started_on", "ended_on", "outcome", "version"),
        "started_on, version",
    ),
    "assessment_shared": (("placement", "occurred_on"), "occurred_on"),
    "managed_move": (("occurred_on", "version"), "occurred_on, version"),
    "result": (
        ("occurred_on", "qualification", "subject", "grade", "level", "version"),
        "occurred_on, version",
    ),
    "target": (
        ("occurred_on", "qualification", "subject", "level", "version"), "occurred_on, version",
    ),
    "assessment": (
        ("occurred_on", "subject", "instrument", "standard_score", "stage", "version"),
        "occurred_on, version",
    ),
    "wellbeing": (
        ("occurred_on", "instrument", "score", "stage", "informant", "version"),
        "occurred_on, version",
    ),
    "offer": (("occurred_on", "activity", "version"), "occurred_on, version"),
    "destination": (("occurred_on", "activity", "version"), "occurred_on, version"),
}  # fmt: skip

_PUPIL = itemgetter(0)
# A row of each table: made a million times in a report of England.
_ROWS: Mapping[str, Any] = {
    table: namedtuple(table, ("pupil", *columns)) for table, (columns, _) in TABLES.items()
}
# Tables of which some pupils are read only: those at whom a measure looks.
_ASKED: Mapping[Callable[[Facts, Period], bool], Sequence[str]] = {
    attainment.leaves: ("result", "target", "assessment", "offer", "destination"),
    wellbeing.ended: ("wellbeing",),
}
_OF_ALL = [table for table in TABLES if not any(table in tables for tables in _ASKED.values())]

# The key is in this order, so nothing is sorted.
_WEEKS: LiteralString = f"""
select pupil_id, organisation, string_agg(date_send(week) || textsend(marks), '' order by week)
  from attendance_week where pupil_id = any(%(pupils)b) and {HELD}
 group by pupil_id, organisation
"""
_MERGED: LiteralString = f"""
select other, pupil_id from merged where pupil_id = any(%(pupils)b) and {HELD}
"""


def load(
    connection: Connection, world: World, scope: Scope, pupils: Sequence[UUID]
) -> Iterator[Facts]:
    """Facts of these pupils as known by then; some at a time, so that memory stays flat."""
    for start in range(0, len(pupils), AT_ONCE):
        for facts in _load(connection, world, scope, pupils[start : start + AT_ONCE]):
            go_on()
            yield facts


def _load(
    connection: Connection, world: World, scope: Scope, pupils: Sequence[UUID]
) -> Iterable[Facts]:
    found = {pupil: Facts(pupil, world) for pupil in pupils}
    _read(connection, scope, _OF_ALL, found.values())
    for asked, tables in _ASKED.items():
        some = [
            facts for facts in found.values() if any(asked(facts, one) for one in scope.periods)
        ]
        _read(connection, scope, tables, some)
    add_registers(connection, found, scope.at)
    return found.values()


def add_registers(connection: Connection, found: Mapping[UUID, Facts], at: datetime) -> None:
    """Of all these pupils, as known by then."""
    parameters: dict[str, Any] = {"at": at, "pupils": Ids.of(found)}
    for pupil, organisation, register in _registers(connection, parameters):
        found[pupil].registers[organisation] = register
    _add_merged(connection, found, parameters)


def _read(
    connection: Connection, scope: Scope, tables: Iterable[str], pupils: Collection[Facts]
) -> None:
    """Put the rows of these tables to their pupils, who go by their ids' bytes meanwhile."""
    found = {facts.pupil_id.bytes: facts.tables for facts in pupils}
    parameters = {"at": scope.at, "pupils": Ids.of([facts.pupil_id for facts in pupils])}
    cursor = connection.cursor(binary=True)
    for table in tables:
        columns, order = TABLES[table]
        cursor.execute(
            f'select uuid_send(pupil_id), {", ".join(columns)} from "{table}"'
            f" where pupil_id = any(%(pupils)b) and {HELD} order by pupil_id, {order}",
            parameters,
        )
        for pupil, rows in groupby(map(_ROWS[table]._make, cursor.fetchall()), _PUPIL):
            found[pupil][table] = list(rows)


def _registers(
    connection: Connection, parameters: dict[str, Any]
) -> Iterable[tuple[UUID, str, Register]]:
    cursor = connection.cursor(binary=True)
    found = cursor.execute(_WEEKS, parameters).fetchall()
    registers = unpacked([weeks for *_, weeks in found])
    return ((pupil, name, one) for (pupil, name, _), one in zip(found, registers, strict=True))


def _add_merged(
    connection: Connection, found: Mapping[UUID, Facts], parameters: dict[str, Any]
) -> None:
    """Registers under another UPN of a merged pupil; those under its own stand first."""
    kept: dict[UUID, UUID] = dict(connection.execute(_MERGED, parameters).fetchall())
    if not kept:
        return
    others = _registers(connection, {**parameters, "pupils": Ids.of(kept)})
    for other, organisation, more in sorted(others, key=itemgetter(0, 1)):
        registers = found[kept[other]].registers
        held = registers.get(organisation)
        registers[organisation] = more if held is None else together(held, more)
