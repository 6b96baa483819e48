"""A report is asked for by a form, read under our header, and saved in each format."""

from pathlib import Path

from playwright.sync_api import expect

from ap_registry.registry import Registry
from tests.browser.conftest import Visit, barriers, follow_more, photograph, sign_in
from tests.reports.telling import Telling


def test_an_officer_asks_for_a_report(visit: Visit, tmp_path: Path) -> None:
    page = visit(width=400)
    sign_in(page, "la")
    follow_more(page, "Reports")
    assert barriers(page) == []
    page.get_by_role("link", name="Five outcomes", exact=True).last.click()
    photograph(page, tmp_path, "form")
    assert barriers(page) == []
    page.get_by_label("First day").fill("2025-09-01")
    page.get_by_label("Last day").fill("2025-08-31")
    page.get_by_role("button", name="Show the report").click()
    expect(page.get_by_role("alert")).to_contain_text("Last day: must not be before “First day”")
    page.get_by_label("Last day").fill("2026-08-31")
    page.get_by_role("button", name="Show the report").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Five outcomes of alternative provision"
    )
    photograph(page, tmp_path, "report")
    assert barriers(page) == []
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename == "outcomes-2026-11-20.csv"


def test_a_number_of_the_outcomes_opens_to_those_behind_it(
    registry: Registry, visit: Visit, tmp_path: Path
) -> None:
    ann = Telling(registry)
    ann.placed("2025-01-06", "2025-02-14")
    page = visit(width=320)
    sign_in(page, "la")
    page.goto("/outcomes?year=2024")
    photograph(page, tmp_path, "outcomes")
    assert barriers(page) == []
    page.get_by_role("link", name="1, Counted: who is behind it").first.click()
    expect(page.get_by_role("cell", name="Not back in a mainstream").first).to_be_visible()
    expect(page.get_by_role("rowheader").first).to_contain_text(ann.upn)
    photograph(page, tmp_path, "behind")
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
