"""Counts go on while a page is open and seen; nobody is noted as reading, no session prolonged."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from ap_registry.registry import Registry
from ap_registry.store.sessions import IDLE_FOR
from tests.browser.conftest import FRIDAY, Visit, sign_in
from tests.world import SCHOOL, notify, register_pupil

A_LOOK = 31_000  # milliseconds
OWED = '[data-count="owed"]'


@pytest.fixture
def watching(visit: Visit, registry: Registry) -> Page:
    """The first page of a school whose pupil's suspension is to be told; its clock stands still."""
    register_pupil(registry)
    page = visit()
    page.clock.install()
    sign_in(page, "school")
    expect(page.locator(OWED)).to_have_text("nothing")
    page.wait_for_load_state()  # the script has begun to count: what it waits for can be passed
    return page


def suspend(registry: Registry) -> None:
    notify(registry, "suspension", "2026-11-20", school=SCHOOL, sessions=2, ends_on="2026-11-20",
           reasons=["PP"], by=SCHOOL)  # fmt: skip


def rows(registry: Registry, query: str) -> int:
    with registry.database.connection() as connection:
        row = connection.execute(query).fetchone()  # type: ignore[call-overload]
    assert row is not None
    return int(row[0])


def test_a_count_goes_on_by_itself_and_shows_nobody(watching: Page, registry: Registry) -> None:
    suspend(registry)
    watching.clock.fast_forward(A_LOOK)
    expect(watching.locator(OWED)).not_to_have_text("nothing")
    expect(watching.get_by_text("Something has changed since")).to_be_visible()
    assert rows(registry, "select count(*) from pupil_read") == 0
    watching.get_by_role("link", name="Show it as it is now").click()
    expect(watching.get_by_role("row").filter(has_text="Ann Example").first).to_be_visible()


def test_a_hidden_page_asks_nothing(watching: Page, registry: Registry) -> None:
    asked: list[str] = []
    watching.on("request", lambda request: asked.append(request.url))
    hide = """hidden => { Object.defineProperty(document, 'hidden', {get: () => hidden,
      configurable: true}); document.dispatchEvent(new Event('visibilitychange')); }"""
    watching.evaluate(hide, True)
    watching.clock.fast_forward(4 * A_LOOK)
    assert [url for url in asked if "/counts" in url] == []
    suspend(registry)
    watching.evaluate(hide, False)
    expect(watching.locator(OWED)).not_to_have_text("nothing")


def test_a_page_left_open_does_not_keep_its_session(watching: Page, registry: Registry) -> None:
    registry.clock = FRIDAY + IDLE_FOR - timedelta(minutes=1)
    with watching.expect_response("**/counts") as answer:
        watching.clock.fast_forward(A_LOOK)
    assert answer.value.status == 200
    registry.clock = FRIDAY + IDLE_FOR + timedelta(minutes=1)
    with watching.expect_response("**/counts") as answer:
        watching.clock.fast_forward(A_LOOK)
    assert answer.value.status == 401
    asked: list[str] = []
    watching.on("request", lambda request: asked.append(request.url))
    watching.clock.fast_forward(4 * A_LOOK)
    assert [url for url in asked if "/counts" in url] == []
