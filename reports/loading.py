"""Facts read from derived rows as at an instant, some pupils at a time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from ap_registry.store.database import Connection
from reports.facts import Facts, Row, World
from reports.marks import together, unpacked
from reports.scope import HELD

AT_ONCE = 2_000

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

# Weeks are numbered from marks.EPOCH; the key is in this order, so nothing is sorted.
_WEEKS: LiteralString = f"""
select pupil_id, organisation,
       string_agg(int2send(((week - date '2000-01-03') / 7)::smallint)
                  || convert_to(marks, 'UTF8'), ''
                  order by week)
  from attendance_week where pupil_id = any(%(pupils)b) and {HELD}
 group by pupil_id, organisation
"""


_MERGED: LiteralString = f"""
select other, pupil_id from merged where pupil_id = any(%(pupils)s) and {HELD}
"""


def load(
    connection: Connection, world: World, at: datetime, pupils: Sequence[UUID]
) -> Iterator[Facts]:
    """Facts of these pupils as known by an instant; some at a time, so that memory stays flat."""
    for start in range(0, len(pupils), AT_ONCE):
        yield from _load(connection, world, at, pupils[start : start + AT_ONCE])


def _load(
    connection: Connection, world: World, at: datetime, pupils: Sequence[UUID]
) -> Iterable[Facts]:
    found = {pupil: Facts(pupil, world) for pupil in pupils}
    parameters = {"at": at, "pupils": list(pupils)}
    for table, (columns, order) in TABLES.items():
        cursor = connection.cursor(binary=True)
        cursor.execute(
            f'select pupil_id, {", ".join(columns)} from "{table}"'
            f" where pupil_id = any(%(pupils)b) and {HELD} order by pupil_id, {order}",
            parameters,
        )
        for row in cursor.fetchall():
            rows = found[row[0]].tables.setdefault(table, [])
            rows.append(Row(dict(zip(columns, row[1:], strict=True))))
    cursor = connection.cursor(binary=True)
    cursor.execute(_WEEKS, parameters)
    for pupil, organisation, weeks in cursor.fetchall():
        found[pupil].registers[organisation] = unpacked(weeks)
    _add_merged(connection, found, at)
    return found.values()


def _add_merged(connection: Connection, found: Mapping[UUID, Facts], at: datetime) -> None:
    """Registers under another UPN of a merged pupil; those under its own stand first."""
    rows = connection.execute(_MERGED, {"at": at, "pupils": list(found)}).fetchall()
    kept: dict[UUID, UUID] = dict(rows)
    if not kept:
        return
    cursor = connection.cursor(binary=True)
    cursor.execute(_WEEKS, {"at": at, "pupils": list(kept)})
    for other, organisation, weeks in sorted(cursor.fetchall()):
        registers = found[kept[other]].registers
        more = unpacked(weeks)
        held = registers.get(organisation)
        registers[organisation] = more if held is None else together(held, more)
