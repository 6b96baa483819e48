"""The sequenced feed: what a scope may see of the one order of all events."""

from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

from ap_registry.store.database import Connection
from ap_registry.store.queries import ELSEWHERE, SCOPED, Found, Scope, rows_of, scoped

WIDER = 4  # times as many places of the log looked at as before, where too little was seen
MOST_LOOKED_AT = 85_000  # for one page: one who sees little gets a short page, and goes on

_OF_EXCLUSIONS: LiteralString = (
    "('suspension', 'permanent_exclusion', 'exclusion_cancelled', 'notified', 'parent_request',"
    " 'governors_decision', 'review_decision', 'sixth_day_started')"
)
_OF_HEALTH: LiteralString = (
    "('pupil_registered', 'joined_roll', 'left_roll', 'placement_started', 'placement_changed',"
    " 'placement_ended')"
)
# Each event is looked up by its key, also where no table was analysed yet: hence ``offset 0``, and
# identity by all of its key (measured: 12,000 events a second, 1,500 by pupil_id alone).
_SEEN = f"""
 cross join lateral (
   select e.id, e.type, e.version, e.pupil_id as own, e.occurred_on, e.recorded_at, e.by, e.digest,
          case when e.type like 'view_recorded.%%' then e.data->>'share' end as share,
          case when e.type like 'view_recorded.%%' then e.data->>'about'
               when split_part(e.type, '.', 1) in ('correction', 'void', 'disputed')
               then e.data->>'of' end as about,
          coalesce((select m.pupil_id from merged m
                     where m.other = e.pupil_id and m.until_at = 'infinity'),
                   e.pupil_id) as pupil_id
     from event e
    where e.pupil_id = l.pupil_id and e.stream = l.stream and e.version = l.version
      and e.stream < 2
   offset 0) e
 where {SCOPED.format(t="e")}
   and (e.by = any(%(organisations)s) or
        not (%(to_health)s and split_part(e.type, '.', 1) not in {_OF_HEALTH})
        and not (%(to_school)s and split_part(e.type, '.', 1) in {_OF_EXCLUSIONS}
                 and {ELSEWHERE.format(t="e", more="")})
        and not ((%(to_school)s or %(to_provider)s) and e.share is not distinct from 'not_school')
        and not (%(to_school)s and e.about is not null
                 and {ELSEWHERE.format(t="e", more="and x.key::text = e.about")}))
"""
_EVENTS = f"""
select f.seq, f.id::text, split_part(f.type, '.', 1) as type, f.version,
       coalesce(i.shown_as, f.pupil_id)::text as pupil_id, f.occurred_on::text,
       to_char(f.recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as recorded_at,
       f.by, case when i.shown_as is null then p.ref end as ref
  from (select l.seq, l.stream, e.* from log l {_SEEN}
           and l.seq > %(after)s and l.seq <= %(until)s
           and (%(type)s::text is null or split_part(e.type, '.', 1) = %(type)s)
         order by l.seq limit %(limit)s) f
  left join lateral (
    select i.shown_as from identity i
     where i.pupil_id = f.pupil_id and i.key = f.pupil_id and i.until_at = 'infinity'
    offset 0) i on true
  left join lateral (
    select p.data->>'_ref' as ref from event_private p
     where p.pupil_id = f.own and p.stream = f.stream and p.version = f.version offset 0) p on true
 order by f.seq
"""
_PLACE = f"select l.seq, e.digest from log l {_SEEN} and l.seq = %(seq)s"
_SEQ_OF: LiteralString = """
select l.seq from event e join log l using (pupil_id, stream, version)
 where e.id = %s and e.stream < 2
"""


# Nothing leads from what was said of an adopted pupil before to the pupil of now.
_BY_REF: LiteralString = """
select e.id from event e
 where e.ref_hash = %s and e.stream = 0
   and not exists (select from identity i where i.pupil_id = e.pupil_id
                      and i.until_at = 'infinity' and i.shown_as is not null)
"""


@dataclass(frozen=True, slots=True)
class Page:
    """All that the scope may see up to the place ``until``; ``more``: the log goes on there."""

    items: Found
    until: int
    more: bool


def size(connection: Connection) -> int:
    row = connection.execute("select log_size()").fetchone()
    assert row is not None
    return int(row[0])


def page(
    connection: Connection, scope: Scope, *, after: int, limit: int, type: str | None = None,
    most: int = MOST_LOOKED_AT,
) -> Page:  # fmt: skip
    """At most ``limit`` events after a place, in order; of one type, or of all.

    ``until`` is lower than ``after`` where the log is shorter: a restored one begins anew there.
    """
    end = size(connection)
    items: Found = []
    start, until, window = after, min(after, end), limit
    while len(items) < limit and until < end and until - start < most:
        upto = min(until + window, end)
        left = limit - len(items)
        found = events(connection, scope, after=until, until=upto, limit=left, type=type)
        items += found
        until = items[-1]["seq"] if len(items) == limit else upto
        window *= WIDER
    return Page(items, until, more=until < end)


def events(
    connection: Connection, scope: Scope, *, after: int = 0, until: int = 2**62, limit: int,
    type: str | None = None,
) -> Found:  # fmt: skip
    """A ref of an adopted pupil is left out, as it may hold a former UPN."""
    asked = {"after": after, "until": until, "limit": limit, "type": type, **scoped(scope)}
    return rows_of(connection, _EVENTS, asked)


def place(connection: Connection, scope: Scope, event: UUID) -> tuple[int, bytes] | None:
    """The seq and the digest of an event that the caller may see; None for any other."""
    for (seq,) in connection.execute(_SEQ_OF, (event,)).fetchall():
        row = connection.execute(_PLACE, {"seq": seq, **scoped(scope)}).fetchone()
        if row:
            return row[0], bytes(row[1])
    return None


def of_ref(connection: Connection, scope: Scope, ref_hash: bytes | None) -> list[UUID]:
    """The events with a notifier's own reference that the caller may see."""
    rows = connection.execute(_BY_REF, (ref_hash,)).fetchall()
    return [event for (event,) in rows if place(connection, scope, event)]
