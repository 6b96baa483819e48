"""Made-up worlds recorded through the ordinary doors."""

from collections.abc import Iterator

import pytest

from ap_registry import embedded
from ap_registry.confirming import who_confirmed
from ap_registry.demo import Built, build
from ap_registry.demo.generator import stream
from ap_registry.demo.lists import confirm_lists
from ap_registry.demo.terms import GO_LIVE, PRESENT
from ap_registry.registry import Registry
from ap_registry.store.database import Database
from ap_registry.store.owing import follow_ups
from ap_registry.store.queries import Scope
from reports.asking import asked_of
from reports.kinds import KINDS
from tests.conftest import fresh_database

SEEDS = [2, 3, 4]


@pytest.fixture(scope="module", params=SEEDS)
def seed(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture(scope="module")
def sixty(servers: embedded.Servers, seed: int) -> Iterator[tuple[Registry, Built]]:
    with fresh_database(servers) as urls:
        database = Database(urls.database_url)
        registry = Registry(database)
        yield registry, build(registry, seed=seed, pupils=60, at_once=True)
        database.close()


def test_no_notice_is_refused(seed: int, sixty: tuple[Registry, Built]) -> None:
    """``build`` raises on any refusal."""
    _registry, built = sixty
    sent = list(stream(seed, ["856"], 60))
    notices = sum(not one.is_register for one in sent)
    marks = sum(10 - one.content["marks"].split().count("-") for one in sent if one.is_register)
    assert built == Built(notices=notices, marks=marks)


def test_what_was_recorded_lies_in_the_invented_past(empty_registry: Registry) -> None:
    build(empty_registry, pupils=26)
    with empty_registry.database.connection() as connection:
        row = connection.execute(
            "select min(recorded_at), max(recorded_at), count(distinct recorded_at::date),"
            " count(*) filter (where recorded_at::date < occurred_on) from event where stream = 0"
        ).fetchone()
    assert row is not None
    first, last, days, early = row
    assert (first >= GO_LIVE, last <= PRESENT, days > 100, early) == (True, True, True, 0)
    assert empty_registry.clock == PRESENT


def test_most_lists_are_confirmed_and_some_are_silent(empty_registry: Registry) -> None:
    build(empty_registry, pupils=2, at_once=True)
    confirm_lists(empty_registry, seed=1)
    told = who_confirmed(empty_registry, "856", PRESENT.date())
    with empty_registry.database.connection() as connection:
        owed = follow_ups(
            connection, Scope(everything=True), on=PRESENT.date(), kind="list_confirmation"
        )
    silent = {one["organisation"] for one in told["items"] if one["silent"]}
    assert {one["owner"] for one in owed} == silent
    assert 0 < len(silent) < told["asked"] / 2


def test_most_placements_have_an_amount_and_the_movements_report_says_what_they_cost(
    sixty: tuple[Registry, Built],
) -> None:
    registry, _built = sixty
    asked = {"from": "2024-09-01", "to": "2026-11-20", "la": "856"}
    kind = KINDS["movements"]
    made = kind.read(registry, asked_of(kind, asked)).object
    cost = made["spend"]
    assert 0 < cost["without_amount"] < cost["placements"] / 2
    parts = [cost[part] for part in ("education", "health", "social_care")]
    assert min(parts) > 0
    assert sum(parts) == pytest.approx(cost["total"])
