"""The second wall: a query that forgot its scope finds its reader's own pupils, and no others."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import psycopg
import pytest

from ap_registry import embedded
from ap_registry.access import Caller
from ap_registry.registry import Registry
from ap_registry.store import readers
from ap_registry.store.database import Database
from ap_registry.store.readers import Reader, behind_wall
from ap_registry.store.sequencer import sequence
from ap_registry.store.walls import PUPIL_TABLES, READER
from tests.api.story import CALLERS, EVER, tell
from tests.conftest import WORLD, fresh_database
from tests.world import (
    GARAGE,
    OTHER,
    PERSON,
    PRU,
    SCHOOL,
    TODAY,
    notify,
    send_register,
    take_organisations,
    take_people,
    upn,
)

FAR = "100857"
THEIRS = upn(2)  # of a school and an LA where none of the first pupil's is
# Of jobs, of files and of answers to whoever sends: nothing there names a pupil of a caller.
OF_SEVERAL = {"pupil_read", "report_run"}
UNREAD = {"seen_anew"}  # by no reader: who has come into whose sight


@dataclass(frozen=True, slots=True)
class Told:
    database: Database
    owner_url: str
    pupil: UUID
    other: UUID


@pytest.fixture(scope="module")
def told(servers: embedded.Servers) -> Iterator[Told]:
    """Two pupils of other schools and LAs, with a row of nearly every kind."""
    with fresh_database(servers, WORLD) as urls:
        database = Database(urls.database_url)
        registry = Registry(database)
        first = UUID(tell(registry))
        second = _tell_of_another(registry)
        send_register(
            registry, f"organisation,upn,date,session,code\n{GARAGE},{upn(1)},2026-11-16,AM,/\n"
        )
        take_people(registry, f"{SCHOOL},exclusions,Ada Head,head@school.example,,\n")
        with database.connection() as connection:
            sequence(connection)
        yield Told(database, urls.database_owner_url, first, second)
        database.close()


def _tell_of_another(registry: Registry) -> UUID:
    take_organisations(registry, f"id,kind,name,la\n{FAR},school,Far School,857\n")
    facts = {**PERSON, "upn": THEIRS, "home_la": "857", "family_name": "Other"}
    notify(registry, "joined_roll", "2025-09-01", school=FAR, registration="C", **facts)
    found = notify(
        registry, "suspension", "2026-06-01", upn=THEIRS, school=FAR, sessions=4,
        ends_on="2026-06-02", reasons=["PP"],
    )  # fmt: skip
    return UUID(str(found["event"]["pupil_id"]))


def tables_of_pupils(told: Told) -> list[str]:
    with psycopg.connect(told.owner_url) as owner:
        return [str(row[0]) for row in owner.execute(PUPIL_TABLES)]


def seen_in(told: Told, reader: Reader, table: str) -> set[UUID]:
    """By the buggiest query there is."""
    with behind_wall(reader), told.database.connection() as connection:
        return {row[0] for row in connection.execute(f'select pupil_id from "{table}"')}


def by_pupil(told: Told) -> list[str]:
    return [table for table in tables_of_pupils(told) if table not in OF_SEVERAL | UNREAD]


def reader(*organisations: str) -> Reader:
    return Reader(organisations=organisations, today=TODAY)


def test_every_table_of_pupils_is_behind_the_wall(told: Told) -> None:
    with psycopg.connect(told.owner_url) as owner:
        walled = {
            row[0]
            for row in owner.execute(
                "select p.tablename from pg_policies p join pg_class c on c.relname = p.tablename"
                " where p.roles = %s::name[] and p.cmd = 'SELECT' and c.relrowsecurity",
                ([READER],),
            )
        }
    assert walled == set(tables_of_pupils(told))


def test_without_a_scope_nothing_of_any_pupil_is_seen(told: Told) -> None:
    both = {told.pupil, told.other}
    assert {table: seen_in(told, Reader(), table) & both for table in by_pupil(told)} == {
        table: set() for table in by_pupil(told)
    }


@pytest.mark.parametrize("wide", [0, readers.WIDE], ids=["wide", "narrow"])
@pytest.mark.parametrize("name", sorted(CALLERS))
def test_a_query_without_any_scope_finds_the_callers_pupils_alone(
    told: Told, name: str, wide: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever sees very many too: of everybody a sight is kept where ``WIDE`` is none."""
    monkeypatch.setattr(readers, "WIDE", wide)
    role, organisation = CALLERS[name]
    caller = Caller(actor="test", role=role, organisations=(organisation,))
    asked = readers.reader_of(caller, TODAY)
    expected = {told.pupil} if name in EVER else set()
    if organisation in {FAR, "LA857"} or role == "admin":
        expected |= {told.other}
    found = {t: seen_in(told, asked, t) & {told.pupil, told.other} for t in by_pupil(told)}
    assert {t: pupils - expected for t, pupils in found.items() if pupils - expected} == {}
    assert found["identity"] == found["event"] == found["event_private"] == expected


def test_the_database_names_no_pupil_that_the_reader_does_not_see(told: Told) -> None:
    asked = reader(SCHOOL)
    asked.pupils.add(told.other)
    assert told.other not in seen_in(told, asked, "identity")


def test_what_is_about_no_pupil_is_read_whole(told: Told) -> None:
    """Organisations, calendars, people who act and minutes: the world as at any instant."""
    query = (
        "select count(*), count(l.seq), count(p.data) from event e"
        " left join log l using (pupil_id, stream, version)"
        " left join event_private p using (pupil_id, stream, version) where e.stream = 2"
    )
    with told.database.connection() as connection:
        all_of_it = connection.execute(query).fetchone()
    with behind_wall(reader(SCHOOL)), told.database.connection() as connection:
        assert connection.execute(query).fetchone() == all_of_it
    assert all_of_it is not None
    assert min(all_of_it) > 0


@pytest.mark.parametrize("organisation", [OTHER, PRU])
def test_a_pupil_stays_in_sight_of_whom_it_has_left(told: Told, organisation: str) -> None:
    """Up to its last day, which is for the first wall to say."""
    assert told.pupil in seen_in(told, reader(organisation), "roll")


def test_a_connection_of_readers_keeps_no_scope_of_the_reader_before(told: Told) -> None:
    for organisation in (SCHOOL, FAR, SCHOOL):
        found = seen_in(told, reader(organisation), "identity") & {told.pupil, told.other}
        assert found == ({told.pupil} if organisation == SCHOOL else {told.other})


@pytest.mark.parametrize("wide", [0, readers.WIDE], ids=["wide", "narrow"])
def test_whoever_owes_something_of_a_pupil_may_know_whom(
    told: Told, wide: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An action may be given to any organisation: it sees neither record nor register."""
    monkeypatch.setattr(readers, "WIDE", wide)
    owner = PRU if wide else GARAGE
    assert told.other not in seen_in(told, reader(owner), "identity")
    notify(Registry(told.database), "action_agreed", "2026-06-02", upn=THEIRS, by="LA857",
           what="A mentor", owner=owner, due_on="2026-12-01")  # fmt: skip
    found = {t for t in by_pupil(told) if told.other in seen_in(told, reader(owner), t)}
    assert found == {"follow_up", "identity", "outbox"}


def test_a_report_of_no_organisation_is_nobody_s(told: Told) -> None:
    with psycopg.connect(told.owner_url) as owner:
        owner.execute(
            "insert into report_run (id, kind, format, given, actor, role, organisations, made_at,"
            " not_before, status, progress, attempts)"
            " values (gen_random_uuid(), 'school', 'csv', '{}', 'cli', 'admin', '{}', now(),"
            " now(), 'waiting', 0, 0)"
        )
    with behind_wall(Reader()), told.database.connection() as connection:
        found = connection.execute("select count(*) from report_run").fetchone()
    assert found == (0,)


@pytest.mark.parametrize(
    "statement",
    [
        "insert into event select * from event", "update identity set upn = null",
        "delete from event_private", "truncate identity", "select body from idempotency_key",
        "insert into visibility select * from visibility",
    ],
)  # fmt: skip
def test_a_reader_writes_nothing(told: Told, statement: str) -> None:
    with (
        behind_wall(reader(SCHOOL)),
        told.database.connection() as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement)


@pytest.mark.parametrize("role", ["ap_web", "ap_job", READER])
@pytest.mark.parametrize("table", ["event", "event_private", "log", "account_act"])
def test_no_role_may_change_the_ledger(told: Told, role: str, table: str) -> None:
    with psycopg.connect(told.owner_url) as owner:
        row = owner.execute(
            "select has_table_privilege(%s, %s, 'update, delete, truncate')", (role, table)
        ).fetchone()
    assert row == (False,)
