"""The feed to one reader over HTTP, and the calls of webhooks by one worker."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx

from ap_registry import embedded
from ap_registry.installation import Installation
from ap_registry.registry import Registry
from ap_registry.seals import UNSEALED
from ap_registry.settings import Settings
from ap_registry.store import accounts, webhooks
from ap_registry.store.database import Database
from ap_registry.store.key_holders import holder_of
from ap_registry.store.migrate import migrate
from ap_registry.store.webhooks import Owner
from jobs.hooks import Caller
from tests.bench import BenchRow
from tests.bench.http import free_port, program
from tests.bench.record import enrol, world

PUPILS = 1_000  # with eight events each
READS_A_SECOND, CALLS_A_SECOND = 5_000, 200
HOOKS, EVENTS, ROUNDS = 4, 500, 3


def run() -> Iterator[BenchRow]:
    with tempfile.TemporaryDirectory() as folder:
        servers = embedded.ensure(Path(folder))
        try:
            migrate(servers.database_owner_url)
            registry = Registry(Database(servers.database_url))
            world(registry, [201])
            enrol(registry, 201, PUPILS)
            with registry.database.connection() as connection:
                size = registry.sequence(connection).size
                now = datetime.now(UTC)
                _key, secret = accounts.create_key(
                    connection, organisations=["LA201"], role="la", at=now
                )
                holder = holder_of(connection, secret, today=registry.today(), now=now)
            assert holder is not None
            yield _feed(folder, secret)
            owner = Owner(holder=holder, now=now, today=registry.today())
            found = Installation(settings=Settings(webhooks_allow_private=True), servers=servers)
            found.__dict__.update(database=registry.database, registry=registry)
            yield _calls(found, owner, size - EVENTS)
            registry.database.close()
        finally:
            embedded.stop(Path(folder))


def _feed(home: str, secret: str) -> BenchRow:
    """By a server of its own process, from the first event to the last; the best of three after
    one that warms up."""
    port = free_port()
    serve = [str(Path(sys.executable).with_name("ap-registry")), "serve", "--port", str(port)]
    with (
        program(*serve, port=port, ready="/readyz", AP_REGISTRY_HOME=home),
        httpx.Client(
            base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {secret}"}
        ) as client,
    ):
        read, _took = _read_all(client)
        best = max(read / _read_all(client)[1] for _ in range(ROUNDS))
    return BenchRow(
        name="exchange: the feed to one reader, 5,000 events a second",
        ratio=best / READS_A_SECOND,
        goal=1.0,
        absolute=f"{best:,.0f} events/s of {read:,}",
    )


def _read_all(client: httpx.Client) -> tuple[int, float]:
    """How many events, in how many seconds."""
    read, after, start = 0, 0, time.perf_counter()
    while True:
        asked = {"after": after, "limit": 1_000}
        told = client.get("/api/v1/events", params=asked).raise_for_status().json()
        read, after = read + len(told["items"]), told["until"]
        if told["next"] is None:
            return read, time.perf_counter() - start


@contextmanager
def _receiver() -> Iterator[str]:
    command = [sys.executable, "-m", "tests.bench._receiver"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}/hook"
        process.terminate()


def _calls(found: Installation, owner: Owner, after: int) -> BenchRow:
    with _receiver() as url:
        with found.database.connection() as connection:
            for _ in range(HOOKS):
                made, _secret = webhooks.make(connection, owner, url=url, types=(), seals=UNSEALED)
                webhooks.replay(connection, made, after)
        start = time.perf_counter()
        with Caller(found) as caller:
            while caller.round():
                continue
            went = caller.finish()
        took = time.perf_counter() - start
    assert went > 0.95 * HOOKS * EVENTS, went  # on a busy machine one may run out of its time
    return BenchRow(
        name="exchange: webhooks called by one worker, 200 a second",
        ratio=went / took / CALLS_A_SECOND,
        goal=1.0,
        absolute=f"{went / took:,.0f} calls/s of {went:,}",
    )
