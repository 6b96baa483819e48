"""Worker, Valkey and PostgreSQL are killed during deliveries: none is lost, none shown twice.

A kill of each kind and 100 deliveries here; AP_KILLED_EMAILS=400 AP_KILLED_ROUNDS=2 does more.
"""

import base64
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ap_registry import embedded
from jobs.webhooks import signature
from tests.jobs.conftest import Sink
from tests.jobs.killing import Rig, pupils_told_of
from tests.jobs.receiving import Receiver

EMAILS = int(os.environ.get("AP_KILLED_EMAILS", "100"))
ROUNDS = int(os.environ.get("AP_KILLED_ROUNDS", "1"))
SECRET = b"a secret of twenty-four."
MakeRig = Callable[..., Rig]


@pytest.fixture
def rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeRig]:
    """With servers of its own, which write to disk what they say is written."""
    monkeypatch.delenv("AP_EMBEDDED_FSYNC")
    home = tmp_path / "own servers"
    made: list[Rig] = []

    def make(deliveries: int, taken: Callable[[], int], **channel: str) -> Rig:
        made.append(Rig(home, deliveries=deliveries, taken=taken, **channel))
        return made[0]

    yield make
    for one in made:
        one.workers.end()
    embedded.stop(home)


def test_emails(rig: MakeRig, sink: Sink) -> None:
    found = rig(EMAILS, lambda: len(sink.times), AP_SMTP_URL=sink.url)
    found.deliver(seed=7, rounds=ROUNDS)
    told = pupils_told_of((str(m["Message-ID"]), str(m.get_payload())) for m in sink.messages)
    assert told == sorted(found.pupils)


def test_signed_calls(rig: MakeRig, receiver: Receiver) -> None:
    found = rig(
        100, lambda: len({headers["webhook-id"] for headers, _ in list(receiver.taken)}),
        AP_CHANNEL="webhook", AP_DELIVERY_URL=receiver.url,
        AP_DELIVERY_SECRET="whsec_" + base64.b64encode(SECRET).decode(),
    )  # fmt: skip
    found.deliver(seed=7, rounds=1)
    for headers, body in receiver.taken:
        named, at = headers["webhook-id"], int(headers["webhook-timestamp"])
        assert headers["webhook-signature"] == signature(SECRET, named, at, body)
    told = pupils_told_of(
        (h["webhook-id"], json.loads(b)["data"]["text"]) for h, b in receiver.taken
    )
    assert told == sorted(found.pupils)
