"""Every derived row from the ledger anew: compared with what is held, or put in its place.

Some pupils at a time, so that memory stays flat and writers wait at most for a chunk; what was
interrupted can go on where it was.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from itertools import groupby
from typing import Any, LiteralString
from uuid import UUID

from psycopg.errors import SerializationFailure

from ap_registry.errors import Unavailable
from ap_registry.remembering import remembering
from ap_registry.store import codec, in_line, ledger, left_off
from ap_registry.store.adjustments import COLUMNS as ADJUSTMENT
from ap_registry.store.arrangements import COLUMNS as ARRANGEMENT
from ap_registry.store.atlas import UNSEQUENCED, Atlas, count_said, read_atlas, stretches
from ap_registry.store.comparing import Part, Rebuilt, compare, copy_rows
from ap_registry.store.database import Connection, Database, be_patient
from ap_registry.store.erasing_functions import ERASURE
from ap_registry.store.locks import WORLD_LOCK
from ap_registry.store.reference import COLUMNS as ORGANISATION
from ap_registry.store.replay import Replay
from ap_registry.store.replay_merged import MergedReplay
from ap_registry.store.sheets import SHEETS

PUPILS_AT_ONCE = 100
ATTEMPTS = 6
FIRST, LAST = UUID(int=0), UUID(int=2**128 - 1)
MOVEMENTS, ATTENDANCE = 0, 1
Progress = Callable[[int], None]

_CHUNK: LiteralString = """
select distinct pupil_id from event where stream <> 2 and pupil_id > %s order by 1 limit %s
"""
_EVENTS = f"""
select e.pupil_id, e.stream,
       coalesce(l.seq, {UNSEQUENCED}), e.recorded_at, coalesce(u.written_at, e.recorded_at),
       coalesce(l.known_at, e.recorded_at),
       e.version, e.id, e.type, e.occurred_on, e.recorded_at, e.by, e.actor, e.ref_hash,
       e.content_hash, e.birth_year, e.data::text, p.data::text
  from event e
  left join log l using (pupil_id, stream, version)
  left join unsequenced u using (pupil_id, stream, version)
  left join event_private p using (pupil_id, stream, version)
"""
_EVENTS_ALONE = f"""{_EVENTS}
 where e.stream <> 2 and e.pupil_id > %(after)s and e.pupil_id <= %(last)s
   and e.pupil_id <> all(%(merged)s::uuid[])
 order by e.pupil_id, 3, 4, 5, e.stream, e.version
"""
_EVENTS_MERGED = f"""{_EVENTS}
 where e.stream <> 2 and e.pupil_id = any(%(group)s)
 order by 3, 4, 5, e.pupil_id, e.stream, e.version
"""
_MERGES: LiteralString = """
select pupil_id, (data->>'other')::uuid from event where type = 'pupils_merged.v1'
"""
_STRETCH: LiteralString = "pupil_id > %(after)s and pupil_id <= %(last)s"
_BOUNDS = ("from_at", "until_at")


def silent(_events: int) -> None:
    """No terminal to tell."""


def check(database: Database, *, progress: Progress = silent) -> Rebuilt:
    """Derive everything in one snapshot and compare; nothing is changed."""
    with database.connection() as connection, connection.transaction():
        connection.execute("set transaction isolation level repeatable read")
        return checked(connection, progress=progress)


def checked(
    connection: Connection, *, found: Rebuilt | None = None, progress: Progress = silent
) -> Rebuilt:
    """The same in the transaction of the caller."""
    be_patient(connection)
    found = found or Rebuilt()
    atlas = read_atlas(connection)
    _reference(connection, atlas, found, mend=False)
    for after, last in _chunks(connection):
        _derive(connection, atlas, found, after=after, last=last, mend=False)
        progress(found.events)
    return found


def rebuild(
    database: Database, *, resume: bool = False, at_once: int = PUPILS_AT_ONCE,
    progress: Progress = silent,
) -> Rebuilt:  # fmt: skip
    """Derive everything and put right what differs, ``at_once`` pupils in a transaction.

    ``resume``: not again those whom a rebuild that was interrupted had put right.
    """
    found = Rebuilt()
    with database.connection() as connection, database.connection() as keeper:
        start = (left_off.left_off(connection) if resume else None) or FIRST
        with connection.transaction():
            be_patient(connection)
            connection.execute("select pg_advisory_xact_lock(%s)", (WORLD_LOCK,))
            atlas = read_atlas(connection)
            _reference(connection, atlas, found, mend=True)
        for after, last in _chunks(connection, start, at_once):
            for _attempt in range(ATTEMPTS):
                with suppress(SerializationFailure):
                    atlas, mended = _put_right(connection, keeper, atlas, (after, last))
                    found.add(mended)
                    break
            else:
                raise Unavailable("Others are changing what is rebuilt.", retry_after=60)
            progress(found.events)
        left_off.done(connection)
    return found


def _put_right(
    connection: Connection, keeper: Connection, atlas: Atlas, stretch: tuple[UUID, UUID]
) -> tuple[Atlas, Rebuilt]:
    """Compare and mend in one snapshot, begun when nobody writes for these pupils any more.

    ``keeper`` keeps others away. A pupil who is registered meanwhile is in the snapshot with all
    that follows from its events, or not at all: read statement by statement it would seem to have
    rows that no event makes.
    """
    found = Rebuilt()
    after, last = stretch
    with keeper.transaction():
        be_patient(keeper)
        in_line.keep_slots(keeper, _pupils(keeper, after, last))
        with connection.transaction():
            connection.execute("set transaction isolation level repeatable read")
            be_patient(connection)
            if atlas.said != count_said(connection):
                atlas = read_atlas(connection)
            _derive(connection, atlas, found, after=after, last=last, mend=True)
            left_off.note(connection, last)
    return atlas, found


def _chunks(
    connection: Connection, after: UUID = FIRST, at_once: int = PUPILS_AT_ONCE
) -> Iterator[tuple[UUID, UUID]]:
    """Stretches of pupil ids that together hold every id there can be after that one."""
    while after != LAST:
        pupils = connection.execute(_CHUNK, (after, at_once)).fetchall()
        last = pupils[-1][0] if len(pupils) == at_once else LAST
        yield after, last
        after = last


def _pupils(connection: Connection, after: UUID, last: UUID) -> list[UUID]:
    found = {
        row[0]
        for row in connection.execute(
            "select distinct pupil_id from event where stream <> 2"
            " and pupil_id > %s and pupil_id <= %s",
            (after, last),
        )
    }
    groups = _merged_groups(connection, {"after": after, "last": last})
    return sorted(found.union(*groups))


def _derive(
    connection: Connection, atlas: Atlas, found: Rebuilt, *, after: UUID, last: UUID, mend: bool
) -> None:
    bounds = {"after": after, "last": last}
    rows: dict[str, list[Sequence[object]]] = {}
    groups = _merged_groups(connection, bounds)
    merged = sorted(pupil for group in groups for pupil in group)
    for replay in _alone(connection, atlas, {**bounds, "merged": merged}):
        found.events += replay.events
        _collect(replay, rows)
    for group in groups:
        replays = _replayed(connection, group, atlas)
        for pupil, replay in replays.items():
            if after < pupil <= last:
                _collect(replay, rows)
                found.events += replay.events
    for name, columns in _columns().items():
        part = Part(
            table=name, key=("pupil_id", *_KEYS.get(name, ("key",)), "from_at"), columns=columns,
            where=_STRETCH, parameters=bounds,
        )  # fmt: skip
        compare(connection, part, rows.get(name, ()), found, mend=mend)


def derive_anew(connection: Connection, pupils: Sequence[UUID]) -> None:
    """Put what the ledger makes in the place of all rows of these pupils, and of whoever they were
    ever merged with. The caller stands alone for them."""
    group = merged_with(connection, pupils)
    atlas = read_atlas(connection, _named_by(connection, group))
    bounds = {"after": UUID(int=group[0].int - 1), "last": group[0], "merged": []}
    replays: Iterable[Replay] = (
        _alone(connection, atlas, bounds)
        if len(group) == 1
        else _replayed(connection, group, atlas).values()
    )
    rows: dict[str, list[Sequence[object]]] = {}
    for replay in replays:
        _collect(replay, rows)
    with connection.pipeline():
        for name in _columns():
            connection.execute(f'delete from "{name}" where pupil_id = any(%s)', (group,))
    for name, found in rows.items():
        copy_rows(connection, name, _columns()[name], found)


def _named_by(connection: Connection, pupils: Sequence[UUID]) -> set[str]:
    """Every text in the notices of these pupils: all organisations named are among them."""

    def texts(value: object) -> Iterator[str]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict | list):
            for one in value.values() if isinstance(value, dict) else value:
                yield from texts(one)

    found: set[str] = set()
    for by, data in connection.execute(
        "select by, data::text from event where pupil_id = any(%s)", (list(pupils),)
    ):
        found.update((by, *texts(codec.decode(data))))
    return found


def _alone(connection: Connection, atlas: Atlas, parameters: Mapping[str, Any]) -> Iterator[Replay]:
    """Each pupil of a stretch, but for those who were ever merged, with all its events."""
    with connection.cursor(binary=True) as cursor:
        cursor.execute(_EVENTS_ALONE, parameters)
        for pupil, events in groupby(cursor, key=lambda row: row[0]):
            replay = Replay(pupil)
            with remembering():
                for event in events:
                    _take(replay, event, atlas)
            yield replay


def merged_with(connection: Connection, pupils: Sequence[UUID]) -> list[UUID]:
    """These pupils and all who were ever merged with them."""
    found = set(pupils)
    for pupil in pupils:
        bounds = {"after": UUID(int=pupil.int - 1), "last": pupil}
        found = found.union(*_merged_groups(connection, bounds))
    return sorted(found)


def _merged_groups(connection: Connection, bounds: Mapping[str, UUID]) -> list[frozenset[UUID]]:
    """Pupils that were ever merged, together, where one of them lies in the stretch."""
    groups: list[frozenset[UUID]] = []
    for pair in connection.execute(_MERGES).fetchall():
        touching = [group for group in groups if group & set(pair)]
        groups = [group for group in groups if group not in touching]
        groups.append(frozenset(pair).union(*touching))
    return [group for group in groups if any(bounds["after"] < p <= bounds["last"] for p in group)]


def _replayed(connection: Connection, group: Iterable[UUID], atlas: Atlas) -> Mapping[UUID, Replay]:
    merged = MergedReplay(group)
    with connection.cursor(binary=True) as cursor:
        for row in cursor.execute(_EVENTS_MERGED, {"group": sorted(group)}).fetchall():
            _take(merged.replays[row[0]], row, atlas, merged)
    return merged.replays


_KEYS = {"attendance_week": ("organisation", "week")}


@cache
def _columns() -> Mapping[str, tuple[str, ...]]:
    """By table; the tables are slow to import, and few commands rebuild."""
    from ap_registry.store.functions import columns_of
    from ap_registry.store.tables import DERIVED

    return {
        **{str(t.__tablename__): ("pupil_id", "key", *_BOUNDS, *columns_of(t)) for t in DERIVED},
        "attendance_week": ("pupil_id", "organisation", "week", *_BOUNDS, "marks"),
    }


def _take(
    replay: Replay, row: tuple[Any, ...], atlas: Atlas, merged: MergedReplay | None = None
) -> None:
    replay.events += 1
    pupil, stream, seq, recorded_at, written_at, known_at, *event = row
    if stream == ATTENDANCE:
        said = codec.decode(event[10])
        replay.registers(event[1], said["organisation"], said["weeks"], known_at)
        return
    world = atlas.world(atlas.number((seq, recorded_at, written_at)))
    if stream == MOVEMENTS:
        recorded, upn = ledger.recorded_of(event)
        if merged is not None:
            merged.movement(pupil, recorded, upn, at=known_at, world=world)
        else:
            replay.movement(recorded, upn, known_at, world)
    elif stream == in_line.STREAM:
        replay.brought_in_line(codec.decode(event[10]), known_at, world)
    elif event[2] == ERASURE:
        replay.erased(event[1], known_at)


def _collect(replay: Replay, rows: dict[str, list[Sequence[object]]]) -> None:
    for name, table in replay.tables.items():
        columns = _columns()[name][4:]
        rows.setdefault(name, []).extend(
            (replay.pupil_id, key, since, until or "infinity", *(row[c] for c in columns))
            for key, since, until, row in table.all()
        )
    weeks = rows.setdefault("attendance_week", [])
    for (organisation, monday), versions in replay.weeks.items():
        ends = [*(kept.from_at for kept in versions[1:]), "infinity"]
        weeks.extend(
            (replay.pupil_id, organisation, monday, kept.from_at, end, kept.marks)
            for kept, end in zip(versions, ends, strict=True)
        )


def _reference(connection: Connection, atlas: Atlas, found: Rebuilt, *, mend: bool) -> None:
    """Organisations, calendars, what LAs set and sheets: the events are in the atlas."""
    found.events += atlas.said
    organisations = [
        (*(_plain(getattr(one, name)) for name in ORGANISATION), at, until or "infinity")
        for told in atlas.organisations.values()
        for at, until, one in stretches(told)
    ]
    blocks = [
        (name, block.starts_on, block.ends_on, at, until or "infinity")
        for name, told in atlas.terms.items()
        for at, until, held in stretches(told)
        for block in held
    ]
    closures = [
        (name, day, reason, at, until or "infinity")
        for (name, day), told in atlas.closed.items()
        for at, until, reason in stretches(told)
        if reason is not None
    ]
    adjusted = [
        (*(_plain(getattr(one, name)) for name in ADJUSTMENT), at, until or "infinity")
        for told in atlas.adjusted.values()
        for at, until, one in stretches(told)
    ]
    arranged = [
        (*(getattr(one, name) for name in ARRANGEMENT), at, until or "infinity")
        for told in atlas.arranged.values()
        for at, until, one in stretches(told)
    ]
    for table, key, columns, rows in (
        ("organisation", ("id",), ORGANISATION, organisations),
        ("term_block", ("organisation", "starts_on"),
         ("organisation", "starts_on", "ends_on"), blocks),
        ("closure", ("organisation", "closed_on"),
         ("organisation", "closed_on", "reason"), closures),
        ("adjustment", ("organisation", "rule", "from_on"), ADJUSTMENT, adjusted),
        ("arrangement", ("organisation", "name", "from_on"), ARRANGEMENT, arranged),
    ):  # fmt: skip
        part = Part(table=table, key=(*key, "from_at"), columns=(*columns, *_BOUNDS))
        compare(connection, part, rows, found, mend=mend)
    for sheet in SHEETS:
        told_rows = [
            (*row, at, until or "infinity")
            for (table, *_key), told in atlas.rows.items()
            if table == sheet.table
            for at, until, row in stretches(told)
        ]
        part = Part(
            table=sheet.table, key=(*sheet.key, "from_at"), columns=(*sheet.columns, *_BOUNDS)
        )
        compare(connection, part, told_rows, found, mend=mend)


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
