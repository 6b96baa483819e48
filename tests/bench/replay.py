"""The yardstick of the outcome report: every stream loaded into pandas and folded, no projections.

It is given all that the report has but the projections: the same fold, the same packed registers
and the same measures.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from operator import attrgetter
from types import SimpleNamespace
from typing import Any, LiteralString
from uuid import UUID

import pandas as pd

from ap_registry.attendance import SESSIONS
from ap_registry.codes import NO_MARK
from ap_registry.history import Picture, Recorded, fold, history
from ap_registry.notice import World
from ap_registry.pupil import EMPTY
from ap_registry.store import codec, projections
from ap_registry.store.database import Connection
from reports.facts import Facts, Row
from reports.facts import World as Places
from reports.loading import TABLES
from reports.marks import EPOCH, Register

_EVENTS: LiteralString = """
select e.pupil_id, e.stream, e.version, e.id, e.type, e.occurred_on, e.recorded_at, e.by, e.actor,
       e.birth_year, e.data::text as data, p.data::text as private
  from event e left join event_private p using (pupil_id, stream, version) where e.stream < 2
"""


def replay(connection: Connection, world: World, places: Places) -> Iterator[Facts]:
    """Every pupil whom the ledger knows."""
    cursor = connection.cursor(binary=True).execute(_EVENTS)
    assert cursor.description is not None
    frame = pd.DataFrame(cursor.fetchall(), columns=[column.name for column in cursor.description])
    frame = frame.sort_values(["pupil_id", "stream", "version"])
    for pupil_id, events in frame.groupby("pupil_id", sort=False):
        movements = events[events["stream"] == 0]
        registers = events[events["stream"] == 1]
        yield Facts(
            pupil_id, places, _tables(pupil_id, movements, world), _registers(registers)
        )  # fmt: skip


def _tables(pupil_id: UUID, movements: pd.DataFrame, world: World) -> dict[str, list[Row]]:
    past = history(_recorded(row) for row in movements.itertuples())
    born = past.recorded[-1].birth_year if past.recorded else None
    pupil = fold(past.entries(), replace(EMPTY, birth_year=born))
    picture = Picture(history=past, pupil=pupil, flags=(), follow_ups={})
    derived = projections.rows(picture, world, pupil_id)
    found = {}
    for table, (_columns, order) in TABLES.items():
        rows = [SimpleNamespace(key=key, **row) for key, row in derived.get(table, {}).items()]
        found[table] = sorted(rows, key=attrgetter(*order.split(", ")))
    return found


def _recorded(row: Any) -> Recorded:
    private = row.private if isinstance(row.private, str) else None
    values, envelope = codec.join(row.data, private)
    return Recorded(
        id=row.id, type=codec.type_of(row.type).name, version=row.version,
        occurred_on=row.occurred_on, recorded_at=row.recorded_at, by=row.by, actor=row.actor,
        ref=envelope.get("ref"), note=envelope.get("note"), values=values,
        birth_year=None if pd.isna(row.birth_year) else int(row.birth_year),
    )  # fmt: skip


def _registers(submissions: pd.DataFrame) -> dict[str, Register]:
    """The latest mark of each session; ``-`` says nothing."""
    weeks: dict[str, dict[int, str]] = {}
    for text in submissions["data"]:
        sent = codec.decode(text)
        own = weeks.setdefault(sent["organisation"], {})
        for monday, marks in sent["weeks"].items():
            number = (date.fromisoformat(monday) - EPOCH).days // 7
            held = own.get(number, marks)
            own[number] = "".join(
                old if new == "-" else new for old, new in zip(held, marks, strict=True)
            )
    registers = {}
    for name, own in weeks.items():
        tape = [own.get(n, NO_MARK * SESSIONS) for n in range(min(own), max(own) + 1)]
        registers[name] = Register(SESSIONS * min(own), "".join(tape).encode())
    return registers
