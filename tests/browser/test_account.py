"""A second factor is set up and asked for, on a phone and without scripts."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
from playwright.sync_api import Page

from tests.browser.conftest import PASSWORD, Visit, barriers, photograph, sign_in


def judged(page: Page, folder: Path, name: str) -> None:
    photograph(page, folder, name)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert (barriers(page), width) == ([], 320), name


def test_somebody_sets_up_a_second_factor_and_signs_in_with_it(
    visit: Visit, tmp_path: Path
) -> None:
    page = visit(width=320)
    sign_in(page, "school")
    page.get_by_role("link", name="Sam of the school").click()
    judged(page, tmp_path, "account")
    page.get_by_role("link", name="Set up a second factor").click()
    judged(page, tmp_path, "second-factor")
    app = pyotp.TOTP(page.locator("main code").inner_text().replace(" ", ""))
    page.get_by_label("Code").fill(app.at(datetime.now(UTC) - timedelta(seconds=30)))
    page.get_by_role("button", name="Use this app").click()
    page.get_by_role("heading", name="Keep these recovery codes").wait_for()
    judged(page, tmp_path, "codes")
    code = page.locator("main li code").first.inner_text()
    assert re.fullmatch(r"([a-z2-9]{4}-){3}[a-z2-9]{4}", code)
    page.get_by_role("link", name="I have kept them").click()
    judged(page, tmp_path, "account-with-codes")
    page.get_by_role("button", name="Sign out everywhere").click()
    page.get_by_label("Email address").fill("school@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Code").fill("123")
    page.get_by_role("button", name="Sign in").click()
    judged(page, tmp_path, "code")
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="What is owed").wait_for()
    page.goto("/forgotten")
    judged(page, tmp_path, "forgotten")
