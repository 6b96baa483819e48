"""The one order of all events: nothing lost, nothing moved that need not be, no writer stopped."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import LiteralString

import psycopg
import pytest

from ap_registry import embedded
from ap_registry.errors import Unavailable
from ap_registry.reading import read_pupil
from ap_registry.registry import Registry
from ap_registry.store import owing, queries, who
from ap_registry.store.database import connect
from ap_registry.store.locks import SLOT
from ap_registry.store.sequencer import Round, keep_sequencing, sequence, wait_for_round
from tests.store.holding import held_open, suspension
from tests.waiting import wait_for
from tests.world import PERSON, PUPIL, SCHOOL, close, register_pupil, upn


def closed(registry: Registry, patience: float = 60.0) -> Round:
    with registry.database.connection() as connection:
        return sequence(connection, registry.clock, patience=patience)


def order(registry: Registry) -> list[tuple[int, str, int]]:
    """seq, type and version of every notice in the log."""
    with registry.database.connection() as connection:
        return connection.execute(
            "select seq, type, version from log join event using (pupil_id, stream, version)"
            " where stream = 0 order by seq"
        ).fetchall()


def join(registry: Registry, number: int) -> None:
    notice = {**suspension("2026-03-02", upn(number)), **PERSON}
    registry.record(notice)


def another(registry: Registry) -> str:
    """The UPN of a pupil, registered now, who shares no slot of locks with the first."""
    register_pupil(registry)
    for number in range(2, 100):
        join(registry, number)
        with registry.database.connection() as connection:
            slots = connection.execute(
                "select count(distinct " + SLOT.format(pupil="pupil_id") + ") from upn_claim"
                " where upn = any(%s)",
                ([PUPIL, upn(number)],),
            ).fetchone()
        if slots == (2,):
            return upn(number)
    raise AssertionError("no two pupils are apart")


def test_seq_counts_from_one_without_gaps_though_writers_collide(registry: Registry) -> None:
    register_pupil(registry)
    days = [f"2026-03-{day:02d}" for day in range(2, 8)]  # no more than a writer has attempts
    with ThreadPoolExecutor(len(days)) as pool:
        list(pool.map(lambda day: registry.record(suspension(day)), days))
    size = closed(registry).size
    with registry.database.connection() as connection:
        seqs = [row[0] for row in connection.execute("select seq from log order by seq")]
    assert seqs == list(range(1, size + 1))


def test_a_pupils_events_keep_their_order(registry: Registry) -> None:
    register_pupil(registry)
    for day in ("2026-03-04", "2026-03-03", "2026-03-02"):
        registry.record(suspension(day))
    closed(registry)
    assert [version for _seq, _type, version in order(registry)] == [1, 2, 3, 4, 5]


def test_at_one_instant_of_the_clock_the_order_is_that_of_writing(registry: Registry) -> None:
    registry.clock = datetime(2027, 1, 20, 12, 0, tzinfo=UTC)
    for number in (3, 2, 1):
        join(registry, number)
    closed(registry)
    with registry.database.connection() as connection:
        names = [
            row[0]
            for row in connection.execute(
                "select c.upn from log l join upn_claim c using (pupil_id)"
                " where l.version = 1 and l.stream = 0 order by seq"
            )
        ]
    assert names == [upn(3), upn(2), upn(1)]


def test_waits_for_the_writer_that_is_under_way(registry: Registry) -> None:
    other = another(registry)
    closed(registry)
    before = len(order(registry))
    with (
        ThreadPoolExecutor(1) as pool,
        held_open(registry, suspension("2026-03-02")) as commit,
    ):
        registry.record(suspension("2026-03-03", other))
        found = pool.submit(closed, registry)
        time.sleep(0.1)
        assert not found.done()
        commit.set()
        assert found.result().taken == 2
    assert [type_ for _seq, type_, _version in order(registry)][before:] == ["suspension.v1"] * 2


def test_stops_no_writer_while_it_waits(registry: Registry) -> None:
    other = another(registry)
    with (
        ThreadPoolExecutor(1) as pool,
        held_open(registry, suspension("2026-03-02")) as commit,
    ):
        found = pool.submit(closed, registry)
        time.sleep(0.05)
        registry.record(suspension("2026-03-03", other))
        assert not found.done()
        commit.set()
        found.result()


def test_a_writer_that_is_too_slow_is_left_behind_and_counts_from_then_on(
    registry: Registry,
) -> None:
    other = another(registry)
    with held_open(registry, suspension("2026-03-02")):
        registry.record(suspension("2026-03-03", other))
        first = closed(registry, patience=0.05)
    second = closed(registry)
    with registry.database.connection() as connection:
        known = connection.execute(
            "select known_at, recorded_at < known_at from log"
            " join event using (pupil_id, stream, version) order by seq desc limit 1"
        ).fetchone()
    assert (first.held_up, second.taken) == (1, 1)
    assert known == (first.closed_at, True)


def test_a_writer_that_ends_while_late_rows_are_moved_is_moved_with_the_next_round(
    registry: Registry, urls: embedded.Servers
) -> None:
    other = another(registry)
    registry.sequences = False
    with (
        connect(urls.database_owner_url) as holder,
        connect(urls.database_owner_url) as looker,
        ThreadPoolExecutor(1) as pool,
        held_open(registry, suspension("2026-03-02", other)) as commit_second,
    ):

        def told(query: LiteralString) -> object:
            row = looker.execute(query).fetchone()
            return row and row[0]

        with held_open(registry, suspension("2026-03-02")):
            closed(registry, patience=0.05)
        before = told("select count(*) from event")
        with holder.transaction():
            holder.execute("select from exclusion for update")  # of the first: its move waits
            moving = pool.submit(closed, registry, 0.05)
            wait_for(lambda: told(
                "select true from pg_stat_activity where wait_event_type = 'Lock'"
                " and query like '%sequence_events%' and datname = current_database()"
            ))  # fmt: skip
            commit_second.set()
            wait_for(lambda: told("select count(*) from event") != before)
        moving.result()
        closed(registry)
        left = told(
            "select count(*) from exclusion x where not exists (select from log l"
            " where l.pupil_id = x.pupil_id and l.known_at = x.from_at)"
        )
    assert left == 0


def test_as_at_says_the_same_before_and_after_a_late_event_came(registry: Registry) -> None:
    register_pupil(registry)
    closed(registry)
    registry.sequences = False
    notice = suspension("2026-03-02", sessions=12, ends_on="2026-03-09")
    with held_open(registry, notice):
        at = closed(registry, patience=0.05).closed_at - timedelta(microseconds=1)
        before = seen(registry, at)
    assert closed(registry).taken == 1
    assert seen(registry, at) == before
    shown, follow_ups, _rows = seen(registry, at + timedelta(microseconds=1))
    assert ([len(shown["exclusions"]), follow_ups]) == [1, ["sixth_day_provision"]]


def seen(registry: Registry, at: datetime) -> tuple[dict, list[str], list[object]]:  # type: ignore[type-arg]
    """The pupil, the kinds of what is owed, and exclusions, as at an instant."""
    with registry.database.connection() as connection:
        pupil_id = who.pupil_of_upn(connection, PUPIL)
        assert pupil_id is not None
        everything = queries.Scope(everything=True)
        on = datetime(2026, 11, 20).date()
        owed = owing.follow_ups(connection, everything, on=on, as_at=at, status="any")
        rows = connection.execute(
            "select key from exclusion where from_at <= %s and until_at > %s", (at, at)
        ).fetchall()
    shown = read_pupil(registry, pupil_id, as_at=at)
    kinds = [one["kind"] for one in owed if one["kind"] == "sixth_day_provision"]
    return shown, kinds, rows


def test_a_closure_known_later_does_not_change_what_was_owed_as_at_then(
    registry: Registry,
) -> None:
    register_pupil(registry)
    registry.record(suspension("2026-03-02", sessions=12, ends_on="2026-03-09"))
    at = closed(registry).closed_at
    before = seen(registry, at)
    close(registry, SCHOOL, "2026-03-04")
    registry.recompute_follow_ups()
    assert seen(registry, at) == before


@contextmanager
def sequencing(registry: Registry, urls: embedded.Servers) -> Iterator[None]:
    done = threading.Event()
    thread = threading.Thread(
        target=keep_sequencing, args=(lambda: urls.database_url, registry.clock, done)
    )
    thread.start()
    yield
    done.set()
    thread.join()


def test_a_reader_is_answered_by_the_round_that_it_asks_for(
    registry: Registry, urls: embedded.Servers
) -> None:
    register_pupil(registry)
    registry.sequences = False
    with sequencing(registry, urls), registry.database.connection() as connection:
        time.sleep(0.2)
        started = time.monotonic()
        at = registry.closed(connection)
        took = time.monotonic() - started
        known = connection.execute(
            "select count(*) from log where stream = 0 and known_at <= %s", (at,)
        ).fetchone()
    assert known == (2,)
    assert took < 0.8  # not the second until the next round


def test_a_past_instant_needs_no_sequencer(registry: Registry) -> None:
    at = closed(registry).closed_at
    registry.sequences = False
    with registry.database.connection() as connection:
        assert registry.closed(connection, at) == at


def test_the_present_needs_no_sequencer(registry: Registry) -> None:
    registry.sequences = False
    with registry.database.connection() as connection:
        assert registry.as_at(connection, None) is None


def test_says_when_no_sequencer_comes(registry: Registry) -> None:
    with registry.database.connection() as connection, pytest.raises(Unavailable) as caught:
        wait_for_round(connection, None, seconds=0.1)
    assert caught.value.retry_after == 10


def test_a_transaction_left_idle_is_said_to_hold_the_order_up(
    registry: Registry, urls: embedded.Servers
) -> None:
    with connect(urls.database_url) as writer, writer.transaction():
        writer.execute("select pg_advisory_xact_lock_shared(7101944)")
        assert closed(registry, patience=0.05).held_up == 1


def test_a_transaction_left_idle_is_ended_and_the_order_goes_on(
    registry: Registry, urls: embedded.Servers
) -> None:
    with connect(urls.database_url) as left:
        limit = left.execute("show idle_in_transaction_session_timeout").fetchone()
        left.execute("set idle_in_transaction_session_timeout = '1s'")
        left.execute("begin; select pg_advisory_xact_lock_shared(7101944)")
        assert closed(registry).held_up == 0
        with pytest.raises(psycopg.errors.IdleInTransactionSessionTimeout):
            left.execute("commit")
    assert limit == ("1min",)


def test_a_clock_that_steps_back_moves_nothing_that_was_known(registry: Registry) -> None:
    registry.clock = datetime.now(UTC) + timedelta(minutes=10)
    join(registry, 1)
    first = closed(registry)
    registry.clock = None  # the clock of the database, ten minutes behind
    join(registry, 2)
    second = closed(registry)
    with registry.database.connection() as connection:
        known = connection.execute(
            "select seq, known_at from log where seq > %s order by seq", (first.size,)
        ).fetchall()
    assert second.closed_at >= first.closed_at
    assert [seq for seq, _known_at in known] == list(range(first.size + 1, second.size + 1))
    assert second.taken > 0
    assert all(known_at >= first.closed_at for _seq, known_at in known)
