"""The worker: arq runs the jobs; all that must not be lost stands in the database."""

import asyncio
from typing import Any, ClassVar

import structlog
from arq import cron
from arq.connections import RedisSettings
from arq.worker import Worker

from ap_registry.installation import Installation, open_installation
from ap_registry.store import log as ledger_log
from jobs.nightly import sweep_attendance
from jobs.outbox import send_due, smtp_sender

log = structlog.get_logger()
TIMEOUT_SECONDS = 60
EVERY_SECOND = set(range(60))
EVERY_TEN = set(range(0, 60, 10))


def _found(ctx: dict[str, Any]) -> Installation:
    found: Installation = ctx["installation"]
    return found


def sequence_now(found: Installation) -> int:
    with found.database.connection() as connection:
        return ledger_log.sequence(connection, found.clock)[0]


async def sequence_ledger(ctx: dict[str, Any]) -> int:
    """Give every event its place in the one order."""
    return await asyncio.to_thread(sequence_now, _found(ctx))


async def send_outbox(ctx: dict[str, Any]) -> int:
    """Send due reminders, where an SMTP server is named."""
    found = _found(ctx)
    url = found.settings.smtp_url
    if url is None:
        return 0
    return await asyncio.to_thread(send_due, found, smtp_sender(url), found.registry.now())


async def sweep(ctx: dict[str, Any]) -> int:
    """Bring attendance follow-ups in line."""
    return await asyncio.to_thread(sweep_attendance, _found(ctx))


async def startup(ctx: dict[str, Any]) -> None:
    ctx["installation"] = await asyncio.to_thread(open_installation)


async def shutdown(ctx: dict[str, Any]) -> None:
    _found(ctx).close()


class Jobs:
    """What arq is told; a killed job is run again after its timeout, and may."""

    functions: ClassVar[list[Any]] = [sequence_ledger, send_outbox, sweep]
    cron_jobs: ClassVar[list[Any]] = [
        cron(sequence_ledger, second=EVERY_SECOND, timeout=TIMEOUT_SECONDS, max_tries=1),
        cron(send_outbox, second=EVERY_TEN, timeout=TIMEOUT_SECONDS, run_at_startup=True),
        cron(sweep, hour=2, minute=15, timeout=1800),
    ]


def run() -> None:
    """Work until told to stop."""
    found = open_installation()
    redis = RedisSettings.from_dsn(found.servers.redis_url)
    found.close()
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    worker = Worker(
        functions=Jobs.functions,
        cron_jobs=Jobs.cron_jobs,
        redis_settings=redis,
        on_startup=startup,
        on_shutdown=shutdown,
        job_timeout=TIMEOUT_SECONDS,
        keep_result=0,
        handle_signals=True,
    )
    log.info("worker_started")
    worker.run()


if __name__ == "__main__":
    run()
