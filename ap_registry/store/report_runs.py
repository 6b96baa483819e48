"""Reports made by a job, as they are asked for, made, kept and got."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, LiteralString, Protocol
from uuid import UUID, uuid4

import msgspec

from ap_registry.access import Caller
from ap_registry.instants import instant
from ap_registry.store.access_links import REPORT, REPORT_FAILED
from ap_registry.store.database import Connection
from ap_registry.store.succession import acting_for
from ap_registry.store.webhooks import KEY_ENDED

# How long until the next; a half-term is by the calendar, where there is one.
EVERY = {"week": "7 days", "month": "1 month", "half_term": "7 weeks"}
NOBODY, ASKER, COLLEAGUES = TELL = ("nobody", "asker", "colleagues")
MOST_ATTEMPTS = 3
LEASE = timedelta(minutes=30)
_SHOWN: LiteralString = (
    "r.id, r.kind, r.format, r.given, r.every, r.tell, r.made_at, r.not_before, r.status,"
    " r.progress, r.error, r.finished_at, r.manifest, r.file is not null"
)
MINE: LiteralString = (
    "(%(everything)s or r.role = %(role)s and r.organisations @> %(organisations)s::text[]"
    " and r.organisations <@ %(organisations)s::text[]"
    " and (not %(alone)s or r.actor = %(actor)s))"
)
_LISTED: LiteralString = f"""
select {_SHOWN} from report_run r
 where {MINE} and (%(id)s::uuid is null or r.id = %(id)s)
   and (%(before_at)s::timestamptz is null
        or (r.made_at, r.id) < (%(before_at)s::timestamptz, %(before_id)s::uuid))
 order by r.made_at desc, r.id desc limit %(limit)s
"""
# not_before is by the real clock, also where AP_REGISTRY_CLOCK stands still.
_CLAIM: LiteralString = """
update report_run set status = 'working', progress = 0, attempts = attempts + 1,
       not_before = clock_timestamp() + %s
 where id = (select id from report_run
              where status in ('waiting', 'working') and not_before <= clock_timestamp()
              order by not_before, id limit 1 for update skip locked)
returning id, kind, format, given, actor, role, organisations, every, tell, attempts
"""
_ENDED: LiteralString = """
update report_run r set status = 'failed', error = %(why)s, finished_at = clock_timestamp()
 where r.status in ('waiting', 'working') and r.not_before <= clock_timestamp()
   and not exists (select from api_key k where 'key:' || k.id = r.actor and k.revoked_at is null
                      and (k.until_on is null or k.until_on >= %(today)s)
                      and not exists (select from account a where a.id = k.keeper
                                         and a.last_on < %(today)s))
   and not exists (select from account a where 'account:' || a.id = r.actor and not a.disabled
                      and (a.last_on is null or a.last_on >= %(today)s)
                      and a.role = r.role and r.organisations = array[a.organisation::text])
returning id
"""
_GIVEN_UP: LiteralString = """
update report_run set status = 'failed', error = %(why)s, finished_at = clock_timestamp()
 where status = 'working' and not_before <= clock_timestamp() and attempts >= %(most)s
returning id
"""
_NEXT: LiteralString = """
insert into report_run (id, kind, format, given, actor, role, organisations, every, tell, made_at,
                        not_before, status, progress, attempts)
select %(next)s, kind, format, given, actor, role, organisations, every, tell, clock_timestamp(),
       clock_timestamp() + coalesce(%(wait)s::interval, (%(usual)s::jsonb ->> every)::interval),
       'waiting', 0, 0
  from report_run where id = %(id)s and every is not null
"""
_TELL: LiteralString = """
insert into access_letter (id, account, what, about, created_at, attempts)
select gen_random_uuid(), a.id, %(what)s, r.id, clock_timestamp(), 0
  from report_run r, account a
 where r.id = %(id)s and not a.disabled
   and (a.last_on is null or a.last_on >= %(today)s) and (
       r.tell = 'asker' and 'account:' || a.id = r.actor
    or r.tell = 'colleagues' and a.role <> 'parent')
   and a.role = r.role and r.organisations = array[a.organisation::text]
"""


class Asker(Protocol):
    """Who asks for reports: a key or a person; ``named``: the organisations it was made for."""

    @property
    def caller(self) -> Caller: ...

    @property
    def named(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One that this worker alone may make, for whom it was asked."""

    id: UUID
    kind: str
    format: str
    given: Mapping[str, str]
    caller: Caller
    every: str | None
    tell: str
    attempts: int


def named_by(holder: Asker, **more: Any) -> dict[str, Any]:
    """Whose reports are meant: those asked for in its role by the same organisations.

    A parent's, or of whoever has no organisation, are its own alone.
    """
    caller = holder.caller
    return {
        "id": None, "before_at": None, "before_id": None, "limit": 1,
        "everything": caller.sees_all, "role": caller.role, "actor": caller.actor,
        "alone": caller.role == "parent" or not holder.named,
        "organisations": list(holder.named), **more,
    }  # fmt: skip


def ask(
    connection: Connection, holder: Asker, *, kind: str, format: str,
    given: Mapping[str, str], every: str | None, tell: str = NOBODY,
) -> UUID:  # fmt: skip
    made = uuid4()
    connection.execute(
        "insert into report_run (id, kind, format, given, actor, role, organisations, every, tell,"
        " made_at, not_before, status, progress, attempts) values (%(id)s, %(kind)s, %(format)s,"
        " %(given)s, %(actor)s, %(role)s, %(organisations)s, %(every)s, %(tell)s,"
        " clock_timestamp(), clock_timestamp(), 'waiting', 0, 0)",
        named_by(
            holder, id=made, kind=kind, format=format, every=every, tell=tell,
            given=msgspec.json.encode(given).decode(),
        ),
    )  # fmt: skip
    return made


def listed(
    connection: Connection, holder: Asker, *, limit: int, id: UUID | None = None,
    before: tuple[datetime, UUID] | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """The latest first: those of the caller's organisations, asked for in the same role."""
    at, last = before or (None, None)
    asked = named_by(holder, id=id, limit=limit, before_at=at, before_id=last)
    return [_shown(*row) for row in connection.execute(_LISTED, asked).fetchall()]


def _shown(
    id_: UUID, kind: str, format_: str, given: Any, every: str | None, tell: str,
    made_at: datetime, not_before: datetime, status: str, progress: int, error: str | None,
    finished_at: datetime | None, manifest: Any, kept: bool,
) -> dict[str, Any]:  # fmt: skip
    return {
        "id": str(id_), "report": kind, "format": format_, "options": given, "every": every,
        "tell": tell, "status": status, "progress": progress, "error": error,
        "created_at": instant(made_at),
        "starts_at": instant(not_before) if status == "waiting" else None,
        "finished_at": instant(finished_at) if finished_at else None, "manifest": manifest,
        "kept": kept,
    }  # fmt: skip


def claim(connection: Connection, today: date) -> Run | None:
    """The oldest that is due; one whose key has ended is not made, nor made anew."""
    _end(connection, today)
    _give_up(connection, today)
    row = connection.execute(_CLAIM, (LEASE,)).fetchone()
    if row is None:
        return None
    id_, kind, format_, given, actor, role, organisations, every, tell, attempts = row
    caller = Caller(
        actor=actor, role=role, organisations=acting_for(connection, role, organisations, today)
    )
    return Run(id=id_, kind=kind, format=format_, given=given, caller=caller, every=every,
               tell=tell, attempts=attempts)  # fmt: skip


def _end(connection: Connection, today: date) -> None:
    """What was asked for by a key or a person that is not in use any more."""
    with connection.transaction():
        ended = connection.execute(_ENDED, {"why": KEY_ENDED, "today": today}).fetchall()
        for (id_,) in ended:
            _tell(connection, id_, REPORT_FAILED, today)


def _give_up(connection: Connection, today: date) -> None:
    """On what its workers died of: they told nobody that they failed."""
    why = f"gave up after {MOST_ATTEMPTS} attempts"
    with connection.transaction():
        for (id_,) in connection.execute(_GIVEN_UP, {"why": why, "most": MOST_ATTEMPTS}).fetchall():
            _tell(connection, id_, REPORT_FAILED, today)
            _plan_next(connection, id_)


def _tell(connection: Connection, run: UUID, what: str, today: date) -> None:
    """By a letter to each whom it concerns and whose account is in use."""
    connection.execute(_TELL, {"what": what, "id": run, "today": today})


def _plan_next(connection: Connection, run: UUID, wait: timedelta | None = None) -> None:
    """Of one that is made regularly; ``wait`` None: as long as usual."""
    usual = msgspec.json.encode(EVERY).decode()
    connection.execute(_NEXT, {"next": uuid4(), "id": run, "wait": wait, "usual": usual})


def advance(connection: Connection, run: Run, progress: int) -> bool:
    """How far it is; False where it was cancelled, or another worker has it by now."""
    done = connection.execute(
        "update report_run set progress = %s"
        " where id = %s and attempts = %s and status = 'working'",
        (progress, run.id, run.attempts),
    )
    return done.rowcount == 1


def keep(
    connection: Connection, run: Run, *, file: bytes, manifest: Mapping[str, Any],
    pupils: Iterable[UUID], today: date, wait: timedelta | None = None,
) -> bool:  # fmt: skip
    """The file and what it was made of; whom it concerns are told, and the next is planned.

    One that shows a pupil erased meanwhile is not kept: it is made again.
    """
    shown = list(pupils)
    with connection.transaction():
        done = connection.execute(
            "update report_run set status = 'done', progress = 100, file = %s, manifest = %s,"
            " pupils = %s, error = null, finished_at = clock_timestamp()"
            " where id = %s and attempts = %s and status = 'working'"
            " and not exists (select from erased x where x.pupil_id = any(%s))",
            (file, msgspec.json.encode(manifest).decode(), shown, run.id, run.attempts, shown),
        )
        if done.rowcount:
            _tell(connection, run.id, REPORT, today)
            _plan_next(connection, run.id, wait)
    return done.rowcount == 1


def fail(connection: Connection, run: Run, error: str, *, again: bool, today: date) -> None:
    """``again``: it may go well later, a few times; else whom it concerns are told."""
    more = again and run.attempts < MOST_ATTEMPTS
    with connection.transaction():
        done = connection.execute(
            "update report_run set status = %s, error = %s, not_before = clock_timestamp()"
            "  + interval '1 minute', finished_at = case when not %s then clock_timestamp() end"
            " where id = %s and attempts = %s and status = 'working'",
            ("waiting" if more else "failed", error, more, run.id, run.attempts),
        )
        if done.rowcount and not more:
            _tell(connection, run.id, REPORT_FAILED, today)
            _plan_next(connection, run.id)


def cancel(connection: Connection, holder: Asker, id: UUID) -> bool:
    """A file that is there goes with it; False where there is no such report."""
    done = connection.execute(
        f"update report_run r set status = 'cancelled', file = null, pupils = null, every = null,"
        f" finished_at = clock_timestamp() where r.id = %(id)s and {MINE}",
        named_by(holder, id=id),
    )
    return done.rowcount == 1
