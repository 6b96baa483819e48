"""An Idempotency-Key whose first request never answered: taken over once nobody is at work on it.

A server that was killed leaves the key behind; the transaction of one that lives holds it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import httpx
import pytest

from ap_registry.registry import Registry
from ap_registry.store.database import connect
from api.problems import HttpProblem
from api.v1.idempotency import Claim, begin
from tests.api.conftest import Login
from tests.store.holding import suspension
from tests.world import SCHOOL, register_pupil

HEADERS = {"Idempotency-Key": "k-1"}
NOTICE = suspension("2026-03-02")
_NEVER_ANSWERED = "update idempotency_key set status = null, body = 'whose'"


@pytest.fixture
def school(registry: Registry, as_: Login) -> httpx.Client:
    """Whose first request was refused, and would be taken now: its answer got lost."""
    client = as_("school", SCHOOL)
    assert post(client).status_code == 422
    register_pupil(registry)
    with registry.database.connection() as connection:
        connection.execute(_NEVER_ANSWERED)
    return client


def post(client: httpx.Client, **facts: object) -> httpx.Response:
    return client.post("/api/v1/notices", json={**NOTICE, **facts}, headers=HEADERS)


@contextmanager
def at_work(registry: Registry) -> Iterator[None]:
    """The first request holds its key in its transaction."""
    with connect(registry.database.url) as connection, connection.transaction():
        connection.execute("select from idempotency_key for update")
        yield


def test_a_key_that_a_killed_server_left_is_taken_over_at_once(school: httpx.Client) -> None:
    assert [post(school).status_code for _ in range(2)] == [201, 201]


def test_one_at_work_keeps_its_key(registry: Registry, school: httpx.Client) -> None:
    with at_work(registry):
        assert post(school).status_code == 409
    assert post(school).status_code == 201


def test_taken_over_it_still_belongs_to_its_body(school: httpx.Client) -> None:
    assert post(school, sessions=4).status_code == 422


def test_who_was_frozen_while_another_took_over_may_write_no_more(registry: Registry) -> None:
    with registry.database.connection() as connection:
        frozen, follows = (
            begin(connection, UUID(int=1), "k-1", b"same", registry.now()) for _ in range(2)
        )
        assert isinstance(frozen, Claim)
        assert isinstance(follows, Claim)
        for stale in (frozen.hold, lambda c: frozen.finish(c, 201, b"twice")):
            with pytest.raises(HttpProblem, match="still running"):
                stale(connection)
        follows.hold(connection)
        follows.finish(connection, 201, b"once")
