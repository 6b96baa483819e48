"""The feed: all of it, once, in order, to whoever may see it, and at once to whoever waits."""

import threading
import time
from typing import Any

import httpx
import pytest

from ap_registry.registry import Registry
from ap_registry.store import feed
from ap_registry.store.queries import Scope
from tests.api.conftest import Login
from tests.store.holding import suspension
from tests.world import OTHER, PERSON, SCHOOL, register_pupil, upn

EVENTS = "/api/v1/events"


@pytest.fixture
def client(registry: Registry, as_: Login) -> httpx.Client:
    register_pupil(registry)
    return as_("school", SCHOOL)


def fed(client: httpx.Client, **asked: int) -> dict[str, Any]:
    answer = client.get(EVENTS, params=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def joined(number: int, school: str = OTHER) -> dict[str, Any]:
    return {**PERSON, "type": "joined_roll", "upn": upn(number), "occurred_on": "2026-09-01",
            "school": school, "registration": "C"}  # fmt: skip


def test_whoever_waits_is_told_at_once(registry: Registry, client: httpx.Client) -> None:
    until = fed(client)["until"]
    later = threading.Timer(0.3, registry.record, (suspension("2026-03-02"),))
    later.start()
    began = time.monotonic()
    found = fed(client, after=until, wait=30)
    later.join()
    assert [one["type"] for one in found["items"]] == ["suspension"]
    assert time.monotonic() - began < 20


def test_whoever_waits_in_vain_is_told_nothing(client: httpx.Client) -> None:
    until = fed(client)["until"]
    assert fed(client, after=until, wait=1) == {"items": [], "next": None, "until": until}


def test_whoever_waits_is_not_woken_for_good_by_what_is_not_shown(
    registry: Registry, client: httpx.Client
) -> None:
    until = fed(client)["until"]
    later = threading.Timer(0.2, registry.record, (joined(2),))
    later.start()
    found = fed(client, after=until, wait=1)
    later.join()
    assert (found["items"], found["next"]) == ([], None)
    assert found["until"] > until


def test_nobody_waits_longer_than_half_a_minute(client: httpx.Client) -> None:
    assert client.get(EVENTS, params={"wait": 31}).status_code == 422


def test_a_page_passes_over_what_is_not_shown(registry: Registry, client: httpx.Client) -> None:
    registry.record_many([joined(n) for n in range(2, 12)])
    registry.record(joined(12, SCHOOL))
    found = fed(client, limit=4)
    first, *_, last = (one["seq"] for one in found["items"])
    assert (len(found["items"]), last - first) == (4, 23)
    assert (found["next"], found["until"]) == (None, last)


def test_views_that_are_kept_from_a_school_are_no_news_to_it(
    registry: Registry, client: httpx.Client, as_: Login
) -> None:
    registry.record({**joined(1), "registration": "S"})
    registry.record(suspension("2026-03-02"))
    (out,) = [e["id"] for e in fed(client)["items"] if e["type"] == "suspension"]
    said = {"type": "view_recorded", "upn": upn(1), "occurred_on": "2026-09-02", "by": "LA856",
            "whose": "pupil", "words": "I like art"}  # fmt: skip
    for more in ({}, {"share": "not_school"}, {"about": out}):
        registry.record({**said, **more})
    heard = {
        who: sum(e["type"] == "view_recorded" for e in fed(reader)["items"])
        for who, reader in (
            ("school", client), ("other", as_("school", OTHER)), ("la", as_("la", "LA856"))
        )
    }  # fmt: skip
    assert heard == {"school": 2, "other": 1, "la": 3}


def test_a_reader_that_is_ahead_of_a_restored_ledger_is_led_back(client: httpx.Client) -> None:
    end = fed(client)["until"]
    assert fed(client, after=end + 1_000) == {"items": [], "next": None, "until": end}


def test_a_reader_beside_writers_misses_nothing(registry: Registry, as_: Login) -> None:
    client, seqs, each = as_("la", "LA856"), list[int](), 12
    found = fed(client)
    began = until = found["until"]

    def write(writer: int) -> None:
        for number in range(each):
            registry.record(joined(10 + writer * each + number))

    writers = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for one in writers:
        one.start()
    while any(one.is_alive() for one in writers) or found["items"]:
        found = fed(client, after=until, limit=7, wait=1)
        seqs += [one["seq"] for one in found["items"]]
        until = found["until"]
    assert seqs == list(range(began + 1, began + 1 + 4 * each * 2))


def test_short_pages_lead_on_where_little_is_seen(registry: Registry) -> None:
    scope = Scope(organisations=(SCHOOL,), today=registry.today())
    with registry.database.connection() as connection:
        start = registry.sequence(connection).size
        registry.record_many([joined(n) for n in range(2, 12)])
        registry.sequence(connection)
        found = feed.page(connection, scope, after=start, limit=2, most=5)
        assert (found.items, found.until, found.more) == ([], start + 10, True)
        assert not feed.page(connection, scope, after=found.until, limit=2).more
