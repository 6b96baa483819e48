"""Calls of webhooks: made from the feed, claimed by a worker, and settled as they went."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import LiteralString
from uuid import UUID, uuid5

from ap_registry.access import Caller
from ap_registry.seals import Seals
from ap_registry.store import feed, reads
from ap_registry.store.database import Connection
from ap_registry.store.queries import scope_of
from ap_registry.store.succession import acting_for
from ap_registry.store.webhooks import NOTICE, sealed_for

AT_ONCE = 500
MOST_WAITING = 5_000  # for one address: the rest waits in the log
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
LADDER = (
    5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR,
    24 * HOUR,
)  # fmt: skip  # https://www.standardwebhooks.com, after the first attempt
DISABLED_AFTER = timedelta(hours=72)  # without one call that went well
LOG_KEPT = timedelta(days=30)
_ACTIVE: LiteralString = (
    "w.disabled_at is null and exists (select from api_key k where k.id = w.api_key"
    " and 'read' = any(k.scopes)"
    " and k.revoked_at is null and (k.until_on is null or k.until_on >= %(today)s))"
)
_BEHIND: LiteralString = f"""
select w.id, w.api_key, w.role, w.organisations, w.types, w.after from webhook w
 where w.after <> %(size)s and {_ACTIVE}
   and (select count(*) from (select from webhook_delivery d where d.webhook = w.id
          and d.sent_at is null and d.failed is null limit %(most)s) held) < %(most)s
 order by w.after limit 1 for update of w skip locked
"""
_MAKE: LiteralString = """
insert into webhook_delivery (id, webhook, type, seq, event, happened_at, made_at, not_before)
select t.id, %(webhook)s, %(type)s, t.seq, t.event, t.at, clock_timestamp(), clock_timestamp()
  from unnest(%(ids)s::uuid[], %(seqs)s::bigint[], %(events)s::uuid[], %(at)s::timestamptz[])
       as t(id, seq, event, at)
    on conflict (id) do update set sent_at = null, failed = null, attempts = 0, status = null,
       error = null, not_before = excluded.not_before, made_at = excluded.made_at
"""
# By their keys, whatever the planner knows of the tables: hence ``offset 0``.
_PUPIL: LiteralString = """
select coalesce(i.shown_as, i.pupil_id) from (
  select coalesce((select m.pupil_id from merged m
                    where m.other = e.pupil_id and m.until_at = 'infinity'), e.pupil_id) as kept
    from event e where e.id = d.event offset 0) e
  cross join lateral (
    select i.pupil_id, i.shown_as from identity i
     where i.pupil_id = e.kept and i.key = e.kept and i.until_at = 'infinity' offset 0) i
 limit 1
"""
_SIGNS: LiteralString = """where s.webhook = w.id
                             and (s.until_at is null or s.until_at > clock_timestamp())
                             order by s.made_at desc, s.id"""
_CLAIM: LiteralString = f"""
with due as (
  select d.id from webhook w cross join lateral (
    select d.id, d.not_before from webhook_delivery d
     where d.webhook = w.id and d.sent_at is null and d.failed is null
       and d.not_before <= clock_timestamp()
     order by d.not_before, d.seq
     limit case when w.failures > 0 then 1 else %(each)s end
       for update skip locked) d
   where {_ACTIVE} and w.id <> all(%(busy)s)
   order by d.not_before limit %(limit)s)
update webhook_delivery d
   set attempts = d.attempts + 1, not_before = clock_timestamp() + %(lease)s
  from due, webhook w
 where d.id = due.id and w.id = d.webhook
returning d.id, d.webhook, w.url, d.type, d.seq, d.event, d.happened_at, d.attempts,
          ({_PUPIL}), array(select s.id from webhook_secret s {_SIGNS}),
          array(select s.secret from webhook_secret s {_SIGNS})
"""
_WENT: LiteralString = """
update webhook_delivery d set sent_at = clock_timestamp(), status = r.status, error = null
  from unnest(%s::uuid[], %s::smallint[], %s::smallint[]) as r(id, attempts, status)
 where d.id = r.id and d.attempts = r.attempts and d.sent_at is null
"""
_WELL: LiteralString = (
    "update webhook set failures = 0, failing_since = null where id = any(%s) and failures > 0"
)
_WENT_WRONG: LiteralString = """
update webhook_delivery set status = %(status)s, error = %(error)s::text,
       not_before = clock_timestamp() + coalesce(%(wait)s::interval, '0'),
       failed = case when %(wait)s::interval is null then %(error)s::text end
 where id = %(id)s and attempts = %(attempts)s and sent_at is null
"""
_FAILING: LiteralString = """
update webhook set failures = failures + 1,
       failing_since = coalesce(failing_since, clock_timestamp()) where id = %s
"""
_DISABLE: LiteralString = """
update webhook set disabled_at = clock_timestamp(), disabled_why = %s
 where id = %s and disabled_at is null and (%s or failing_since < clock_timestamp() - %s::interval)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One that this worker alone may make; ``pupil``: None where nobody reads it any more."""

    id: UUID
    webhook: UUID
    url: str
    type: str
    seq: int | None
    event: UUID | None
    happened_at: datetime
    attempts: int
    pupil: UUID | None
    secrets: tuple[tuple[UUID, bytes], ...]  # as the database has them

    def signed_by(self, seals: Seals) -> list[bytes]:
        """Raise SetupError where no key opens one."""
        return [seals.open(sealed_for(id_), held) for id_, held in self.secrets]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How a call went; ``gone``: the receiver wants no more, ``for_good``: this one is no use."""

    call: Call
    status: int | None
    error: str | None = None
    gone: bool = False
    for_good: bool = False


def make_calls(connection: Connection, today: date, now: datetime) -> bool:
    """For the next events of the webhook that is furthest behind; False where none is."""
    with connection.transaction():
        asked = {"today": today, "size": feed.size(connection), "most": MOST_WAITING}
        row = connection.execute(_BEHIND, asked).fetchone()
        if row is None:
            return False
        webhook, key, role, organisations, types, after = row
        acting = acting_for(connection, role, organisations, today)
        caller = Caller(actor=f"key:{key}", role=role, organisations=acting)
        page = feed.page(connection, scope_of(caller, today), after=after, limit=AT_ONCE)
        wanted = [one for one in page.items if not types or one["type"] in types]
        if wanted:
            seqs = [one["seq"] for one in wanted]
            told = {
                "webhook": webhook, "type": NOTICE, "seqs": seqs,
                "ids": [uuid5(webhook, str(seq)) for seq in seqs],
                "events": [one["id"] for one in wanted],
                "at": [one["recorded_at"] for one in wanted],
            }  # fmt: skip
            connection.execute(_MAKE, told)
            pupils = (one["pupil_id"] for one in wanted)
            reads.note(connection, caller, what=f"webhook {webhook}", pupils=pupils, at=now)
        connection.execute("update webhook set after = %s where id = %s", (page.until, webhook))
    return True


def claim(
    connection: Connection, today: date, *, limit: int, each: int, busy: Sequence[UUID],
    lease: timedelta,
) -> list[Call]:  # fmt: skip
    """What is due, of many webhooks at once; one that fails gets one call at a time."""
    asked = {"today": today, "limit": limit, "each": each, "busy": list(busy), "lease": lease}
    names = ("id", "webhook", "url", "type", "seq", "event", "happened_at", "attempts", "pupil")
    return [
        Call(
            **dict(zip(names, row[:-2], strict=True)),
            secrets=tuple(zip(row[-2], map(bytes, row[-1]), strict=True)),
        )
        for row in connection.execute(_CLAIM, asked).fetchall()
    ]


def settle(connection: Connection, answers: Sequence[Answer]) -> None:
    """A worker that was frozen past its lease changes nothing: attempts has moved on."""
    went = [one for one in answers if one.error is None]
    with connection.transaction():
        if went:
            ids, attempts = [a.call.id for a in went], [a.call.attempts for a in went]
            connection.execute(_WENT, (ids, attempts, [a.status for a in went]))
            connection.execute(_WELL, ([a.call.webhook for a in went],))
        for answer in answers:
            if answer.error is not None:
                _went_wrong(connection, answer)


def _went_wrong(connection: Connection, answer: Answer) -> None:
    call = answer.call
    over = answer.gone or answer.for_good or call.attempts > len(LADDER)
    wait = None if over else LADDER[call.attempts - 1]
    connection.execute(
        _WENT_WRONG,
        {"id": call.id, "attempts": call.attempts, "status": answer.status,
         "error": answer.error, "wait": wait},
    )  # fmt: skip
    if answer.for_good:
        return
    connection.execute(_FAILING, (call.webhook,))
    if over:
        why = f"{answer.error}: no call has gone well for {DISABLED_AFTER // HOUR} hours"
        why = "the receiver answered 410: it wants no more" if answer.gone else why
        connection.execute(_DISABLE, (why, call.webhook, answer.gone, DISABLED_AFTER))


def forget(connection: Connection) -> int:
    """Leave out of the delivery log what is over for a month."""
    done = connection.execute(
        "delete from webhook_delivery where (sent_at is not null or failed is not null)"
        " and made_at < clock_timestamp() - %s::interval",
        (LOG_KEPT,),
    )
    return done.rowcount
