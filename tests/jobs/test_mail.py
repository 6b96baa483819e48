"""What one message looks like, and which refusals are for good."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from jobs.letters import Failed, Letter
from jobs.mail import smtp_sender
from tests.jobs.conftest import Sink

LETTER = Letter(
    id=UUID(int=7),
    to="office@alder.example",
    subject="Due 2026-11-20: sixth day provision",
    text="To Alder School\n",
    at=datetime(2026, 11, 20, 8, 0, tzinfo=UTC),
)


def send(url: str, letter: Letter = LETTER) -> None:
    smtp_sender(url, sender="registry@ap.example", timeout=5)(letter)


def test_a_message_carries_its_own_id_and_says_that_a_machine_wrote_it(sink: Sink) -> None:
    send(sink.url)
    (message,) = sink.messages
    names = ("From", "To", "Subject", "Message-ID", "Date", "Auto-Submitted")
    assert {name: message[name] for name in names} == {
        "From": "registry@ap.example",
        "To": "office@alder.example",
        "Subject": "Due 2026-11-20: sixth day provision",
        "Message-ID": "<00000000-0000-0000-0000-000000000007@ap-registry>",
        "Date": "Fri, 20 Nov 2026 08:00:00 +0000",
        "Auto-Submitted": "auto-generated",
    }


@pytest.mark.parametrize(
    ("answer", "for_good"), [("451 later", False), ("499 later", False), ("500 never", True)]
)
def test_only_a_refusal_of_the_fives_is_for_good(sink: Sink, answer: str, for_good: bool) -> None:
    sink.answer = answer
    with pytest.raises(Failed) as caught:
        send(sink.url)
    assert caught.value.for_good is for_good


def test_a_server_that_is_away_may_come_back() -> None:
    with pytest.raises(Failed) as caught:
        send("smtp://127.0.0.1:1")
    assert (caught.value.why, caught.value.for_good) == ("ConnectionRefusedError", False)


@pytest.mark.parametrize(
    "to",
    [
        "a@b.example\nBcc: c@d.example", "a@b.example,c@d.example", "a@b.example; c@d.example",
        "Mum <c@d.example>", "both: a@b.example, c@d.example;", "",
    ],
)  # fmt: skip
def test_what_is_not_one_address_is_never_tried(sink: Sink, to: str) -> None:
    """A letter may hold a link that only one person may open."""
    letter = Letter(id=LETTER.id, to=to, subject="", text="", at=LETTER.at)
    with pytest.raises(Failed) as caught:
        send(sink.url, letter)
    assert (caught.value.for_good, sink.messages) == (True, [])


def test_a_password_is_not_sent_in_the_open(sink: Sink) -> None:
    with pytest.raises(Failed) as caught:
        send(sink.url.replace("smtp://", "smtp://user:secret@"))
    assert caught.value.why == "SMTPNotSupportedError"
