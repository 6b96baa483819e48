"""GOV.UK Notify and signed webhooks, against a server that checks what it is sent."""

import base64
import hashlib
import hmac
import json
import time
from datetime import UTC, datetime
from uuid import UUID

import jwt
import pytest

from ap_registry.installation import Installation
from ap_registry.settings import Settings
from jobs.channels import IN_APP, chosen
from jobs.letters import Failed, Letter
from jobs.notify import notify_sender
from jobs.outbox import send_due
from jobs.webhooks import webhook_sender
from tests.jobs.receiving import Receiver
from tests.world import SCHOOL, notify, register_pupil

SERVICE, SECRET = "26785a09-ab16-4eb0-8407-a37497a57506", "3d844edf-8d35-48ac-975b-e847b4f122b0"
HOOK = b"a secret of twenty-four."
LETTER = Letter(
    id=UUID(int=7), to="pat@alder.example", subject="Due", text="To Alder School\n",
    at=datetime(2026, 11, 20, 8, 0, tzinfo=UTC), organisation="100001",
)  # fmt: skip


def by_notify(receiver: Receiver) -> Settings:
    return Settings(
        channel="notify", notify_url=receiver.url, notify_key=f"live-{SERVICE}-{SECRET}",
        notify_template="t1", smtp_timeout=2,
    )  # fmt: skip


def by_webhook(receiver: Receiver) -> Settings:
    secret = "whsec_" + base64.b64encode(HOOK).decode()
    return Settings(
        channel="webhook", delivery_url=receiver.url, delivery_secret=secret, smtp_timeout=2
    )


def test_notify_is_called_with_a_token_of_the_service(receiver: Receiver) -> None:
    notify_sender(by_notify(receiver))(LETTER)
    ((headers, body),) = receiver.taken
    claims = jwt.decode(
        headers["authorization"].removeprefix("Bearer "), SECRET, algorithms=["HS256"]
    )
    assert (claims["iss"], abs(claims["iat"] - time.time()) < 30) == (SERVICE, True)
    assert json.loads(body) == {
        "email_address": "pat@alder.example",
        "template_id": "t1",
        "personalisation": {"subject": "Due", "text": "To Alder School\n"},
        "reference": str(LETTER.id),
    }


def test_notify_is_asked_before_a_repeat_and_takes_it_once(receiver: Receiver) -> None:
    send = notify_sender(by_notify(receiver))
    again = Letter(**{n: getattr(LETTER, n) for n in LETTER.__slots__} | {"again": True})
    send(again)
    send(again)
    assert len(receiver.taken) == 1


@pytest.mark.parametrize(("status", "for_good"), [(400, True), (403, False), (429, False),
                                                  (500, False)])  # fmt: skip
def test_only_what_notify_will_never_take_is_for_good(
    receiver: Receiver, status: int, for_good: bool
) -> None:
    receiver.answer = status
    with pytest.raises(Failed) as caught:
        notify_sender(by_notify(receiver))(LETTER)
    assert (caught.value.why, caught.value.for_good) == (f"Notify answered {status}", for_good)


def test_a_webhook_is_signed_over_id_time_and_body(receiver: Receiver) -> None:
    webhook_sender(by_webhook(receiver))(LETTER)
    ((headers, body),) = receiver.taken
    signed = f"{LETTER.id}.{headers['webhook-timestamp']}.".encode() + body
    right = base64.b64encode(hmac.digest(HOOK, signed, hashlib.sha256)).decode()
    assert (headers["webhook-id"], headers["webhook-signature"]) == (str(LETTER.id), f"v1,{right}")
    assert json.loads(body) == {
        "type": "message.due",
        "timestamp": "2026-11-20T08:00:00Z",
        "data": {"to_organisation": "100001", "subject": "Due", "text": "To Alder School\n"},
    }


@pytest.mark.parametrize(("status", "for_good"), [(410, True), (404, False), (503, False)])
def test_a_receiver_that_is_gone_is_gone_for_good(
    receiver: Receiver, status: int, for_good: bool
) -> None:
    receiver.answer = status
    with pytest.raises(Failed) as caught:
        webhook_sender(by_webhook(receiver))(LETTER)
    assert caught.value.for_good is for_good


def test_the_settings_choose_the_channel(receiver: Receiver) -> None:
    names = [
        channel and channel.name
        for channel in map(
            chosen,
            (Settings(), Settings(smtp_url="smtp://127.0.0.1:1"), Settings(channel="in_app"),
             by_notify(receiver), by_webhook(receiver), Settings(channel="notify")),
        )
    ]  # fmt: skip
    assert names == [None, "smtp", "in_app", "notify", "webhook", None]


def test_in_the_app_what_is_due_is_marked_as_told(morning: Installation) -> None:
    register_pupil(morning.registry)
    notify(morning.registry, "suspension", "2026-11-13", school=SCHOOL, sessions=2,
           ends_on="2026-11-13", reasons=["PP"])  # fmt: skip
    assert send_due(morning, IN_APP) == 1
    with morning.database.connection() as connection:
        told = connection.execute(
            "select distinct channel from outbox where sent_at is not null"
        ).fetchall()
    assert told == [("in_app",)]
