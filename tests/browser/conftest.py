"""A real browser on a real server: pages are judged as a person meets them."""

import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from ap_registry import embedded
from ap_registry.registry import Registry
from ap_registry.store import accounts
from ap_registry.store.database import Database
from tests.conftest import fresh_database
from tests.serving import served
from tests.world import PRU, SCHOOL, load_world

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PASSWORD = "correct horse battery"
PEOPLE = (("school", SCHOOL), ("la", "LA856"), ("provider", PRU))
ALL_PEOPLE = (*PEOPLE, ("health", "ICB-QK1"), ("social_care", "LA856"), ("auditor", "LA856"),
              ("panel", "LA856"), ("admin", "LA856"))  # fmt: skip
ADMINISTER = frozenset({"la", "admin"})
Visit = Callable[..., Page]
FRIDAY = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = found_browser(playwright)
        yield opened
        opened.close()


def found_browser(playwright: Playwright) -> Browser:
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.fail("The page tests need Chromium: apt-get install -y chromium")
    # --no-sandbox: Chromium refuses its sandbox to root, and only our own pages are opened
    # --disable-gpu: there is none, and what stands in for it lost a picture of a long page once
    return playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])


@pytest.fixture
def registry(empty_registry: Registry) -> Registry:
    """A practice registry: it has lived by its own clock from the beginning."""
    empty_registry.clock = FRIDAY
    load_world(empty_registry)
    return empty_registry


def add_people(registry: Registry, people: Iterable[tuple[str, str]] = PEOPLE) -> None:
    """A person for each role."""
    with registry.database.connection() as connection:
        for role, organisation in people:
            accounts.add_account(
                connection, email=f"{role}@example.org", name=f"Sam of the {role}",
                password=PASSWORD, organisation=organisation, role=role, at=registry.now(),
                administers=role in ADMINISTER,
            )  # fmt: skip


@pytest.fixture
def address(registry: Registry) -> Iterator[str]:
    add_people(registry)
    with served(registry) as url:
        yield url


@contextmanager
def opened(servers: embedded.Servers, fill: Callable[[Registry], None]) -> Iterator[str]:
    """The address of a world that the tests of one module share: filled once, then looked at."""
    with fresh_database(servers) as urls:
        database = Database(urls.database_url)
        registry = Registry(database)
        registry.clock = FRIDAY
        load_world(registry)
        add_people(registry, ALL_PEOPLE)
        fill(registry)
        with served(registry) as url:
            yield url
        database.close()


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    """A page of a fresh browser: its width in pixels, and whether scripts run."""
    opened: list[BrowserContext] = []

    def made(*, width: int = 1200, scripts: bool = True) -> Page:
        context = browser.new_context(
            base_url=address, viewport={"width": width, "height": 900}, java_script_enabled=scripts
        )
        opened.append(context)
        return context.new_page()

    yield made
    for context in opened:
        context.close()


def fill_in(page: Page, role: str) -> None:
    """The first step of signing in, which is the only one but for an account with two."""
    page.goto("/sign-in")
    page.get_by_label("Email address").fill(f"{role}@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def sign_in(page: Page, role: str) -> None:
    fill_in(page, role)
    page.get_by_role("heading", name="What is owed").wait_for()


def second_check(page: Page, address: str, code: str) -> None:
    """As whoever got a private link of the test pupil, and its code."""
    page.goto(address)
    for label, value in (("Day", "3"), ("Month", "2"), ("Year", "2011"), ("Code", code)):
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_role("button", name="Open the page").click()
    page.wait_for_url(lambda url: "/link/" not in url)


def follow_more(page: Page, words: str) -> None:
    """By the menu, where the rest of it is out of sight."""
    page.locator(".ap-nav summary").click()
    page.locator(".ap-nav").get_by_role("link", name=words, exact=True).click()


def barriers(page: Page) -> list[str]:
    """What axe finds against WCAG, on the page as it stands."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found]


def photograph(page: Page, folder: Path, name: str) -> None:
    page.screenshot(path=folder / f"{name}.png", full_page=True)
