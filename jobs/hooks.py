"""Tell webhooks what is recorded: calls made from the feed, many at once, each settled as it went.

A call is claimed in a transaction of its own; one whose worker died is made again when its lease
has run out, under the same id.
"""

import time
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import timedelta
from threading import Event
from uuid import UUID

import httpcore
import msgspec
import structlog

from ap_registry.installation import Installation
from ap_registry.instants import instant
from ap_registry.outgoing import pool
from ap_registry.seals import Seals
from ap_registry.store import webhook_calls
from ap_registry.store.webhook_calls import Answer, Call
from ap_registry.store.webhooks import PING
from jobs.calling import call
from jobs.faults import kind_and_place
from jobs.letters import Failed

SLOTS = 32  # calls at once
EACH = 8  # of them to one address; one that fails gets one
LEASE = timedelta(seconds=60)
RUN_SECONDS = 8.0  # then the next run goes on
LOOK_SECONDS = 0.5  # for what is new
LINGER_SECONDS = 0.01  # for calls that end soon after another: they are settled with it
ERASED = "nobody reads this pupil any more"
log = structlog.get_logger()


def call_webhooks(found: Installation, stopping: Event | None = None) -> int:
    """Call for all that is due, and for what comes while the run lasts; answer how many went."""
    until, stop = time.monotonic() + RUN_SECONDS, stopping or Event()
    with Caller(found) as caller:
        while time.monotonic() < until and not stop.is_set():
            if not caller.round() and stop.wait(LOOK_SECONDS):
                break
        return caller.finish()


class Caller:
    """The calls under way of one worker."""

    def __init__(self, found: Installation) -> None:
        self._found = found
        private = found.settings.webhooks_allow_private
        self._connections = pool(private=private, size=SLOTS)
        self._seals = found.registry.seals
        self._threads = ThreadPoolExecutor(SLOTS, thread_name_prefix="webhook")
        self._running: dict[Future[Answer], Call] = {}
        self._went = 0

    def __enter__(self) -> "Caller":
        return self

    def __exit__(self, *_error: object) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)  # each ends by its own deadline
        self._connections.close()

    def round(self) -> bool:
        """Make, claim, begin, settle; False where there is nothing to do."""
        registry = self._found.registry
        with self._found.database.connection() as connection:
            made = webhook_calls.make_calls(connection, registry.today(), registry.now())
            claimed = webhook_calls.claim(
                connection, registry.today(), limit=SLOTS - len(self._running), each=EACH,
                busy=self._busy(), lease=LEASE,
            ) if len(self._running) < SLOTS else []  # fmt: skip
        for one in claimed:
            self._running[self._threads.submit(self._attempt, one)] = one
        under_way = bool(self._running)
        self._settle(LOOK_SECONDS)
        return bool(made or claimed or under_way)

    def _attempt(self, one: Call) -> Answer:
        return attempt(self._connections, one, self._seals)

    def _busy(self) -> list[UUID]:
        """Those that have as many calls under way as one may have."""
        under_way = Counter(one.webhook for one in self._running.values())
        return [webhook for webhook, calls in under_way.items() if calls >= EACH]

    def _settle(self, seconds: float) -> None:
        if not self._running:
            return
        if wait(self._running, timeout=seconds, return_when=FIRST_COMPLETED).done:
            wait(self._running, timeout=LINGER_SECONDS)
        done = [one for one in self._running if one.done()]
        answers = [one.result() for one in done]
        for one in done:
            del self._running[one]
        if answers:
            with self._found.database.connection() as connection:
                webhook_calls.settle(connection, answers)
        self._went += sum(one.error is None for one in answers)

    def finish(self) -> int:
        """Begin nothing more, and wait for what is under way."""
        until = time.monotonic() + LEASE.total_seconds() / 2
        while self._running and time.monotonic() < until:
            self._settle(LOOK_SECONDS)
        return self._went


def attempt(connections: httpcore.ConnectionPool, one: Call, seals: Seals) -> Answer:
    if one.event is not None and one.pupil is None:
        return Answer(call=one, status=None, error=ERASED, for_good=True)
    try:
        secrets = one.signed_by(seals)
        status = call(connections, one.url, id=one.id, body=payload(one), secrets=secrets)
    except Failed as failed:
        log.warning("webhook_failed", webhook=str(one.webhook), call=str(one.id), why=failed.why)
        return Answer(call=one, status=failed.status, error=failed.why, gone=failed.for_good)
    except Exception as error:  # nobody expected it; the others are called all the same
        return Answer(call=one, status=None, error=kind_and_place(error))
    return Answer(call=one, status=status)


def payload(one: Call) -> bytes:
    """Thin: ids alone; who may know more asks for it, and is asked who it is."""
    data: dict[str, object] = {"webhook": str(one.webhook)}
    if one.type != PING:
        data = {"event": str(one.event), "pupil_id": str(one.pupil), "seq": one.seq}
    told = {"type": one.type, "timestamp": instant(one.happened_at), "data": data}
    return msgspec.json.encode(told)
