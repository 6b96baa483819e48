"""Registers into stream 1: packed weeks merged, hashed and written by sets, not by rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID, uuid5

from psycopg.errors import UniqueViolation

from ap_registry import attendance
from ap_registry.attendance import Clash, Owed, PlacedAt, Week
from ap_registry.calendar import academic_year
from ap_registry.follow_ups import NAMESPACE
from ap_registry.notice import World, source
from ap_registry.rules import rule
from ap_registry.store import codec
from ap_registry.store.database import Connection
from ap_registry.store.locks import WRITERS_LOCK

ATTENDANCE = 1
ALIAS = "attendance_recorded.v1"
ATTEMPTS = 5
PUPILS_AT_ONCE = 500

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


_WEEKS: LiteralString = """
select a.pupil_id, a.organisation, a.week, a.marks,
       (select e.id from event e where e.pupil_id = a.pupil_id and e.stream = 1
           and e.recorded_at = a.from_at and e.by = a.organisation limit 1)
  from attendance_week a
 where a.pupil_id = any(%(pupils)s) and a.until_at = 'infinity' and a.week >= %(since)s
 order by a.pupil_id, a.week, a.organisation
"""


@dataclass(slots=True)
class Relations:
    """What of a pupil's movements the marks are judged by."""

    school: str | None = None
    home_la: str | None = None
    placed: list[tuple[str, date, date | None]] | None = None

    def placed_at(self, world: World) -> PlacedAt:
        spells = self.placed or []

        def answer(organisation: str, on: date) -> bool:
            found = world.organisation(organisation)
            return (
                found is not None
                and found.is_ap_provider
                and any(
                    provider == organisation and start <= on and (end is None or on <= end)
                    for provider, start, end in spells
                )
            )

        return answer


def relations(connection: Connection, pupils: Sequence[UUID], on: date) -> dict[UUID, Relations]:
    """Main school, home LA and AP placements as they are now."""
    found = {pupil: Relations() for pupil in pupils}
    parameters = {"pupils": list(pupils), "on": on}
    for pupil, school in connection.execute(
        "select distinct on (pupil_id) pupil_id, school from roll where pupil_id = any(%(pupils)s)"
        " and until_at = 'infinity' and registration in ('C', 'M')"
        " and from_on <= %(on)s and (until_on is null or until_on > %(on)s)"
        " order by pupil_id, from_on desc, version desc",
        parameters,
    ):
        found[pupil].school = school
    for pupil, home_la in connection.execute(
        "select distinct on (pupil_id) pupil_id, home_la from detail"
        " where pupil_id = any(%(pupils)s) and until_at = 'infinity'"
        " order by pupil_id, occurred_on desc, version desc",
        parameters,
    ):
        found[pupil].home_la = f"LA{home_la}" if home_la else None
    for pupil, provider, start, end in connection.execute(
        "select pupil_id, provider, starts_on, ended_on from placement"
        " where pupil_id = any(%(pupils)s) and until_at = 'infinity'"
        " and end_reason is distinct from 'error'",
        parameters,
    ):
        spells = found[pupil].placed = found[pupil].placed or []
        spells.append((provider, start, end))
    return found


def settle_follow_ups(
    connection: Connection, world: World, touched: set[UUID], *, at: datetime, today: date,
    clock: datetime | None,
) -> tuple[int, int]:  # fmt: skip
    """Bring follow-ups and flags of the pupils touched in line with their marks as they stand."""
    opened = closed = 0
    pupils = sorted(touched)
    for start in range(0, len(pupils), PUPILS_AT_ONCE):
        some = pupils[start : start + PUPILS_AT_ONCE]
        with connection.transaction():
            more = _settle(connection, world, some, today=today, clock=clock)
        opened, closed = opened + more[0], closed + more[1]
    return opened, closed


def _settle(
    connection: Connection, world: World, pupils: Sequence[UUID], *, today: date,
    clock: datetime | None,
) -> tuple[int, int]:  # fmt: skip
    related = relations(connection, pupils, today)
    since = date(academic_year(today) - 1, 9, 1) - timedelta(weeks=1)
    weeks: dict[UUID, list[Week]] = {pupil: [] for pupil in pupils}
    cursor = connection.cursor(binary=True)
    for pupil, organisation, week, marks, event in cursor.execute(
        _WEEKS, {"pupils": list(pupils), "since": since}
    ):
        weeks[pupil].append(Week(organisation, week, marks, event))
    rows: dict[UUID, tuple[dict[str, Any], ...]] = {}
    flags: list[dict[str, Any]] = []
    for pupil in pupils:
        about = related[pupil]
        marks, clashes = attendance.effective(weeks[pupil], about.placed_at(world))
        name = about.school or about.home_la
        calendar = world.calendars.of(name)
        found = attendance.owed(pupil, weeks[pupil], marks, calendar)
        rows[pupil] = tuple(
            _row(pupil, one, name or one.organisation or "ENG", world) for one in found
        )
        flags += [_flag(pupil, clash) for clash in clashes]
    return _write(connection, pupils, rows, flags, today=today, clock=clock)


def _row(pupil: UUID, one: Owed, school: str, world: World) -> dict[str, Any]:
    stood = rule(one.rule, one.opened_on)
    return {
        "pupil_id": pupil,
        "key": one.key,
        "kind": one.kind,
        "owner": one.organisation or school,
        "opened_on": one.opened_on,
        "due_on": one.due_on,
        "closed_on": one.lapsed_on,
        "outcome": "lapsed" if one.lapsed_on else None,
        "opened_by": one.opened_by,
        "closed_by": None,
        "how": None,
        "rule": one.rule,
        "source": source(one.rule, one.opened_on),
        "statutory": stood.statutory,
        "calendar": school,
        "calendar_version": world.calendars.version,
        "clock_on": one.opened_on,
        "counts_start": False,
        "origin": "attendance",
    }


def _flag(pupil: UUID, clash: Clash) -> dict[str, Any]:
    return {
        "pupil_id": pupil,
        "key": uuid5(NAMESPACE, f"{pupil}/{clash.rule}/{clash.detail}"),
        "event": clash.event,
        "rule": clash.rule,
        "detail": clash.detail,
        "source": source(clash.rule, clash.on),
    }


def _write(
    connection: Connection, pupils: Sequence[UUID], rows: Mapping[UUID, tuple[dict[str, Any], ...]],
    flags: list[dict[str, Any]], *, today: date, clock: datetime | None,
) -> tuple[int, int]:  # fmt: skip
    """Open what is new, close what is gone (N explained: done; else lapsed), leave the rest."""
    present = _present(connection, pupils)
    closing: list[dict[str, Any]] = []
    opening: list[dict[str, Any]] = []
    opened = closed = 0
    for pupil in pupils:
        wanted = {row["key"]: row for row in rows[pupil]}
        for key, row in wanted.items():
            held = present.get((pupil, key))
            if held is None:
                opened += 1
            elif held["outcome"] == "done" or all(
                held[name] == row[name] for name in ("owner", "due_on", "closed_on", "outcome")
            ):
                continue
            closing.append({"pupil_id": pupil, "key": key})
            opening.append(row)
    for (pupil, key), held in present.items():
        if key not in {row["key"] for row in rows[pupil]} and held["closed_on"] is None:
            closed += 1
            closing.append({"pupil_id": pupil, "key": key})
            done = "done" if held["kind"] == "code_n_reason" else "lapsed"
            opening.append({**held, "closed_on": max(today, held["opened_on"]), "outcome": done})
    held_flags = _flags(connection, pupils)
    wanted_flags = {(flag["pupil_id"], flag["key"]): flag for flag in flags}
    gone = [{"pupil_id": p, "key": k} for p, k in sorted(held_flags - wanted_flags.keys())]
    new = [flag for key, flag in wanted_flags.items() if key not in held_flags]
    if not (closing or new or gone):
        return opened, closed
    connection.execute(
        "select write_derived(coalesce(%s::timestamptz, clock_timestamp()), %s::jsonb, %s::jsonb)",
        (
            clock,
            codec.encode({"follow_up": closing, "flag": gone}).decode(),
            codec.encode({"follow_up": opening, "flag": new}).decode(),
        ),
    )
    return opened, closed


COLUMNS = (
    "pupil_id", "key", "kind", "owner", "opened_on", "due_on", "closed_on", "outcome", "opened_by",
    "closed_by", "how", "rule", "source", "statutory", "calendar", "calendar_version", "clock_on",
    "counts_start", "origin",
)  # fmt: skip


def _present(
    connection: Connection, pupils: Sequence[UUID]
) -> dict[tuple[UUID, UUID], dict[str, Any]]:
    cursor = connection.cursor(binary=True)
    cursor.execute(
        f"select {', '.join(COLUMNS)} from follow_up where pupil_id = any(%s)"
        " and origin = 'attendance' and until_at = 'infinity'",
        (list(pupils),),
    )
    return {(row[0], row[1]): dict(zip(COLUMNS, row, strict=True)) for row in cursor}


def _flags(connection: Connection, pupils: Sequence[UUID]) -> set[tuple[UUID, UUID]]:
    rows = connection.execute(
        "select pupil_id, key from flag where pupil_id = any(%s) and until_at = 'infinity'"
        " and rule in ('attendance.clash', 'attendance.present-on-paper')",
        (list(pupils),),
    ).fetchall()
    return {(pupil, key) for pupil, key in rows}
