"""Webhooks over the API: what may be named, and whose they are."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from uuid import UUID

import httpx
import pytest

from ap_registry.registry import Registry
from ap_registry.store import webhooks
from ap_registry.webhook_urls import public, why_not
from tests.api.conftest import Login
from tests.waiting import wait_for
from tests.world import OTHER, SCHOOL

HOOKS = "/api/v1/webhooks"
PUBLIC = "https://93.184.215.14/hook"
INSIDE = (
    "https://127.0.0.1/x", "https://localhost/x", "https://10.0.0.1/x", "https://192.168.1.1/x",
    "https://169.254.169.254/latest", "https://[::1]/x", "https://[::ffff:10.0.0.1]/x",
    "https://2130706433/x", "https://0x7f.1/x", "https://db.internal/x", "https://100.64.0.1/",
    "https://localhost./x", "https://foo.local./x",
)  # fmt: skip
WRONG = ("http://93.184.215.14/x", "ftp://example.org/x", "https://", "example.org", "https://a:x/",
         "https://user:pw@93.184.215.14/x", "https://93.184.215.14/x#y", "")  # fmt: skip


@pytest.fixture
def client(as_: Login) -> httpx.Client:
    return as_("school", SCHOOL)


@pytest.mark.parametrize("url", [*INSIDE, *WRONG])
def test_an_address_that_may_not_be_called_is_refused(client: httpx.Client, url: str) -> None:
    answer = client.post(HOOKS, json={"url": url})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/url")


def test_one_of_the_internet_is_not() -> None:
    assert why_not(PUBLIC, private=False) is None
    assert public("2606:2800:21f:cb07:6820:80da:af6b:8b2c")


@pytest.mark.parametrize(
    "address",
    ["64:ff9b::a00:1", "2002:a00:1::", "224.0.0.1", "fe80::1%eth0", "fec0::1", "::10.0.0.1",
     "::ffff:0:10.0.0.1"],
)  # fmt: skip
def test_an_address_that_leads_inside_by_another_way_is_not_public(address: str) -> None:
    assert not public(address)


def test_every_problem_of_the_body_is_named(client: httpx.Client) -> None:
    answer = client.post(HOOKS, json={"types": ["suspension", "nonsense"], "colour": "red"})
    assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [
        ("/colour", "unknown_field"), ("/url", "required"), ("/types/1", "unknown_code"),
    ]  # fmt: skip


def test_what_is_anothers_answers_as_what_does_not_exist(as_: Login, client: httpx.Client) -> None:
    made = client.post(HOOKS, json={"url": PUBLIC}).json()["id"]
    assert client.get(f"{HOOKS}/{made}").status_code == 200
    other, path = as_("school", OTHER), f"{HOOKS}/{made}"
    told = [
        other.get(path), other.delete(path), other.get(f"{path}/deliveries"),
        *(other.post(f"{path}/{verb}") for verb in ("ping", "rotate", "enable")),
        other.post(f"{path}/replay", json={"after": 0}),
    ]  # fmt: skip
    assert {answer.status_code for answer in told} == {404}
    assert other.get(HOOKS).json()["items"] == []


def test_a_secret_is_shown_once(client: httpx.Client) -> None:
    made = client.post(HOOKS, json={"url": PUBLIC}).json()
    assert made["secret"].startswith("whsec_")
    assert made["secret"] not in client.get(f"{HOOKS}/{made['id']}").text


def test_one_that_is_deleted_is_gone(client: httpx.Client) -> None:
    made = client.post(HOOKS, json={"url": PUBLIC}).json()["id"]
    assert client.delete(f"{HOOKS}/{made}").status_code == 204
    assert client.get(f"{HOOKS}/{made}").status_code == 404


def test_two_who_rotate_at_once_have_a_secret_each(
    registry: Registry, client: httpx.Client
) -> None:
    made = client.post(HOOKS, json={"url": PUBLIC}).json()["id"]
    with ThreadPoolExecutor(1) as threads, registry.database.connection() as connection:
        with connection.transaction():
            webhooks.rotate(connection, UUID(made), seals=registry.seals)
            other = threads.submit(client.post, f"{HOOKS}/{made}/rotate")
            wait_for(lambda: _somebody_waits(registry))
        assert other.result().status_code == 200


def _somebody_waits(registry: Registry) -> bool:
    with registry.database.connection() as connection:
        row = connection.execute(
            "select count(*) from pg_stat_activity"
            " where datname = current_database() and wait_event_type = 'Lock'"
        ).fetchone()
    return row is not None and row[0] > 0


def test_a_key_ends_by_the_day_in_london(as_: Login, registry: Registry) -> None:
    registry.clock = datetime(2026, 6, 30, 12, 0, tzinfo=UTC)
    ending = as_("school", SCHOOL, until_on=date(2026, 6, 30))
    made = ending.post(HOOKS, json={"url": PUBLIC}).json()["id"]
    registry.clock = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    found = as_("school", SCHOOL).get(f"{HOOKS}/{made}").json()
    assert found["disabled"] == webhooks.KEY_ENDED
