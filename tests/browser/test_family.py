"""From the school's link to representations that the governors get, on a small phone."""

import re
from pathlib import Path

from playwright.sync_api import Page

from ap_registry.registry import Registry
from ap_registry.settings import Settings
from tests.api.family import record_mother
from tests.browser.conftest import Visit, barriers, photograph, second_check, sign_in
from tests.serving import served
from tests.world import PRU, PUPIL, SCHOOL, notify, register_pupil, take_people


def judged(page: Page, folder: Path, name: str) -> None:
    photograph(page, folder, name)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert (barriers(page), width) == ([], 320), name


def fill(registry: Registry) -> None:
    register_pupil(registry)
    record_mother(registry, email="mo@home.example")
    notify(registry, "placement_started", "2026-09-07", commissioner=SCHOOL, provider=PRU,
           reason="behaviour", intent="return", ends_on="2027-02-12", sessions_per_week=4,
           by=SCHOOL)  # fmt: skip
    notify(registry, "suspension", "2026-11-02", school=SCHOOL, sessions=14,
           ends_on="2026-11-10", reasons=["PP"], by=SCHOOL)  # fmt: skip
    take_people(registry, "LA856,sendiass,Leicester SENDIASS,help@sendiass.example,,\n")


def test_a_mother_sends_representations_by_the_link_that_a_school_made(
    registry: Registry, visit: Visit, tmp_path: Path
) -> None:
    fill(registry)
    school = visit(width=320)
    sign_in(school, "school")
    school.goto(f"/pupils/{PUPIL}")
    school.get_by_role("link", name="Private links for the family").click()
    school.get_by_label("Mo Example (mother)").check()
    judged(school, tmp_path, "links")
    school.get_by_role("button", name="Make the link").click()
    judged(school, tmp_path, "made")
    letter = school.get_by_role("region", name="Letter").inner_text()
    assert "Example" not in letter
    link, code = re.search(r"/family/link/\S+", letter), school.locator("p.lead code").inner_text()
    assert link is not None
    phone = visit(width=320, scripts=False)
    phone.goto(link[0])
    phone.get_by_role("button", name="Open the page").click()
    phone.get_by_text("Type the date of birth in numbers").first.wait_for()
    second_check(phone, link[0], code)
    assert phone.url.endswith("/family")
    phone.get_by_role("link", name="Tell the governors what you think").click()
    phone.get_by_label("Your words").fill("She was not there that day.")
    phone.get_by_role("button", name="Send it").click()
    phone.get_by_role("heading", name="It is sent").wait_for()
    phone.get_by_text("The governors must meet and think about what you said").wait_for()
    photograph(phone, tmp_path, "sent")
    phone.get_by_role("link", name="Back to the page").click()
    phone.get_by_text("words to the governors").wait_for()
    photograph(phone, tmp_path, "where")
    phone.get_by_role("button", name="Shut this page").click()
    phone.get_by_role("heading", name="This page is shut").wait_for()
    school.goto(f"/pupils/{PUPIL}")
    school.get_by_text("She was not there that day.").wait_for()
    school.get_by_text("Notified by Mo Example (mother), by their private link").first.wait_for()


def test_a_school_has_the_link_sent_by_email(
    registry: Registry, visit: Visit, tmp_path: Path
) -> None:
    fill(registry)
    school = visit(width=320)
    sign_in(school, "school")
    with served(registry, Settings(smtp_url="smtp://127.0.0.1:9")) as mails:
        school.goto(f"{mails}/pupils/{PUPIL}/links")
        school.get_by_label("Mo Example (mother)").check()
        school.get_by_label("The registry sends it").check()
        school.get_by_role("button", name="Make the link").click()
        judged(school, tmp_path, "unconfirmed")
        school.get_by_role("link", name="Say that you have checked the address").click()
        school.get_by_label("I have checked with this person").check()
        school.get_by_role("button", name="Make the link").click()
        school.get_by_text("The link goes to mo@home.example").wait_for()
        judged(school, tmp_path, "mailed")
        school.get_by_role("link", name="the list of links").click()
        school.get_by_text("Waits to be sent by email.").wait_for()
        photograph(school, tmp_path, "waits")
