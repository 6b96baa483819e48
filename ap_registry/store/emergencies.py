"""Records opened in an emergency: acts of the pupil's stream 4, read by whoever is told of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.rows import dict_row

from ap_registry.access import Caller
from ap_registry.store import codec
from ap_registry.store.acts import OPENED
from ap_registry.store.database import Connection
from ap_registry.store.locks import EMERGENCY_SLOTS
from ap_registry.store.reads import ALL, Asked, Mark

INDEX = f"""
create index if not exists event_opened on event (recorded_at, id) where type = '{OPENED}'
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """``pupil_id``: whose record, by its own id; ``shown_id``: by which it is shown.

    ``name``: of the person who opened it. ``reason``: None once the pupil is erased. ``told``: the
    organisations whose safeguarding lead had a letter.
    """

    id: UUID
    pupil_id: UUID
    shown_id: UUID
    at: datetime
    until_at: datetime
    actor: str
    name: str | None
    role: str
    organisation: str
    told: tuple[str, ...]
    reason: str | None


# The type stands in the text: a plan for any type could not use the index of this one.
_OPENINGS: LiteralString = f"""
select e.id, coalesce(m.pupil_id, e.pupil_id) as pupil_id,
       coalesce(i.shown_as, m.pupil_id, e.pupil_id) as shown_id, e.recorded_at as at,
       (e.data->>'until')::timestamptz as until_at, e.actor, a.name, e.data->>'role' as role,
       e.by as organisation, e.data->'told' as told, p.data::text as private
  from event e
  left join event_private p using (pupil_id, stream, version)
  left join merged m on m.other = e.pupil_id and m.until_at = 'infinity'
  left join identity i on i.pupil_id = coalesce(m.pupil_id, e.pupil_id) and i.until_at = 'infinity'
  left join account a on e.actor = 'account:' || a.id
 where e.type = '{OPENED}' and {{which}}
 order by e.recorded_at desc, e.id desc
 limit %(limit)s
"""
_RUNNING: LiteralString = _OPENINGS.format(
    which="e.id = %(id)s and e.actor = %(actor)s and (e.data->>'until')::timestamptz > %(at)s"
)
_TOLD_TO: LiteralString = _OPENINGS.format(
    which="(%(everything)s or e.by = any(%(by)s) or e.actor = %(caller)s"
    " or coalesce(m.pupil_id, e.pupil_id) in ("
    "select v.pupil_id from visibility v where v.organisation = any(%(organisations)s)"
    " and v.until_at = 'infinity' and (v.from_on is null or v.from_on <= %(today)s)"
    " and (v.until_on is null or v.until_on >= %(today)s)))"
    " and (%(pupils)s::uuid[] is null or e.pupil_id = any(%(pupils)s))"
    " and (%(actor)s::text is null or e.actor = %(actor)s)"
    " and (%(who)s::text is null or e.actor = %(who)s or a.name ilike %(like)s)"
    " and (%(organisation)s::text is null or e.by = %(organisation)s)"
    " and (%(from_at)s::timestamptz is null or e.recorded_at >= %(from_at)s)"
    " and (%(to_at)s::timestamptz is null or e.recorded_at <= %(to_at)s)"
    " and (%(before_at)s::timestamptz is null"
    "      or (e.recorded_at, e.id) < (%(before_at)s::timestamptz, %(before_id)s::uuid))"
)
_OF_PUPIL: LiteralString = _OPENINGS.format(which="e.pupil_id = any(%(pupils)s)")


def _rows(connection: Connection, query: LiteralString, **values: Any) -> list[Opening]:
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(query, {"limit": None, **values})
        rows = cursor.fetchall()
    found = []
    for row in rows:
        private = row.pop("private")
        reason = codec.decode(private).get("reason") if private else None
        found.append(Opening(**{**row, "told": tuple(row["told"]), "reason": reason}))
    return found


def running(connection: Connection, opening: UUID, actor: str, *, at: datetime) -> Opening | None:
    """One's own, until its time is over; None for all others."""
    found = _rows(connection, _RUNNING, id=opening, actor=actor, at=at)
    return found[0] if found else None


def told_to(
    connection: Connection, caller: Caller, *, today: date, asked: Asked = ALL,
    before: Mark | None = None, limit: int,
) -> list[Opening]:  # fmt: skip
    """The latest first: by the caller or people of its organisations, or of pupils whom it sees.

    Of colleagues' openings carers are told where the pupil is theirs.
    """
    return _rows(
        connection, _TOLD_TO, **asked.bound(before), today=today, limit=limit,
        by=[] if caller.role == "social_care" else list(caller.organisations),
        caller=caller.actor, organisations=list(caller.sees_for), everything=caller.sees_all,
    )  # fmt: skip


def of_pupils(connection: Connection, pupils: Sequence[UUID]) -> list[Opening]:
    return _rows(connection, _OF_PUPIL, pupils=list(pupils))


_TRIES: LiteralString = f"""
select (select count(*) from event where type = '{OPENED}' and actor = %(actor)s
           and recorded_at > %(since)s)
     + (select count(*) from account_act where what = 'emergency_unknown' and actor = %(actor)s
           and at > %(since)s)
"""


def alone(connection: Connection, actor: str) -> None:
    """Until the transaction ends nobody else opens for this person, or counts what it opened."""
    connection.execute("select pg_advisory_xact_lock(%s, hashtext(%s))", (EMERGENCY_SLOTS, actor))


def tries(connection: Connection, actor: str, *, since: datetime) -> int:
    """How often somebody has opened a record, or asked for one that nobody knows."""
    row = connection.execute(_TRIES, {"actor": actor, "since": since}).fetchone()
    return int(row[0]) if row else 0


def seeing(connection: Connection, pupil: UUID, *, today: date) -> list[str]:
    """Which organisations see a pupil on a day."""
    rows = connection.execute(
        "select distinct organisation from visibility where pupil_id = %(pupil)s"
        " and until_at = 'infinity' and (from_on is null or from_on <= %(today)s)"
        " and (until_on is null or until_on >= %(today)s) order by 1",
        {"pupil": pupil, "today": today},
    ).fetchall()
    return [row[0] for row in rows]
