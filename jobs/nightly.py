"""Nightly: what the day may have missed, once a night however many workers there are."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from threading import Event

from ap_registry.calendar import LONDON
from ap_registry.installation import Installation
from ap_registry.leaving import see_to_accounts
from ap_registry.notice import World
from ap_registry.retention import reads_kept, years_later
from ap_registry.store import kept_forms, reads, report_files, sights, webhook_calls
from ap_registry.store.attendance_follow_ups import settle_follow_ups
from ap_registry.store.database import Connection
from ap_registry.store.locks import NIGHTLY_LOCK
from ap_registry.store.registration_watch import watch_registration

STARTS_AT = time(2, 15)  # London; the hour that daylight saving skips or repeats is over
AT_ONCE = 1_000
NAME = "nightly"


def night_of(now: datetime) -> date:
    """The day whose night has last begun."""
    local = now.astimezone(LONDON)
    return local.date() if local.time() >= STARTS_AT else local.date() - timedelta(days=1)


def run_nightly(found: Installation, stopping: Event | None = None) -> bool:
    """Do the last night's work where it is not done; True where it was done here and now.

    A night missed is caught up by the next worker that looks. One that dies leaves its row
    unfinished, and frees the lock with its connection.
    """
    night = night_of(found.registry.now())
    with found.database.connection() as connection, _only_one(connection) as alone:
        if not alone or _finished(connection, night):
            return False
        connection.execute(
            "insert into job_run (name, due_on, attempts, started_at)"
            " values (%s, %s, 1, clock_timestamp()) on conflict (name, due_on) do update"
            " set attempts = job_run.attempts + 1, started_at = excluded.started_at",
            (NAME, night),
        )
        found.registry.recompute_follow_ups()  # left by an import that died; lists to be confirmed
        if not sweep_attendance(found, stopping):
            return False
        watch_registration(connection, found.registry.worlds, found.registry.clock)
        webhook_calls.forget(connection)
        report_files.forget(connection)
        sights.forget(connection)
        kept_forms.forget(connection, at=found.registry.now())
        world = found.registry.worlds.fresh(connection)
        see_to_accounts(connection, world, night, at=found.registry.now())
        forget_reads(connection, world, night)
        connection.execute(
            "update job_run set finished_at = clock_timestamp() where name = %s and due_on = %s",
            (NAME, night),
        )
    return True


def forget_reads(connection: Connection, world: World, night: date) -> int:
    """Who has opened what, once it need not be known any more; how many rows went."""
    last = years_later(night, -reads_kept(world, night))
    return reads.forget(connection, datetime(last.year, last.month, last.day, tzinfo=LONDON))


@contextmanager
def _only_one(connection: Connection) -> Iterator[bool]:
    row = connection.execute("select pg_try_advisory_lock(%s)", (NIGHTLY_LOCK,)).fetchone()
    alone = row is not None and bool(row[0])
    try:
        yield alone
    finally:
        if alone:
            connection.execute("select pg_advisory_unlock(%s)", (NIGHTLY_LOCK,))


def _finished(connection: Connection, night: date) -> bool:
    row = connection.execute(
        "select 1 from job_run where name = %s and due_on >= %s and finished_at is not null",
        (NAME, night),
    ).fetchone()
    return row is not None


def sweep_attendance(found: Installation, stopping: Event | None = None) -> bool:
    """Derive anew what is owed for every pupil with a register of 400 days, or placed."""
    registry = found.registry
    with found.database.connection() as connection:
        pupils = [
            row[0]
            for row in connection.execute(
                "select distinct pupil_id from attendance_week where until_at = 'infinity'"
                " and week > %(today)s::date - 400 union select pupil_id from placement"
                " where until_at = 'infinity'"
                " and coalesce(ended_on, 'infinity') > %(today)s::date - 42 order by 1",
                {"today": registry.today()},
            )
        ]
        for start in range(0, len(pupils), AT_ONCE):
            if stopping and stopping.is_set():
                return False
            some = pupils[start : start + AT_ONCE]
            settle_follow_ups(
                connection, registry.worlds, some, today=registry.today(), clock=registry.clock
            )
    return True
