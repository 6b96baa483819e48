"""Letters about one's own account, by a real mail server."""

import re
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from ap_registry.installation import Installation
from ap_registry.store import access_links, accounts
from jobs.access_letters import SUBJECTS, TEXTS, TOO_LATE, send_access_letters
from jobs.letters import MOST_ATTEMPTS
from tests.jobs.conftest import Sink
from tests.world import SCHOOL


@pytest.fixture
def person(morning: Installation, sink: Sink) -> UUID:
    morning.settings.smtp_url = sink.url
    morning.settings.address = "https://ap.example.gov.uk/"
    with morning.database.connection() as connection:
        return accounts.add_account(
            connection, email="sam@example.org", name="Sam", password="correct horse battery",
            organisation=SCHOOL, role="school", at=_now(morning),
        )  # fmt: skip


def _now(found: Installation) -> datetime:
    return found.registry.now()


def test_the_link_in_a_letter_is_good_and_stands_nowhere_else(
    morning: Installation, sink: Sink, person: UUID
) -> None:
    with morning.database.connection() as connection:
        access_links.ask_for_recovery(connection, "Sam@example.org", at=_now(morning))
    assert (send_access_letters(morning), send_access_letters(morning)) == (1, 0)
    (letter,) = sink.messages
    assert (letter["To"], letter["Subject"]) == ("sam@example.org", "Choose a new password")
    found = re.search(r"https://ap\.example\.gov\.uk/password/(\S+)", str(letter.get_payload()))
    assert found is not None
    with morning.database.connection() as connection:
        account = access_links.account_of_link(connection, found[1], at=_now(morning))
        kept = str(connection.execute("select l::text from access_letter l").fetchall())
    assert (account, found[1] in kept) == (person, False)


def test_a_letter_waits_for_a_server_that_is_busy_and_not_for_one_that_refuses(
    morning: Installation, sink: Sink, person: UUID
) -> None:
    with morning.database.connection() as connection:
        for what in ("password_changed", "second_factor_off"):
            access_links.write_letter(connection, person, what, at=_now(morning))
    sink.answer = "451 later"
    assert send_access_letters(morning) == 0
    sink.answer = "554 never"
    with morning.database.connection() as connection:
        connection.execute("update access_letter set not_before = null")
    assert send_access_letters(morning) == 0
    with morning.database.connection() as connection:
        found = connection.execute("select attempts, failed from access_letter").fetchall()
    assert found == [(2, "SMTPDataError 554")] * 2


def test_a_letter_that_does_not_go_is_tried_again_ever_later_and_given_up(
    morning: Installation, sink: Sink, person: UUID
) -> None:
    with morning.database.connection() as connection:
        access_links.write_letter(connection, person, "password_changed", at=_now(morning))
    sink.answer, waits = "451 later", []
    for _ in range(MOST_ATTEMPTS):
        assert send_access_letters(morning) == 0
        with morning.database.connection() as connection:
            row = connection.execute(
                "update access_letter set not_before = null returning failed,"
                " (select round(extract(epoch from a.not_before - clock_timestamp()) / 60)"
                "    from access_letter a)::int"
            ).fetchone()
        assert row is not None
        waits.append(row)
    assert waits[:-1] == [(None, minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440)]
    assert waits[-1][0] == "gave up after 8 attempts (SMTPDataError 451)"


def test_a_link_is_not_sent_an_hour_late(morning: Installation, sink: Sink, person: UUID) -> None:
    with morning.database.connection() as connection:
        access_links.ask_for_recovery(connection, "sam@example.org", at=_now(morning))
    morning.registry.clock = _now(morning) + timedelta(minutes=61)
    assert (send_access_letters(morning), sink.messages) == (0, [])
    with morning.database.connection() as connection:
        assert connection.execute("select failed from access_letter").fetchall() == [(TOO_LATE,)]


def test_without_passwords_an_invitation_leads_to_where_one_signs_in(
    morning: Installation, sink: Sink, person: UUID
) -> None:
    morning.settings.oidc_only = True
    with morning.database.connection() as connection:
        access_links.write_letter(connection, person, access_links.INVITATION, at=_now(morning))
        assert send_access_letters(morning) == 1
        assert connection.execute("select count(*) from access_link").fetchone() == (0,)
    text = str(sink.messages[0].get_payload())
    assert "https://ap.example.gov.uk/sign-in" in text.split()
    assert "with DfE Sign-in" in text


def test_every_letter_has_its_words() -> None:
    assert set(SUBJECTS) == set(TEXTS) == access_links.LETTERS
