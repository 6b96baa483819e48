"""Follow-ups and flags of stream 1, brought in line with the marks as they stand.

Only pupils that may owe something are computed: SQL screens the rest out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from operator import attrgetter
from typing import Any, LiteralString
from uuid import UUID

from ap_registry import attendance, codes
from ap_registry.attendance import SESSIONS, Week
from ap_registry.attendance_owed import Done, MarkAt, Placed, Returned, Version
from ap_registry.attendance_returns import ILL
from ap_registry.calendar import london_today
from ap_registry.notice import World
from ap_registry.store import in_line, owing, who
from ap_registry.store.database import Connection
from ap_registry.store.marked import COLUMNS, FLAGS, Judged, Marked, judge
from ap_registry.store.worlds import Worlds

PUPILS_AT_ONCE = 1_000
NO_EVENT = UUID(int=0)

# A pupil can owe something only with an N, two registers in a week, ten unauthorised sessions, 30
# of illness, a tenth of a year's sessions missed after some week, a running placement, an absence
# from an earlier one or from a return; or where something is held already.
_SCREEN: LiteralString = """
with open as materialized (
  select pupil_id, organisation, week, marks, translate(marks, %(attended)s, '') as other
    from attendance_week where pupil_id = any(%(pupils)s) and until_at = 'infinity'),
counted as (
  select pupil_id, week,
         date_part('year', week + 4) + (date_part('month', week + 4) >= 9)::int as year,
         date_part('month', week) = 8 and date_part('month', week + 4) = 9 as straddles,
         length(other) - length(translate(other, %(absent)s, '')) as absent,
         10 - length(translate(other, %(possible)s, '')) as possible
    from open),
summed as (
  select pupil_id, straddles and absent > 0 or lag(week) over w = week as edge,
         sum(absent) over w as absent,
         sum(possible) over w - possible as before
    from counted window w as (partition by pupil_id, year order by week
                              rows between unbounded preceding and current row))
select pupil_id from summed where edge or absent * 10 >= greatest(10, before - 9)
union
select pupil_id from open where other <> '' group by pupil_id
 having sum(length(other) - length(translate(other, %(unauthorised)s, ''))) >= 10
    or sum(length(other) - length(translate(other, %(ill)s, ''))) >= 30
union
select pupil_id from attendance_week
 where pupil_id = any(%(pupils)s) and strpos(marks, 'N') > 0
union
select pupil_id from placement p
 where pupil_id = any(%(pupils)s) and until_at = 'infinity'
   and (coalesce(ended_on, 'infinity') > %(today)s::date - 42
        or exists (select from open o where o.pupil_id = p.pupil_id and o.organisation = p.provider
                      and strpos(o.marks, 'O') > 0))
union
select r.pupil_id from reintegration r join open o on o.pupil_id = r.pupil_id
 where r.until_at = 'infinity' and o.week > r.started_on - 7
   and translate(o.other, %(absent)s, '') <> o.other
union
select pupil_id from follow_up
 where pupil_id = any(%(pupils)s) and origin = 'attendance' and until_at = 'infinity'
union
select pupil_id from flag
 where pupil_id = any(%(pupils)s) and until_at = 'infinity' and rule like 'attendance.%%'
 order by 1
"""
# A row for each register: of each week by itself, more time would go by than all is judged in.
_WEEKS: LiteralString = """
select pupil_id, organisation, array_agg(week order by week), string_agg(marks, '' order by week)
  from attendance_week where pupil_id = any(%(pupils)s) and until_at = 'infinity'
 group by pupil_id, organisation order by pupil_id, organisation
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
select pupil_id, key, provider, commissioner, starts_on, ended_on, sessions_per_week
  from placement where pupil_id = any(%(pupils)s) and until_at = 'infinity'
   and end_reason is distinct from 'error' order by starts_on, version
"""
_RETURNED: LiteralString = """
select pupil_id, key, school, started_on, ended_on from reintegration
 where pupil_id = any(%(pupils)s) and until_at = 'infinity' order by started_on, key
"""
_REFERRED: LiteralString = """
select pupil_id, occurred_on from referral
 where pupil_id = any(%(pupils)s) and until_at = 'infinity'
   and route in ('medical', 'section_19', 'no_school_place')
   and decision is distinct from 'withdrawn'
"""
# Told of what absence obliges to; of a join or a leave the LA is told by a return of their own.
_TOLD: LiteralString = """
select e.pupil_id, e.occurred_on, e.id
  from event e
 where e.pupil_id = any(%(pupils)s) and e.stream = 0 and e.type = 'notified.v1'
   and e.data->>'about' = 'return' and e.data->>'to' in ('la', 'home_la')
   and not exists (
     select from event r
      where r.pupil_id = e.pupil_id and r.stream = 0 and r.id::text = e.data->>'of'
        and r.type in ('joined_roll.v1', 'left_roll.v1'))
   and not exists (
     select from event v
      where v.pupil_id = e.pupil_id and v.stream = 0 and v.type = 'void.v1'
        and v.data->>'of' = e.id::text
        and not exists (
          select from event w where w.pupil_id = v.pupil_id and w.stream = 0
             and w.type = 'void.v1' and w.data->>'of' = v.id::text))
"""
_DONE: LiteralString = """
select e.pupil_id, (e.data->>'follow_up')::uuid, e.occurred_on, e.id, p.data->>'how'
  from event e left join event_private p using (pupil_id, stream, version)
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
          and (r.at is not null or substr(p.marks, r.place, 1) <> '-')
    where a.pupil_id = r.pupil_id and a.organisation = r.organisation and a.week = r.week
      and not exists (
        select from attendance_week b
         where b.pupil_id = a.pupil_id and b.organisation = a.organisation and b.week = a.week
           and b.from_at >= a.from_at
           and substr(b.marks, r.place, 1) <> substr(p.marks, r.place, 1))) f
 cross join lateral (
   select e.id from event e
    where e.pupil_id = r.pupil_id and e.stream = 1 and e.by = r.organisation
      and e.recorded_at <= f.at and e.data->'weeks'->>to_char(r.week, 'YYYY-MM-DD') is not null
    order by e.version desc limit 1) e
"""
_HELD = f"""
select {", ".join(COLUMNS)} from follow_up
 where pupil_id = any(%(pupils)s) and origin = 'attendance' and until_at = 'infinity'
"""
_FLAGGED: LiteralString = """
select pupil_id, key from flag
 where pupil_id = any(%(pupils)s) and until_at = 'infinity' and rule = any(%(rules)s)
"""
Rows = list[dict[str, Any]]


@dataclass(slots=True)
class Settled:
    """Ids of follow-ups that came, ended, or are due another day than before (that day)."""

    opened: list[UUID] = field(default_factory=list)
    closed: list[UUID] = field(default_factory=list)
    moved: dict[UUID, date] = field(default_factory=dict)

    def take(self, row: Mapping[str, Any], held: Mapping[str, Any] | None) -> None:
        if held is None:
            self.opened.append(row["key"])
        elif held["due_on"] != row["due_on"]:
            self.moved[row["key"]] = held["due_on"]
        if row["closed_on"] is not None and not (held and held["closed_on"]):
            self.closed.append(row["key"])

    def as_json(self, connection: Connection, today: date) -> dict[str, list[dict[str, Any]]]:
        """As a receipt lists them."""
        keys = {*self.opened, *self.closed, *self.moved}
        if not keys:
            return {"opened": [], "closed": [], "moved": []}
        found = {one["id"]: one for one in owing.follow_ups_of(connection, keys, on=today)}
        return {
            "opened": [found[str(key)] for key in self.opened],
            "closed": [found[str(key)] for key in self.closed],
            "moved": [
                {**found[str(key)], "was_due_on": was.isoformat()}
                for key, was in self.moved.items()
            ],
        }


def settle_follow_ups(
    connection: Connection, worlds: Worlds, touched: Iterable[UUID], *, today: date,
    clock: datetime | None,
) -> dict[str, list[dict[str, Any]]]:  # fmt: skip
    """Bring these pupils in line, some at a time; answer as a receipt does, as on ``today``."""
    asked = set(touched)
    if not asked:
        return Settled().as_json(connection, today)
    kept = who.keepers(connection, asked)
    pupils = sorted({kept.get(pupil, pupil) for pupil in asked}, key=attrgetter("bytes"))
    settled = Settled()
    for start in range(0, len(pupils), PUPILS_AT_ONCE):
        some = pupils[start : start + PUPILS_AT_ONCE]
        merged = who.merged_into(connection, some)
        candidates = sorted({*_screened(connection, some, today), *merged})
        if candidates:
            with connection.transaction():
                beside = [other for others in merged.values() for other in others]
                at = in_line.alone(connection, [*candidates, *beside], clock)
                found = judged(connection, worlds.fresh(connection), candidates, london_today(at))
                closing, opening = rows(connection, found, settled)
                in_line.write(connection, at, in_line.MARKS, closing=closing, opening=opening)
    return settled.as_json(connection, today)


def judged(
    connection: Connection, world: World, pupils: Sequence[UUID], today: date
) -> list[tuple[Marked, Judged]]:
    """What is to be written for each of these pupils, whom the caller keeps from others."""
    left = who.not_erased(connection, pupils)
    return [(marked, judge(marked, today)) for marked in _load(connection, world, left)]


def rows(
    connection: Connection, found: Iterable[tuple[Marked, Judged]], settled: Settled
) -> tuple[dict[str, Rows], dict[str, Rows]]:
    """Rows to close and to open, by table."""
    listed = tuple(found)
    events = _recorded_by(
        connection, [(one.pupil_id, mark) for _, one in listed for mark in one.marks()]
    )
    follow_ups: Rows = []
    flags: Rows = []
    gone: Rows = []
    for marked, one in listed:
        written = one.follow_ups(events.get(one.pupil_id, {}))
        for row in written:
            settled.take(row, marked.held.get(row["key"]))
        follow_ups += written
        flags += one.flags(events.get(one.pupil_id, {}))
        gone += [{"pupil_id": one.pupil_id, "key": key} for key in one.gone]
    return {"follow_up": follow_ups, "flag": gone}, {"follow_up": follow_ups, "flag": flags}


def _screened(connection: Connection, pupils: Sequence[UUID], today: date) -> list[UUID]:
    parameters = {
        "pupils": list(pupils),
        "today": today,
        "ill": ILL,
        "attended": codes.PRESENT_BYTES + codes.APPROVED_BYTES,
        "absent": codes.AUTHORISED_BYTES + codes.UNAUTHORISED_BYTES,
        "unauthorised": codes.UNAUTHORISED_BYTES,
        "possible": codes.POSSIBLE_BYTES,
    }
    return [row[0] for row in connection.execute(_SCREEN, parameters)]


def _load(connection: Connection, world: World, pupils: Sequence[UUID]) -> Iterable[Marked]:
    alone = {pupil: Marked(pupil, world) for pupil in pupils}
    cursor = connection.cursor(binary=True)
    merged = who.merged_into(connection, pupils)
    found = alone | {other: alone[kept] for kept, others in merged.items() for other in others}
    parameters = {"pupils": list(found)}
    weeks: dict[UUID, list[Week]] = {}
    for pupil, organisation, mondays, marks in cursor.execute(_WEEKS, parameters).fetchall():
        weeks.setdefault(pupil, []).extend(
            Week(organisation, week, marks[place : place + SESSIONS], NO_EVENT)
            for place, week in zip(range(0, len(marks), SESSIONS), mondays, strict=True)
        )
    for pupil, marked in alone.items():
        records = [weeks.get(one, []) for one in (pupil, *merged.get(pupil, ()))]
        marked.weeks = attendance.together(records) if len(records) > 1 else records[0]
    for pupil, *version in cursor.execute(_NS, parameters).fetchall():
        found[pupil].versions.append(Version(*version))
    for pupil, *spell in cursor.execute(_ROLLS, parameters).fetchall():
        found[pupil].rolls.append((spell[0], spell[1], spell[2]))
    for pupil, since, home in cursor.execute(_HOMES, parameters).fetchall():
        found[pupil].homes.append((since, home))
    for pupil, key, provider, commissioner, start, end, sessions in cursor.execute(
        _PLACED, parameters
    ).fetchall():
        found[pupil].placed.append(
            Placed(
                key=key,
                provider=provider,
                commissioner=commissioner,
                starts_on=start,
                ended_on=end,
                sessions_per_week=sessions,
            )  # fmt: skip
        )
    for pupil, key, school, start, end in cursor.execute(_RETURNED, parameters).fetchall():
        found[pupil].returned.append(
            Returned(key=key, school=school, started_on=start, ended_on=end)
        )
    for pupil, on in cursor.execute(_REFERRED, parameters).fetchall():
        found[pupil].referred.append(on)
    for pupil, on, event in cursor.execute(_TOLD, parameters).fetchall():
        found[pupil].told.append(Done(on, event))
    for pupil, key, on, event, how in cursor.execute(_DONE, parameters).fetchall():
        found[pupil].done[key] = Done(on, event, how)
    for row in cursor.execute(_HELD, parameters).fetchall():
        held = dict(zip(COLUMNS, row, strict=True))
        found[held["pupil_id"]].held[held["key"]] = held
    for pupil, key in cursor.execute(_FLAGGED, {**parameters, "rules": list(FLAGS)}):
        found[pupil].flagged.add(key)
    return alone.values()


def _recorded_by(
    connection: Connection, marks: Sequence[tuple[UUID, MarkAt]]
) -> dict[UUID, dict[MarkAt, UUID]]:
    found: dict[UUID, dict[MarkAt, UUID]] = {}
    if not marks:
        return found
    merged = who.merged_into(connection, {pupil for pupil, _ in marks})
    asked = [
        (pupil, record, mark) for pupil, mark in marks for record in (pupil, *merged.get(pupil, ()))
    ]
    cursor = connection.cursor(binary=True)
    cursor.execute(
        _RECORDED_BY,
        {
            "n": list(range(len(asked))),
            "pupils": [record for _, record, _ in asked],
            "organisations": [mark.organisation for *_, mark in asked],
            "weeks": [mark.week for *_, mark in asked],
            "places": [mark.place + 1 for *_, mark in asked],
            "ats": [mark.at for *_, mark in asked],
        },
    )
    for n, event in sorted(cursor):
        pupil, _, mark = asked[n]
        found.setdefault(pupil, {}).setdefault(mark, event)
    return found
