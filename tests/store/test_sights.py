"""Whoever sees very many: their sight is kept, and is right at each moment all the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from ap_registry import embedded
from ap_registry.registry import Registry
from ap_registry.store import readers, sights
from ap_registry.store.database import Database
from ap_registry.store.readers import Reader, behind_wall
from tests.conftest import WORLD, fresh_database
from tests.world import PERSON, SCHOOL, TODAY, notify, upn

TABLES = ("identity", "detail", "roll", "visibility", "follow_up", "event_private", "upn_claim")


@dataclass(frozen=True, slots=True)
class Told:
    database: Database
    owner_url: str
    pupils: tuple[UUID, ...]


@pytest.fixture(scope="module")
def told(servers: embedded.Servers) -> Iterator[Told]:
    """A pupil of an LA."""
    with fresh_database(servers, WORLD) as urls:
        database = Database(urls.database_url)
        yield Told(database, urls.database_owner_url, (join_roll(database, 1),))
        database.close()


def join_roll(database: Database, number: int) -> UUID:
    facts = {**PERSON, "upn": upn(number), "family_name": f"Pupil{number}"}
    found = notify(Registry(database), "joined_roll", "2026-09-01", school=SCHOOL,
                   registration="C", **facts)  # fmt: skip
    return UUID(str(found["event"]["pupil_id"]))


def seen_in(told: Told, asked: Reader, table: str) -> set[UUID]:
    with behind_wall(asked), told.database.connection() as connection:
        return {row[0] for row in connection.execute(f'select pupil_id from "{table}"')}


def reader(*organisations: str) -> Reader:
    return Reader(organisations=organisations, today=TODAY)


_MANY = """
insert into {table} select (jsonb_populate_record(null::{table}, to_jsonb(t) || jsonb_build_object(
         'pupil_id', md5('{la}' || n)::uuid, 'key', md5('{la}' || n)::uuid {more}))).*
  from (select * from {table} where until_at = 'infinity' limit 1) t, generate_series(1, {count}) n
"""


def test_an_la_of_very_many_finds_all_of_them_and_nobody_else_s(told: Told) -> None:
    with psycopg.connect(told.owner_url, autocommit=True) as owner:
        for la in ("LA998", "LA999"):
            for table, more in (
                ("identity", ", 'upn', null"),
                ("roll", ""),
                ("visibility", f", 'organisation', '{la}', 'from_on', null"),
            ):
                owner.execute(_MANY.format(table=table, la=la, more=more, count=2_500))
        theirs = {row[0] for row in owner.execute(
            "select pupil_id from visibility where organisation = 'LA999'")}  # fmt: skip
        kept = "select count(*) from reader_sight where scope = 'LA999'"
        assert owner.execute(kept).fetchone() == (0,)
        found = {table: seen_in(told, reader("LA999"), table) - theirs for table in TABLES}
        assert found == {table: set() for table in TABLES}
        assert owner.execute(kept).fetchone() == (1,)
    assert seen_in(told, reader("LA999"), "identity") == theirs
    assert seen_in(told, reader("LA999"), "roll") == theirs
    assert len(theirs) == 2_500


@pytest.fixture
def wide(told: Told, monkeypatch: pytest.MonkeyPatch) -> Reader:
    """An LA whose sight is kept already."""
    monkeypatch.setattr(readers, "WIDE", 0)
    asked = reader("LA856")
    seen_in(told, asked, "identity")
    return asked


def test_whoever_comes_is_in_sight_at_once(told: Told, wide: Reader) -> None:
    assert join_roll(told.database, 2) in seen_in(told, wide, "identity")


def test_whoever_came_unseen_while_the_sight_was_made_is_in_it(told: Told, wide: Reader) -> None:
    pupil = UUID(int=5)
    row = (pupil, pupil)
    with psycopg.connect(told.owner_url) as writing:
        writing.execute(
            "insert into visibility select %s, %s, now(), 'infinity', 'LA856', null, null, 'home'",
            row,
        )
        with psycopg.connect(told.owner_url, autocommit=True) as owner:
            owner.execute("update reader_sight set day = day - 1")
        seen_in(told, wide, "roll")  # it is made anew, and does not have the pupil
        writing.commit()
    assert pupil in seen_in(told, wide, "visibility")


def test_whoever_has_left_sight_is_out_of_it_the_next_day(told: Told, wide: Reader) -> None:
    pupil = UUID(int=5)
    with psycopg.connect(told.owner_url, autocommit=True) as owner:
        owner.execute("update visibility set until_at = now() where pupil_id = %s", (pupil,))
    tomorrow = Reader(organisations=wide.organisations, today=TODAY + timedelta(days=1))
    assert pupil not in seen_in(told, tomorrow, "visibility")


def test_a_sight_made_anew_while_a_request_reads_shows_as_many(told: Told) -> None:
    """With more pupils it is wider, and is looked into at other places."""
    asked = reader("LA997")
    with psycopg.connect(told.owner_url, autocommit=True) as owner:
        row = ", 'organisation', 'LA997', 'from_on', null"
        owner.execute(_MANY.format(table="visibility", la="LA997", more=row, count=600))
        before = seen_in(told, asked, "visibility")
        with behind_wall(asked), told.database.connection() as connection:
            owner.execute(_MANY.format(table="visibility", la="LA996", more=row, count=2_500))
            seen_in(told, reader("LA997"), "visibility")
            found = {row[0] for row in connection.execute("select pupil_id from visibility")}
    assert (len(before), len(found)) == (600, 3_100)


def test_whoever_comes_brings_those_who_were_merged_before(told: Told, wide: Reader) -> None:
    kept, other = UUID(int=7), UUID(int=8)
    with psycopg.connect(told.owner_url, autocommit=True) as owner:
        owner.execute(
            "insert into merged (pupil_id, key, from_at, until_at, other)"
            " values (%s, %s, now(), 'infinity', %s)",
            (kept, kept, other),
        )
        owner.execute(
            "insert into visibility select %s, %s, now(), 'infinity', 'LA001', null, null, 'home'",
            (other, other),
        )
        owner.execute("update reader_sight set day = day - 1")
        assert {kept, other}.isdisjoint(seen_in(told, wide, "visibility"))
        owner.execute(
            "insert into visibility select %s, %s, now(), 'infinity', 'LA856', null, null, 'home'",
            (kept, kept),
        )
    assert {kept, other} <= seen_in(told, wide, "visibility")


def test_a_sight_that_came_with_another_database_is_made_anew(told: Told, wide: Reader) -> None:
    """Its transactions are not this one's."""
    with psycopg.connect(told.owner_url, autocommit=True) as owner:
        owner.execute("update reader_sight set home = 1, hashes = ''")
    assert told.pupils[0] in seen_in(told, wide, "identity")


def test_who_came_days_ago_is_noted_no_longer(told: Told, wide: Reader) -> None:
    with psycopg.connect(told.owner_url, autocommit=True) as owner:
        owner.execute("update seen_anew set noted_at = now() - interval '3 days'")
        join_roll(told.database, 3)
        with told.database.connection() as connection:
            sights.forget(connection)
        assert owner.execute("select count(*) from seen_anew").fetchone() == (1,)
