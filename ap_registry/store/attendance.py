"""Registers into stream 1: packed weeks merged, hashed and written by sets, not by rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import LiteralString
from uuid import UUID

from psycopg.errors import UniqueViolation

from ap_registry.notice import World
from ap_registry.store.database import Connection
from ap_registry.store.locks import WRITERS_LOCK

ALIAS = "attendance_recorded.v1"
ATTEMPTS = 5

_STAGE: LiteralString = """
create temporary table if not exists register_in (
  pupil_id uuid, organisation text, week date, marks text) on commit delete rows
"""

# What differs from the present week, merged with it: - never erases.
_CHANGED: LiteralString = """
create temporary table register_out on commit drop as
select i.pupil_id, i.organisation, i.week, m.marks, a.marks is not null as known
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
 where a.marks is distinct from m.marks and m.marks <> '----------'
"""

_INSTANT: LiteralString = """
select greatest(coalesce(%(clock)s::timestamptz, clock_timestamp()),
                (select max(e.recorded_at) from event e
                  where e.stream = 1 and e.pupil_id in (select pupil_id from register_out)))
"""

# One event for each pupil and organisation; its digest as store/digest.py makes it.
_EVENTS: LiteralString = """
with grouped as (
  select pupil_id, organisation,
         '{"organisation":' || to_json(organisation)::text || ',"weeks":{'
         || string_agg('"' || week || '":' || to_json(marks)::text, ',' order by week)
         || '}}' as data,
         max(week + (length(rtrim(marks, '-')) + 1) / 2 - 1) as occurred_on
    from register_out group by pupil_id, organisation),
numbered as (
  select g.*, gen_random_uuid() as id,
         coalesce(l.version, 0)
         + row_number() over (partition by g.pupil_id order by g.organisation) as version
    from grouped g
    left join lateral (select max(version) as version from event
                        where pupil_id = g.pupil_id and stream = 1) l on true),
written as (
  insert into event (pupil_id, stream, version, id, type, occurred_on, recorded_at, by, actor,
                     data, digest)
  select pupil_id, 1, version, id, %(alias)s::text, occurred_on, %(at)s::timestamptz,
         organisation, %(actor)s::text, data::json,
         sha256(int4send(16) || uuid_send(pupil_id) || int4send(2) || int2send(1::smallint)
           || int4send(4) || int4send(version::int) || int4send(16) || uuid_send(id)
           || int4send(length(%(alias)s::text)) || convert_to(%(alias)s::text, 'UTF8')
           || int4send(10) || convert_to(to_char(occurred_on, 'YYYY-MM-DD'), 'UTF8')
           || int4send(octet_length(organisation)) || convert_to(organisation, 'UTF8')
           || int4send(octet_length(%(actor)s::text)) || convert_to(%(actor)s::text, 'UTF8')
           || int4send(0) || int4send(0) || int4send(0)
           || int4send(octet_length(data)) || convert_to(data, 'UTF8') || int4send(0)
           || int8send((extract(epoch from %(at)s::timestamptz) * 1000000)::bigint))
    from numbered
  returning pupil_id, stream, version, recorded_at, digest)
insert into unsequenced select pupil_id, stream, version, recorded_at, digest from written
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

Key = tuple[str, str, date]
Sees = Callable[[Connection, dict[str, UUID]], set[UUID]]


@dataclass(frozen=True, slots=True)
class Written:
    """UPNs that are not known, weeks that said nothing new, pupils whose marks changed."""

    unknown: frozenset[str]
    unchanged: frozenset[Key]
    pupils: frozenset[UUID]


class Writer:
    """Writes chunks of packed weeks; ``sees`` narrows the pupils that the caller may mark."""

    def __init__(
        self, connection: Connection, world: World, *, actor: str, clock: datetime | None,
        sees: Sees | None = None,
    ) -> None:  # fmt: skip
        self.connection = connection
        self.world = world
        self.actor = actor
        self.clock = clock
        self.sees = sees

    def write(self, weeks: Mapping[Key, str], *, dry_run: bool) -> Written:
        """Merge, hash and write; a lost race is run again."""
        pupils = self._pupils({key[0] for key in weeks})
        for attempt in range(ATTEMPTS):
            try:
                return self._attempt(weeks, pupils, dry_run=dry_run)
            except UniqueViolation:
                if attempt == ATTEMPTS - 1:
                    raise
        raise AssertionError("unreachable")

    def _pupils(self, upns: set[str]) -> dict[str, UUID]:
        found: dict[str, UUID] = dict(
            self.connection.execute(
                "select upn, pupil_id from upn_claim where upn = any(%s)", (list(upns),)
            ).fetchall()
        )
        if self.sees is not None:
            seen = self.sees(self.connection, found)
            found = {upn: pupil for upn, pupil in found.items() if pupil in seen}
        return found

    def _attempt(
        self, weeks: Mapping[Key, str], pupils: Mapping[str, UUID], *, dry_run: bool
    ) -> Written:
        known = sorted((pupils[k[0]], k[1], k[2], m) for k, m in weeks.items() if k[0] in pupils)
        connection = self.connection
        with connection.transaction(force_rollback=dry_run):
            connection.execute(_STAGE)
            with connection.cursor() as cursor, cursor.copy("copy register_in from stdin") as copy:
                for row in known:
                    copy.write_row(row)
            connection.execute("select pg_advisory_xact_lock_shared(%s)", (WRITERS_LOCK,))
            connection.execute(_CHANGED)
            connection.execute("analyze register_out")
            at = self._instant()
            parameters = {"at": at, "alias": ALIAS, "actor": self.actor}
            connection.execute(_EVENTS, parameters)
            connection.execute(_REPLACED, parameters)
            connection.execute(_ENDED, parameters)
            connection.execute(_BEGUN, parameters)
            changed = set(
                connection.cursor(binary=True)
                .execute("select pupil_id, organisation, week from register_out")
                .fetchall()
            )
            connection.execute("drop table register_out")
        return Written(
            unknown=frozenset(k[0] for k in weeks if k[0] not in pupils),
            unchanged=frozenset(
                k for k in weeks
                if k[0] in pupils and (pupils[k[0]], k[1], k[2]) not in changed
            ),
            pupils=frozenset(row[0] for row in changed),
        )  # fmt: skip

    def _instant(self) -> datetime:
        row = self.connection.execute(_INSTANT, {"clock": self.clock}).fetchone()
        assert row is not None
        at: datetime = row[0]
        return at
