"""The ledger under load and at size: how far its order is behind, and what a proof costs."""

import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from ap_registry import embedded
from ap_registry.registry import Registry
from ap_registry.signing import FILE, Signer
from ap_registry.store import heads, merkle
from ap_registry.store.database import Connection, Database, connect
from ap_registry.store.sequencer import keep_sequencing, sequence
from ap_registry.store.verifying import verify
from tests.bench import BenchRow
from tests.bench._clients import CLIENTS, rate
from tests.bench.record import PUPILS, enrol, fresh, recording, world

SECONDS = 5.0
TURNS = (False, True, True, False) * 2  # with a sequencer?
LAG_SECONDS = 2.0
PROOF_SECONDS = 0.010
ENTRIES = 1_000_000
PROOFS = 200
HEADS = 10_000
WRITERS_SHARE = 0.95  # sequencing and signing cost the write path no more than 5 %


def run() -> Iterator[BenchRow]:
    with tempfile.TemporaryDirectory() as folder:
        servers = embedded.ensure(Path(folder))
        try:
            signer = Signer(path=Path(folder) / FILE)
            yield from _under_load(fresh(servers, "load"), signer)
            yield from _at_size(fresh(servers, "size"))
            yield from _signatures(fresh(servers, "heads"), signer)
        finally:
            embedded.stop(Path(folder))


def _under_load(url: str, signer: Signer) -> Iterator[BenchRow]:
    """The same clients without and with a sequencer beside them, which signs; then the lag.

    By turns, each way as early as the other: the more is recorded, the more a notice costs.
    """
    registry = Registry(Database(url))
    world(registry, [201])
    enrol(registry, 201, PUPILS)
    with connect(url) as connection:
        connection.execute("analyze")
    notices = {False: 0.0, True: 0.0}
    lags: list[float] = []
    for turn, sequenced in enumerate(TURNS):
        with registry.database.connection() as connection:
            registry.closed(connection)  # what waits from before is not its lag
        with _sequencer(url, signer, lags) if sequenced else nullcontext():
            clients = partial(recording, first=6 + 3 * turn)
            notices[sequenced] += rate(clients, url, seconds=SECONDS)
    registry.database.close()
    worst = max(lags)
    beside, alone = (2 * notices[way] / len(TURNS) for way in (True, False))
    yield BenchRow(
        name=f"ledger: at most {LAG_SECONDS:.0f} s behind {CLIENTS} clients that record",
        ratio=LAG_SECONDS / worst,
        goal=1.0,
        absolute=f"{worst:.2f} s at worst, {statistics.median(lags):.2f} s at the median",
    )
    yield BenchRow(
        name="ledger: recording beside a sequencer that signs, against without",
        ratio=beside / alone,
        goal=WRITERS_SHARE,
        absolute=f"{beside:,.0f} notices/s, against {alone:,.0f}",
    )


@contextmanager
def _sequencer(url: str, signer: Signer, lags: list[float]) -> Iterator[None]:
    done = threading.Event()
    threads = [
        threading.Thread(target=keep_sequencing, args=(lambda: url, None, done, signer)),
        threading.Thread(target=_watch, args=(url, done, lags)),
    ]
    for thread in threads:
        thread.start()
    yield
    done.set()
    for thread in threads:
        thread.join()


def _watch(url: str, done: threading.Event, lags: list[float]) -> None:
    """How long the oldest event has waited for its place, ten times a second."""
    with connect(url) as connection:
        while not done.wait(0.1):
            row = connection.execute(
                "select coalesce(extract(epoch from clock_timestamp() - min(recorded_at)), 0)"
                " from unsequenced"
            ).fetchone()
            lags.append(float(row[0]) if row else 0.0)


def _at_size(url: str) -> Iterator[BenchRow]:
    with connect(url) as connection:
        connection.execute(
            "insert into log (seq, pupil_id, stream, version, leaf, known_at)"
            " select n, gen_random_uuid(), 0, 1, sha256(int8send(n)), '2026-01-01'"
            " from generate_series(1, %s) n",
            (ENTRIES,),
        )
        merkle.grow(connection, 0, ENTRIES)
        connection.execute("analyze log; analyze merkle_node")
        took = [_proof(connection, number * 7919 % ENTRIES) for number in range(PROOFS)]
        both = [_consistency(connection, number * 104_729 % ENTRIES) for number in range(1, PROOFS)]
    for name, seconds in (("an inclusion", took), ("a consistency", both)):
        yield BenchRow(
            name=f"ledger: {name} proof among a million events within 10 ms",
            ratio=PROOF_SECONDS / statistics.median(seconds),
            goal=1.0,
            absolute=f"{1e3 * statistics.median(seconds):.2f} ms; worst {1e3 * max(seconds):.1f}",
        )


def _proof(connection: Connection, leaf_index: int) -> float:
    start = time.perf_counter()
    merkle.inclusion(connection, leaf_index, ENTRIES)
    return time.perf_counter() - start


def _consistency(connection: Connection, before: int) -> float:
    start = time.perf_counter()
    merkle.consistency(connection, before, ENTRIES)
    return time.perf_counter() - start


def _closed(connection: Connection, signer: Signer) -> datetime:
    sequence(connection, signer=signer)
    row = connection.execute("select closed_at from sequencer").fetchone()
    assert row is not None
    at: datetime = row[0]
    return at


def _signatures(url: str, signer: Signer) -> Iterator[BenchRow]:
    """Heads of nothing, a microsecond apart; verify checks them all."""
    with connect(url) as connection:
        began_at = _closed(connection, signer)
        time.sleep(HEADS / 1e6)  # none may be of an instant to which the log is not closed
        _closed(connection, signer)
        for number in range(1, HEADS):
            heads.keep(connection, [(0, began_at + timedelta(microseconds=number))], signer)
        began = time.perf_counter()
        with connection.transaction():
            found = verify(connection)
        took = time.perf_counter() - began
    assert found.first_bad is None
    yield BenchRow(
        name="ledger: verify checks 5,000 signed heads a second",
        ratio=HEADS / took / 5_000,
        goal=1.0,
        absolute=f"{HEADS / took:,.0f} heads/s",
    )
