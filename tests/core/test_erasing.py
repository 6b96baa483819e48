"""A pupil is erased: nothing in the database says who it was, and what happened still counts."""

import json
import random
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest
from psycopg.errors import InsufficientPrivilege

from ap_registry import embedded
from ap_registry.erasing import erase
from ap_registry.errors import NotFound, Refused
from ap_registry.reading import read_pupil
from ap_registry.registry import Registry
from ap_registry.store import acts, feed, owing, queries, who
from ap_registry.store.database import Database
from ap_registry.store.rebuilding import check
from ap_registry.store.verifying import verify
from reports.command import outcomes_report
from tests.acceptance.test_framework_every_notice import notices
from tests.conftest import fresh_database
from tests.store.holding import PATIENCE_SECONDS, held_open, suspension
from tests.store.test_rebuilding import at_random, live_on
from tests.world import (
    PERSON,
    PUPIL,
    SCHOOL,
    close,
    load_world,
    notify,
    register_pupil,
    send_register,
    upn,
)

GONE, TWIN, STAYS = (upn(number) for number in (41, 42, 43))
# Words that only this life has: every private field of every notice type holds one of them.
WORDS = {
    "Ann": "Zelda", "Example": "Quillfeather", "B. Example": "Ottoline Quillfeather",
    "b@home.example": "ottoline@quill.example", "0116 496 0000": "0116 496 0777",
    "1 Made-Up Lane": "7 Thistledown Row", "Another pupil": "Marmaduke did it",
    "Attend": "Grumbleworth attends", "Read": "Reads Beowulf", "Mentor": "Mentor Ignatius",
    "Quiet": "Quiet as Pemberley", "Low": "Low, said Isadora", "Bus": "Bus with Montague",
    "A place is free": "Room at Peregrine", "Main hall": "Hall of Wisteria",
    "Annexe": "Annexe Bellweather", "Seen twice": "Seen by Nurse Tansy",
    "I like it": "I like Fizzlebang", "Not me": "Not me but Horatio", "Ring home": "Ring Cordelia",
    "Staying in class": "Class of Featherstone", "Absent": "Absent, at Lakeside-on-Sea",
    "Form tutor": "Tutor Winterbourne", "Head of year": "Head Abernathy", "Reads": "Reads Chaucer",
    "Noise": "Noise of trombones", "Small groups": "Groups with Persephone",
    "Phased": "Phased by Dr Larkspur", "All well": "Well, says Barnaby", "Chair": "Chair Hollyoak",
    "None": "None but Godwin", "Nearest": "Nearest to Tumbledown", "No desk": "No desk for Zelda",
    "College": "Uncle Sylvester's garage", "Miscounted": "Miscounted by Figgis",
    "Register": "Register of Pomfret", "Never held": "Never, says Trelawney",
    "Diary": "Diary of Bartholomew", "One child": "One child, Wilhelmina",
    "Two children": "Two, says Thackeray", "Seen": "Seen near Snodgrass",
}  # fmt: skip
PRIVATE = [*WORDS.values(), GONE, TWIN, "2009-10-03", "WBRI"]
COUNTED = ("rows", "totals", "secondary")
REASON = "Retention period over; decided by the data protection officer"


def worded(value: Any) -> Any:
    """The same with the words of this life."""
    if isinstance(value, list):
        return [worded(one) for one in value]
    return WORDS.get(value, value) if isinstance(value, str) else value


def live(registry: Registry, mark: str, pupil: str, twin: str, *, apart: bool = True) -> None:
    for notice in notices(mark, pupil, twin)[: None if apart else -1]:
        registry.record({name: worded(value) for name, value in notice.items()})
    for week in ("2025-09-08", "2025-09-15", "2025-12-08"):
        send_register(
            registry,
            f"upn,organisation,week,marks\n{pupil},{SCHOOL},{week},/ \\ / \\ O O / \\ / \\\n",
        )


@dataclass(frozen=True)
class Told:
    """A registry in which a life was told and then erased, and what was seen before."""

    registry: Registry
    owner: Database
    pupil: UUID
    private_rows: int
    words: frozenset[str]
    at: datetime
    report: bytes


PERIOD = {"from_on": date(2025, 9, 1), "to_on": date(2026, 8, 31)}


@pytest.fixture(scope="module")
def told(servers: embedded.Servers) -> Iterator[Told]:
    """One life with every field of every notice filled, beside a plain one, and its erasure."""
    with fresh_database(servers) as urls:
        database, owner = Database(urls.database_url), Database(urls.database_owner_url)
        registry = Registry(database)
        load_world(registry)
        live(registry, "gone", GONE, TWIN)
        register_pupil(registry, upn=STAYS, date_of_birth="2009-10-04", given_name="Bob")
        held = {word for words in found_in(owner, PRIVATE).values() for word in words}
        at, pupil = closed(registry), pupil_id(registry, GONE)
        report = outcomes_report(registry, **PERIOD, known_by=at)
        gone = [erase(registry, one, REASON)["private_rows"] for one in (GONE, TWIN)]
        yield Told(registry, owner, pupil, sum(gone), frozenset(held), at, report)
        database.close()
        owner.close()


def found_in(database: Database, words: list[str]) -> dict[str, list[str]]:
    """By column of any table: which of the words stand in it, as text, in JSON or in bytes."""
    found: dict[str, list[str]] = {}
    with database.connection() as connection:
        for table, column, kind in connection.execute(
            "select table_name, column_name, data_type from information_schema.columns"
            " where table_schema = 'public'"
        ).fetchall():
            text = f"encode(\"{column}\", 'escape')" if kind == "bytea" else f'"{column}"::text'
            rows = connection.execute(
                f"select distinct word from unnest(%s::text[]) as word where exists"
                f' (select from "{table}" where position(lower(word) in lower({text})) > 0)',
                (words,),
            ).fetchall()
            if rows:
                found[f"{table}.{column}"] = sorted(row[0] for row in rows)
    return found


def pupil_id(registry: Registry, name: str) -> UUID:
    with registry.database.connection() as connection:
        found = who.pupil_named(connection, name)
    assert found is not None
    return found


def closed(registry: Registry) -> datetime:
    with registry.database.connection() as connection:
        return registry.closed(connection)


def test_every_private_word_was_on_record(told: Told) -> None:
    assert set(PRIVATE) - told.words == set()


def test_no_table_holds_any_private_word_of_an_erased_pupil(told: Told) -> None:
    assert found_in(told.owner, PRIVATE) == {}


def test_the_ledger_verifies_and_counts_what_was_erased(told: Told) -> None:
    closed(told.registry)
    with told.registry.database.snapshot() as connection:
        found = verify(connection)
    assert (found.first_bad, found.erased) == (None, told.private_rows)


def test_rows_are_those_that_a_rebuild_makes(told: Told) -> None:
    assert check(told.owner).examples == []


def test_what_was_counted_is_counted_as_before(told: Told) -> None:
    assert outcomes_report(told.registry, **PERIOD, known_by=told.at) == told.report
    now = json.loads(outcomes_report(told.registry, **PERIOD, known_by=None))
    was = json.loads(told.report)
    assert {name: now[name] for name in COUNTED} == {name: was[name] for name in COUNTED}
    assert sum(row["denominator"] for row in now["rows"]) > 0


def test_nobody_finds_the_pupil_any_more(told: Told) -> None:
    with told.registry.database.connection() as connection:
        assert who.pupil_named(connection, GONE) is None
        assert who.pupil_named(connection, str(told.pupil)) is None
        everything = queries.Scope(everything=True)
        pupils = queries.pupils(connection, everything, on=date(2026, 11, 20), as_at=told.at)
        assert [one["upn"] for one in pupils] == [STAYS]
        owed = owing.follow_ups(connection, everything, on=date.max, status="any", as_at=told.at)
        assert {one["upn"] for one in owed} <= {STAYS}
        placed = queries.placements(connection, everything, on=date.max, as_at=told.at)
        assert placed == []
        fed = feed.events(connection, everything, after=0, limit=1_000)
        assert {one["pupil_id"] for one in fed} == {str(pupil_id(told.registry, STAYS))}


@pytest.mark.parametrize("as_at", [False, True])
def test_the_id_leads_nowhere(told: Told, as_at: bool) -> None:
    with pytest.raises(NotFound):
        read_pupil(told.registry, told.pupil, as_at=told.at if as_at else None)


def test_whose_duty_it_was_reads_nothing_of_the_pupil(told: Told) -> None:
    with told.registry.database.connection() as connection:
        scope = queries.Scope(organisations=(SCHOOL,), today=date(2026, 11, 20))
        owed = owing.follow_ups(connection, scope, on=date.max, status="any", as_at=told.at)
    assert {one["upn"] for one in owed} <= {STAYS}


def test_nothing_is_owed_any_more(told: Told) -> None:
    with told.registry.database.connection() as connection:
        rows = connection.execute(
            "select count(*) from follow_up where pupil_id = %s and until_at = 'infinity'"
            " and closed_on is null",
            (told.pupil,),
        ).fetchone()
    assert rows == (0,)


def test_no_message_goes_out_any_more(told: Told) -> None:
    with told.registry.database.connection() as connection:
        rows = connection.execute(
            "select count(*) from outbox where pupil_id = %s and sent_at is null"
            " and lapsed_at is null",
            (told.pupil,),
        ).fetchone()
    assert rows == (0,)


@pytest.fixture
def owner(urls: embedded.Servers) -> Iterator[Database]:
    found = Database(urls.database_owner_url)
    yield found
    found.close()


@pytest.fixture
def suspended(registry: Registry) -> Registry:
    """A pupil with a suspension, which other tests of this file erase."""
    register_pupil(registry)
    registry.record(suspension("2026-03-02", note="words of the school", ref="R-1"))
    return registry


def test_the_reason_must_not_name_the_pupil(suspended: Registry) -> None:
    with pytest.raises(Refused) as refused:
        erase(suspended, PUPIL, "asked for by the mother of ann")
    assert [(p.pointer, p.code) for p in refused.value.problems] == [("/reason", "bad_format")]


def test_an_erasure_without_a_reason_is_refused(suspended: Registry) -> None:
    with pytest.raises(Refused) as refused:
        erase(suspended, PUPIL, " ")
    assert [(p.pointer, p.code) for p in refused.value.problems] == [("/reason", "required")]


def test_an_erasure_says_who_when_and_why(suspended: Registry) -> None:
    pupil = pupil_id(suspended, PUPIL)
    erase(suspended, PUPIL, REASON)
    with suspended.database.connection() as connection:
        found = acts.erasures(connection)
    assert [(e.pupil_id, e.actor, e.reason) for e in found] == [(pupil, "command-line", REASON)]


def test_an_old_file_does_not_bring_the_pupil_back(suspended: Registry) -> None:
    erase(suspended, PUPIL, REASON)
    with pytest.raises(Refused) as refused:
        suspended.record({**suspension("2026-03-02", ref="R-1"), **PERSON})
    assert [p.code for p in refused.value.problems] == ["ref_conflict"]


def test_the_upn_may_be_given_anew(suspended: Registry, owner: Database) -> None:
    before = pupil_id(suspended, PUPIL)
    erase(suspended, PUPIL, REASON)
    register_pupil(suspended)
    assert pupil_id(suspended, PUPIL) != before
    assert check(owner).same


def test_a_register_that_names_an_erased_pupil_is_not_taken(suspended: Registry) -> None:
    erase(suspended, PUPIL, REASON)
    text = f"upn,organisation,week,marks\n{PUPIL},{SCHOOL},2026-03-02,{'/ ' * 10}\n"
    found = send_register(suspended, text)
    assert [error.code for error in found.errors] == ["unknown_pupil"]


def test_a_changed_calendar_leaves_an_erased_pupil_as_it_is(
    suspended: Registry, owner: Database
) -> None:
    erase(suspended, PUPIL, REASON)
    close(suspended, "LA856", "2026-03-03")
    assert suspended.recompute_follow_ups()["moved"] == []
    assert check(owner).same


def test_both_records_of_a_merged_pupil_are_erased(registry: Registry, owner: Database) -> None:
    live(registry, "both", GONE, TWIN, apart=False)
    gone = erase(registry, TWIN, REASON)
    assert found_in(owner, PRIVATE) == {}
    assert check(owner).examples == []
    with registry.database.snapshot() as connection:
        assert verify(connection).erased == gone["private_rows"]


def test_of_two_that_were_merged_in_error_one_is_erased(
    registry: Registry, owner: Database
) -> None:
    """What the merge said of it in the other's record goes too; the other stays."""
    live(registry, "one", GONE, TWIN)
    erase(registry, TWIN, REASON)
    assert sorted(found_in(owner, [TWIN])) == []
    assert check(owner).examples == []
    shown = read_pupil(registry, pupil_id(registry, GONE), timeline=True)
    assert shown["given_name"] == WORDS["Ann"]


def test_an_adopted_pupil_is_erased_by_its_new_upn_alone(
    suspended: Registry, owner: Database
) -> None:
    notify(suspended, "upn_changed", "2026-04-01", by="LA856", new_upn=GONE, reason="adopted")
    shown = read_pupil(suspended, pupil_id(suspended, GONE))["id"]
    with pytest.raises(NotFound):
        erase(suspended, PUPIL, REASON)
    assert erase(suspended, GONE, REASON)["pupil_id"] == shown
    assert found_in(owner, [PUPIL, GONE, "words of the school"]) == {}
    with pytest.raises(NotFound):
        read_pupil(suspended, UUID(shown))
    assert check(owner).same


def test_a_notice_under_way_is_not_saved_once_the_pupil_is_erased(
    suspended: Registry, owner: Database
) -> None:
    """It read the pupil before the erasure and would write after it."""
    loaded, erased = threading.Event(), threading.Event()
    told: list[Refused] = []

    class Slow(Registry):
        def _open(self, *arguments: Any) -> Any:
            intake = super()._open(*arguments)
            loaded.set()
            assert erased.wait(PATIENCE_SECONDS)
            return intake

    def write() -> None:
        try:
            Slow(suspended.database).record(suspension("2026-03-09", note="written too late"))
        except Refused as refused:
            told.append(refused)

    writer = threading.Thread(target=write)
    writer.start()
    assert loaded.wait(PATIENCE_SECONDS)
    erase(suspended, PUPIL, REASON)
    erased.set()
    writer.join()
    assert [p.code for p in told[0].problems] == ["unknown_pupil"]
    assert found_in(owner, ["written too late"]) == {}


def test_an_erasure_waits_for_a_notice_that_is_being_written(
    suspended: Registry, owner: Database
) -> None:
    with held_open(suspended, suspension("2026-03-09", note="written in time")) as commit:
        eraser = threading.Thread(target=erase, args=(suspended, PUPIL, REASON))
        eraser.start()
        commit.set()
        eraser.join()
    assert found_in(owner, ["written in time"]) == {}
    assert check(owner).same


def test_the_database_deletes_only_where_an_erasure_is_recorded(suspended: Registry) -> None:
    with (
        suspended.database.connection() as connection,
        pytest.raises(InsufficientPrivilege, match="no erasure of this pupil is recorded"),
    ):
        connection.execute("select erase_pupil(%s)", (pupil_id(suspended, PUPIL),))


def test_a_birth_date_taken_back_is_not_counted_after_an_erasure(
    suspended: Registry, owner: Database
) -> None:
    """What is left of the birth date, the year, is that of what stood."""
    wrong = notify(
        suspended, "pupil_details_changed", "2026-04-01", by=SCHOOL, date_of_birth="2013-02-03"
    )
    notify(suspended, "void", "2026-04-02", by=SCHOOL, of=wrong["event"]["id"], reason="a slip")
    erase(suspended, PUPIL, REASON)
    with suspended.database.connection() as connection:
        rows = connection.execute(
            "select birth_year from detail where until_at = 'infinity'"
        ).fetchall()
    assert rows == [(2010,)]


@pytest.mark.parametrize("seed", [3, 108])
def test_whatever_comes_before_and_after_rows_equal_rebuilt_ones_and_figures_stand(
    registry: Registry, owner: Database, seed: int
) -> None:
    """Late notices, corrections, voids, registers, calendars, merges; and others live on."""
    at_random(registry, seed)
    at = closed(registry)
    before = outcomes_report(registry, **PERIOD, known_by=at)
    for number in range(2):
        with suppress(NotFound):  # merged with the other, and erased with it
            erase(registry, upn(number), REASON)
    assert outcomes_report(registry, **PERIOD, known_by=at) == before
    live_on(registry, random.Random(seed), [], 20)
    registry.recompute_follow_ups()
    assert check(owner).examples == []
    with registry.database.snapshot() as connection:
        assert verify(connection).first_bad is None
