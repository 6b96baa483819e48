"""The worker: arq says when; all that must not be lost stands in the database.

The ledger is sequenced in a thread beside arq, since its order must go on without Redis too.
"""

import asyncio
import signal
from collections.abc import Callable
from contextlib import nullcontext, suppress
from threading import Event, Thread
from typing import Any, cast

import psycopg
import redis
import structlog
from arq import cron
from arq.connections import RedisSettings
from arq.cron import CronJob
from arq.typing import WorkerCoroutine
from arq.worker import Worker

from ap_registry import logs
from ap_registry.embedded.programs import working_from
from ap_registry.errors import RegistryError, Unavailable
from ap_registry.installation import Installation, open_installation
from ap_registry.store.jobs import ended_well, failed
from ap_registry.store.sequencer import keep_sequencing
from jobs.access_letters import send_access_letters
from jobs.channels import chosen
from jobs.exporting import export_daily
from jobs.faults import kind_and_place
from jobs.hooks import call_webhooks
from jobs.nightly import run_nightly
from jobs.outbox import send_due
from jobs.refreshing import refresh_nightly
from jobs.reporting import make_reports
from jobs.settling import bring_in_line, settle_left

log = structlog.get_logger()
TIMEOUT_SECONDS = 60
NIGHTLY_TIMEOUT_SECONDS = 1_800
GENTLE_SECONDS = 30
AGAIN_SECONDS = 1.0  # after a server has been lost
TRIES = 3  # of one run; all of them end before its timeout
LOST = (psycopg.OperationalError, Unavailable)
EXPORT_SECOND = 35  # apart from the others
REFRESH_MINUTE = 20
EVERY_TEN = set(range(0, 60, 10))
Work = Callable[[Installation, Event], object]


def send_outbox(found: Installation, stopping: Event) -> None:
    """Send what is due, where a channel is named; else it waits."""
    channel = chosen(found.settings)
    if channel is not None:
        send_due(found, channel, stopping)


def in_thread(name: str, work: Work) -> WorkerCoroutine:
    """A job that fails is logged by kind and place of its error, never its words: they may quote
    a person. What it left undone stands in the database, and the next run takes it; where the
    database was lost, that is at once when it is back."""

    async def job(ctx: dict[str, Any]) -> None:
        await asyncio.to_thread(_work_on, name, work, ctx["installation"], ctx["stopping"])

    job.__qualname__ = name
    return cast(WorkerCoroutine, job)


def _work_on(name: str, work: Work, found: Installation, stopping: Event) -> None:
    """Once, and again after the database was lost: one that recovers takes some seconds."""
    for left in reversed(range(TRIES)):
        try:
            work(found, stopping)
            with found.database.connection() as connection:
                ended_well(connection, name)
            return
        except Exception as error:
            _tell(found, name, error)
            if not (left and isinstance(error, LOST)):
                return
        _revive(found, stopping)


def _tell(found: Installation, name: str, error: Exception) -> None:
    """Of a database that is away only the log can tell."""
    said = kind_and_place(error)
    log.error("job_failed", job=name, error=said)
    if not isinstance(error, LOST):
        with suppress(psycopg.Error, Unavailable), found.database.connection() as connection:
            failed(connection, name, said)


def _revive(found: Installation, stopping: Event) -> None:
    """Embedded servers are started anew; others may still be away."""
    if stopping.wait(AGAIN_SECONDS):
        return
    try:
        found.revive()
    except (RegistryError, psycopg.Error, OSError) as error:
        log.error("servers_lost", error=type(error).__name__)


def _every(
    name: str, work: Work, *, second: int | set[int], minute: int | None = None,
    timeout: int = TIMEOUT_SECONDS,
) -> CronJob:  # fmt: skip
    """At these seconds of each minute, or of one in each hour; the former at the start too."""
    return cron(
        in_thread(name, work), minute=minute, second=second, timeout=timeout,
        run_at_startup=minute is None, max_tries=1,
    )  # fmt: skip


def cron_jobs() -> list[CronJob]:
    long = NIGHTLY_TIMEOUT_SECONDS
    return [
        _every("send", send_outbox, second=EVERY_TEN),
        _every("access_letters", send_access_letters, second={one + 5 for one in EVERY_TEN}),
        _every("webhooks", call_webhooks, second=EVERY_TEN),
        _every("reports", make_reports, second={one + 2 for one in EVERY_TEN}, timeout=long),
        _every("settle", settle_left, second=30, timeout=long),
        _every("export", export_daily, second=EXPORT_SECOND),
        # What failed is tried again an hour later.
        _every("organisations", refresh_nightly, minute=REFRESH_MINUTE, second=0, timeout=long),
        _every("nightly", run_nightly, second=0, timeout=long),
    ]


def run() -> None:
    """Work until SIGTERM or Ctrl-C; finish what is under way, and begin nothing more."""
    logs.to_stderr()
    found = open_installation()
    stopping = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    sequencer = Thread(
        target=keep_sequencing,
        args=(lambda: found.servers.database_url, found.clock, stopping, found.signer),
    )
    found.signer.key()  # a worker that cannot sign says so at once
    sequencer.start()
    Thread(target=bring_in_line, args=(found,), daemon=True).start()  # long, after an upgrade
    log.info("worker_started")
    own = found.settings.database_url is None
    try:
        with working_from(found.settings.home) if own else nullcontext():
            _until(stopping, found)
    finally:
        stopping.set()
        sequencer.join()
        found.close()
    log.info("worker_stopped")


def _until(stopping: Event, found: Installation) -> None:
    while not stopping.is_set():
        try:
            _work(found, stopping)
        except (redis.RedisError, OSError) as error:
            log.error("redis_lost", error=type(error).__name__)
            _revive(found, stopping)


def _work(found: Installation, stopping: Event) -> None:
    """One life of an arq worker, up to a signal or the loss of Redis."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    settings = RedisSettings.from_dsn(found.servers.redis_url)
    worker = Worker(
        cron_jobs=cron_jobs(),
        redis_settings=settings,
        ctx={"installation": found, "stopping": stopping},
        job_timeout=TIMEOUT_SECONDS,
        job_completion_wait=GENTLE_SECONDS,
        keep_result=TIMEOUT_SECONDS,
        handle_signals=True,
        log_results=False,
    )

    def stop(number: signal.Signals) -> None:
        stopping.set()
        worker.handle_sig_wait_for_completion(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop, number)
    try:
        worker.run()
    finally:
        loop.close()


if __name__ == "__main__":
    run()
