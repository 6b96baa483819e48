"""An AP provider's register: typed with a keyboard, tapped on a phone, and put right by week."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from ap_registry import embedded
from ap_registry.registry import Registry
from tests.browser.conftest import barriers, opened, photograph, sign_in
from tests.browser.test_main_job import WIDE_AS_SCREEN
from tests.world import PRU, SCHOOL, notify, register_pupil, send_register, upn

NAMES = ("Ann Ash", "Bea Birch", "Cal Cedar")


def placed(registry: Registry) -> None:
    """Three pupils at the PRU since Monday the 9th; Ann was ill on Thursday."""
    for number, name in enumerate(NAMES, start=1):
        given, family = name.split()
        register_pupil(registry, upn=upn(number), given_name=given, family_name=family)
        notify(
            registry, "placement_started", "2026-11-09", upn=upn(number), provider=PRU,
            commissioner=SCHOOL, reason="behaviour", ends_on="2026-12-18", sessions_per_week=10,
            intent="return", checks_confirmed_on="2026-11-06", by=PRU,
        )  # fmt: skip
    send_register(
        registry, f"upn,organisation,week,marks\n{upn(1)},{PRU},2026-11-16,- - - - - - I I - -\n"
    )


@pytest.fixture(scope="module")
def address(servers: embedded.Servers) -> Iterator[str]:
    with opened(servers, placed) as url:
        yield url


@pytest.fixture
def page(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    width, scripts = getattr(request, "param", (1200, True))
    context = browser.new_context(
        base_url=address, viewport={"width": width, "height": 900}, java_script_enabled=scripts
    )
    context.set_default_timeout(10_000)
    made = context.new_page()
    sign_in(made, "provider")
    yield made
    context.close()


def mark(page: Page, name: str, session: str) -> str:
    return str(page.get_by_role("combobox", name=f"{name} {session}").input_value())


def test_a_group_is_marked_with_a_keyboard_and_saved(page: Page, tmp_path: Path) -> None:
    page.get_by_role("link", name="Register", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Register for Friday 20 November 2026"
    )
    expect(page.get_by_role("row").filter(has_text="Ann Ash")).to_contain_text("Thu I I")
    expect(page.get_by_text("Type a code to choose it")).to_be_visible()  # the script has run
    page.get_by_role("combobox", name="Ann Ash Morning").focus()
    page.keyboard.type("/n/")
    page.get_by_role("combobox", name="Ann Ash Afternoon").focus()
    page.keyboard.type("/c2y4")
    photograph(page, tmp_path, "filled")
    page.get_by_role("button", name="Save the register").first.click()
    expect(page.get_by_role("status").first).to_contain_text("6 marks saved")
    page.goto("/register")
    found = [(mark(page, name, "Morning"), mark(page, name, "Afternoon")) for name in NAMES]
    assert found == [("/", "\\"), ("N", "C2"), ("/", "Y4")]
    assert barriers(page) == []


def test_what_was_filled_in_and_not_saved_comes_back(page: Page) -> None:
    page.goto("/register?on=2026-11-18")
    expect(page.get_by_text("Type a code to choose it")).to_be_visible()
    page.get_by_role("combobox", name="Cal Cedar Morning").select_option("L")
    page.goto("/register?on=2026-11-18")
    expect(page.get_by_text("What you had filled in and not saved is back.")).to_be_visible()
    assert mark(page, "Cal Cedar", "Morning") == "L"
    page.get_by_role("button", name="Start again").click()
    page.goto("/register?on=2026-11-18")
    assert mark(page, "Cal Cedar", "Morning") == ""


def test_without_a_connection_nothing_is_lost_and_nothing_is_kept_twice(page: Page) -> None:
    page.goto("/register?on=2026-11-17")
    expect(page.get_by_text("Type a code to choose it")).to_be_visible()
    page.get_by_role("link", name="6 sessions still to mark").click()
    expect(page.get_by_role("combobox", name="Ann Ash Morning")).to_be_focused()
    page.context.set_offline(True)
    page.keyboard.type("l/")
    page.get_by_role("button", name="Save the register").first.click()
    expect(page.get_by_role("alert")).to_contain_text("There is no connection just now.")
    page.keyboard.press("Tab")
    page.context.set_offline(False)
    expect(page.get_by_text("The connection is back.")).to_be_visible()
    assert [mark(page, name, "Morning") for name in NAMES] == ["L", "/", ""]
    page.get_by_role("button", name="Save the register").first.click()
    expect(page.get_by_role("status").first).to_contain_text("2 marks saved")
    page.get_by_role("button", name="Save the register").first.click()
    expect(page.get_by_role("status").first).to_contain_text("Nothing to save: all is on record")
    page.goto("/register?on=2026-11-17")
    assert [mark(page, name, "Morning") for name in NAMES] == ["L", "/", ""]
    expect(page.get_by_text("What you had filled in and not saved is back.")).to_be_hidden()


@pytest.mark.parametrize("page", [(320, False)], indirect=True, ids=["a phone without scripts"])
def test_on_a_phone_without_scripts_all_others_are_present(page: Page, tmp_path: Path) -> None:
    page.goto("/register?on=2026-11-19")
    page.get_by_role("combobox", name="Bea Birch Morning").select_option("N")
    page.get_by_role("button", name="Mark all others present").click()
    found = [mark(page, name, "Morning") for name in NAMES]
    assert found == ["I", "N", "/"]
    photograph(page, tmp_path, "phone")
    page.get_by_role("button", name="Save the register").first.click()
    expect(page.get_by_role("status").first).to_contain_text("4 marks saved")
    assert page.evaluate(WIDE_AS_SCREEN)


@pytest.mark.parametrize("page", [(320, True)], indirect=True, ids=["a phone"])
def test_a_week_is_put_right_and_a_wrong_code_is_told_by_its_pupil(
    page: Page, tmp_path: Path
) -> None:
    page.goto("/register/week?on=2026-11-13")
    page.get_by_role("textbox", name="Ann Ash Monday morning").fill("l")
    page.get_by_role("textbox", name="Bea Birch Tuesday afternoon").fill("k9")
    page.get_by_role("button", name="Save the week").click()
    expect(page.get_by_role("status").first).to_contain_text("1 mark saved")
    summary = page.get_by_role("alert").first
    expect(summary).to_contain_text(
        "Bea Birch, Tuesday afternoon: K9 is no attendance code on 10/11/2026"
    )
    photograph(page, tmp_path, "week")
    assert (barriers(page), page.evaluate(WIDE_AS_SCREEN)) == ([], True)
    summary.get_by_role("link").click()
    cell = page.get_by_role("textbox", name="Bea Birch Tuesday afternoon")
    expect(cell).to_be_focused()
    cell.fill("")
    page.get_by_role("textbox", name="Ann Ash Monday morning").fill("")
    page.get_by_role("button", name="Save the week").click()
    expect(page.get_by_role("alert").first).to_contain_text("a mark on record is not erased")


def test_a_register_of_tomorrow_is_refused(page: Page) -> None:
    answer = page.goto("/register?on=2026-11-21")
    assert answer is not None
    assert answer.status == 422
