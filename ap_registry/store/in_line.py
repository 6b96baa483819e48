"""Rows brought in line without a notice: after registers, or when the world has changed.

Each time that it changes a pupil's rows is an event of the pupil's stream 3, so that a rebuild
comes to the same rows at the same instant. Whoever does it stands alone for these pupils: nothing
of theirs is written between what is read and what is written.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID, uuid4

from ap_registry.calendar import london_today
from ap_registry.store import ledger
from ap_registry.store.database import Connection
from ap_registry.store.locks import MARKS_SLOTS, MOVEMENTS_SLOTS, SLOT, WORLD_LOCK, WRITERS_LOCK

STREAM = 3
ALIAS = "brought_in_line.v1"
BY = "REGISTRY"
MARKS, MOVEMENTS = "marks", "movements"  # by which its rows are brought in line
Rows = Mapping[str, Sequence[Mapping[str, Any]]]

_SLOTS = f"""
select pg_advisory_xact_lock(%(lock)s, slot) from (
  select distinct {SLOT.format(pupil="pupil")} as slot from unnest(%(pupils)s::uuid[]) as pupil
   order by 1) s
"""
_INSTANT: LiteralString = """
select greatest(coalesce(%(clock)s::timestamptz, clock_timestamp()), max(e.recorded_at))
  from unnest(%(pupils)s::uuid[]) as pupil
 cross join (values (0), (1), (3), (4)) as s(stream)
  left join lateral (select recorded_at from event where pupil_id = pupil and stream = s.stream
                      order by version desc limit 1) e on true
"""


def alone(connection: Connection, pupils: Sequence[UUID], clock: datetime | None) -> datetime:
    """Keep others from these pupils until the transaction ends; the instant at which it is."""
    keep_slots(connection, pupils)
    connection.execute("select pg_advisory_xact_lock_shared(%s)", (WRITERS_LOCK,))
    row = connection.execute(_INSTANT, {"clock": clock, "pupils": list(pupils)}).fetchone()
    assert row is not None
    at: datetime = row[0]
    return at


def keep_slots(connection: Connection, pupils: Sequence[UUID]) -> None:
    connection.execute("select pg_advisory_xact_lock_shared(%s)", (WORLD_LOCK,))
    for lock in (MARKS_SLOTS, MOVEMENTS_SLOTS):
        connection.execute(_SLOTS, {"lock": lock, "pupils": list(pupils)})


def write(
    connection: Connection, at: datetime, what: str, *, closing: Rows, opening: Rows,
    said: Mapping[str, str] | None = None, event_id: UUID | None = None,
) -> None:  # fmt: skip
    """Record for whom it was done, and ``said``: what cannot be read off the pupil's own events.

    ``event_id``: of the event, where one pupil's rows name it. Nothing more is done for a pupil
    who has been erased.
    """
    pupils = sorted({row["pupil_id"] for rows in _all(closing, opening) for row in rows})
    if not pupils:
        return
    versions: dict[UUID, int] = dict(connection.execute(_NEXT, (pupils,)).fetchall())
    if not versions:
        return
    batch = ledger.Batch()
    for table, rows in closing.items():
        batch.close(table, (row for row in rows if row["pupil_id"] in versions))
    for table, rows in opening.items():
        batch.open(table, (row for row in rows if row["pupil_id"] in versions))
    for pupil, version in versions.items():
        batch.add_act(
            pupil, STREAM, version, event_id=event_id or uuid4(), alias=ALIAS,
            on=london_today(at), by=BY, actor=BY, data={"what": what, **(said or {})},
        )  # fmt: skip
    ledger.record(connection, batch, actor=BY, clock=at)


_NEXT: LiteralString = """
select pupil, coalesce(max(e.version), 0) + 1 from unnest(%s::uuid[]) as pupil
  left join event e on e.pupil_id = pupil and e.stream = 3
 where not exists (select from erased x where x.pupil_id = pupil) group by 1 order by 1
"""


def _all(*found: Rows) -> Iterable[Sequence[Mapping[str, Any]]]:
    return (rows for tables in found for rows in tables.values())
