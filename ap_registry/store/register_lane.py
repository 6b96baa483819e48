"""Registers into stream 1: packed weeks merged, hashed and written by sets, not by rows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from threading import Event
from typing import LiteralString
from uuid import UUID

from psycopg.errors import UniqueViolation

from ap_registry.store.database import Connection
from ap_registry.store.locks import MARKS_SLOTS, SLOT, WRITERS_LOCK

ALIAS = "attendance_recorded.v1"
ATTEMPTS = 5
PART_WEEKS = 50_000  # written, and what they oblige to settled, at a time
SLOTS = 1_024

_STAGE: LiteralString = """
create temporary table register_in (
  slot int, pupil_id uuid, chunk int, number int, organisation text, week date, marks text)
"""
# Of some pupils all that the file says; of whom it says a week twice, a chunk after the other.
_PART: LiteralString = """
i.slot >= %(low)s and i.slot < %(high)s and (%(chunk)s::int is null or i.chunk = %(chunk)s)
"""
_TWICE: LiteralString = f"""
select exists (select from register_in i where {_PART}
                group by pupil_id, organisation, week having count(*) > 1)
"""
_SLOTS = f"""
select pg_advisory_xact_lock(%(lock)s, slot) from (
  select distinct {SLOT.format(pupil="pupil_id")} as slot from (
    select distinct pupil_id from register_in i where {_PART}) p
   order by 1) s
"""

# What differs from the present week, merged with it: - never erases.
_CHANGED: LiteralString = f"""
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
 where {_PART} and not exists (select from erased x where x.pupil_id = i.pupil_id)
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
_WHAT: LiteralString = f"""
select (select array_agg(number) from register_out),
       (select array_agg(pupil_id) from unsettled u
         where exists (select from register_in i where {_PART} and i.pupil_id = u.pupil_id))
"""

Settle = Callable[[Connection, set[UUID]], None]
Part = dict[str, int | None]


@dataclass(slots=True, kw_only=True)
class Work:
    """What lanes do with their weeks: by whom, when, for trial, and what comes after the marks.

    ``chunks``: in each a pupil's week stands once; ``changed``: by the number of a week, whether it
    changed what is on record.
    """

    actor: str
    clock: datetime | None
    dry_run: bool
    chunks: int
    changed: bytearray
    settle: Settle
    stopped: Event = field(default_factory=Event)


class Lane:
    """A connection, and the weeks of its pupils, laid down beside the tables.

    It writes some of its pupils after others, and settles what the marks of these oblige to.
    ``ahead``: by how much of a part, so that it settles while others write; 0 where it is alone.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.ahead = 0.0
        self.weeks = 0
        connection.execute("drop table if exists register_in")
        connection.execute(_STAGE)

    def close(self) -> None:
        if not self.connection.closed:
            self.connection.execute("drop table if exists register_in")

    def copy(self, lines: list[str]) -> None:
        """Written out by hand: a third of the time that a row by row copy takes."""
        self.weeks += len(lines)
        with (
            self.connection.cursor() as cursor,
            cursor.copy("copy register_in from stdin") as copy,
        ):
            copy.write("".join(lines))

    def write(self, work: Work) -> None:
        """Merge, hash, write and settle what was laid down; a lost race is run again."""
        with self.connection.transaction():
            self.connection.execute("set local default_statistics_target = 10")
            self.connection.execute("analyze register_in")
        for low, high in pairwise(self._bounds()):
            if work.stopped.is_set():
                return
            self._write_part({"low": low, "high": high, "chunk": None}, work)

    def _bounds(self) -> list[int]:
        """Of the parts, in slots: the first shortened, as far as the lane is to be ahead."""
        parts = max(1, round(self.weeks / PART_WEEKS))
        ends = [round(SLOTS * (part + 1 - self.ahead) / parts) for part in range(parts)]
        return [0, *ends, SLOTS] if self.ahead else [0, *ends]

    def _write_part(self, part: Part, work: Work) -> None:
        pupils: set[UUID] = set()
        for some in self._chunks(part, work.chunks):
            numbers, of_whom = self._attempts(some, work)
            for number in numbers:
                work.changed[number] = 1
            pupils.update(of_whom)
        if pupils and not work.dry_run:
            work.settle(self.connection, pupils)

    def _chunks(self, part: Part, chunks: int) -> Iterator[Part]:
        if chunks > 1:
            row = self.connection.execute(_TWICE, part).fetchone()
            if row is not None and row[0]:
                numbers = self.connection.execute(
                    f"select distinct chunk from register_in i where {_PART} order by 1", part
                ).fetchall()
                yield from ({**part, "chunk": chunk} for (chunk,) in numbers)
                return
        yield part

    def _attempts(self, part: Part, work: Work) -> tuple[list[int], list[UUID]]:
        for attempt in range(ATTEMPTS):
            try:
                return self._attempt(part, work)
            except UniqueViolation:
                if attempt == ATTEMPTS - 1:
                    raise
        raise AssertionError

    def _attempt(self, part: Part, work: Work) -> tuple[list[int], list[UUID]]:
        connection = self.connection
        with connection.transaction(force_rollback=work.dry_run):
            connection.execute(_SLOTS, {"lock": MARKS_SLOTS, **part})
            connection.execute("select pg_advisory_xact_lock_shared(%s)", (WRITERS_LOCK,))
            connection.execute(_CHANGED, part)
            connection.execute("set local default_statistics_target = 10")
            connection.execute("analyze register_out")
            parameters = {"at": self._recorded(work)}
            connection.execute(_REPLACED, parameters)
            connection.execute(_ENDED, parameters)
            connection.execute(_BEGUN, parameters)
            connection.execute(_UNSETTLED)
            changed = connection.execute(_WHAT, part, binary=True).fetchone()
            assert changed is not None
            connection.execute("drop table register_out")
        return changed[0] or [], changed[1] or []

    def _recorded(self, work: Work) -> datetime:
        """When the events of the weeks that differ were recorded, by the database."""
        row = self.connection.execute(
            _RECORDED, {"alias": ALIAS, "actor": work.actor, "clock": work.clock}
        ).fetchone()
        assert row is not None
        at: datetime = row[0]
        return at
