"""What a notice changes of what registers oblige to is written with it, or neither is."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from ap_registry.registry import Registry
from ap_registry.store.database import connect
from ap_registry.store.locks import MARKS_SLOTS
from tests.core.owed import follow_ups, owed
from tests.core.registers import mark_one
from tests.waiting import wait_for
from tests.world import SCHOOL, notify, register_pupil

SAID = "2026-11-19"
_WAITING = """
select pid from pg_locks
 where locktype = 'advisory' and not granted
   and database = (select oid from pg_database where datname = current_database())
"""


@pytest.fixture
def owes_reason(registry: Registry) -> Registry:
    """A code N whose reason is owed."""
    register_pupil(registry)
    mark_one(registry, "N", "2026-11-13", "AM")
    return registry


def say_done(registry: Registry) -> dict[str, Any]:
    (reason,) = follow_ups(registry, "code_n_reason")
    return notify(registry, "follow_up_done", SAID, follow_up=reason["id"], how="ill", by=SCHOOL)


@contextmanager
def registers_held(registry: Registry) -> Iterator[psycopg.Connection[Any]]:
    """Nobody else may bring in line what registers oblige to while the block runs."""
    with connect(registry.database.url) as holder, holder.transaction():
        holder.execute(
            "select pg_advisory_xact_lock(%s, slot) from generate_series(0, 1023) as slot",
            (MARKS_SLOTS,),
        )
        yield holder


def said(connection: psycopg.Connection[Any]) -> int:
    """How often it was said that something is done."""
    row = connection.execute("select count(*) from event where type = 'follow_up_done.v1'")
    (found,) = row.fetchall()[0]
    return int(found)


def waiting(connection: psycopg.Connection[Any]) -> list[int]:
    return [row[0] for row in connection.execute(_WAITING)]


def test_a_writer_killed_before_the_follow_ups_has_not_written_the_notice(
    owes_reason: Registry,
) -> None:
    with ThreadPoolExecutor(1) as pool, registers_held(owes_reason) as holder:
        sent: Future[Any] = pool.submit(say_done, owes_reason)
        wait_for(lambda: waiting(holder))
        for pid in waiting(holder):
            holder.execute("select pg_terminate_backend(%s)", (pid,))
        assert isinstance(sent.exception(), psycopg.OperationalError)
        assert said(holder) == 0
    assert owed(owes_reason, "code_n_reason") == [(SCHOOL, "2026-11-20", "overdue")]


def test_a_notice_and_what_it_closes_are_seen_at_once(owes_reason: Registry) -> None:
    with ThreadPoolExecutor(1) as pool:
        with registers_held(owes_reason) as holder:
            sent = pool.submit(say_done, owes_reason)
            wait_for(lambda: waiting(holder))
            assert said(holder) == 0
            assert owed(owes_reason, "code_n_reason") == [(SCHOOL, "2026-11-20", "overdue")]
        (closed,) = sent.result()["follow_ups"]["closed"]
    assert (closed["kind"], closed["status"]) == ("code_n_reason", "done")
    assert owed(owes_reason, "code_n_reason") == [(SCHOOL, "2026-11-20", "done")]
