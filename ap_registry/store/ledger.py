"""Load pupils' streams and append to them: one statement each way."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from ap_registry.errors import LedgerDamaged
from ap_registry.history import Recorded
from ap_registry.merging import joined
from ap_registry.notice import NoticeType
from ap_registry.store import codec, digest
from ap_registry.store.database import Connection
from ap_registry.store.literals import array_literal

MOVEMENTS = 0

_LOAD = "select * from load_movements(%s::text[], %s::uuid[], %s::timestamptz)"
_HELD_ALL = "m.until_at = 'infinity'"
_HELD_KNOWN = "m.from_at <= %(as_at)s and m.until_at > %(as_at)s"

# In the one order: of the log, and of what waits for its place there as it was written.
_JOIN = """
select e.pupil_id, e.version, e.id, e.type, e.occurred_on, e.recorded_at, e.by,
       e.actor, e.ref_hash, e.content_hash, e.birth_year, e.data::text, p.data::text
  from event e
  left join log l using (pupil_id, stream, version)
  left join unsequenced u using (pupil_id, stream, version)
  left join event_private p using (pupil_id, stream, version)
 where e.pupil_id = any(%(pupils)s) and e.stream = 0
   and (%(as_at)s::timestamptz is null or l.known_at <= %(as_at)s)
 order by coalesce(l.seq, 4611686018427387904), e.recorded_at,
          coalesce(u.written_at, e.recorded_at), e.pupil_id, e.version
"""
_RECORD = (
    "select record_events(%s::uuid[], %s::smallint[], %s::int[], %s::uuid[], %s::text[],"
    " %s::date[], %s::text[], %s, %s::bytea[], %s::bytea[], %s::smallint[], %s::text[],"
    " %s::text[], %s::bytea[], %s::bytea[], %s::bytea[], %s::timestamptz, %s::timestamptz,"
    " %s::jsonb, %s::jsonb, %s::jsonb, %s)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A pupil's stream as loaded. ``upns`` that were asked for and name this pupil.

    ``behind``: its rows were derived by a calendar or organisations that have changed since.
    ``marked``: some register names the pupil, or is missing. ``others``: merged into it;
    ``named``: of a merged pupil, in whose stream each UPN that was asked for is.
    """

    pupil_id: UUID
    upns: tuple[str, ...]
    recorded: tuple[Recorded, ...]
    upn: str | None = None
    behind: bool = False
    marked: bool = False
    others: tuple[UUID, ...] = ()
    named: Mapping[str, UUID] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    world: str
    pupils: tuple[Stored, ...]

    @property
    def upns(self) -> frozenset[str]:
        """Those that were asked for and name somebody."""
        return frozenset(upn for pupil in self.pupils for upn in pupil.upns)


def load(
    connection: Connection,
    upns: Iterable[str] = (),
    ids: Iterable[UUID] = (),
    as_at: datetime | None = None,
) -> Loaded:
    """Load the movements of the pupils named, as known by ``as_at`` (default: all)."""
    cursor = connection.cursor(binary=True)
    asked = array_literal(upns), array_literal(ids), as_at
    cursor.execute(_LOAD, asked, prepare=True)
    world = ""
    behind: set[UUID] = set()
    marked: set[UUID] = set()
    kept: dict[UUID, UUID] = {}
    by_pupil: dict[UUID, tuple[dict[str, None], dict[int, Recorded], list[str]]] = {}
    for row in cursor:
        world, is_behind, is_marked, keeper, upn_asked, pupil_id, version = row[:7]
        if pupil_id is None:
            continue
        if keeper is not None:
            kept[pupil_id] = keeper
        if is_behind:
            behind.add(pupil_id)
        if is_marked:
            marked.add(pupil_id)
        upns_seen, events, own = by_pupil.setdefault(pupil_id, ({}, {}, []))
        if upn_asked is not None:
            upns_seen[upn_asked] = None
        if version is not None and version not in events:
            event, upn = recorded_of(row[6:])
            events[version] = event
            if upn:
                own.append(upn)
    alone = tuple(
        Stored(
            pupil_id=pupil_id,
            upns=tuple(upns_seen),
            recorded=tuple(events.values()),
            upn=own[-1] if own else None,
            behind=pupil_id in behind,
            marked=pupil_id in marked,
        )
        for pupil_id, (upns_seen, events, own) in by_pupil.items()
    )
    pupils = _merged(connection, alone, kept, as_at) if kept else alone
    return Loaded(world=world, pupils=pupils)


def _merged(
    connection: Connection, found: Iterable[Stored], kept: Mapping[UUID, UUID],
    as_at: datetime | None,
) -> tuple[Stored, ...]:  # fmt: skip
    """The same with each merged pupil once, its records joined."""
    groups: dict[UUID, list[Stored]] = {}
    for stored in found:
        groups.setdefault(kept.get(stored.pupil_id, stored.pupil_id), []).append(stored)
    return tuple(
        _joined(connection, keeper, several, as_at)
        if any(one.pupil_id in kept for one in several)
        else several[0]
        for keeper, several in groups.items()
    )


def _joined(
    connection: Connection, keeper: UUID, several: Iterable[Stored], as_at: datetime | None
) -> Stored:
    asked = tuple(several)
    held = _HELD_ALL if as_at is None else _HELD_KNOWN
    others = tuple(
        row[0]
        for row in connection.execute(
            f"select m.other from merged m where m.pupil_id = %(keeper)s and {held} order by 1",
            {"keeper": keeper, "as_at": as_at},
        )
    )
    recorded, upn = join(connection, keeper, others, as_at)
    return Stored(
        pupil_id=keeper,
        upns=tuple(upn for one in asked for upn in one.upns),
        recorded=recorded,
        upn=upn,
        behind=any(one.behind for one in asked),
        marked=True,
        others=others,
        named={upn: one.pupil_id for one in asked for upn in one.upns},
    )


def join(
    connection: Connection, keeper: UUID, others: Sequence[UUID], as_at: datetime | None = None
) -> tuple[tuple[Recorded, ...], str | None]:
    """The records of these pupils as one, and the UPN under which the first was registered."""
    cursor = connection.cursor(binary=True)
    cursor.execute(_JOIN, {"pupils": [keeper, *others], "as_at": as_at})
    events = []
    first = None
    for pupil, *row in cursor.fetchall():
        event, upn = recorded_of(row)
        events.append((pupil, replace(event, upn=upn)))
        first = upn if pupil == keeper and upn else first
    if not others:
        return tuple(event for _, event in events), first
    return joined(keeper, events), first


def recorded_of(row: Sequence[Any]) -> tuple[Recorded, str | None]:
    """The event, and the UPN that it was sent under; LedgerDamaged names it by its id."""
    (version, event_id, alias, occurred_on, recorded_at, by, actor, ref_hash, content_hash,
     birth_year, data, private) = row  # fmt: skip
    try:
        kind = codec.type_of(alias)
        values, envelope = codec.join(data, private)
    except (LedgerDamaged, msgspec.DecodeError) as error:
        raise LedgerDamaged(f"Event {event_id} cannot be read: {error}") from error
    return (
        Recorded(
            id=event_id,
            type=kind.name,
            version=version,
            occurred_on=occurred_on,
            recorded_at=recorded_at,
            by=by,
            actor=actor,
            ref=envelope.get("ref"),
            note=envelope.get("note"),
            values=values,
            ref_hash=ref_hash,
            content_hash=content_hash,
            birth_year=birth_year,
        ),
        envelope.get("upn"),
    )


def latest(connection: Connection, pupils: Sequence[UUID]) -> datetime:
    """The last instant at which anything of these pupils was recorded."""
    row = connection.execute(
        "select max(recorded_at) from event where pupil_id = any(%s)", (list(pupils),)
    ).fetchone()
    assert row is not None
    at: datetime = row[0]
    return at


@dataclass(slots=True, kw_only=True)
class Batch:
    """What one write carries; columns of events side by side, as the function takes them."""

    columns: list[list[Any]] = field(default_factory=lambda: [[] for _ in range(15)])
    last_at: datetime | None = None
    closing: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    opening: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    side: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def add_event(
        self,
        pupil_id: UUID,
        event: Recorded,
        upn: str | None,
        *,
        corrects: NoticeType[Any] | None = None,
    ) -> None:
        """Encode, salt and digest one event; the database adds its instant."""
        public, private = codec.split(
            event.kind,
            event.values,
            {"ref": event.ref, "note": event.note, "upn": upn},
            corrects=corrects,
        )
        salt = secrets.token_bytes(16) if private is not None else None
        hidden = digest.private_digest(salt, private) if salt and private is not None else None
        prefix = digest.prefix(
            pupil_id=pupil_id,
            stream=MOVEMENTS,
            version=event.version,
            event_id=event.id,
            alias=event.kind.alias,
            occurred_on=event.occurred_on,
            by=event.by,
            actor=event.actor,
            ref_hash=event.ref_hash,
            content_hash=event.content_hash,
            birth_year=event.birth_year,
            data=public,
            private_digest=hidden,
        )
        values = (
            pupil_id, MOVEMENTS, event.version, event.id, event.kind.alias, event.occurred_on,
            event.by, event.ref_hash, event.content_hash, event.birth_year, public.decode(),
            private.decode() if private is not None else None, salt, hidden, prefix,
        )  # fmt: skip
        for column, value in zip(self.columns, values, strict=True):
            column.append(value)

    def add_act(
        self, pupil_id: UUID, stream: int, version: int, *, event_id: UUID, alias: str, on: date,
        by: str, actor: str, data: Mapping[str, Any], private: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        """An event that is no notice: of what was done with a pupil's rows or record."""
        stored = codec.encode(data)
        hidden = codec.encode(private) if private else None
        salt = secrets.token_bytes(16) if hidden is not None else None
        sealed = digest.private_digest(salt, hidden) if salt and hidden is not None else None
        prefix = digest.prefix(
            pupil_id=pupil_id, stream=stream, version=version, event_id=event_id, alias=alias,
            occurred_on=on, by=by, actor=actor, ref_hash=None, content_hash=None, birth_year=None,
            data=stored, private_digest=sealed,
        )  # fmt: skip
        values = (
            pupil_id, stream, version, event_id, alias, on, by, None, None, None, stored.decode(),
            hidden.decode() if hidden is not None else None, salt, sealed, prefix,
        )  # fmt: skip
        for column, value in zip(self.columns, values, strict=True):
            column.append(value)

    def close(self, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
        self.closing.setdefault(table, []).extend(dict(row) for row in rows)

    def open(self, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
        self.opening.setdefault(table, []).extend(dict(row) for row in rows)

    def beside(self, table: str, row: Mapping[str, Any]) -> None:
        self.side.setdefault(table, []).append(dict(row))


def record(
    connection: Connection,
    batch: Batch,
    *,
    actor: str,
    clock: datetime | None,
    world: str | None = None,
) -> datetime:
    """Write everything or nothing; answer the instant recorded.

    ``world``: the version of the one by which the rows were derived: where it has changed since,
    SerializationFailure is raised and nothing written.
    """
    columns = [array_literal(column) for column in batch.columns]
    before, after = columns[:7], columns[7:]
    row = connection.execute(
        _RECORD,
        (
            *before,
            actor,
            *after,
            batch.last_at,
            clock,
            codec.encode(batch.closing).decode(),
            codec.encode(batch.opening).decode(),
            codec.encode(batch.side).decode(),
            world,
        ),
        prepare=True,
    ).fetchone()
    assert row is not None
    instant: datetime = row[0]
    return instant


def hash_key(connection: Connection) -> bytes:
    row = connection.execute("select value from setting where name = 'hash_key'").fetchone()
    assert row is not None
    return bytes.fromhex(row[0])
