"""A panel's afternoon: the agenda, a case, its decision, the minutes, and a slip put right."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from ap_registry.ingest.sheets import import_headcounts
from ap_registry.registry import Registry
from tests.browser.conftest import barriers, opened, photograph, sign_in
from tests.world import OTHER, SCHOOL, notify, register_pupil, upn

HEADCOUNTS = f"""organisation,as_at,by,value,pupils,places
{SCHOOL},2026-10-01,all,,900,
{OTHER},2026-10-01,all,,1100,
{OTHER},2026-10-01,nc_year,11,198,200
"""


def fill(registry: Registry) -> None:
    with registry.database.connection() as connection:
        import_headcounts(
            connection, BytesIO(HEADCOUNTS.encode()), today=registry.today(), clock=registry.clock
        )
    for number, (on, name) in enumerate((("2026-10-12", "Ann"), ("2026-11-09", "Ben")), 1):
        register_pupil(registry, upn=upn(number), given_name=name)
        notify(registry, "fair_access_referral", on, upn=upn(number), category="d", by=SCHOOL)


@pytest.fixture(scope="module")
def address(servers: Any) -> Iterator[str]:
    with opened(servers, fill) as url:
        yield url


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """Without scripts, but for axe's own."""
    context = browser.new_context(base_url=address, viewport={"width": 1000, "height": 900})
    context.route("**/*.js", lambda route: route.abort())
    yield context.new_page()
    context.close()


def test_the_panel_decides_and_signs(page: Page, tmp_path: Path) -> None:
    sign_in(page, "panel")
    page.get_by_role("link", name="Panel", exact=True).click()
    expect(page.locator(".lead")).to_contain_text("2 cases before the meeting of 20 November 2026")
    photograph(page, tmp_path, "agenda")
    page.get_by_role("link", name="Ann Example").first.click()
    expect(page.locator("main")).to_contain_text("24 of 20 school days used")
    photograph(page, tmp_path, "case")
    page.get_by_role("link", name="Record the decision").click()
    _refused_then_recorded(page, tmp_path)
    page.get_by_role("link", name="Next case: Ben Example").click()
    page.get_by_role("link", name="Agenda").click()
    expect(page.locator("main")).to_contain_text("Place at Brook School")
    page.get_by_role("link", name="Minutes", exact=True).click()
    _signed_and_corrected(page, tmp_path)


def _refused_then_recorded(page: Page, folder: Path) -> None:
    page.get_by_label("A place at a school").check()
    page.get_by_label("Who was present?").fill("LA officer; PRU head")
    page.get_by_label("Why?").fill("Nearest school with a place")
    page.get_by_role("button", name="Record the decision").click()
    expect(page.get_by_role("alert")).to_contain_text("School")
    assert barriers(page) == []
    page.get_by_label("School (optional)", exact=True).select_option(
        label="Brook School: 0.00 per 100, 2 free"
    )
    page.get_by_label("From when?").fill("30/11/2026")
    photograph(page, folder, "decide")
    page.get_by_role("button", name="Record the decision").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Decision recorded")
    expect(page.locator("main")).to_contain_text("Give the pupil a school place")
    assert barriers(page) == []


def _signed_and_corrected(page: Page, folder: Path) -> None:
    expect(page.locator("main")).to_contain_text("Present: LA officer; PRU head.")
    page.get_by_role("button", name="Sign the minutes").click()
    expect(page.locator(".done")).to_contain_text("By Sam of the panel")
    expect(page.get_by_role("button", name="Sign the minutes")).to_have_count(0)
    page.get_by_role("button", name="Add to the minutes").click()
    expect(page.get_by_role("alert")).to_contain_text("say what is to be put right")
    assert barriers(page) == []
    page.get_by_label("What is to be put right?").fill("Case 1: the SENCO was present too")
    page.get_by_role("button", name="Add to the minutes").click()
    expect(page.locator("main")).to_contain_text("Case 1: the SENCO was present too")
    photograph(page, folder, "minutes")
    assert barriers(page) == []
