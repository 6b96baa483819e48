"""Follow-ups and flags of stream 1, brought in line with the marks as they stand.

Only pupils that may owe something are computed: SQL screens the rest out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from operator import attrgetter
from typing import Any, LiteralString
from uuid import UUID, uuid5

from ap_registry import attendance, codes
from ap_registry.attendance import Clash, PlacedAt, Week
from ap_registry.attendance_follow_ups import Answerable, Done, MarkAt, Owed, Version, owed
from ap_registry.follow_ups import NAMESPACE
from ap_registry.notice import World, source
from ap_registry.rules import rule
from ap_registry.store import codec, queries
from ap_registry.store.database import Connection

PUPILS_AT_ONCE = 1_000
NO_EVENT = UUID(int=0)

# A pupil can owe something only with an N, two registers in a week, ten unauthorised sessions,
# or a tenth of a year's sessions missed after some week; or where something is held already.
_SCREEN: LiteralString = """
with open as (
  select pupil_id, organisation, week, extract(year from week + 4 - interval '8 months') as year,
         extract(month from week) = 8 and extract(month from week + 4) = 9 as straddles,
         10 - length(translate(marks, %(absent)s, '')) as absent,
         10 - length(translate(marks, %(unauthorised)s, '')) as unauthorised,
         10 - length(translate(marks, %(possible)s, '')) as possible
    from attendance_week where pupil_id = any(%(pupils)s) and until_at = 'infinity'),
summed as (
  select pupil_id, straddles and absent > 0 as edge,
         sum(absent) over w as absent,
         sum(possible) over w - possible as before
    from open window w as (partition by pupil_id, year order by week
                           rows between unbounded preceding and current row))
select pupil_id from summed where edge or absent * 10 >= greatest(10, before - 9)
union
select pupil_id from open group by pupil_id
 having count(*) > count(distinct week) or sum(unauthorised) >= 10
union
select pupil_id from attendance_week
 where pupil_id = any(%(pupils)s) and strpos(marks, 'N') > 0
union
select pupil_id from follow_up
 where pupil_id = any(%(pupils)s) and origin = 'attendance' and until_at = 'infinity'
union
select pupil_id from flag
 where pupil_id = any(%(pupils)s) and until_at = 'infinity' and rule like 'attendance.%%'
 order by 1
"""
_WEEKS: LiteralString = """
select pupil_id, organisation, week, marks from attendance_week
 where pupil_id = any(%(pupils)s) and until_at = 'infinity'
"""
_NS: LiteralString = """
select pupil_id, organisation, week, marks, from_at, nullif(until_at, 'infinity')
  from attendance_week where pupil_id = any(%(pupils)s) and strpos(marks, 'N') > 0
"""
_ROLLS: LiteralString = """
select pupil_id, school, from_on, until_on from roll
 where pupil_id = any(%(pupils)s) and until_at = 'infinity' and registration in ('C', 'M')
 order by from_on desc, version desc
"""
_HOMES: LiteralString = """
select pupil_id, occurred_on, 'LA' || home_la from detail
 where pupil_id = any(%(pupils)s) and until_at = 'infinity' and home_la is not null
 order by occurred_on, version
"""
_PLACED: LiteralString = """
select pupil_id, provider, starts_on, ended_on from placement
 where pupil_id = any(%(pupils)s) and until_at = 'infinity'
   and end_reason is distinct from 'error'
"""
_DONE: LiteralString = """
select e.pupil_id, (e.data->>'follow_up')::uuid, e.occurred_on, e.id
  from event e
 where e.pupil_id = any(%(pupils)s) and e.stream = 0 and e.type = 'follow_up_done.v1'
   and not exists (
     select from event v
      where v.pupil_id = e.pupil_id and v.stream = 0 and v.type = 'void.v1'
        and v.data->>'of' = e.id::text
        and not exists (
          select from event w where w.pupil_id = v.pupil_id and w.stream = 0
             and w.type = 'void.v1' and w.data->>'of' = v.id::text))
 order by e.version desc
"""
# The event that recorded a mark: the first of the last unbroken run with that code.
_RECORDED_BY: LiteralString = """
select r.n, e.id
  from unnest(%(n)s::int[], %(pupils)s::uuid[], %(organisations)s::text[], %(weeks)s::date[],
              %(places)s::int[], %(ats)s::timestamptz[])
       as r(n, pupil_id, organisation, week, place, at)
 cross join lateral (
   select coalesce(r.at, min(a.from_at)) as at
     from attendance_week a
     join attendance_week p on p.pupil_id = a.pupil_id and p.organisation = a.organisation
          and p.week = a.week and p.until_at = 'infinity'
    where a.pupil_id = r.pupil_id and a.organisation = r.organisation and a.week = r.week
      and not exists (
        select from attendance_week b
         where b.pupil_id = a.pupil_id and b.organisation = a.organisation and b.week = a.week
           and b.from_at >= a.from_at
           and substr(b.marks, r.place, 1) <> substr(p.marks, r.place, 1))) f
 cross join lateral (
   select e.id from event e
    where e.pupil_id = r.pupil_id and e.stream = 1 and e.by = r.organisation
      and e.recorded_at = f.at and e.data->'weeks'->>to_char(r.week, 'YYYY-MM-DD') is not null
    order by e.version desc limit 1) e
"""
COLUMNS = (
    "pupil_id", "key", "kind", "owner", "opened_on", "due_on", "closed_on", "outcome", "opened_by",
    "closed_by", "how", "rule", "source", "statutory", "calendar", "calendar_version", "clock_on",
    "counts_start", "origin",
)  # fmt: skip
_COMPARED = ("owner", "due_on", "closed_on", "outcome", "calendar")
Rows = list[dict[str, Any]]


@dataclass(slots=True)
class Marked:
    """What of one pupil is looked at: registers, and what they are judged by."""

    pupil_id: UUID
    world: World
    weeks: list[Week] = field(default_factory=list)
    versions: list[Version] = field(default_factory=list)
    rolls: list[tuple[str, date, date | None]] = field(default_factory=list)
    homes: list[tuple[date, str]] = field(default_factory=list)
    placed: list[tuple[str, date, date | None]] = field(default_factory=list)
    done: dict[UUID, Done] = field(default_factory=dict)

    def answerable(self, on: date, register: str) -> Answerable:
        """The main school of the day, else the home LA, else the register itself."""
        name = next(
            (s for s, start, end in self.rolls if start <= on and (end is None or on < end)), None
        )
        if name is None and self.homes:
            earlier = [la for since, la in self.homes if since <= on]
            name = earlier[-1] if earlier else self.homes[0][1]
        name = name or register
        return Answerable(name, self.world.calendars.of(name))

    def placed_at(self) -> PlacedAt:
        def answer(organisation: str, on: date) -> bool:
            if not any(
                provider == organisation and start <= on and (end is None or on <= end)
                for provider, start, end in self.placed
            ):
                return False
            found = self.world.organisation(organisation)
            return found is not None and found.is_ap_provider

        return answer


@dataclass(slots=True)
class Settled:
    """Ids of follow-ups that came, ended, or are due another day than before (that day)."""

    opened: list[UUID] = field(default_factory=list)
    closed: list[UUID] = field(default_factory=list)
    moved: dict[UUID, date] = field(default_factory=dict)

    def as_json(self, connection: Connection, today: date) -> dict[str, list[dict[str, Any]]]:
        """As a receipt lists them."""
        keys = {*self.opened, *self.closed, *self.moved}
        found = {one["id"]: one for one in queries.follow_ups_of(connection, keys, on=today)}
        return {
            "opened": [found[str(key)] for key in self.opened],
            "closed": [found[str(key)] for key in self.closed],
            "moved": [
                {**found[str(key)], "was_due_on": was.isoformat()}
                for key, was in self.moved.items()
            ],
        }


def settle_follow_ups(
    connection: Connection, world: World, touched: Iterable[UUID], *, today: date,
    clock: datetime | None,
) -> dict[str, list[dict[str, Any]]]:  # fmt: skip
    """Bring these pupils in line, some at a time; answer as a receipt does."""
    pupils = sorted(touched, key=attrgetter("bytes"))
    settled = Settled()
    for start in range(0, len(pupils), PUPILS_AT_ONCE):
        with connection.transaction():
            some = pupils[start : start + PUPILS_AT_ONCE]
            settle(connection, world, some, settled, today=today, at=clock)
    return settled.as_json(connection, today)


def settle(
    connection: Connection, world: World, pupils: Sequence[UUID], settled: Settled, *, today: date,
    at: datetime | None,
) -> None:  # fmt: skip
    """Bring these pupils in line, in the caller's transaction; ``at``: default the clock."""
    candidates = _screened(connection, pupils)
    if not candidates:
        return
    held = _held(connection, candidates)
    rows: list[tuple[UUID, Owed]] = []
    clashes: list[tuple[UUID, Clash]] = []
    for marked in _load(connection, world, candidates):
        weeks, found = attendance.standing(marked.weeks, marked.placed_at())
        clashes += ((marked.pupil_id, clash) for clash in found)
        for one in owed(marked.pupil_id, weeks, marked.versions, marked.answerable, marked.done):
            rows.append((marked.pupil_id, one))
    follow_ups = _changed(connection, world, held, rows, settled, today)
    gone, flags = _changed_flags(connection, candidates, clashes)
    if follow_ups or gone or flags:
        closing = {"follow_up": [_name(row) for row in follow_ups], "flag": gone}
        opening = {"follow_up": follow_ups, "flag": flags}
        connection.execute(
            "select write_derived(coalesce(%s::timestamptz, clock_timestamp()), %s::jsonb,"
            " %s::jsonb)",
            (at, codec.encode(closing).decode(), codec.encode(opening).decode()),
        )


def _screened(connection: Connection, pupils: Sequence[UUID]) -> list[UUID]:
    parameters = {
        "pupils": list(pupils),
        "absent": codes.AUTHORISED_BYTES + codes.UNAUTHORISED_BYTES,
        "unauthorised": codes.UNAUTHORISED_BYTES,
        "possible": codes.POSSIBLE_BYTES,
    }
    return [row[0] for row in connection.execute(_SCREEN, parameters)]


def _load(connection: Connection, world: World, pupils: Sequence[UUID]) -> Iterable[Marked]:
    found = {pupil: Marked(pupil, world) for pupil in pupils}
    cursor = connection.cursor(binary=True)
    parameters = {"pupils": list(pupils)}
    for pupil, organisation, week, marks in cursor.execute(_WEEKS, parameters):
        found[pupil].weeks.append(Week(organisation, week, marks, NO_EVENT))
    for pupil, *version in cursor.execute(_NS, parameters):
        found[pupil].versions.append(Version(*version))
    for pupil, *spell in cursor.execute(_ROLLS, parameters):
        found[pupil].rolls.append((spell[0], spell[1], spell[2]))
    for pupil, since, home in cursor.execute(_HOMES, parameters):
        found[pupil].homes.append((since, home))
    for pupil, *spell in cursor.execute(_PLACED, parameters):
        found[pupil].placed.append((spell[0], spell[1], spell[2]))
    for pupil, key, on, event in cursor.execute(_DONE, parameters):
        found[pupil].done[key] = Done(on, event)
    return found.values()


def _held(
    connection: Connection, pupils: Sequence[UUID]
) -> dict[tuple[UUID, UUID], dict[str, Any]]:
    cursor = connection.cursor(binary=True)
    cursor.execute(
        f"select {', '.join(COLUMNS)} from follow_up where pupil_id = any(%s)"
        " and origin = 'attendance' and until_at = 'infinity'",
        (list(pupils),),
    )
    return {(row[0], row[1]): dict(zip(COLUMNS, row, strict=True)) for row in cursor}


def _changed(
    connection: Connection, world: World, held: Mapping[tuple[UUID, UUID], dict[str, Any]],
    rows: Sequence[tuple[UUID, Owed]], settled: Settled, today: date,
) -> Rows:  # fmt: skip
    """Rows to be written: new or different ones, and those that the marks no longer open."""
    differing: list[tuple[UUID, Owed]] = []
    for pupil, one in rows:
        before = held.get((pupil, one.key))
        if before is not None and all(before[n] == getattr(one, n) for n in _COMPARED):
            continue
        if before is None:
            settled.opened.append(one.key)
        elif before["due_on"] != one.due_on:
            settled.moved[one.key] = before["due_on"]
        if one.closed_on is not None and not (before and before["closed_on"]):
            settled.closed.append(one.key)
        differing.append((pupil, one))
    marks = [(p, o.opened) for p, o in differing] + [
        (p, o.closed) for p, o in differing if o.closed is not None
    ]
    events = _recorded_by(connection, marks)
    written = [_row(pupil, one, events, world) for pupil, one in differing]
    wanted = {(pupil, one.key) for pupil, one in rows}
    for key, row in held.items():
        if key not in wanted and row["closed_on"] is None:
            settled.closed.append(key[1])
            closed_on = max(today, row["opened_on"])
            written.append({**row, "closed_on": closed_on, "outcome": "lapsed"})
    return written


def _row(
    pupil: UUID, one: Owed, events: Mapping[tuple[UUID, MarkAt], UUID], world: World
) -> dict[str, Any]:
    closed_by = one.closed_by
    if one.closed is not None:
        closed_by = events.get((pupil, one.closed))
    return {
        "pupil_id": pupil,
        "key": one.key,
        "kind": one.kind,
        "owner": one.owner,
        "opened_on": one.opened_on,
        "due_on": one.due_on,
        "closed_on": one.closed_on,
        "outcome": one.outcome,
        "opened_by": events[pupil, one.opened],
        "closed_by": closed_by,
        "how": None,
        "rule": one.rule,
        "source": source(one.rule, one.opened_on),
        "statutory": rule(one.rule, one.opened_on).statutory,
        "calendar": one.calendar,
        "calendar_version": world.calendars.version,
        "clock_on": one.opened_on,
        "counts_start": False,
        "origin": "attendance",
    }


def _recorded_by(
    connection: Connection, marks: Sequence[tuple[UUID, MarkAt]]
) -> dict[tuple[UUID, MarkAt], UUID]:
    if not marks:
        return {}
    cursor = connection.cursor(binary=True)
    cursor.execute(
        _RECORDED_BY,
        {
            "n": list(range(len(marks))),
            "pupils": [pupil for pupil, _ in marks],
            "organisations": [mark.organisation for _, mark in marks],
            "weeks": [mark.week for _, mark in marks],
            "places": [mark.place + 1 for _, mark in marks],
            "ats": [mark.at for _, mark in marks],
        },
    )
    return {marks[n]: event for n, event in cursor}


def _changed_flags(
    connection: Connection, pupils: Sequence[UUID], clashes: Sequence[tuple[UUID, Clash]]
) -> tuple[Rows, Rows]:
    """Names of flags that no longer hold, and new ones."""
    held = set(
        connection.cursor(binary=True).execute(
            "select pupil_id, key from flag where pupil_id = any(%s) and until_at = 'infinity'"
            " and rule in ('attendance.clash', 'attendance.present-on-paper')",
            (list(pupils),),
        )
    )
    wanted = {
        (pupil, uuid5(NAMESPACE, f"{pupil}/{clash.rule}/{clash.detail}")): clash
        for pupil, clash in clashes
    }
    new = {key: clash for key, clash in wanted.items() if key not in held}
    places = {key: _place(clash) for key, clash in new.items()}
    events = _recorded_by(connection, [(key[0], places[key]) for key in new])
    gone = [{"pupil_id": p, "key": k} for p, k in sorted(held - wanted.keys())]
    return gone, [
        {
            "pupil_id": key[0],
            "key": key[1],
            "event": events[key[0], places[key]],
            "rule": clash.rule,
            "detail": clash.detail,
            "source": source(clash.rule, clash.on),
        }
        for key, clash in new.items()
    ]


def _place(clash: Clash) -> MarkAt:
    week = date.fromordinal(clash.on.toordinal() - clash.on.weekday())
    return MarkAt(clash.organisation, week, 2 * clash.on.weekday() + clash.session)


def _name(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"pupil_id": row["pupil_id"], "key": row["key"]}
