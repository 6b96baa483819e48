"""Which published numbers changed from one instant to another, and which notices changed them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, LiteralString
from uuid import UUID

from ap_registry.calendar import london_today
from ap_registry.instants import instant
from ap_registry.registry import Registry
from ap_registry.store.database import Connection
from reports.causes import Pair, causes
from reports.cells import Cell, differing
from reports.command import outcomes
from reports.scope import Scope, period_of

_EVENTS: LiteralString = """
select id, split_part(type, '.', 1), occurred_on, by, recorded_at
  from event where id = any(%(events)s)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """``to_at`` None: the present. No period: the last academic year that is over by ``to_at``."""

    from_at: datetime | None
    to_at: datetime | None
    from_on: date | None = None
    to_on: date | None = None
    provider: str | None = None
    la: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """An event behind a cell, so far as whoever reads the report may know of it."""

    id: UUID
    type: str
    occurred_on: date
    by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Restatement:
    """``document`` as contract section 8 writes it; the rest is for whoever reads it."""

    document: dict[str, Any]
    ledger: dict[str, Any]
    events: Mapping[str, Told]
    names: Mapping[str, str]


def restatement(registry: Registry, asked: Asked) -> Restatement:
    """Compare the report as known by the two instants."""
    with registry.database.connection() as connection:
        instants = [registry.closed(connection, at) for at in (asked.from_at, asked.to_at)]
    period = period_of(asked.from_on, asked.to_on, london_today(instants[1]))
    scopes = [Scope.of(*period, at=at, provider=asked.provider, la=asked.la) for at in instants]
    (before, old_names), (after, names) = (
        outcomes(
            registry, from_on=period[0], to_on=period[1], known_by=at,
            provider=asked.provider, la=asked.la,
        )
        for at in instants
    )  # fmt: skip
    cells = list(differing(before, after))
    window = before["ledger"]["size"], after["ledger"]["size"]
    with registry.database.snapshot() as connection:
        pair = Pair(before=scopes[0], after=scopes[1], window=window)
        why = causes(connection, pair, cells) if cells else []
        told = _told(connection, {event for events in why for event in events})
    shown = [_shown(cell, events) for cell, events in zip(cells, why, strict=True)]
    document = {
        "definition": after["definition"],
        "from": instant(instants[0]),
        "to": instant(instants[1]),
        "period_from": after["from"],
        "period_to": after["to"],
        "cells": [one for one in shown if one["table"] != "wellbeing"],
        "wellbeing": [one for one in shown if one["table"] == "wellbeing"],
    }
    return Restatement(
        document=document, ledger=after["ledger"], events=told, names={**old_names, **names}
    )


def _shown(cell: Cell, events: Sequence[UUID]) -> dict[str, Any]:
    return {
        "table": cell.table,
        "key": dict(cell.row),
        "column": cell.column,
        "before": cell.before,
        "after": cell.after,
        "because": [str(event) for event in events],
    }


def _told(connection: Connection, events: set[UUID]) -> Mapping[str, Told]:
    cursor = connection.cursor(binary=True).execute(_EVENTS, {"events": list(events)})
    return {str(row[0]): Told(*row) for row in cursor.fetchall()}
