"""Webhooks from end to end: made over the API, called by the worker, checked by a public client."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpcore
import httpx
import pytest
from standardwebhooks import Webhook

from ap_registry import erasing
from ap_registry.installation import Installation
from ap_registry.outgoing import PRIVATE, Guarded, pool
from ap_registry.registry import Registry
from ap_registry.seals import Seals
from ap_registry.settings import Settings
from ap_registry.store import accounts
from ap_registry.store.webhook_calls import LADDER, forget
from jobs.calling import call
from jobs.hooks import EACH, Caller
from jobs.letters import Failed
from tests.jobs.receiving import Receiver
from tests.serving import TRUSTS_NOBODY, served
from tests.store.holding import suspension
from tests.world import OTHER, PUPIL, SCHOOL, register_pupil, take_organisations

HOOKS = "/api/v1/webhooks"


class Hooks:
    """A served registry whose private addresses may be called, and a client of Alder School."""

    def __init__(self, registry: Registry, url: str, found: Installation) -> None:
        self.registry, self.url, self.found = registry, url, found
        self.client = self.as_("school", SCHOOL)

    def as_(self, role: str, *organisations: str) -> httpx.Client:
        with self.registry.database.connection() as connection:
            key, secret = accounts.create_key(
                connection, organisations=organisations, role=role, at=self.registry.now()
            )
        client = httpx.Client(
            verify=TRUSTS_NOBODY,
            base_url=self.url,
            timeout=60,
            headers={"Authorization": f"Bearer {secret}"},
        )
        client.key = key  # type: ignore[attr-defined]
        return client

    def make(self, url: str, **more: Any) -> dict[str, Any]:
        answer = self.client.post(HOOKS, json={"url": url, **more})
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def call(self) -> int:
        """All that is due now."""
        with self.registry.database.connection() as connection:
            self.registry.sequence(connection)
        with Caller(self.found) as caller:
            while caller.round():
                continue
            return caller.finish()

    def log(self, hook: dict[str, Any], **asked: str) -> list[dict[str, Any]]:
        answer = self.client.get(f"{HOOKS}/{hook['id']}/deliveries", params=asked)
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    def later(self, by: timedelta) -> None:
        """As if so much time had gone by."""
        with self.registry.database.connection() as connection:
            for change in (
                "update webhook_delivery set not_before = not_before - %s::interval,"
                " made_at = made_at - %s::interval",
                "update webhook set failing_since = failing_since - %s::interval,"
                " made_at = made_at - %s::interval",
                "update webhook_secret set until_at = until_at - %s::interval,"
                " made_at = made_at - %s::interval",
            ):
                connection.execute(change, (by, by))


@pytest.fixture
def hooks(installation: Installation, registry: Registry) -> Iterator[Hooks]:
    register_pupil(registry)
    settings = Settings(webhooks_allow_private=True)
    installation.settings = settings
    with served(registry, settings) as url:
        yield Hooks(registry, url, installation)


def test_a_call_is_thin_and_a_public_client_takes_its_signature(
    hooks: Hooks, receiver: Receiver
) -> None:
    made = hooks.make(receiver.url)
    receipt = hooks.registry.record(suspension("2026-03-02")).receipt
    assert (hooks.call(), receipt is not None) == (1, True)
    ((headers, body),) = receiver.taken
    told = Webhook(made["secret"]).verify(body.decode(), headers)
    assert receipt is not None
    event = receipt["event"]
    data = {"event": event["id"], "pupil_id": event["pupil_id"], "seq": told["data"]["seq"]}
    assert (told["type"], told["data"]) == ("notice.accepted", data)
    assert told["timestamp"] == event["recorded_at"]
    (logged,) = hooks.log(made)
    assert (logged["id"], logged["status"], logged["http_status"]) == (
        headers["webhook-id"], "delivered", 201,
    )  # fmt: skip


def test_only_the_types_asked_for_are_told_and_nothing_of_before(
    hooks: Hooks, receiver: Receiver
) -> None:
    hooks.make(receiver.url, types=["permanent_exclusion"])
    hooks.registry.record(suspension("2026-03-02"))
    assert (hooks.call(), receiver.taken) == (0, [])


def test_what_the_caller_may_not_see_is_not_told(hooks: Hooks, receiver: Receiver) -> None:
    hooks.client = hooks.as_("school", OTHER)
    hooks.make(receiver.url)
    hooks.registry.record(suspension("2026-03-02"))
    assert (hooks.call(), receiver.taken) == (0, [])


def test_both_secrets_sign_for_a_day_after_a_rotation(hooks: Hooks, receiver: Receiver) -> None:
    """Each is sealed by the key of its day."""
    hooks.registry.seals = Seals([bytes(32)])
    made = hooks.make(receiver.url)
    hooks.registry.seals = Seals([b"1" * 32, bytes(32)])
    new = hooks.client.post(f"{HOOKS}/{made['id']}/rotate").json()["secret"]
    hooks.client.post(f"{HOOKS}/{made['id']}/ping")
    hooks.call()
    ((headers, body),) = receiver.taken
    for secret in (made["secret"], new):
        assert Webhook(secret).verify(body.decode(), headers)["type"] == "ping"
    hooks.later(timedelta(hours=25))
    hooks.client.post(f"{HOOKS}/{made['id']}/ping")
    hooks.call()
    assert " " not in receiver.taken[1][0]["webhook-signature"]


def test_a_failed_call_climbs_the_ladder_under_one_id_and_then_disables(
    hooks: Hooks, receiver: Receiver
) -> None:
    made = hooks.make(receiver.url)
    receiver.answer = 500
    hooks.registry.record(suspension("2026-03-02"))
    waits = []
    for step in (*LADDER, None):
        hooks.call()
        (logged,) = hooks.log(made)
        waits.append((logged["attempts"], logged["status"], logged["error"]))
        assert hooks.call() == 0  # not before its time
        if step:
            hooks.later(step)
    assert waits[0] == (1, "waiting", "the receiver answered 500")
    assert waits[-1] == (len(LADDER) + 1, "failed", "the receiver answered 500")
    found = hooks.client.get(f"{HOOKS}/{made['id']}").json()
    assert "no call has gone well for 72 hours" in found["disabled"]
    receiver.answer = 200
    hooks.registry.record(suspension("2026-03-04"))
    assert hooks.call() == 0
    assert hooks.client.post(f"{HOOKS}/{made['id']}/enable").json()["disabled"] is None
    assert hooks.call() == 1  # what was missed meanwhile


def test_a_receiver_that_is_gone_is_not_called_again(hooks: Hooks, receiver: Receiver) -> None:
    made = hooks.make(receiver.url)
    receiver.answer = 410
    hooks.client.post(f"{HOOKS}/{made['id']}/ping")
    hooks.call()
    found = hooks.client.get(HOOKS).json()["items"]
    assert [one["disabled"] for one in found] == ["the receiver answered 410: it wants no more"]


def test_a_replay_calls_again_under_the_same_ids(hooks: Hooks, receiver: Receiver) -> None:
    made = hooks.make(receiver.url)
    start = hooks.client.get(f"{HOOKS}/{made['id']}").json()["after"]
    for day in ("2026-03-02", "2026-03-04"):
        hooks.registry.record(suspension(day))
    hooks.call()
    answer = hooks.client.post(f"{HOOKS}/{made['id']}/replay", json={"after": start})
    assert (answer.status_code, hooks.call()) == (202, 2)
    ids = [headers["webhook-id"] for headers, _body in receiver.taken]
    assert sorted(ids[:2]) == sorted(ids[2:])
    assert sorted(json.loads(body)["data"]["seq"] for _h, body in receiver.taken)[0] > start


def test_a_key_that_is_revoked_takes_its_webhooks_with_it(hooks: Hooks, receiver: Receiver) -> None:
    made = hooks.make(receiver.url)
    with hooks.registry.database.connection() as connection:
        key = str(hooks.client.key)  # type: ignore[attr-defined]
        accounts.revoke_key(connection, key, at=hooks.registry.now())
    hooks.registry.record(suspension("2026-03-02"))
    assert hooks.call() == 0
    hooks.client = hooks.as_("school", SCHOOL)
    found = hooks.client.get(f"{HOOKS}/{made['id']}").json()
    assert found["disabled"] == "the key that it was made with is not in use any more"
    hooks.client.post(f"{HOOKS}/{made['id']}/enable")
    assert hooks.call() == 1


def test_one_that_an_administrator_enables_stays_with_its_own_key(
    hooks: Hooks, receiver: Receiver
) -> None:
    made, admin = hooks.make(receiver.url), hooks.as_("admin")
    assert admin.post(f"{HOOKS}/{made['id']}/enable").status_code == 200
    with hooks.registry.database.connection() as connection:
        key = str(admin.key)  # type: ignore[attr-defined]
        accounts.revoke_key(connection, key, at=hooks.registry.now())
        hooks.registry.record(suspension("2026-03-02"))
        assert hooks.call() == 1
        connection.execute("update api_key set scopes = '{send}'")
    hooks.registry.record(suspension("2026-03-04"))
    assert hooks.call() == 0


def test_who_takes_the_place_of_another_is_told_of_its_pupils(
    hooks: Hooks, receiver: Receiver
) -> None:
    academy, registry = "150001", hooks.registry
    take_organisations(registry, f"id,kind,name,la\n{academy},school,Alder Academy,856\n")
    hooks.client = hooks.as_("school", academy)
    made = hooks.make(receiver.url)
    link = "id,kind,name,la,closed_on,predecessors\n"
    link += f"{SCHOOL},school,Alder School,856,2026-08-31,\n"
    take_organisations(registry, f"{link}{academy},school,Alder Academy,856,,{SCHOOL}\n")
    registry.record(suspension("2026-03-02"))
    assert hooks.call() == 1
    hooks.client = hooks.as_("school", academy)
    assert len(hooks.log(made)) == 1


def test_an_erased_pupil_is_told_of_no_more(hooks: Hooks, receiver: Receiver) -> None:
    made = hooks.make(receiver.url)
    receiver.answer = 500
    hooks.registry.record(suspension("2026-03-02"))
    hooks.call()
    erasing.erase(hooks.registry, PUPIL, "asked for")
    receiver.answer = 200
    hooks.later(LADDER[0])
    assert (hooks.call(), receiver.taken) == (0, [])
    assert {one["error"] for one in hooks.log(made, status="failed")} == {
        "nobody reads this pupil any more"
    }


def test_a_receiver_that_fails_does_not_hold_up_another(hooks: Hooks, receiver: Receiver) -> None:
    hooks.make("http://127.0.0.1:9/nobody-listens")
    hooks.make(receiver.url)
    for day in range(2, 2 + EACH):
        hooks.registry.record(suspension(f"2026-03-{day:02d}", ref=f"R-{day}"))
    assert hooks.call() >= EACH


def test_the_log_is_kept_for_a_month(hooks: Hooks, receiver: Receiver) -> None:
    made = hooks.make(receiver.url)
    hooks.client.post(f"{HOOKS}/{made['id']}/ping")
    hooks.call()
    hooks.later(timedelta(days=31))
    with hooks.registry.database.connection() as connection:
        assert forget(connection) == 1
    assert hooks.log(made) == []


def test_a_receiver_that_drips_headers_does_not_hold_a_call(receiver: Receiver) -> None:
    receiver.drips = True
    with pool(private=True, size=1) as connections, pytest.raises(Failed, match="ReadTimeout"):
        call(connections, receiver.url, id=uuid4(), body=b"{}", secrets=[b"s"], within=0.3)
    receiver.drips = False


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "0.0.0.0", "2130706433"])
def test_a_call_never_connects_into_a_private_network(host: str) -> None:
    with pytest.raises(httpcore.ConnectError, match=PRIVATE):
        Guarded().connect_tcp(host, 80)
