"""What registers oblige to is written with a notice, and after marks by whoever comes next."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from ap_registry import embedded
from ap_registry.installation import Installation
from ap_registry.registry import Registry
from ap_registry.settings import Settings
from ap_registry.store.database import connect
from ap_registry.store.locks import MARKS_SLOTS, MOVEMENTS_SLOTS
from ap_registry.store.unsettled import LONGEST_IMPORT
from jobs.settling import settle_left
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
def held(registry: Registry, slots: int = MARKS_SLOTS) -> Iterator[psycopg.Connection[Any]]:
    """Nobody else may bring in line what registers oblige to while the block runs."""
    with connect(registry.database.url) as holder, holder.transaction():
        holder.execute(
            "select pg_advisory_xact_lock(%s, slot) from generate_series(0, 1023) as slot", (slots,)
        )
        yield holder


def kill_who_waits(holder: psycopg.Connection[Any]) -> None:
    wait_for(lambda: waiting(holder))
    for pid in waiting(holder):
        holder.execute("select pg_terminate_backend(%s)", (pid,))


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
    with ThreadPoolExecutor(1) as pool, held(owes_reason) as holder:
        sent: Future[Any] = pool.submit(say_done, owes_reason)
        kill_who_waits(holder)
        assert isinstance(sent.exception(), psycopg.OperationalError)
        assert said(holder) == 0
    assert owed(owes_reason, "code_n_reason") == [(SCHOOL, "2026-11-20", "overdue")]


def test_a_notice_and_what_it_closes_are_seen_at_once(owes_reason: Registry) -> None:
    with ThreadPoolExecutor(1) as pool:
        with held(owes_reason) as holder:
            sent = pool.submit(say_done, owes_reason)
            wait_for(lambda: waiting(holder))
            assert said(holder) == 0
            assert owed(owes_reason, "code_n_reason") == [(SCHOOL, "2026-11-20", "overdue")]
        (closed,) = sent.result()["follow_ups"]["closed"]
    assert (closed["kind"], closed["status"]) == ("code_n_reason", "done")
    assert owed(owes_reason, "code_n_reason") == [(SCHOOL, "2026-11-20", "done")]


@pytest.fixture
def cut_off(registry: Registry) -> Registry:
    """Marks that were written by an import that was killed before it had written what they mean."""
    register_pupil(registry)
    with ThreadPoolExecutor(1) as pool, held(registry, MOVEMENTS_SLOTS) as holder:
        sent = pool.submit(mark_one, registry, "N", "2026-11-13", "AM")
        kill_who_waits(holder)
        assert isinstance(sent.exception(), psycopg.OperationalError)
    assert owed(registry, "code_n_reason") == []
    return registry


def test_a_register_sent_again_answers_what_the_first_had_left(cut_off: Registry) -> None:
    result = mark_one(cut_off, "N", "2026-11-13", "AM")
    (opened,) = result.more["follow_ups"]["opened"]
    assert (result.unchanged, opened["kind"]) == (1, "code_n_reason")
    again = mark_one(cut_off, "N", "2026-11-13", "AM")
    assert again.more["follow_ups"] == {"opened": [], "closed": [], "moved": []}


def test_a_worker_finds_what_an_import_has_left(cut_off: Registry, urls: embedded.Servers) -> None:
    found = Installation(settings=Settings(), servers=urls)
    found.__dict__.update(database=cut_off.database, registry=cut_off)
    assert settle_left(found) == 0
    with cut_off.database.connection() as connection:
        connection.execute("update unsettled set at = at - %s", (LONGEST_IMPORT,))
    assert [settle_left(found), settle_left(found)] == [1, 0]
    assert owed(cut_off, "code_n_reason") == [(SCHOOL, "2026-11-20", "overdue")]
