"""What was known earlier, as people ask for it: said in a banner, with the way back to now."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ap_registry.registry import Registry
from tests.browser.conftest import FRIDAY, Visit, barriers, photograph, sign_in
from tests.browser.test_main_job import WIDE_AS_SCREEN
from tests.reports.telling import Telling
from tests.world import upn


@pytest.fixture(autouse=True)
def put_right_on_monday(registry: Registry, address: str) -> None:
    """Of two placements in 2024/25, told on Friday, one turns out to have been for good."""
    ann, bea = Telling(registry, 1), Telling(registry, 2)
    ann.placed("2025-01-06", "2025-02-14")
    slip = bea.placed("2025-01-06", "2025-02-14", ref="P-1")
    registry.clock = FRIDAY + timedelta(days=3)
    bea.tell(
        "correction", "2026-11-23", of=slip, fields={"sessions_per_week": 6}, reason="A typing slip"
    )
    bea.tell("void", "2026-11-23", of=slip, reason="It was her brother")


def filled(page: Page, label: str, day: date) -> None:
    page.get_by_label(label).fill(str(day))


def test_a_pupil_as_known_on_friday(visit: Visit, tmp_path: Path) -> None:
    page = visit(width=320)
    sign_in(page, "la")
    page.goto(f"/pupils?upn={upn(2)}")
    expect(page.locator(".timeline s")).to_have_count(1)
    filled(page, "What was known at the end of", FRIDAY.date())
    page.get_by_role("button", name="Show").click()
    banner = page.get_by_label("An earlier state")
    expect(banner).to_contain_text("As known on 20 November 2026, 23:59.")
    expect(page.locator(".timeline s")).to_have_count(0)
    photograph(page, tmp_path, "pupil then")
    banner.get_by_role("link", name="Show what is known now").click()
    expect(page.get_by_label("An earlier state")).to_have_count(0)


def test_a_pupil_as_things_stood_on_a_day(visit: Visit) -> None:
    page = visit()
    sign_in(page, "la")
    page.goto(f"/pupils?upn={upn(1)}")
    filled(page, "As things stood on", date(2025, 1, 10))
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_label("An earlier state")).to_contain_text(
        "As things stood on 10 January 2025."
    )
    expect(page.locator(".facts")).to_contain_text("Bridge PRU, 10 sessions a week")


def test_outcomes_as_known_on_friday_and_what_changed_since(visit: Visit, tmp_path: Path) -> None:
    page = visit(width=320)
    sign_in(page, "la")
    page.goto("/outcomes?year=2024")
    filled(page, "Show what was known at the end of", FRIDAY.date())
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_label("An earlier state")).to_contain_text(
        "As known on 20 November 2026, 23:59."
    )
    photograph(page, tmp_path, "outcomes then")
    page.get_by_role("link", name="What has changed in these figures").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What changed in the five outcomes")
    counted = page.get_by_role("row").filter(has_text="Counted").first
    expect(counted).to_contain_text("2")
    expect(page.locator("#notices + ol li")).to_have_count(1)
    expect(page.locator("#notice-1")).to_contain_text("Void, sent by Leicester")
    photograph(page, tmp_path, "changes")
    assert (barriers(page), page.evaluate(WIDE_AS_SCREEN)) == ([], True)
