"""Real worker processes: killed, stopped, several at once, and without their Valkey.

Four kills in a row here; AP_WORKER_KILLS=6, or up to 12, is more.
"""

import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from ap_registry import embedded
from ap_registry.installation import Installation
from jobs.letters import MOST_ATTEMPTS
from tests.embedded.asking import state
from tests.jobs.conftest import Sink, Workers
from tests.jobs.owing import owe_reasons
from tests.waiting import wait_for
from tests.world import PERSON, register_pupil, upn

MESSAGES = 100
KILLS = int(os.environ.get("AP_WORKER_KILLS", "4"))


@pytest.fixture
def hundred(morning: Installation) -> Installation:
    owe_reasons(morning.registry, MESSAGES)
    return morning


def unsent(found: Installation) -> int:
    with found.database.connection() as connection:
        row = connection.execute(
            "select count(*) from outbox where sent_at is null and step in ('open', 'due')"
        ).fetchone()
    assert row is not None
    return int(row[0])


def test_a_worker_killed_at_any_point_loses_and_doubles_nothing(
    hundred: Installation, workers: Workers, sink: Sink
) -> None:
    """Seen by a mailbox, which shows one Message-ID once; a kill repeats at most one sending."""
    chance = random.Random(7)
    sink.seconds = 0.02
    for _ in range(KILLS):
        before = len(sink.messages)
        worker = workers.start(AP_SMTP_URL=sink.url)
        some = before + chance.randint(1, 8)
        wait_for(lambda least=some: len(sink.messages) >= least)
        time.sleep(chance.uniform(0, 0.06))
        worker.kill()
        worker.wait()
    assert unsent(hundred) > 0
    workers.start(AP_SMTP_URL=sink.url)
    wait_for(lambda: unsent(hundred) == 0)
    assert len(sink.times) == MESSAGES
    assert len(sink.messages) <= MESSAGES + KILLS


def test_several_workers_at_once_send_nothing_twice(
    hundred: Installation, workers: Workers, sink: Sink
) -> None:
    for _ in range(3):
        workers.start(AP_SMTP_URL=sink.url)
    wait_for(lambda: unsent(hundred) == 0)
    assert (len(sink.times), set(sink.times.values())) == (MESSAGES, {1})


def test_a_worker_that_stood_still_doubles_nothing_when_it_goes_on(
    hundred: Installation, workers: Workers, sink: Sink
) -> None:
    """It comes back to a message that another has sent since its lease ran out."""
    sink.seconds = 0.02
    stood = workers.start(AP_SMTP_URL=sink.url)
    wait_for(lambda: len(sink.messages) >= 5)
    stood.send_signal(signal.SIGSTOP)
    try:
        workers.start(AP_SMTP_URL=sink.url)
        wait_for(lambda: unsent(hundred) == 0)
    finally:
        stood.send_signal(signal.SIGCONT)
    stood.terminate()
    assert stood.wait(timeout=120) == 0
    assert len(sink.times) == MESSAGES
    assert len(sink.messages) <= MESSAGES + 1  # the one that it held, under the same id
    with hundred.database.connection() as connection:
        row = connection.execute(
            "select count(*) filter (where sent_at is not null), count(failed) from message"
        ).fetchone()
    assert row == (MESSAGES, 0)


def test_sigterm_ends_it_gently_with_nothing_left_claimed(
    hundred: Installation, workers: Workers, sink: Sink
) -> None:
    sink.seconds = 0.02
    worker = workers.start(AP_SMTP_URL=sink.url)
    wait_for(lambda: len(sink.messages) >= 5)
    worker.terminate()
    assert worker.wait(timeout=120) == 0
    with hundred.database.connection() as connection:
        row = connection.execute(
            "select count(*) from message where attempts > 0 and sent_at is null"
        ).fetchone()
    assert row == (0,)
    assert 5 <= len(sink.messages) < MESSAGES
    assert '"event": "worker_stopped"' in workers.said()


def test_a_worker_sequences_what_is_recorded(hundred: Installation, workers: Workers) -> None:
    workers.start()

    def sequenced() -> bool:
        with hundred.database.connection() as connection:
            row = connection.execute(
                "select (select count(*) from event), (select count(*) from log)"
            ).fetchone()
        assert row is not None
        return bool(row[0] == row[1])

    wait_for(sequenced)


def test_a_worker_brings_in_line_whom_an_upgrade_left_behind(
    morning: Installation, workers: Workers
) -> None:
    """A migration knows whom a virtual school may see, and not what it sees of them."""
    register_pupil(morning.registry, looked_after="current")
    of_carers = "from visibility where organisation = 'LA856/care'"
    with morning.database.connection() as connection:
        assert connection.execute(f"delete {of_carers}").rowcount == 1
        connection.execute("insert into behind select distinct pupil_id from detail")
        connection.execute(  # the night is over, and would not see to it again
            "insert into job_run (name, due_on, attempts, started_at, finished_at)"
            " values ('nightly', '2026-11-20', 1, now(), now())"
        )
        workers.start()
        wait_for(lambda: connection.execute(f"select {of_carers}").rowcount == 1)


def test_a_worker_says_nothing_of_any_pupil(
    hundred: Installation, workers: Workers, sink: Sink
) -> None:
    sink.answer = "451 later"
    worker = workers.start(AP_SMTP_URL=sink.url)
    wait_for(lambda: workers.said().count("message_not_sent") >= MOST_ATTEMPTS)
    worker.terminate()
    worker.wait(timeout=120)
    personal = [upn(number) for number in range(MESSAGES)] + [str(PERSON["family_name"])]
    assert [word for word in personal if word in workers.said()] == []


@pytest.fixture
def own_valkey(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """Servers that this test may break; its database stays unused."""
    home = tmp_path / "own servers"
    yield home, embedded.ensure(home).redis_url
    embedded.stop(home)


def test_what_valkey_forgets_is_sent_all_the_same(
    hundred: Installation, workers: Workers, sink: Sink, own_valkey: tuple[Path, str]
) -> None:
    """Flushed, killed, and back: the worker goes on by itself, for all that counts is in rows."""
    home, url = own_valkey
    sink.seconds = 0.02
    worker = workers.start(AP_SMTP_URL=sink.url, AP_REDIS_URL=url)
    wait_for(lambda: len(sink.messages) >= 5)
    with redis.Redis.from_url(url) as client:
        client.flushall()
    os.kill(state(home)["valkey_pid"], signal.SIGKILL)
    wait_for(lambda: "redis_lost" in workers.said())
    assert embedded.ensure(home).redis_url == url
    wait_for(lambda: unsent(hundred) == 0)
    assert (len(sink.times), set(sink.times.values())) == (MESSAGES, {1})
    assert worker.poll() is None
