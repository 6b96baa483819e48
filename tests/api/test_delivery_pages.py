"""The deliveries of an LA as a page: what failed and why, and sending it again."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from ap_registry import embedded
from ap_registry.installation import Installation
from ap_registry.registry import Registry
from ap_registry.settings import Settings
from ap_registry.store import accounts, webhook_calls, webhooks
from ap_registry.store.key_holders import holder_of
from ap_registry.store.webhook_calls import Answer
from jobs.channels import Channel
from jobs.letters import Failed, Letter
from jobs.outbox import send_due
from tests.api.people import People, at_pages, hidden
from tests.browser.conftest import PASSWORD
from tests.world import PUPIL, SCHOOL, notify, register_pupil

URL = "https://hook.example.org/a-secret-path"


def _refuse(_letter: Letter) -> None:
    raise Failed("550", for_good=True)


def _webhook(registry: Registry) -> None:
    """Of the LA."""
    with registry.database.connection() as connection:
        _id, secret = accounts.create_key(
            connection, organisations=["LA856"], role="la", at=registry.now()
        )
        today, now = registry.today(), registry.now()
        holder = holder_of(connection, secret, today=today, now=now)
        assert holder is not None
        owner = webhooks.Owner(holder=holder, now=now, today=today)
        webhooks.make(connection, owner, url=URL, types=[], seals=registry.seals)


def _call(registry: Registry) -> None:
    """Each call is answered with 400."""
    with registry.database.connection() as connection:
        registry.closed(connection)
        webhook_calls.make_calls(connection, registry.today(), registry.now())
        calls = webhook_calls.claim(
            connection, registry.today(), limit=9, each=9, busy=[], lease=timedelta(minutes=1)
        )
        answers = [Answer(call=one, status=400, error="answered 400", for_good=True)
                   for one in calls]  # fmt: skip
        webhook_calls.settle(connection, answers)


def _fill(servers: embedded.Servers, registry: Registry) -> None:
    register_pupil(registry)
    with registry.database.connection() as connection:
        registry.closed(connection)
    _webhook(registry)
    notify(registry, "suspension", "2026-11-20", school=SCHOOL, sessions=2,
           ends_on="2026-11-20", reasons=["PP"])  # fmt: skip
    _call(registry)
    made = Installation(settings=Settings(registry_clock=registry.clock), servers=servers)
    made.__dict__["database"], made.__dict__["registry"] = registry.database, registry
    send_due(made, Channel("smtp", _refuse))
    with registry.database.connection() as connection:
        accounts.add_account(
            connection, email="rutland@example.org", name="Sam", password=PASSWORD,
            organisation="LA857", role="la", at=registry.now(),
        )  # fmt: skip


@pytest.fixture(scope="module")
def people(servers: embedded.Servers) -> Iterator[People]:
    with at_pages(servers, lambda registry: _fill(servers, registry)) as made:
        yield made


def words(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text.split("<main")[1]))


def form_of(text: str, do: str) -> dict[str, str]:
    """What the form of the first button of that kind sends."""
    return {**hidden(text.partition(f'value="{do}"')[0]), "do": do}


def test_those_of_another_la_are_neither_shown_nor_sent_again(people: People) -> None:
    shown, other = people("la").get("/deliveries").text, people("rutland")
    assert "Failed 550" not in words(other.get("/deliveries").text)
    token = hidden(other.get("/rules/part-time.limit").text)["csrf"]
    for do in ("letter", "call"):
        answer = other.post("/deliveries", data={**form_of(shown, do), "csrf": token})
        assert answer.status_code == 404
    assert people("school").get("/deliveries").status_code == 403


def test_a_failed_message_is_shown_with_its_reason_and_sent_again(people: People) -> None:
    la = people("la")
    shown = la.get("/deliveries?status=failed").text
    assert "Alder School" in words(shown)
    assert "Failed 550" in words(shown)
    assert (PUPIL in shown, "office@alder.example" in shown) == (False, False)
    answer = la.post("/deliveries", data=form_of(shown, "letter"), follow_redirects=True).text
    assert "The message will be sent again" in words(answer)
    assert "No message has failed" in words(la.get("/deliveries?status=failed").text)


def test_a_failed_call_is_shown_without_its_path_and_called_again(people: People) -> None:
    la = people("la")
    shown = la.get("/deliveries").text
    assert "hook.example.org" in words(shown)
    assert "Failed answered 400" in words(shown)
    assert "a-secret-path" not in shown
    answer = la.post("/deliveries", data=form_of(shown, "call"), follow_redirects=True).text
    assert "It will be called again" in words(answer)
