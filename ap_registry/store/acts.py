"""What is done with a pupil's record as a whole: events of the pupil's stream 4.

They are no notices: nothing of the pupil's movements follows from them. Reasons are private, and
go with the pupil, but for that of the erasure itself, which must not say whom it was about.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, LiteralString
from uuid import UUID, uuid4

from ap_registry.store import codec, ledger
from ap_registry.store.database import Connection
from ap_registry.store.erasing_functions import ERASURE, HELD, RELEASED, STREAM

EXPORTED, OPENED = "pupil_exported.v1", "record_opened.v1"

_NEXT: LiteralString = """
select coalesce(max(version), 0) + 1 from event where pupil_id = %s and stream = 4
"""
_ACTS: LiteralString = """
select e.id, e.type, e.recorded_at, e.occurred_on, e.by, e.actor, e.data::text, p.data::text
  from event e left join event_private p using (pupil_id, stream, version)
 where e.pupil_id = any(%(pupils)s) and e.stream = 4
 order by e.recorded_at, e.pupil_id, e.version
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """``said`` stays in the open, ``private`` goes with the pupil; ``id`` is the event's."""

    id: UUID = field(default_factory=uuid4)
    type: str
    said: Mapping[str, Any] = field(default_factory=dict)
    private: Mapping[str, Any] = field(default_factory=dict)
    at: datetime | None = None
    on: date | None = None
    by: str = ""
    actor: str = ""


def write(
    connection: Connection, pupil: UUID, act: Act, *, at: datetime, on: date, by: str, actor: str,
    kept: UUID,
) -> None:  # fmt: skip
    """Record one, by whoever stands alone for the pupil (``in_line.alone``).

    ``kept``: into whom the pupil is merged, or the pupil itself.
    """
    row = connection.execute(_NEXT, (pupil,)).fetchone()
    assert row is not None
    batch = ledger.Batch()
    batch.add_act(
        pupil, STREAM, row[0], event_id=act.id, alias=act.type, on=on, by=by, actor=actor,
        data=act.said, private=act.private,
    )  # fmt: skip
    if kept != pupil:
        batch.beside("merged", {"other": pupil, "pupil_id": kept})
    ledger.record(connection, batch, actor=actor, clock=at)


def of(connection: Connection, pupils: Sequence[UUID]) -> list[Act]:
    """All that was done with the records of these pupils, in order."""
    return [
        Act(
            id=event, type=alias, at=at, on=on, by=by, actor=actor, said=codec.decode(data),
            private=codec.decode(private) if private else {},
        )
        for event, alias, at, on, by, actor, data, private in connection.execute(
            _ACTS, {"pupils": list(pupils)}
        )
    ]  # fmt: skip


def stands(connection: Connection, pupil: UUID) -> bool:
    """Whether the ledger has notices of a pupil who has not been erased."""
    row = connection.execute(
        "select exists (select from event where pupil_id = %(pupil)s and stream = 0)"
        " and not exists (select from erased where pupil_id = %(pupil)s)",
        {"pupil": pupil},
    ).fetchone()
    return bool(row and row[0])


def holds(acts: Sequence[Act]) -> list[Act]:
    """Those that stand."""
    released = {act.said["hold"] for act in acts if act.type == RELEASED}
    return [act for act in acts if act.type == HELD and str(act.id) not in released]


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """Who was erased, when, by which account, and why."""

    pupil_id: UUID
    event: UUID
    at: datetime
    actor: str
    reason: str


def erasures(connection: Connection) -> list[Erasure]:
    """All of them, as the ledger tells them: after a restore they are carried out again."""
    rows = connection.execute(
        "select pupil_id, id, recorded_at, actor, data->>'reason' from event where type = %s"
        " order by recorded_at, pupil_id",
        (ERASURE,),
    )
    return [
        Erasure(pupil_id=pupil, event=event, at=at, actor=actor, reason=reason)
        for pupil, event, at, actor, reason in rows
    ]
