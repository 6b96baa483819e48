"""Derived rows can be thrown away: the ledger makes them again, to the same instants."""

import itertools
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any, LiteralString

import pytest

from ap_registry import embedded
from ap_registry.adjusting import Wanted, adjust
from ap_registry.backing_up.manifest import rows_of
from ap_registry.errors import Refused
from ap_registry.ingest.organisations import import_organisations
from ap_registry.ingest.sheets import import_providers
from ap_registry.notice import World
from ap_registry.registry import Registry
from ap_registry.store.atlas import read_atlas
from ap_registry.store.attendance_follow_ups import settle_follow_ups
from ap_registry.store.comparing import Rebuilt
from ap_registry.store.database import Connection, Database, Lent, connect
from ap_registry.store.left_off import left_off
from ap_registry.store.locks import MOVEMENTS_SLOTS, SLOT
from ap_registry.store.rebuilding import check, derive_anew, rebuild
from ap_registry.store.sequencer import sequence
from ap_registry.store.tables import DERIVED
from ap_registry.store.worlds import Worlds
from tests.core.registers import mark
from tests.store.holding import held_open, suspension
from tests.waiting import wait_for
from tests.world import (
    ORGANISATIONS,
    OTHER,
    PRU,
    SCHOOL,
    arrange,
    close,
    load_world,
    notify,
    register_pupil,
    send_register,
    take_organisations,
    upn,
)

TABLES = (*(str(t.__tablename__) for t in DERIVED), "attendance_week", "organisation",
          "term_block", "closure")  # fmt: skip
PUPILS = 5
FIRST = date(2025, 9, 1)


@pytest.fixture
def owner(urls: embedded.Servers) -> Iterator[Database]:
    found = Database(urls.database_owner_url)
    yield found
    found.close()


def differences(found: Rebuilt) -> list[dict[str, Any]]:
    return found.examples


def at_random(registry: Registry, seed: int, steps: int = 60) -> None:
    """Whatever can come: late, corrected, taken back, registers, closures, changed schools."""
    chance = random.Random(seed)
    sent: list[str] = []
    for number in range(PUPILS):
        register_pupil(registry, upn=upn(number))
    live_on(registry, chance, sent, steps)


def live_on(registry: Registry, chance: random.Random, sent: list[str], steps: int) -> None:
    """So many things more; what is refused is left."""
    for _ in range(steps):
        step = chance.choice((_movement, _movement, _movement, _register, _register, _correction,
                              _void, _told, _closure, _moved_school, _night,
                              _nothing_but_time, _merged_or_parted))  # fmt: skip
        try:
            step(registry, chance, sent)
        except Refused:
            continue


def _day(chance: random.Random, weeks: int = 38) -> date:
    return FIRST + timedelta(days=7 * chance.randrange(weeks) + chance.randrange(5))


def _movement(registry: Registry, chance: random.Random, sent: list[str]) -> None:
    on = _day(chance)
    later = on + timedelta(days=chance.randrange(1, 40))
    number = chance.randrange(PUPILS)
    facts: dict[str, Any] = chance.choice(
        (
            suspension(on.isoformat(), sessions=12, ends_on=str(on + timedelta(days=8))),
            suspension(on.isoformat(), sessions=4, ends_on=str(on + timedelta(days=1))),
            {"type": "permanent_exclusion", "school": SCHOOL, "reasons": ["PP"]},
            {"type": "placement_started", "provider": PRU, "commissioner": SCHOOL,
             "reason": "behaviour", "intent": "return", "ends_on": str(later),
             "sessions_per_week": 10},
            {"type": "placement_ended", "end_reason": "returned_to_main_school"},
            {"type": "reintegration_started", "school": SCHOOL},
            {"type": "left_roll", "school": SCHOOL, "ground": "a"},
            {"type": "joined_roll", "school": OTHER, "registration": "C"},
            {"type": "pupil_details_changed", "home_la": chance.choice(("856", "857")),
             "by": SCHOOL},
            {"type": "referral", "route": "section_19", "provider": PRU, "by": SCHOOL},
            {"type": "outreach_started", "provider": "SVC-0001", "school": SCHOOL,
             "focus": "anger"},
            {"type": "target_agreed", "qualification": "gcse", "subject": "maths", "level": "4",
             "by": SCHOOL},
            {"type": "reintegration_ended", "outcome": "settled"},
        )
    )  # fmt: skip
    notice = {"occurred_on": on.isoformat(), **facts, "upn": upn(number)}
    receipt = registry.record(notice).receipt
    assert receipt is not None
    sent.append(f"{number} {receipt['event']['id']}")


def _register(registry: Registry, chance: random.Random, _sent: list[str]) -> None:
    lines = ["upn,organisation,week,marks"]
    for _ in range(4):
        monday = FIRST + timedelta(weeks=chance.randrange(14))
        marks = " ".join(chance.choice("//OGNI-B") for _ in range(10))
        lines.append(f"{upn(chance.randrange(PUPILS))},{chance.choice((SCHOOL, PRU))},"
                     f"{monday},{marks}")  # fmt: skip
    send_register(registry, "\n".join(lines))


def _correction(registry: Registry, chance: random.Random, sent: list[str]) -> None:
    number, event = chance.choice(sent or ["0 none"]).split()
    fields = {"occurred_on": str(_day(chance))}
    _act(registry, "correction", number, event, fields=fields)


def _void(registry: Registry, chance: random.Random, sent: list[str]) -> None:
    number, event = chance.choice(sent or ["0 none"]).split()
    _act(registry, "void", number, event)


def _act(registry: Registry, kind: str, number: str, event: str, **facts: Any) -> None:
    registry.record({"type": kind, "upn": upn(int(number)), "of": event, "by": SCHOOL,
                     "reason": "typing", "occurred_on": "2026-11-19", **facts})  # fmt: skip


def _told(registry: Registry, chance: random.Random, sent: list[str]) -> None:
    number, event = chance.choice(sent or ["0 none"]).split()
    registry.record({"type": "notified", "upn": upn(int(number)), "of": event, "by": SCHOOL,
                     "occurred_on": str(_day(chance)), "to": "la", "about": "return",
                     "method": "email"})  # fmt: skip


def _night(registry: Registry, _chance: random.Random, _sent: list[str]) -> None:
    with registry.database.connection() as connection:
        pupils = [row[0] for row in connection.execute("select pupil_id from upn_claim")]
        settle_follow_ups(connection, registry.worlds, pupils, today=registry.today(),
                          clock=registry.clock)  # fmt: skip


def _closure(registry: Registry, chance: random.Random, _sent: list[str]) -> None:
    close(registry, chance.choice((SCHOOL, PRU, "LA856", "ENG")), str(_day(chance)))
    registry.recompute_follow_ups()


def _moved_school(registry: Registry, chance: random.Random, _sent: list[str]) -> None:
    la = chance.choice(("856", "857"))
    line = f"{SCHOOL},school,Alder School,{la},34,office@alder.example"
    with registry.database.connection() as connection:
        text = f"{ORGANISATIONS.splitlines()[0]}\n{line}\n".encode()
        import_organisations(
            connection, BytesIO(text), today=registry.today(), clock=registry.clock
        )


def _merged_or_parted(registry: Registry, chance: random.Random, _sent: list[str]) -> None:
    kept, other = chance.sample(range(PUPILS), 2)
    kind = chance.choice(("pupils_merged", "merge_undone"))
    registry.record({"type": kind, "upn": upn(kept), "other_upn": upn(other), "by": "LA856",
                     "reason": "Same child?", "occurred_on": "2026-11-19"})  # fmt: skip


def _nothing_but_time(registry: Registry, _chance: random.Random, _sent: list[str]) -> None:
    with registry.database.connection() as connection:
        sequence(connection, registry.clock)


@pytest.mark.parametrize("seed", range(4))
def test_what_the_ledger_makes_is_what_was_written_inline(
    registry: Registry, owner: Database, seed: int
) -> None:
    at_random(registry, seed)
    registry.recompute_follow_ups()
    found = check(owner)
    assert differences(found) == []
    assert found.rows > 100


def test_also_where_the_clock_stands_still(registry: Registry, owner: Database) -> None:
    registry.clock = datetime(2027, 1, 20, 12, 0, tzinfo=UTC)
    at_random(registry, 11)
    registry.recompute_follow_ups()
    assert differences(check(owner)) == []


def test_returns_that_absence_obliges_to_are_rebuilt(registry: Registry, owner: Database) -> None:
    """Told of, told of and taken back, placed after, and corrected too late for what is done."""
    register_pupil(registry)
    mark(registry, "O", "2025-10-08", "2025-11-04")
    mark(registry, "I", "2025-11-10", "2025-11-28")
    told = notify(registry, "notified", "2025-10-29", by=SCHOOL, of=first_event(registry), to="la",
                  about="return", method="email")  # fmt: skip
    notify(registry, "void", "2025-10-30", by=SCHOOL, of=told["event"]["id"], reason="typing")
    notify(registry, "notified", "2025-11-05", by=SCHOOL, of=first_event(registry), to="home_la",
           about="return", method="email")  # fmt: skip
    notify(registry, "placement_started", "2025-12-01", provider=PRU, commissioner="LA856",
           reason="physical_health", ends_on="2026-03-27", sessions_per_week=5,
           intent="return")  # fmt: skip
    mark(registry, "M", "2025-11-28")
    found = check(owner)
    assert differences(found) == []
    with owner.connection() as connection:
        rows = connection.execute(
            "select kind, outcome from follow_up where until_at = 'infinity' and kind in"
            " ('attendance_return', 'sickness_return', 'section_19') order by 1, due_on"
        ).fetchall()
    assert rows == [
        ("attendance_return", "done"),
        ("attendance_return", "done"),
        ("section_19", "done"),
        ("sickness_return", "lapsed"),
    ]


def first_event(registry: Registry) -> str:
    with registry.database.connection() as connection:
        row = connection.execute(
            "select id from event where stream = 0 and type = 'pupil_registered.v1'"
        ).fetchone()
    assert row is not None
    return str(row[0])


def contents(owner: Database) -> dict[str, list[tuple[Any, ...]]]:
    with owner.connection() as connection:
        return {
            name: sorted(connection.execute(f"select t::text from {name} t").fetchall())
            for name in TABLES
        }


def test_rebuilding_brings_back_what_was_lost_spoilt_or_made_up(
    registry: Registry, owner: Database
) -> None:
    at_random(registry, 2)
    registry.recompute_follow_ups()
    before = contents(owner)
    with owner.connection() as connection:
        connection.execute("truncate roll, attendance_week, closure")
        connection.execute("update follow_up set due_on = due_on + 1 where origin = 'attendance'")
        connection.execute("insert into flag select gen_random_uuid(), key, from_at, until_at,"
                           " event, rule, detail, source from flag")  # fmt: skip
    spoilt = check(owner)
    told = rebuild(owner)
    assert set(spoilt.tables) == {"roll", "attendance_week", "closure", "follow_up", "flag"}
    assert told.as_json() == spoilt.as_json()
    assert contents(owner) == before


def test_a_check_changes_nothing(registry: Registry, owner: Database) -> None:
    register_pupil(registry)
    with owner.connection() as connection:
        connection.execute("truncate roll")
    before = contents(owner)
    assert not check(owner).same
    assert contents(owner) == before


def test_working_out_may_take_long_between_two_reads(registry: Registry, owner: Database) -> None:
    """Of a check and of a rebuild, which puts a calendar and a roll right."""
    register_pupil(registry)
    close(registry, SCHOOL, "2026-03-02")
    with owner.connection() as connection:
        patience: list[Any] = []
        check(Lent(connection), progress=lambda _events: patience.append(_patience(connection)))
        connection.execute(_NOTED)
        connection.execute("update roll set registration = 'S'; update closure set reason = 'x'")
    rebuild(owner)
    with owner.connection() as connection:
        noted = connection.execute("select * from patience").fetchall()
    assert set(patience) == {"0"}
    assert set(noted) == {("roll", "0"), ("closure", "0")}


_NOTED: LiteralString = """
create table patience (name text, setting text);
create function note_patience() returns trigger language plpgsql as $$
begin
  insert into patience
  values (tg_table_name, current_setting('idle_in_transaction_session_timeout'));
  return old;
end $$;
create trigger note_patience before delete on roll for each row execute function note_patience();
create trigger note_patience before delete on closure for each row execute function note_patience();
"""


def _patience(connection: Connection) -> str:
    row = connection.execute("show idle_in_transaction_session_timeout").fetchone()
    assert row is not None
    return str(row[0])


def test_rebuilt_while_others_write_it_is_what_they_wrote(
    registry: Registry, owner: Database
) -> None:
    at_random(registry, 5, steps=10)
    done = threading.Event()
    failed: list[Exception] = []

    def write(seed: int) -> None:
        while not done.is_set():
            try:
                at_more(registry, seed)
            except Exception as error:  # the test names it
                failed.append(error)
                return

    writers = [threading.Thread(target=write, args=(seed,)) for seed in (6, 7)]
    for writer in writers:
        writer.start()
    found = [check(owner) for _ in range(3)] + [rebuild(owner) for _ in range(3)]
    done.set()
    for writer in writers:
        writer.join()
    registry.recompute_follow_ups()
    assert failed == []
    assert [differences(one) for one in (*found, check(owner))] == [[]] * 7


def test_pupils_who_are_registered_meanwhile_keep_their_rows(
    registry: Registry, owner: Database
) -> None:
    at_random(registry, 5, steps=10)
    done, numbers = threading.Event(), itertools.count(100)

    def write() -> None:
        while not done.is_set():
            register_pupil(registry, upn=upn(next(numbers)))

    with ThreadPoolExecutor(2) as pool:
        writers = [pool.submit(write) for _ in range(2)]
        try:
            found = [rebuild(owner) for _ in range(6)]
        finally:
            done.set()
        for writer in writers:
            writer.result()
    assert [differences(one) for one in (*found, check(owner))] == [[]] * 7


KILLED = """
import sys
from ap_registry.store.database import Database
from ap_registry.store.rebuilding import rebuild
rebuild(Database(sys.argv[1]), at_once=2)
"""
_WAITING = """
select count(*) from pg_stat_activity
 where datname = current_database() and wait_event_type = 'Lock'
"""
_SLOTS = f"select pupil_id, {SLOT.format(pupil='pupil_id')} from upn_claim order by 1"


def everything(owner: Database) -> dict[str, list[tuple[Any, ...]]]:
    with owner.connection() as connection:
        return {
            name: sorted(connection.execute(f'select t::text from "{name}" t').fetchall())
            for name in rows_of(connection)
        }


def test_killed_half_way_it_goes_on_where_it_was(
    registry: Registry, owner: Database, urls: embedded.Servers
) -> None:
    for number in range(6):
        register_pupil(registry, upn=upn(number))
    before = everything(owner)
    with owner.connection() as connection, connect(urls.database_owner_url) as other:
        slots = connection.execute(_SLOTS).fetchall()
        done = {slot for _pupil, slot in slots[:2]}
        held = next(slot for _pupil, slot in slots[2:] if slot not in done)
        connection.execute("update roll set registration = 'S'")
        with other.transaction():
            other.execute("select pg_advisory_xact_lock(%s, %s)", (MOVEMENTS_SLOTS, held))
            process = subprocess.Popen([sys.executable, "-c", KILLED, urls.database_owner_url])
            try:
                wait_for(lambda: left_off(connection) is not None)
            finally:
                process.kill()
                process.wait()
        spoilt = check(owner)
        assert 0 < spoilt.tables["roll"].missing < 6
        wait_for(lambda: connection.execute(_WAITING).fetchone() == (0,))
        resumed = rebuild(owner, resume=True, at_once=2)
        assert resumed.tables["roll"].missing == spoilt.tables["roll"].missing
        assert resumed.events < spoilt.events
    assert everything(owner) == before


def test_it_tells_nobody_and_records_nothing(registry: Registry, owner: Database) -> None:
    """Messages, events, heads and claims are as they were; rows too, since they are right again."""
    at_random(registry, 3, steps=20)
    registry.recompute_follow_ups()
    with registry.database.connection() as connection:
        sequence(connection)
    before = everything(owner)
    with owner.connection() as connection:
        connection.execute("truncate follow_up, roll, flag, attendance_week")
    assert not rebuild(owner).same
    assert everything(owner) == before


def at_more(registry: Registry, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(5):
        for step in (_movement, _register, _closure):
            try:
                step(registry, chance, [])
            except Refused:
                continue


def test_an_event_that_came_late_is_derived_at_the_instant_it_counts_from(
    registry: Registry, owner: Database
) -> None:
    register_pupil(registry)
    notice = suspension("2026-03-02", sessions=12, ends_on="2026-03-09")
    with held_open(registry, notice), registry.database.connection() as connection:
        sequence(connection, patience=0.05)
    with registry.database.connection() as connection:
        sequence(connection)
    found = check(owner)
    assert differences(found) == []
    with connect(owner.url) as connection:
        late = connection.execute(
            "select count(*) from log join event using (pupil_id, stream, version)"
            " where known_at <> recorded_at"
        ).fetchone()
    assert late == (1,)


HEALTH = "id,kind,name,las\nICB-QK1,health,School Nurses,856\n"
FOUR_WEEKS = Wanted(
    la="LA856", rule="part-time.limit", value="28", from_on=FIRST,
    reason="agreed with schools", source="Attendance strategy 2025",
)  # fmt: skip
# What needs no comparing: functions, and names that are sought before there is an event.
NO_VALUE = {"organisation", "calendars", "organisations", "version"}


@pytest.fixture
def health(empty_registry: Registry) -> Registry:
    """Everything has been said that a world can hold; health was told of one placement."""
    registry = empty_registry
    registry.clock = datetime(2025, 11, 20, 12, tzinfo=UTC)
    load_world(registry)
    take_organisations(registry, HEALTH)
    sheet = f"provider,as_at,checks_confirmed_on\n{PRU},2025-11-01,2025-10-20\n"
    with registry.database.connection() as connection:
        import_providers(
            connection, BytesIO(sheet.encode()), today=registry.today(), clock=registry.clock
        )
    adjust(registry, FOUR_WEEKS)
    arrange(registry, "LA856", "health", "on", FIRST)
    register_pupil(registry)
    notify(registry, "placement_started", "2025-11-20", provider=PRU, commissioner=SCHOOL,
           reason="mental_health", ends_on="2026-02-05", sessions_per_week=10, intent="return",
           site="Here", by=SCHOOL)  # fmt: skip
    return registry


def test_a_health_partner_goes_on_seeing_the_children_it_was_told_of(
    health: Registry, owner: Database
) -> None:
    seen = sights(owner)
    assert check(owner).tables == {}
    assert rebuild(owner).same
    with owner.connection() as connection, connection.transaction():
        derive_anew(connection, [seen[0][0]])
    assert {by for _pupil, by in seen} == {"ICB-QK1"}
    assert sights(owner) == seen


def sights(owner: Database) -> list[tuple[Any, ...]]:
    with owner.connection() as connection:
        return connection.execute(
            "select pupil_id, organisation from visibility where basis = 'told' order by key"
        ).fetchall()


def test_what_is_derived_anew_rests_on_all_that_it_was_derived_by(
    health: Registry, owner: Database
) -> None:
    """Each value is there: a new one must be said above, and so be in the ledger's atlas too."""
    with owner.connection() as connection:
        held, atlas = Worlds().fresh(connection), read_atlas(connection)
    told = atlas.world(atlas.said)
    for name in {one.name for one in fields(World)} - NO_VALUE:
        assert getattr(held, name), name
        assert getattr(told, name) == getattr(held, name), name


def test_arrangements_that_were_lost_or_spoilt_come_back(health: Registry, owner: Database) -> None:
    with owner.connection() as connection:
        before = connection.execute("select a::text from arrangement a").fetchall()
        connection.execute("update arrangement set value = 'off'")
    assert set(rebuild(owner).tables) == {"arrangement"}
    with owner.connection() as connection:
        assert connection.execute("select a::text from arrangement a").fetchall() == before
