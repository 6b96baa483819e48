"""Processes that count beside this one: what goes wrong there is told; none outlives its report."""

import operator
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from multiprocessing import active_children
from threading import Thread

import psycopg
import pytest

from ap_registry import embedded
from ap_registry.registry import Registry
from reports.abandoning import Abandoned, while_wanted
from reports.counting import count
from reports.processes import Lost, helpers
from reports.scope import Scope, gather
from tests.world import PRU, SCHOOL, notify, register_pupil

YEAR = (date(2025, 9, 1), date(2026, 8, 31))
SECONDS = 2
_WAITING = "select pid from pg_locks where relation = 'organisation'::regclass and not granted"
_RUNNING = "select 1 from pg_stat_activity where pid = any(%s)"


def test_what_a_process_raises_and_that_it_is_gone_is_told() -> None:
    with helpers(operator.truediv, (6,), [0, 3]) as (wrong, right):
        assert right.answer() == 2
        with pytest.raises(ZeroDivisionError):
            wrong.answer()
    with helpers(os._exit, (), [9]) as (gone,), pytest.raises(Lost):
        gone.answer()
    assert active_children() == []


@contextmanager
def asked_for_alone(owner: psycopg.Connection, url: str) -> Iterator[None]:
    """Whoever has not read organisations yet waits for a lock that waits for whoever has."""
    other = psycopg.connect(url)
    waits = Thread(target=_lock, args=(other,))
    waits.start()
    try:
        while not owner.execute(_WAITING).fetchall():
            time.sleep(0.01)
        yield
    finally:
        other.cancel()
        waits.join()
        other.close()


def _lock(connection: psycopg.Connection) -> None:
    with suppress(psycopg.errors.QueryCanceled):
        connection.execute("lock table organisation in access exclusive mode")


def test_a_count_that_is_cancelled_ends_with_all_its_processes(
    registry: Registry, urls: embedded.Servers
) -> None:
    register_pupil(registry)
    notify(
        registry, "placement_started", "2026-02-02", provider=PRU, commissioner=SCHOOL,
        reason="behaviour", ends_on="2026-12-18", sessions_per_week=4, intent="return",
    )  # fmt: skip
    url = urls.database_owner_url
    stuck: list[int] = []
    since = [0.0]

    def cancelled() -> bool:
        """As soon as the other process waits for the table that it is never given."""
        stuck[:] = [pid for (pid,) in owner.execute(_WAITING).fetchall()]
        since[0] = time.monotonic()
        return len(stuck) == 2

    scope = Scope.of(*YEAR, at=registry.now(), provider=None, la=None)
    with psycopg.connect(url, autocommit=True) as owner, registry.database.snapshot() as connection:
        world, pupils = gather(connection, scope)
        with asked_for_alone(owner, url):
            with while_wanted(cancelled), pytest.raises(Abandoned):
                count(
                    connection, registry.database.url, scope, world=world, pupils=pupils,
                    processes=2,
                )  # fmt: skip
            assert time.monotonic() - since[0] < SECONDS
            assert active_children() == []
            left = set(stuck)
            while len(left) > 1:  # whoever asked for the lock, and nobody who counted
                left = {pid for pid in left if owner.execute(_RUNNING, ([pid],)).fetchone()}
                assert time.monotonic() - since[0] < 10 * SECONDS
