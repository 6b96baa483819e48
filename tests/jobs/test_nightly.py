"""The night's work: once a night, caught up when missed."""

from datetime import UTC, date, datetime, timedelta
from threading import Event
from uuid import uuid4

import pytest

from ap_registry.access import COMMAND_LINE
from ap_registry.installation import Installation
from ap_registry.leaving import see_to_accounts
from ap_registry.store import account_acts, accounts, sessions
from ap_registry.store.reads import Asked, note, reads
from jobs.nightly import night_of, run_nightly
from tests.jobs.conftest import MORNING
from tests.world import SCHOOL, arrange, close, notify, register_pupil


@pytest.mark.parametrize(
    ("now", "night"),
    [
        (datetime(2026, 11, 20, 2, 14, 59, tzinfo=UTC), date(2026, 11, 19)),
        (datetime(2026, 11, 20, 2, 15, tzinfo=UTC), date(2026, 11, 20)),
        (datetime(2026, 6, 20, 1, 14, 59, tzinfo=UTC), date(2026, 6, 19)),
        (datetime(2026, 6, 20, 1, 15, tzinfo=UTC), date(2026, 6, 20)),
    ],
)
def test_a_night_begins_at_a_quarter_past_two_in_london(now: datetime, night: date) -> None:
    assert night_of(now) == night


def runs(found: Installation) -> list[tuple[object, ...]]:
    with found.database.connection() as connection:
        return connection.execute(
            "select due_on, attempts, finished_at is not null from job_run order by due_on"
        ).fetchall()


def test_a_night_is_done_once(morning: Installation) -> None:
    assert run_nightly(morning)
    assert not run_nightly(morning)
    assert runs(morning) == [(date(2026, 11, 20), 1, True)]


def test_a_night_that_was_missed_is_caught_up(morning: Installation) -> None:
    run_nightly(morning)
    morning.registry.clock = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)
    assert run_nightly(morning)
    assert runs(morning) == [(date(2026, 11, 20), 1, True), (date(2026, 11, 24), 1, True)]


def test_two_workers_do_not_both_do_it(morning: Installation) -> None:
    from ap_registry.store.locks import NIGHTLY_LOCK

    with morning.database.connection() as other:
        other.execute("select pg_advisory_lock(%s)", (NIGHTLY_LOCK,))
        assert not run_nightly(morning)
        other.execute("select pg_advisory_unlock(%s)", (NIGHTLY_LOCK,))
    assert run_nightly(morning)


def test_a_night_cut_off_is_begun_again(morning: Installation) -> None:
    stopping = Event()
    stopping.set()
    register_pupil(morning.registry)
    from tests.world import PUPIL, send_register

    send_register(
        morning.registry, f"upn,organisation,week,marks\n{PUPIL},{SCHOOL},2026-11-09,{'/ ' * 10}\n"
    )
    assert not run_nightly(morning, stopping)
    assert runs(morning) == [(date(2026, 11, 20), 1, False)]
    assert run_nightly(morning)
    assert runs(morning) == [(date(2026, 11, 20), 2, True)]


def test_an_import_of_closures_that_died_half_way_is_finished(morning: Installation) -> None:
    register_pupil(morning.registry)
    notify(morning.registry, "suspension", "2026-11-13", school=SCHOOL, sessions=14,
           ends_on="2026-11-23", reasons=["PP"])  # fmt: skip
    run_nightly(morning)
    close(morning.registry, SCHOOL, "2026-11-16")
    morning.registry.clock = MORNING.replace(day=21)
    run_nightly(morning)
    with morning.database.connection() as connection:
        due = connection.execute(
            "select due_on from follow_up where kind = 'sixth_day_provision'"
            " and until_at = 'infinity'"
        ).fetchone()
    assert due == (date(2026, 11, 23),)


def test_a_night_asks_for_the_lists_of_the_half_term(morning: Installation) -> None:
    arrange(morning.registry, "LA856", "lists", "on", date(2026, 11, 1))
    run_nightly(morning)
    with morning.database.connection() as connection:
        owed = connection.execute(
            "select count(*), min(due_on) from follow_up where kind = 'list_confirmation'"
        ).fetchone()
    assert owed == (5, date(2026, 12, 18))


def test_reads_are_kept_for_six_years(morning: Installation) -> None:
    pupil = uuid4()
    days = [datetime(2020, 11, day, 12, 0, tzinfo=UTC) for day in (19, 20)]
    with morning.database.connection() as connection:
        for at in days:
            note(connection, COMMAND_LINE, what="pupil show", pupils=[pupil], at=at)
        run_nightly(morning)
        left = reads(connection, Asked(), everything=True)
    assert [one.at for one in left] == days[1:]


@pytest.mark.parametrize(
    ("days", "letter"),
    [(75, None), (76, "unused_soon"), (90, "unused_soon"), (91, "ended_unused")],
)
def test_an_account_unused_for_ninety_days_ends_and_its_owner_is_told(
    morning: Installation, days: int, letter: str | None
) -> None:
    now = morning.registry.now()
    with morning.database.connection() as connection:
        account = accounts.add_account(
            connection, email="sam@example.org", name="Sam", password="correct horse battery",
            organisation=SCHOOL, role="school", at=now - timedelta(days=400),
        )  # fmt: skip
        sessions.begin(connection, account, at=now - timedelta(days=days))
        run_nightly(morning)
        found = accounts.account_named(connection, "sam@example.org", at=now)
        letters = connection.execute("select what from access_letter").fetchall()
        done = [(one.what, one.actor) for one in account_acts.acts(connection)]
    ended = letter == "ended_unused"
    assert found.disabled is ended
    assert letters == ([(letter,)] if letter else [])
    assert done == [("ended_unused", "nightly")] * ended


@pytest.mark.parametrize(("days", "asked"), [(120, 0), (121, 1)])
def test_administrators_are_asked_to_confirm_their_people(
    morning: Installation, days: int, asked: int
) -> None:
    now = morning.registry.now()
    with morning.database.connection() as connection:
        for name in ("boss", "colleague"):
            account = accounts.add_account(
                connection, email=f"{name}@example.org", name="Sam", role="school",
                password="correct horse battery", organisation=SCHOOL, administers=name == "boss",
                at=now - timedelta(days=400),
            )  # fmt: skip
            sessions.begin(connection, account, at=now)
        account_acts.note(
            connection, "account:1", account_acts.CONFIRMED, organisation=SCHOOL,
            at=now - timedelta(days=days),
        )  # fmt: skip
        world = morning.registry.worlds.fresh(connection)
        for _ in range(2):
            see_to_accounts(connection, world, morning.registry.today(), at=now)
        letters = connection.execute(
            "select l.what, a.email from access_letter l join account a on a.id = l.account"
        ).fetchall()
    assert letters == [("confirm_people", "boss@example.org")] * asked


def test_a_leaver_ends_the_night_after_the_last_day(morning: Installation) -> None:
    now, today = morning.registry.now(), morning.registry.today()
    with morning.database.connection() as connection:
        for number in (0, 1):
            account = accounts.add_account(
                connection, email=f"{number}@example.org", name="Sam", role="school",
                password="correct horse battery", organisation=SCHOOL, at=now,
            )  # fmt: skip
            connection.execute(
                "update account set last_on = %s where id = %s",
                (today - timedelta(days=number), account),
            )
        run_nightly(morning)
        found = [one.disabled for one in accounts.all_accounts(connection, at=now)]
    assert found == [False, True]
