"""An LA officer looks through what is doubtful in the record, and decides."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ap_registry.errors import Refused
from ap_registry.registry import Registry
from tests.browser.conftest import Visit, barriers, follow_more, photograph, sign_in
from tests.world import PUPIL, SCHOOL, notify, register_pupil, upn


def test_pairs_are_merged_or_told_apart_and_the_rest_is_listed(
    visit: Visit, registry: Registry, tmp_path: Path
) -> None:
    register_pupil(registry)
    register_pupil(registry, upn=upn(2), given_name="Anne")
    register_pupil(registry, upn=upn(3), given_name="Bo", family_name="Sample")
    register_pupil(registry, upn=upn(4), given_name="Bo", family_name="Semple")
    notify(registry, "joined_roll", "2026-09-01", school="100002", registration="C")
    with pytest.raises(Refused):
        notify(registry, "managed_move", "2026-09-01", from_school=SCHOOL, to_school="100999")
    page = visit(width=320)
    sign_in(page, "la")
    follow_more(page, "Data quality")
    expect(page.get_by_role("heading", name="alike")).to_have_count(2)
    expect(page.get_by_role("row").filter(has_text="100999")).to_contain_text("Alder School")
    expect(page.locator("main .lead")).to_have_text(
        "4 want looking at. Nothing here is put right by itself."
    )
    photograph(page, tmp_path, "quality")
    assert barriers(page) == []
    form = page.locator("form").filter(has_text="Anne")
    form.get_by_label("How do you know?").fill("One birth certificate")
    form.get_by_role("button", name="The same pupil").click()
    photograph(page, tmp_path, "merge")
    assert barriers(page) == []
    page.get_by_role("button", name="Merge them").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose whose name is shown")
    page.get_by_role("group", name="Which record").get_by_label(PUPIL).check()
    page.get_by_role("group", name="Whose name").get_by_label("Ann Example").check()
    page.get_by_role("button", name="Merge them").click()
    expect(page.get_by_role("heading", name="The two records are one")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text(f"UPN {PUPIL}")
    photograph(page, tmp_path, "merged")
    assert barriers(page) == []
    _parted_and_merged_anew(page, tmp_path)
    page.get_by_role("link", name="go on with data quality").click()
    page.get_by_role("button", name="Different pupils").click()
    expect(page.get_by_text("No two pupils look like one.")).to_be_visible()
    page.get_by_role("link", name="Pairs decided").click()
    expect(page.get_by_role("heading", name="alike")).to_have_count(1)
    photograph(page, tmp_path, "settled")
    assert barriers(page) == []
    page.get_by_role("button", name="Ask again").click()
    expect(page.get_by_role("button", name="Different pupils")).to_have_count(1)
    page.goto(f"/pupils?upn={PUPIL}")
    expect(page.get_by_text("Two records of this pupil were merged", exact=True)).to_have_count(2)
    expect(page.get_by_role("heading", name="Ann Example")).to_be_visible()


def _parted_and_merged_anew(page: Page, folder: Path) -> None:
    page.get_by_role("button", name="Part them again, and take the chosen name back").click()
    expect(page.get_by_role("heading", name="They are two pupils again")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("Anne Example")
    photograph(page, folder, "parted")
    assert barriers(page) == []
    page.get_by_role("link", name="two different pupils").click()
    page.get_by_role("button", name="Ask again").click()
    page.locator("form").filter(has_text="Anne").get_by_role("button", name="The same").click()
    page.get_by_role("group", name="Which record").get_by_label(PUPIL).check()
    page.get_by_role("group", name="Whose name").get_by_label("Ann Example").check()
    page.get_by_role("button", name="Merge them").click()


def test_a_school_has_no_inbox_of_the_la(visit: Visit) -> None:
    page = visit()
    sign_in(page, "school")
    page.get_by_text("More").click()
    expect(page.get_by_role("link", name="Reports")).to_be_visible()
    expect(page.get_by_role("link", name="Data quality")).to_have_count(0)
    answer = page.goto("/quality")
    assert answer is not None
    assert answer.status == 403
