"""More at once than can be served: each is answered with what it can do next, and none is lost."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import date, timedelta

import httpx
import pytest

from ap_registry import embedded
from ap_registry.registry import Registry
from ap_registry.store import accounts
from ap_registry.store.database import Database
from tests.api.conftest import Login
from tests.serving import served
from tests.store.holding import suspension
from tests.waiting import PATIENCE_SECONDS, wait_for
from tests.world import SCHOOL, register_pupil

PATH = "/api/v1/notices"
WRITERS = 64  # more than the 40 threads in which anyio runs what waits
POOL = 2
AGAIN = {409, 503}


@pytest.fixture
def school(registry: Registry, as_: Login) -> httpx.Client:
    register_pupil(registry)
    return as_("school", SCHOOL)


def suspensions(registry: Registry) -> list[int]:
    """The versions of all, in the pupil's one stream."""
    with registry.database.connection() as connection:
        rows = connection.execute(
            "select version from event where type = 'suspension.v1' order by 1"
        ).fetchall()
    return [row[0] for row in rows]


def test_sixty_four_at_once_lose_nothing_and_are_told_of_conflicts(
    registry: Registry, school: httpx.Client
) -> None:
    def send(number: int) -> set[int]:
        day = date(2026, 3, 2) + timedelta(days=number)
        told = set()
        while 201 not in told:
            answer = school.post(PATH, json=suspension(day.isoformat()))
            told.add(answer.status_code)
            assert answer.status_code in {201, *AGAIN}, answer.text
        return told

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(send, range(WRITERS)))
    assert suspensions(registry) == list(range(3, 3 + WRITERS))


def test_one_request_sent_eight_times_at_once_is_done_once(
    registry: Registry, school: httpx.Client
) -> None:
    def send(_number: int) -> httpx.Response:
        headers = {"Idempotency-Key": "k-1"}
        return school.post(PATH, json=suspension("2026-03-02"), headers=headers)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))
    last = send(8)
    assert suspensions(registry) == [3]
    assert {a.status_code for a in answers} <= {201, 409}
    assert {a.content for a in answers if a.status_code == 201} | {last.content} == {last.content}


@pytest.fixture
def lent() -> ExitStack:
    """The connections, until it is closed."""
    return ExitStack()


@pytest.fixture
def busy(
    urls: embedded.Servers, registry: Registry, lent: ExitStack
) -> Iterator[Callable[[float], httpx.Client]]:
    """A registry all of whose connections are lent while the test runs."""
    register_pupil(registry)
    with registry.database.connection() as connection:
        _id, secret = accounts.create_key(
            connection, organisations=(), role="admin", at=registry.now(), until_on=None
        )
    with ExitStack() as stack, lent:

        def serve(wait_seconds: float) -> httpx.Client:
            database = Database(urls.database_url, max_size=POOL, wait_seconds=wait_seconds)
            stack.callback(database.close)
            address = stack.enter_context(served(Registry(database)))
            for _ in range(POOL):
                lent.enter_context(database.connection())
            limits = httpx.Limits(max_connections=2 * WRITERS)
            headers = {"Authorization": f"Bearer {secret}"}
            client = httpx.Client(base_url=address, timeout=120, headers=headers, limits=limits)
            return stack.enter_context(client)

        yield serve


def test_ten_times_the_pool_are_told_to_come_again(busy: Callable[[float], httpx.Client]) -> None:
    client = busy(0.2)
    with ThreadPoolExecutor(10 * POOL) as pool:
        notices = [suspension("2026-03-02")] * 10 * POOL
        answers = list(pool.map(lambda one: client.post(PATH, json=one), notices))
    assert {(a.status_code, a.headers["Retry-After"]) for a in answers} == {(503, "5")}


def test_health_is_told_while_every_thread_waits(
    busy: Callable[[float], httpx.Client], lent: ExitStack
) -> None:
    """A health check that waited for a thread would be told when the others are."""
    client = busy(PATIENCE_SECONDS)
    with ThreadPoolExecutor(WRITERS) as pool:
        waiting = [pool.submit(client.get, "/readyz") for _ in range(WRITERS)]
        wait_for(lambda: all(one.running() for one in waiting))
        told = client.get("/healthz")
        done = [one for one in waiting if one.done()]
        lent.close()
        ready = {one.result().status_code for one in waiting}
    assert (told.json(), done, ready) == ({"status": "ok"}, [], {200})
