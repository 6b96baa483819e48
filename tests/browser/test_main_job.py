"""A school notifies a movement and everybody sees what follows, as people do it."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ap_registry.registry import Registry
from tests.browser.conftest import Visit, barriers, follow_more, photograph, sign_in
from tests.world import PRU, PUPIL, SCHOOL, notify, register_pupil

WIDE_AS_SCREEN = "document.documentElement.scrollWidth <= window.innerWidth"


@pytest.fixture(autouse=True)
def pupil(registry: Registry, address: str) -> None:
    """On roll at Alder School, placed, with one notice corrected and one taken back."""
    register_pupil(registry)
    placed = {"commissioner": SCHOOL, "reason": "behaviour", "ends_on": "2027-02-12",
              "sessions_per_week": 4, "intent": "return"}  # fmt: skip
    notify(registry, "placement_started", "2026-09-07", provider=PRU, ref="P-1", **placed)
    notify(
        registry, "suspension", "2026-09-21", school=SCHOOL, sessions=4, ends_on="2026-09-22",
        reasons=["PP"], ref="S-1",
    )  # fmt: skip
    notify(registry, "correction", "2026-09-24", of="S-1", fields={"sessions": 3},
           reason="came back at noon", by=SCHOOL)  # fmt: skip
    notify(
        registry, "suspension", "2026-10-05", school=SCHOOL, sessions=2, ends_on="2026-10-05",
        reasons=["BU"], ref="S-2",
    )  # fmt: skip
    notify(registry, "void", "2026-10-06", of="S-2", reason="another pupil", by=SCHOOL)


def on(page: Page) -> None:
    page.get_by_role("button", name="Continue").click()


def notify_six_days(page: Page) -> None:
    """One thing on a page; the school is known, so nobody asks for it."""
    page.get_by_role("link", name="Notify", exact=True).click()
    page.get_by_role("link", name="A pupil was suspended").click()
    page.get_by_label("Unique pupil number (UPN)").fill(PUPIL.lower())
    on(page)
    expect(page.locator(".caption")).to_have_text("A pupil was suspended: Ann Example")
    page.get_by_label("First day of the suspension").fill("16/11/2026")
    page.get_by_label("Last day of the suspension").fill("2026-11-23")
    on(page)
    page.get_by_label("Number of sessions").fill("12")
    on(page)
    page.get_by_label("Physical assault against a pupil").check()
    on(page)
    expect(page.get_by_role("heading", name="Anything else?")).to_be_visible()
    on(page)
    expect(page.get_by_role("heading", name="Check your answers")).to_be_visible()
    expect(page.locator(".answers")).to_contain_text("Alder School (100001)")
    expect(page.locator(".next").first).to_contain_text("by 23 November 2026")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Notice recorded")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_the_main_job(visit: Visit, scripts: bool) -> None:
    page = visit(scripts=scripts)
    sign_in(page, "school")
    notify_six_days(page)
    duty = "Arrange full-time education from the sixth day"
    expect(page.locator(".next")).to_contain_text(f"{duty} by 23 November 2026")
    page.get_by_role("link", name="See the pupil's timeline").click()
    expect(page.locator(".timeline")).to_contain_text(
        "Suspended by Alder School for 12 sessions, until 23 November 2026"
    )
    page.get_by_role("link", name="What is owed").click()
    expect(page.get_by_role("row").filter(has_text=duty)).to_contain_text("23 November 2026")
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, "la")
    follow_more(page, "Five outcomes")
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Five outcomes of alternative provision"
    )


def test_a_timeline_shows_what_was_put_right_and_taken_back(visit: Visit) -> None:
    page = visit()
    sign_in(page, "school")
    page.goto(f"/pupils?upn={PUPIL}")
    change = page.locator(".change")
    expect(change.locator("del")).to_have_text("4")
    expect(change.locator("ins")).to_have_text("3")
    expect(page.locator(".timeline s")).to_contain_text("for 2 sessions")


def test_a_form_is_refused_by_the_labels_that_it_shows(visit: Visit) -> None:
    page = visit()
    sign_in(page, "school")
    page.goto("/notify/suspension?whole=true")
    page.get_by_label("Unique pupil number (UPN)").fill(PUPIL)
    page.get_by_label("First day of the suspension").fill("16/11/2026")
    page.get_by_label("Number of sessions").fill("2")
    page.get_by_label("Last day of the suspension").fill("13/11/2026")
    page.get_by_label("Bullying", exact=True).check()
    page.get_by_role("button", name="Check your answers").click()
    expect(page.get_by_role("alert")).to_contain_text(
        "Last day of the suspension: must not be before “First day of the suspension”"
    )
    page.get_by_role("link", name=re.compile("must not be before")).click()
    change = page.get_by_role("button", name="Change Last day of the suspension")
    expect(change).to_be_focused()
    change.click()
    expect(page.get_by_label("Last day of the suspension")).to_have_value("13/11/2026")
    page.get_by_label("Last day of the suspension").fill("16/11/2026")
    on(page)
    expect(page.get_by_role("heading", name="Check your answers")).to_be_visible()
    expect(page.get_by_role("button", name="Send")).to_be_visible()


def test_a_form_sent_twice_is_one_notice(visit: Visit, registry: Registry) -> None:
    page = visit()
    sign_in(page, "school")
    notify_six_days(page)
    said = page.locator(".panel").inner_text()
    page.reload()
    assert page.locator(".panel").inner_text() == said
    with registry.database.connection() as connection:
        row = connection.execute(
            "select count(*) from event where type = 'suspension.v1'"
        ).fetchone()
    assert row == (3,)


def test_the_main_job_by_keyboard(visit: Visit) -> None:
    page = visit()
    page.goto("/sign-in")
    for text in ("Tab", "Enter"):  # the first stop skips to the main part
        page.keyboard.press(text)
    page.keyboard.press("Tab")
    page.keyboard.type("school@example.org")
    page.keyboard.press("Tab")
    page.keyboard.type("correct horse battery")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What is owed")).to_be_visible()
    page.get_by_role("link", name="Notify", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What happened?")).to_be_visible()


def test_no_answer_to_a_form_has_a_barrier(visit: Visit, tmp_path: Path) -> None:
    page = visit(width=320)
    sign_in(page, "school")
    page.goto("/notify/suspension")
    on(page)
    expect(page.get_by_role("alert")).to_be_visible()
    photograph(page, tmp_path, "refused")
    refused = barriers(page), page.evaluate(WIDE_AS_SCREEN)
    notify_six_days(page)
    photograph(page, tmp_path, "recorded")
    recorded = barriers(page), page.evaluate(WIDE_AS_SCREEN)
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in").click()
    photograph(page, tmp_path, "not signed in")
    assert (refused, recorded, (barriers(page), True)) == (([], True),) * 3
