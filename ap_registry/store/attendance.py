"""Registers into stream 1: packed weeks merged, hashed and written by sets, not by rows."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import LiteralString
from uuid import UUID

from psycopg.errors import UniqueViolation

from ap_registry.store.database import Connection
from ap_registry.store.locks import MARKS_SLOTS, SLOT, WRITERS_LOCK

ALIAS = "attendance_recorded.v1"
ATTEMPTS = 5
ESCAPE = "\\"  # present in the afternoon, and the escape of COPY

_STAGE: LiteralString = """
create temporary table register_in (
  chunk int, number int, pupil_id uuid, organisation text, week date, marks text)
"""

_SLOTS = f"""
select pg_advisory_xact_lock(%(lock)s, slot) from (
  select distinct {SLOT.format(pupil="pupil_id")} as slot from register_in
   where chunk = %(chunk)s order by 1) s
"""

# What differs from the present week, merged with it: - never erases.
_CHANGED: LiteralString = """
create temporary table register_out on commit drop as
select i.number, i.pupil_id, i.organisation, i.week, m.marks, a.marks is not null as known
  from register_in i
  left join attendance_week a
    on a.pupil_id = i.pupil_id and a.organisation = i.organisation and a.week = i.week
   and a.until_at = 'infinity'
 cross join lateral (
   select case
     when a.marks is null or strpos(i.marks, '-') = 0 then i.marks
     else (select string_agg(case substr(i.marks, n, 1) when '-' then substr(a.marks, n, 1)
                             else substr(i.marks, n, 1) end, '' order by n)
             from generate_series(1, 10) n) end as marks) m
 where i.chunk = %(chunk)s and not exists (select from erased x where x.pupil_id = i.pupil_id)
   and a.marks is distinct from m.marks and m.marks <> '----------'
 order by i.pupil_id, i.organisation, i.week
"""

_RECORDED: LiteralString = """
select record_registers(array_agg(pupil_id), array_agg(organisation), array_agg(week),
                        array_agg(marks), %(alias)s, %(actor)s, %(clock)s)
  from register_out
"""

_REPLACED: LiteralString = """
delete from attendance_week a using register_out o
 where o.known and a.pupil_id = o.pupil_id and a.organisation = o.organisation
   and a.week = o.week and a.until_at = 'infinity' and a.from_at >= %(at)s
"""
_ENDED: LiteralString = """
update attendance_week a set until_at = %(at)s from register_out o
 where o.known and a.pupil_id = o.pupil_id and a.organisation = o.organisation
   and a.week = o.week and a.until_at = 'infinity'
"""
_BEGUN: LiteralString = """
insert into attendance_week (pupil_id, organisation, week, from_at, until_at, marks)
select pupil_id, organisation, week, %(at)s, 'infinity', marks from register_out
"""

# What the marks oblige to is written after them, some pupils at a time: until then this stands.
_UNSETTLED: LiteralString = """
insert into unsettled (pupil_id, at)
select pupil_id, clock_timestamp() from register_out group by 1 order by 1
    on conflict (pupil_id) do update set at = excluded.at
"""
# Also whom an earlier import has left that died: the file is sent again, and nothing is new.
_WHAT: LiteralString = """
select (select array_agg(number) from register_out),
       (select array_agg(pupil_id) from unsettled u
         where exists (select from register_in i
                        where i.chunk = %(chunk)s and i.pupil_id = u.pupil_id))
"""

Key = tuple[str, str, date]
Laid = tuple[int, str, str, date, str]  # number, pupil, organisation, Monday, marks
Sees = Callable[[Connection, dict[str, UUID]], set[UUID]]


@dataclass(slots=True)
class Written:
    """By the number of a week: whether it changed what is on record, whose pupil is not known.

    ``pupils``: for whom is still to be written what their marks oblige to.
    """

    changed: bytearray = field(default_factory=bytearray)
    unknown: set[int] = field(default_factory=set)
    pupils: set[UUID] = field(default_factory=set)


class Writer:
    """Packed weeks of a file: laid down in chunks beside the tables, then written chunk by chunk.

    ``sees`` narrows the pupils that the caller may mark. Use as a context.
    """

    def __init__(
        self, connection: Connection, *, actor: str, clock: datetime | None,
        sees: Sees | None = None,
    ) -> None:  # fmt: skip
        self.connection = connection
        self.actor = actor
        self.clock = clock
        self.sees = sees
        self.written = Written()
        self.chunks = 0

    def __enter__(self) -> "Writer":
        self.connection.execute("drop table if exists register_in")
        self.connection.execute(_STAGE)
        return self

    def __exit__(self, *_: object) -> None:
        if not self.connection.closed:
            self.connection.execute("drop table if exists register_in")

    def lay_down(self, first: int, keys: Sequence[Key], marks: Sequence[str]) -> None:
        """Weeks numbered from ``first``; in each chunk a pupil's week stands once."""
        pupils = self._pupils({key[0] for key in keys})
        self.written.changed.extend(bytes(len(keys)))
        rows: list[Laid] = []
        for number, (key, ten) in enumerate(zip(keys, marks, strict=True), start=first):
            pupil = pupils.get(key[0])
            if pupil is None:
                self.written.unknown.add(number)
            else:
                rows.append((number, pupil, key[1], key[2], ten))
        for chunk in _apart(rows) if len(set(pupils.values())) < len(pupils) else [rows]:
            self._copy(chunk)

    def _copy(self, rows: Sequence[Laid]) -> None:
        """Written out by hand: a third of the time that a row by row copy takes."""
        head = f"{self.chunks}\t"
        lines = [
            f"{head}{number}\t{pupil}\t{organisation}\t{week}\t{ten.replace(ESCAPE, ESCAPE * 2)}\n"
            for number, pupil, organisation, week, ten in rows
        ]
        with (
            self.connection.cursor() as cursor,
            cursor.copy("copy register_in from stdin") as copy,
        ):
            copy.write("".join(lines))
        self.chunks += 1

    def _pupils(self, upns: set[str]) -> dict[str, str]:
        found: dict[str, UUID] = dict(
            self.connection.execute(
                "select upn, pupil_id from upn_claim where upn = any(%s)", (list(upns),)
            ).fetchall()
        )
        if self.sees is not None:
            seen = self.sees(self.connection, found)
            found = {upn: pupil for upn, pupil in found.items() if pupil in seen}
        return {upn: str(pupil) for upn, pupil in found.items()}

    def write(self, *, dry_run: bool) -> Written:
        """Merge, hash and write what was laid down; a lost race is run again."""
        self.connection.execute("analyze register_in")
        for chunk in range(self.chunks):
            for attempt in range(ATTEMPTS):
                try:
                    changed = self._attempt(chunk, dry_run=dry_run)
                    break
                except UniqueViolation:
                    if attempt == ATTEMPTS - 1:
                        raise
            for number in changed[0]:
                self.written.changed[number] = 1
            self.written.pupils.update(changed[1])
        return self.written

    def _attempt(self, chunk: int, *, dry_run: bool) -> tuple[list[int], list[UUID]]:
        connection = self.connection
        with connection.transaction(force_rollback=dry_run):
            connection.execute(_SLOTS, {"lock": MARKS_SLOTS, "chunk": chunk})
            connection.execute("select pg_advisory_xact_lock_shared(%s)", (WRITERS_LOCK,))
            connection.execute(_CHANGED, {"chunk": chunk})
            connection.execute("set local default_statistics_target = 10")
            connection.execute("analyze register_out")
            parameters = {"at": self._recorded()}
            connection.execute(_REPLACED, parameters)
            connection.execute(_ENDED, parameters)
            connection.execute(_BEGUN, parameters)
            connection.execute(_UNSETTLED)
            changed = connection.execute(_WHAT, {"chunk": chunk}, binary=True).fetchone()
            assert changed is not None
            connection.execute("drop table register_out")
        return changed[0] or [], changed[1] or []

    def _recorded(self) -> datetime:
        """When the events of the weeks that differ were recorded, by the database."""
        row = self.connection.execute(
            _RECORDED, {"alias": ALIAS, "actor": self.actor, "clock": self.clock}
        ).fetchone()
        assert row is not None
        at: datetime = row[0]
        return at


def _apart(rows: Sequence[Laid]) -> list[list[Laid]]:
    """Where two UPNs of a pupil name one week, the later in a chunk of its own."""
    chunks: list[list[Laid]] = []
    seen: Counter[tuple[str, str, date]] = Counter()
    for row in rows:
        place = seen[row[1:4]]
        seen[row[1:4]] += 1
        if place == len(chunks):
            chunks.append([])
        chunks[place].append(row)
    return chunks
