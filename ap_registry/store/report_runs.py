"""Reports made by a job, as they are asked for, made, kept and got."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID, uuid4

import msgspec

from ap_registry.access import Caller
from ap_registry.instants import instant
from ap_registry.store.database import Connection
from ap_registry.store.key_holders import KeyHolder
from ap_registry.store.succession import acting_for
from ap_registry.store.webhooks import KEY_ENDED

EVERY = {"week": "7 days", "month": "1 month"}
MOST_ATTEMPTS = 3
LEASE = timedelta(minutes=30)
_SHOWN: LiteralString = (
    "r.id, r.kind, r.format, r.given, r.every, r.made_at, r.not_before, r.status, r.progress,"
    " r.error, r.finished_at, r.manifest"
)
_MINE: LiteralString = (
    "(%(everything)s or r.role = %(role)s and r.organisations @> %(organisations)s::text[]"
    " and r.organisations <@ %(organisations)s::text[])"
)
_LISTED: LiteralString = f"""
select {_SHOWN} from report_run r
 where {_MINE} and (%(id)s::uuid is null or r.id = %(id)s)
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
returning id, kind, format, given, actor, role, organisations, every, attempts
"""
_ENDED: LiteralString = """
update report_run r set status = 'failed', error = %(why)s, finished_at = clock_timestamp()
 where r.status in ('waiting', 'working') and r.not_before <= clock_timestamp()
   and not exists (select from api_key k where 'key:' || k.id = r.actor and k.revoked_at is null
                      and (k.until_on is null or k.until_on >= %(today)s))
"""
_GIVEN_UP: LiteralString = """
update report_run set status = 'failed', error = %(why)s, finished_at = clock_timestamp()
 where status = 'working' and not_before <= clock_timestamp() and attempts >= %(most)s
returning id
"""
_NEXT: LiteralString = f"""
insert into report_run (id, kind, format, given, actor, role, organisations, every, made_at,
                        not_before, status, progress, attempts)
select %(next)s, kind, format, given, actor, role, organisations, every, clock_timestamp(),
       clock_timestamp() + case every when 'week' then interval '{EVERY["week"]}'
                                      else interval '{EVERY["month"]}' end,
       'waiting', 0, 0
  from report_run where id = %(id)s and every is not null
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One that this worker alone may make, for whom it was asked."""

    id: UUID
    kind: str
    format: str
    given: Mapping[str, str]
    caller: Caller
    every: str | None
    attempts: int


def _named(holder: KeyHolder, **more: Any) -> dict[str, Any]:
    """Whose reports are meant: those asked for in its role by keys of the same organisations."""
    asked = {"id": None, "before_at": None, "before_id": None, "limit": 1}
    return {**asked, "everything": holder.caller.sees_all, "role": holder.caller.role,
            "organisations": list(holder.named), **more}  # fmt: skip


def ask(
    connection: Connection, holder: KeyHolder, *, kind: str, format: str,
    given: Mapping[str, str], every: str | None,
) -> UUID:  # fmt: skip
    made = uuid4()
    connection.execute(
        "insert into report_run (id, kind, format, given, actor, role, organisations, every,"
        " made_at, not_before, status, progress, attempts) values (%(id)s, %(kind)s, %(format)s,"
        " %(given)s, %(actor)s, %(role)s, %(organisations)s, %(every)s, clock_timestamp(),"
        " clock_timestamp(), 'waiting', 0, 0)",
        _named(
            holder, id=made, kind=kind, format=format, every=every, actor=holder.caller.actor,
            given=msgspec.json.encode(given).decode(),
        ),
    )  # fmt: skip
    return made


def listed(
    connection: Connection, holder: KeyHolder, *, limit: int, id: UUID | None = None,
    before: tuple[datetime, UUID] | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """The latest first: those of the caller's organisations, asked for in the same role."""
    at, last = before or (None, None)
    asked = _named(holder, id=id, limit=limit, before_at=at, before_id=last)
    return [_shown(*row) for row in connection.execute(_LISTED, asked).fetchall()]


def _shown(
    id_: UUID, kind: str, format_: str, given: Any, every: str | None, made_at: datetime,
    not_before: datetime, status: str, progress: int, error: str | None,
    finished_at: datetime | None, manifest: Any,
) -> dict[str, Any]:  # fmt: skip
    return {
        "id": str(id_), "report": kind, "format": format_, "options": given, "every": every,
        "status": status, "progress": progress, "error": error, "created_at": instant(made_at),
        "starts_at": instant(not_before) if status == "waiting" else None,
        "finished_at": instant(finished_at) if finished_at else None, "manifest": manifest,
    }  # fmt: skip


def claim(connection: Connection, today: date) -> Run | None:
    """The oldest that is due; one whose key has ended is not made, nor made anew."""
    connection.execute(_ENDED, {"why": KEY_ENDED, "today": today})
    _give_up(connection)
    row = connection.execute(_CLAIM, (LEASE,)).fetchone()
    if row is None:
        return None
    id_, kind, format_, given, actor, role, organisations, every, attempts = row
    caller = Caller(
        actor=actor, role=role, organisations=acting_for(connection, role, organisations, today)
    )
    return Run(id=id_, kind=kind, format=format_, given=given, caller=caller, every=every,
               attempts=attempts)  # fmt: skip


def _give_up(connection: Connection) -> None:
    """On what its workers died of: they told nobody that they failed."""
    why = f"gave up after {MOST_ATTEMPTS} attempts"
    with connection.transaction():
        for (id_,) in connection.execute(_GIVEN_UP, {"why": why, "most": MOST_ATTEMPTS}).fetchall():
            connection.execute(_NEXT, {"next": uuid4(), "id": id_})


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
    pupils: Iterable[UUID],
) -> bool:  # fmt: skip
    """The file and what it was made of; where it is made regularly, the next is planned.

    One that shows a pupil erased meanwhile is not kept: it is made again.
    """
    shown = list(pupils)
    with connection.transaction():
        done = connection.execute(
            "update report_run set status = 'done', progress = 100, file = %s, manifest = %s,"
            " pupils = %s, error = null, finished_at = clock_timestamp()"
            " where id = %s and attempts = %s and status = 'working'"
            " and not exists (select from erased x where x.pupil_id = any(%s))",
            (
                file,
                msgspec.json.encode(manifest).decode(),
                shown,
                run.id,
                run.attempts,
                shown,
            ),
        )
        if done.rowcount:
            connection.execute(_NEXT, {"next": uuid4(), "id": run.id})
    return done.rowcount == 1


def fail(connection: Connection, run: Run, error: str, *, again: bool) -> None:
    """``again``: it may go well later, a few times."""
    more = again and run.attempts < MOST_ATTEMPTS
    with connection.transaction():
        done = connection.execute(
            "update report_run set status = %s, error = %s, not_before = clock_timestamp()"
            "  + interval '1 minute', finished_at = case when not %s then clock_timestamp() end"
            " where id = %s and attempts = %s and status = 'working'",
            ("waiting" if more else "failed", error, more, run.id, run.attempts),
        )
        if done.rowcount and not more:
            connection.execute(_NEXT, {"next": uuid4(), "id": run.id})


def cancel(connection: Connection, holder: KeyHolder, id: UUID) -> bool:
    """A file that is there goes with it; False where there is no such report."""
    done = connection.execute(
        f"update report_run r set status = 'cancelled', file = null, pupils = null, every = null,"
        f" finished_at = clock_timestamp() where r.id = %(id)s and {_MINE}",
        _named(holder, id=id),
    )
    return done.rowcount == 1


def file_of(
    connection: Connection, holder: KeyHolder, id: UUID
) -> tuple[str, str, bytes, list[UUID]] | None:
    """Kind, format, file and whom it shows; None where there is none."""
    row = connection.execute(
        f"select r.kind, r.format, r.file, r.pupils from report_run r"
        f" where r.id = %(id)s and r.file is not null and {_MINE}",
        _named(holder, id=id),
    ).fetchone()
    return (row[0], row[1], bytes(row[2]), row[3] or []) if row else None
