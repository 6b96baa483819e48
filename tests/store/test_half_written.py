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
from ap_registry.store import owing
from ap_registry.store.database import connect
from ap_registry.store.locks import MARKS_SLOTS, MOVEMENTS_SLOTS
from ap_registry.store.unsettled import LONGEST_IMPORT
from jobs.settling import settle_left
from tests.core.owed import EVERYTHING, LONG_AFTER, follow_ups, owed
from tests.core.registers import mark_one
from tests.waiting import wait_for
from tests.world import PUPIL, SCHOOL, notify, register_pupil, send_register, upn

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


def all_owed(registry: Registry) -> list[str]:
    """Of whom a reason is owed."""
    with registry.database.connection() as connection:
        found = owing.follow_ups(
            connection, EVERYTHING, on=LONG_AFTER, status="any", kind="code_n_reason"
        )
    return [one["upn"] for one in found]


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


def test_where_one_of_two_that_write_is_killed_what_the_other_wrote_stands(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ap_registry.store.attendance.SHARED_FROM", 1)
    pupils = [PUPIL, *map(upn, range(2, 21))]
    for one in pupils[1:]:
        register_pupil(registry, upn=one)
    register_pupil(registry)
    week = "upn,organisation,week,marks\n" + "".join(
        f"{one},{SCHOOL},2026-11-09,- - - - - - - - N -\n" for one in pupils
    )
    with ThreadPoolExecutor(1) as pool:
        with held(registry, MOVEMENTS_SLOTS) as holder:
            sent = pool.submit(send_register, registry, week)
            wait_for(lambda: len(waiting(holder)) == 2)
            holder.execute("select pg_terminate_backend(%s)", (waiting(holder)[0],))
            wait_for(lambda: len(waiting(holder)) == 1)
        assert isinstance(sent.exception(), psycopg.OperationalError)
    written = len(all_owed(registry))
    assert 0 < written < len(pupils)
    again = send_register(registry, week)
    assert again.created + again.unchanged == len(pupils)
    assert len(again.more["follow_ups"]["opened"]) == len(pupils) - written
    assert sorted(all_owed(registry)) == sorted(pupils)


def test_a_worker_finds_what_an_import_has_left(cut_off: Registry, urls: embedded.Servers) -> None:
    found = Installation(settings=Settings(), servers=urls)
    found.__dict__.update(database=cut_off.database, registry=cut_off)
    assert settle_left(found) == 0
    with cut_off.database.connection() as connection:
        connection.execute("update unsettled set at = at - %s", (LONGEST_IMPORT,))
    assert [settle_left(found), settle_left(found)] == [1, 0]
    assert owed(cut_off, "code_n_reason") == [(SCHOOL, "2026-11-20", "overdue")]
