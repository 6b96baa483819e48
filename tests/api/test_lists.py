"""Lists that are to be confirmed, over HTTP: owed without a pupil, closed by the confirmation."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from ap_registry.registry import Registry
from ap_registry.store.list_confirmations import settle_lists
from tests.api.conftest import Login
from tests.world import GARAGE, OTHER, PRU, SCHOOL, SPECIAL, arrange, load_world

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
OWED = "/api/v1/follow-ups?kind=list_confirmation"


@pytest.fixture
def registry(empty_registry: Registry) -> Registry:
    empty_registry.clock = NOW
    load_world(empty_registry)
    arrange(empty_registry, "LA856", "lists", "on", date(2026, 9, 1))
    with empty_registry.database.connection() as connection:
        settle_lists(connection, empty_registry.worlds, NOW)
    return empty_registry


def owed(client: Any, more: str = "") -> list[Any]:
    return [(one["owner"], one["pupil_id"]) for one in client.get(OWED + more).json()["items"]]


def test_a_school_sees_its_own(as_: Login) -> None:
    assert owed(as_("school", SCHOOL)) == [(SCHOOL, None)]


@pytest.mark.parametrize("role", ["la", "panel"])
def test_an_la_sees_those_of_its_schools_and_providers(as_: Login, role: str) -> None:
    assert sorted(owed(as_(role, "LA856"))) == sorted(
        (one, None) for one in (SCHOOL, OTHER, SPECIAL, PRU, GARAGE)
    )


def test_another_la_sees_none(as_: Login) -> None:
    assert owed(as_("la", "LA857")) == []


def test_the_confirmation_closes_it(as_: Login) -> None:
    client = as_("school", SCHOOL)
    client.post("/api/v1/confirmations", json={"on": "2026-11-20"})
    assert (owed(client), owed(client, "&status=done")) == ([], [(SCHOOL, None)])


def test_another_may_not_have_its_clock_explained(as_: Login) -> None:
    (mine,) = as_("school", SCHOOL).get(OWED).json()["items"]
    path = f"/api/v1/follow-ups/{mine['id']}/clock"
    asked = [as_("school", name).get(path).status_code for name in (SCHOOL, OTHER)]
    assert asked == [200, 404]
