"""Which reminders go out, to whom, and what becomes of those that cannot."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ap_registry.installation import Installation
from jobs.channels import Channel
from jobs.letters import MOST_ATTEMPTS, RETRY_AFTER, Failed
from jobs.mail import smtp_sender
from jobs.outbox import send_due
from tests.jobs.conftest import MORNING, Sink
from tests.world import PERSON, PRU, PUPIL, SCHOOL, close, notify, register_pupil

SENDER = "registry@ap.example"
SIXTH_DAY = "Sixth day provision is due on 2026-11-20 (a duty by law)."
SUSPENDED = "2026-11-13"  # Friday; its sixth school day is Friday the 20th


@pytest.fixture
def suspended(morning: Installation) -> Installation:
    """Suspended for seven days: education is owed from today."""
    register_pupil(morning.registry)
    notify(
        morning.registry, "suspension", SUSPENDED, school=SCHOOL, sessions=14,
        ends_on="2026-11-23", reasons=["PP"], ref="S1",
    )  # fmt: skip
    return morning


def deliver(found: Installation, sink: Sink) -> int:
    return send_due(found, Channel("smtp", smtp_sender(sink.url, sender=SENDER, timeout=5)))


def outbox(found: Installation, columns: str, kind: str = "sixth_day_provision") -> list[Any]:
    with found.database.connection() as connection:
        return connection.execute(
            f"select {columns} from outbox o join follow_up f on f.key = o.follow_up"
            f" and f.until_at = 'infinity' where f.kind = '{kind}'"
            " and o.step in ('open', 'before', 'due') order by o.due_on"
        ).fetchall()


def messages(found: Installation, columns: str) -> list[Any]:
    with found.database.connection() as connection:
        return connection.execute(f"select {columns} from message m order by m.id").fetchall()


def lines(sink: Sink) -> list[str]:
    """What is said to be owed, over all messages."""
    texts = [str(message.get_payload()).replace("\r\n", "\n") for message in sink.messages]
    return sorted(line for text in texts for line in text.splitlines() if " due " in line)


def test_a_reminder_goes_to_the_owner_on_the_morning_it_is_due(
    suspended: Installation, sink: Sink
) -> None:
    deliver(suspended, sink)
    assert SIXTH_DAY in lines(sink)
    assert [(m["To"], m["From"]) for m in sink.messages] == [("office@alder.example", SENDER)]
    assert outbox(suspended, "o.sent_at, o.channel") == [(MORNING, "smtp")]


def test_nothing_goes_before_half_past_seven(suspended: Installation, sink: Sink) -> None:
    deliver(suspended, sink)
    suspended.registry.clock = datetime(2026, 11, 23, 7, 29, 59, tzinfo=UTC)
    assert deliver(suspended, sink) == 0
    suspended.registry.clock = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
    assert deliver(suspended, sink) == 1
    assert "Sixth day provision has been due since 2026-11-20 (a duty by law)." in lines(sink)


def test_a_second_run_sends_nothing_again(suspended: Installation, sink: Sink) -> None:
    first = deliver(suspended, sink)
    assert first > 0
    assert deliver(suspended, sink) == 0
    assert set(sink.times.values()) == {1}


def test_what_is_no_longer_owed_is_not_sent(suspended: Installation, sink: Sink) -> None:
    notify(suspended.registry, "sixth_day_started", "2026-11-20", exclusion="S1", provider=PRU,
           by=SCHOOL)  # fmt: skip
    deliver(suspended, sink)
    assert SIXTH_DAY not in lines(sink)
    assert outbox(suspended, "o.sent_at, o.failed, o.lapsed_at") == [(None, None, MORNING)]


def test_what_is_owed_again_is_sent_after_all(suspended: Installation, sink: Sink) -> None:
    notify(suspended.registry, "sixth_day_started", "2026-11-20", exclusion="S1", provider=PRU,
           by=SCHOOL, ref="D1")  # fmt: skip
    deliver(suspended, sink)
    notify(suspended.registry, "void", "2026-11-20", of="D1", reason="slip", by=SCHOOL)
    deliver(suspended, sink)
    assert SIXTH_DAY in lines(sink)


def test_a_closure_moves_the_reminder_with_the_due_day(suspended: Installation, sink: Sink) -> None:
    close(suspended.registry, SCHOOL, "2026-11-16")
    suspended.registry.recompute_follow_ups()
    deliver(suspended, sink)
    assert SIXTH_DAY not in lines(sink)
    suspended.registry.clock = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    deliver(suspended, sink)
    assert SIXTH_DAY.replace("20 ", "23 ") in lines(sink)


def test_an_attendance_follow_up_is_reminded_of_too(morning: Installation, sink: Sink) -> None:
    from tests.world import send_register

    register_pupil(morning.registry)
    send_register(
        morning.registry,
        f"upn,organisation,date,session,code\n{PUPIL},{SCHOOL},2026-11-13,AM,N\n",
    )
    deliver(morning, sink)
    assert lines(sink) == ["Code n reason is due on 2026-11-20 (a duty by law)."]


def test_a_message_names_the_pupil_by_id_only(suspended: Installation, sink: Sink) -> None:
    deliver(suspended, sink)
    assert sink.messages
    for message in sink.messages:
        told = message.as_string()
        personal = (PUPIL, PERSON["given_name"] + " ", PERSON["family_name"])
        assert [word for word in personal if word in told] == []


def test_a_server_that_is_busy_is_asked_again_after_a_minute(
    suspended: Installation, sink: Sink
) -> None:
    sink.answer = "451 later"
    assert deliver(suspended, sink) == 0
    rows = messages(
        suspended, "m.attempts, m.failed, m.not_before - clock_timestamp() > interval '50 s',"
        " m.not_before - clock_timestamp() <= interval '60 s'",
    )  # fmt: skip
    assert rows == [(1, None, True, True)]
    sink.answer = "250 taken"
    assert deliver(suspended, sink) == 0
    _wait_is_over(suspended)
    assert deliver(suspended, sink) == 1


def _wait_is_over(found: Installation) -> None:
    with found.database.connection() as connection:
        connection.execute("update message set not_before = clock_timestamp()")


def test_an_address_refused_for_good_fails_at_once(suspended: Installation, sink: Sink) -> None:
    sink.answer = "554 no"
    deliver(suspended, sink)
    assert messages(suspended, "m.attempts, m.failed") == [(1, "SMTPDataError 554")]
    assert outbox(suspended, "o.sent_at, o.failed") == [(None, "SMTPDataError 554")]


def test_gives_up_after_the_last_attempt_and_says_so(suspended: Installation) -> None:
    def away(_letter: object) -> None:
        raise Failed("ConnectionRefusedError", for_good=False)

    for _ in range(MOST_ATTEMPTS - 1):
        send_due(suspended, Channel("smtp", away))
        assert messages(suspended, "m.failed") == [(None,)]
        _wait_is_over(suspended)
    send_due(suspended, Channel("smtp", away))
    assert messages(suspended, "m.attempts, m.failed") == [
        (MOST_ATTEMPTS, f"gave up after {MOST_ATTEMPTS} attempts (ConnectionRefusedError)")
    ]


def test_every_wait_has_its_place_on_the_ladder() -> None:
    assert len(RETRY_AFTER) == MOST_ATTEMPTS - 1
    assert sorted(RETRY_AFTER) == list(RETRY_AFTER)


def test_an_organisation_without_address_is_said_to_have_none(
    suspended: Installation, sink: Sink
) -> None:
    with suspended.database.connection() as connection:
        connection.execute("update organisation set email = null where id = %s", (SCHOOL,))
        connection.execute("update setting set value = '9' where name = 'organisation_version'")
    deliver(suspended, sink)
    assert messages(suspended, "m.to_organisation, m.failed") == [
        (SCHOOL, "the organisation has no address")
    ]


def test_a_claim_is_left_to_its_worker_until_the_lease_is_over(
    suspended: Installation, sink: Sink
) -> None:
    """A worker that died between claiming and marking: nobody can tell whether it had sent."""

    def dies(_letter: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        send_due(suspended, Channel("smtp", dies))
    lease = timedelta(seconds=3 * suspended.settings.smtp_timeout)
    with suspended.database.connection() as connection:
        claimed = connection.execute(
            "select count(*), bool_and(not_before > clock_timestamp() + %s - interval '30 s')"
            " from message where attempts = 1",
            (lease,),
        ).fetchone()
    assert claimed == (1, True)
    assert deliver(suspended, sink) == 0
    _wait_is_over(suspended)
    assert deliver(suspended, sink) == 1
