"""Each role from sign-in to done, as a newcomer who has only the address and a sign-in.

By keyboard alone, 320 px wide, in a browser that runs no scripts.
"""

from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from ap_registry import embedded
from ap_registry.registry import Registry
from tests.browser.conftest import PASSWORD, opened
from tests.browser.everywhere import family_link
from tests.world import (
    PRU,
    SCHOOL,
    arrange,
    notify,
    register_pupil,
    send_register,
    take_organisations,
    upn,
)

MOST_STOPS = 120
NURSES = "id,kind,name,las\nICB-QK1,health,School Nurses,856\n"
PLACED = {"commissioner": SCHOOL, "provider": PRU, "reason": "behaviour", "intent": "return",
          "ends_on": "2027-02-12", "sessions_per_week": 4, "by": SCHOOL}  # fmt: skip


def fill(registry: Registry) -> None:
    """Ann is in care, placed today and suspended; Ben is excluded and his case before the panel."""
    take_organisations(registry, NURSES)
    arrange(registry, "LA856", "health", "on", date(2026, 9, 1))
    register_pupil(registry, looked_after="current", care_la="856")
    register_pupil(registry, upn=upn(2), given_name="Ben", family_name="Sample")
    notify(registry, "placement_started", "2026-11-20", **PLACED)
    notify(registry, "suspension", "2026-11-20", school=SCHOOL, sessions=12, reasons=["PP"],
           ends_on="2026-11-27", by=SCHOOL)  # fmt: skip
    notify(registry, "permanent_exclusion", "2026-11-09", upn=upn(2), school=SCHOOL,
           reasons=["PP"])  # fmt: skip
    notify(registry, "fair_access_referral", "2026-10-12", upn=upn(2), category="d", by=SCHOOL)
    send_register(
        registry, f"upn,organisation,date,session,code\n{upn(1)},{SCHOOL},2026-11-19,AM,/\n"
    )


@pytest.fixture(scope="module")
def link() -> list[str]:
    """Of Ben's mother: its token, and the code."""
    return []


@pytest.fixture(scope="module")
def address(servers: embedded.Servers, link: list[str]) -> Iterator[str]:
    def filled(registry: Registry) -> None:
        fill(registry)
        link.extend(family_link(registry, upn(2)))

    with opened(servers, filled) as url:
        yield url


class Keys:
    """A person at a keyboard: goes to things by Tab, never by a mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, thing: Locator) -> None:
        focused = self.page.locator(":focus")
        for _ in range(MOST_STOPS):
            if thing.and_(focused).count():
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not lead to {thing}")

    def follow(self, name: str, *, exact: bool = False) -> None:
        self.to(self.page.get_by_role("link", name=name, exact=exact).first)
        self.page.keyboard.press("Enter")

    def press(self, name: str) -> None:
        self.to(self.page.get_by_role("button", name=name).first)
        self.page.keyboard.press("Enter")

    def write(self, label: str, text: str) -> None:
        self.to(self.page.get_by_label(label).first)
        self.page.keyboard.type(text)

    def choose(self, label: str) -> None:
        """One of a group of radio buttons: Tab leads to the group, arrows to the button."""
        wanted = self.page.get_by_label(label).first
        name = wanted.get_attribute("name")
        self.to(self.page.locator(f'input[name="{name}"]:is(:checked, :focus)').first)
        for _ in range(MOST_STOPS):
            if wanted.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"the arrows do not lead to {label}")

    def heading(self, words: str) -> None:
        expect(self.page.get_by_role("heading", name=words).first).to_be_visible()


@pytest.fixture
def person(browser: Browser, address: str) -> Iterator[Keys]:
    """Somebody who has not signed in."""
    context = browser.new_context(
        base_url=address, viewport={"width": 320, "height": 640}, java_script_enabled=False
    )
    context.set_default_timeout(20_000)
    made = Keys(context.new_page())
    yield made
    context.close()


@pytest.fixture
def keys(person: Keys, request: pytest.FixtureRequest) -> Keys:
    """Signed in as the role of the test."""
    person.page.goto("/")
    person.write("Email address", f"{request.param}@example.org")
    person.write("Password", PASSWORD)
    person.page.keyboard.press("Enter")
    expect(person.page.get_by_role("heading", name="What is owed")).to_be_visible()
    return person


def send(keys: Keys) -> None:
    keys.heading("Anything else?")
    keys.press("Continue")
    keys.heading("Check your answers")
    keys.press("Send")
    keys.heading("Notice recorded")


@pytest.mark.parametrize("keys", ["health"], indirect=True)
def test_a_nurse_contributes_to_the_plan(keys: Keys) -> None:
    keys.follow("Movements to answer")
    keys.follow("Contribute to the plan")
    keys.write("What do you add to the plan?", "Breakfast first")
    send(keys)
    keys.follow("Go on with our work")
    keys.follow("In hand")
    row = keys.page.get_by_role("row").filter(has_text="Ann Example")
    expect(row).to_contain_text("Contributed to the plan")
    expect(row).to_contain_text("20 November 2026")


@pytest.mark.parametrize("keys", ["social_care"], indirect=True)
def test_a_virtual_school_agrees_an_action_for_a_suspended_child(keys: Keys) -> None:
    keys.follow("Education from the first day")
    keys.follow("Agree an action")
    keys.write("When did it happen?", "20/11/2026")
    keys.write("By when?", "25/11/2026")
    keys.page.keyboard.press("Enter")
    keys.write("What is to be done?", "A tutor from Monday")
    keys.press("Continue")
    send(keys)


@pytest.mark.parametrize("keys", ["auditor"], indirect=True)
def test_an_auditor_sees_who_read_and_that_the_ledger_holds(keys: Keys) -> None:
    keys.follow("Who has read which pupil")
    keys.write("Reader (optional)", "nobody of that name")
    keys.page.keyboard.press("Enter")
    expect(keys.page.locator("main")).to_contain_text(
        "No reads that you may see are on record for this"
    )
    keys.follow("Ledger")
    keys.heading("The ledger")


@pytest.mark.parametrize("keys", ["la"], indirect=True)
def test_an_la_officer_arranges_education_after_an_exclusion(keys: Keys) -> None:
    keys.follow("Sixth day")
    keys.follow("Say where it began for Ben Sample")
    keys.write("When did it happen?", "20/11/2026")
    keys.page.keyboard.press("Enter")
    keys.write("Provider", PRU)
    keys.press("Continue")
    send(keys)
    keys.follow("Sixth day")
    expect(keys.page.get_by_role("row").filter(has_text="Ben Sample")).to_contain_text(
        "20 November 2026"
    )


@pytest.mark.parametrize("keys", ["school"], indirect=True)
def test_a_school_looks_over_its_list_and_confirms_it(keys: Keys) -> None:
    keys.follow("Elsewhere today")
    keys.follow("Confirm our list")
    keys.press("Confirm that nobody is missing")
    keys.heading("List confirmed")


@pytest.mark.parametrize("keys", ["provider"], indirect=True)
def test_a_provider_marks_its_register(keys: Keys) -> None:
    keys.follow("Register")
    keys.press("Mark all others present")
    keys.press("Save the register")
    expect(keys.page.get_by_role("status").first).to_contain_text("2 marks saved")


@pytest.mark.parametrize("keys", ["panel"], indirect=True)
def test_a_panel_decides_a_case(keys: Keys) -> None:
    keys.follow("Panel", exact=True)
    keys.follow("Record the decision on Ben Sample")
    keys.choose("A place at a school")
    keys.write("Another school (optional)", "100002")
    keys.write("From when? (optional)", "30/11/2026")
    keys.write("Why?", "Nearest with a place")
    keys.write("Who was present?", "LA officer; PRU head")
    keys.press("Record the decision")
    keys.heading("Decision recorded")


@pytest.mark.parametrize("keys", ["admin"], indirect=True)
def test_an_administrator_invites_a_colleague(keys: Keys) -> None:
    keys.follow("Colleagues")
    keys.follow("Invite")
    keys.write("Email address", "new@example.org")
    keys.choose("Panel")
    keys.press("Send the invitation")
    expect(keys.page.locator("main")).to_contain_text("new@example.org")


def test_a_mother_asks_the_governors_to_hear_her(person: Keys, link: list[str]) -> None:
    token, code = link
    person.page.goto(f"/family/link/{token}")
    for label, value in (("Day", "3"), ("Month", "2"), ("Year", "2011"), ("Code", code)):
        person.to(person.page.get_by_label(label, exact=True))
        person.page.keyboard.type(value)
    person.page.keyboard.press("Enter")
    person.follow("Tell the governors what you think")
    person.write("Your words", "He was not there that day.")
    person.press("Send it")
    person.heading("It is sent")
