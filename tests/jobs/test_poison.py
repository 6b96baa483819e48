"""What cannot be planned or sent is put aside where somebody sees it, and holds up nothing else."""

from uuid import UUID

import pytest

from ap_registry.installation import Installation
from ap_registry.store.deliveries import deliveries, send_again, waiting
from jobs.channels import Channel
from jobs.letters import MOST_ATTEMPTS, Letter
from jobs.outbox import send_due
from tests.jobs.owing import owe_reasons

OWED = 3
STRANGE = UUID(int=7)
_STRANGE = (
    "insert into outbox (id, pupil_id, kind, step, to_organisation, due_on, created_at, send_after)"
    " values (%s, gen_random_uuid(), 'review', 'open', '100001', '2026-11-20', now(), '2026-11-20')"
)


@pytest.fixture
def three(morning: Installation) -> Installation:
    """Three providers are owed a message each."""
    owe_reasons(morning.registry, OWED)
    return morning


class Post:
    """Takes every letter but those to ``refused``, at which it breaks as nobody expects."""

    def __init__(self, refused: str | None = None) -> None:
        self.refused = refused
        self.taken: list[str] = []

    def __call__(self, letter: Letter) -> None:
        if letter.to == self.refused:
            raise KeyError(letter.to)
        self.taken.append(letter.to)


def send(found: Installation, post: Post) -> list[str]:
    send_due(found, Channel("smtp", post))
    return sorted(post.taken)


def listed(found: Installation) -> list[tuple[str, str, str]]:
    """(id, status, why, without the line) of what failed."""
    with found.database.connection() as connection:
        return [
            (one["id"], one["status"], one["failed"].split(":")[0])
            for one in deliveries(connection, failed=True)
        ]


def test_a_row_that_cannot_be_planned_is_put_aside(three: Installation) -> None:
    """A step to be planned needs a follow-up; this row has none."""
    with three.database.connection() as connection:
        connection.execute(_STRANGE, (STRANGE,))
    assert len(send(three, Post())) == OWED
    assert listed(three) == [(str(STRANGE), "failed", "AssertionError at bundling.py")]
    with three.database.connection() as connection:
        assert waiting(connection)["messages_failed"] == 1.0


def test_it_is_planned_anew_when_it_is_sent_again(three: Installation) -> None:
    with three.database.connection() as connection:
        connection.execute(_STRANGE, (STRANGE,))
    send(three, Post())
    with three.database.connection() as connection:
        assert send_again(connection, STRANGE) is True
        connection.execute("update outbox set step = 'told' where id = %s", (STRANGE,))
    assert send(three, Post()) == ["office@alder.example"]
    assert listed(three) == []


def test_a_message_that_breaks_the_sender_waits_and_the_others_go(three: Installation) -> None:
    assert send(three, Post("ap-0001@ap.example")) == ["ap-0002@ap.example", "ap-0003@ap.example"]
    with three.database.connection() as connection:
        rows = connection.execute(
            "select attempts, failed, not_before > clock_timestamp() from message"
            " where sent_at is null"
        ).fetchall()
    assert rows == [(1, None, True)]


def test_it_fails_in_the_end_by_kind_and_place_of_the_error(three: Installation) -> None:
    for _ in range(MOST_ATTEMPTS):
        send(three, Post("ap-0001@ap.example"))
        with three.database.connection() as connection:
            connection.execute("update message set not_before = null")
    ((_id, status, why),) = listed(three)
    assert (status, why) == (
        "failed", f"gave up after {MOST_ATTEMPTS} attempts (KeyError at test_poison.py"
    )  # fmt: skip


def test_a_message_of_which_workers_died_is_not_tried_for_ever(three: Installation) -> None:
    """Each left its claim behind and nothing else."""
    send(three, Post("ap-0001@ap.example"))
    with three.database.connection() as connection:
        connection.execute(
            "update message set attempts = %s, not_before = null where sent_at is null",
            (MOST_ATTEMPTS,),
        )
    assert send(three, Post()) == []
    ((_id, status, why),) = listed(three)
    assert (status, why) == ("failed", f"gave up after {MOST_ATTEMPTS} attempts")
