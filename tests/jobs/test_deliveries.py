"""What was sent and what failed can be seen, and a failed message is sent again."""

from uuid import UUID

import pytest

from ap_registry.installation import Installation
from ap_registry.reading import read_pupil
from ap_registry.store.deliveries import deliveries, send_again, waiting
from ap_registry.store.who import pupil_of_upn
from jobs.channels import Channel
from jobs.letters import Failed, Letter
from jobs.outbox import send_due
from tests.world import PUPIL, SCHOOL, notify, register_pupil


@pytest.fixture
def suspended(morning: Installation) -> Installation:
    register_pupil(morning.registry)
    notify(morning.registry, "suspension", "2026-11-20", school=SCHOOL, sessions=2,
           ends_on="2026-11-20", reasons=["PP"])  # fmt: skip
    return morning


def refuse(_letter: Letter) -> None:
    raise Failed("550", for_good=True)


def take(_letter: Letter) -> None:
    """Sent."""


def listed(found: Installation, *, failed: bool = False) -> list[tuple[str, str, int, str | None]]:
    with found.database.connection() as connection:
        return [
            (one["status"], one["to_organisation"], one["items"], one["failed"])
            for one in deliveries(connection, failed=failed)
        ]


def test_a_failed_message_is_listed_and_sent_again(suspended: Installation) -> None:
    send_due(suspended, Channel("smtp", refuse))
    assert listed(suspended, failed=True) == [("failed", SCHOOL, 2, "550")]
    with suspended.database.connection() as connection:
        (message,) = deliveries(connection)
        assert waiting(connection)["messages_failed"] == 1.0
        assert send_again(connection, UUID(message["id"])) is True
    assert send_due(suspended, Channel("smtp", take)) == 1
    assert listed(suspended) == [("sent", SCHOOL, 2, None)]


def test_what_has_not_failed_is_not_sent_again(suspended: Installation) -> None:
    send_due(suspended, Channel("smtp", take))
    with suspended.database.connection() as connection:
        (message,) = deliveries(connection)
        assert send_again(connection, UUID(message["id"])) is False
    assert listed(suspended, failed=True) == []


def test_a_pupil_shows_who_was_told_what(suspended: Installation) -> None:
    send_due(suspended, Channel("smtp", take))
    with suspended.database.connection() as connection:
        pupil = pupil_of_upn(connection, PUPIL)
    assert pupil is not None
    shown = read_pupil(suspended.registry, pupil, timeline=True)["deliveries"]
    assert sorted((d["kind"], d["step"], d["to_organisation"], d["channel"]) for d in shown) == [
        ("la_notice", "due", SCHOOL, "smtp"), ("parent_notice", "due", SCHOOL, "smtp"),
    ]  # fmt: skip
    assert {d["sent_at"] for d in shown} == {"2026-11-20T08:00:00.000000Z"}
