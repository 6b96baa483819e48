"""``python -m tests.browser.page_pictures [ROLE …]``: the pages of each role in the demo, for docs.

Chromium takes them as somebody of that role sees them, some on a phone; docs/guides/pictures.md
shows them.
"""

import sys
from collections.abc import Iterator, Mapping
from datetime import date
from typing import LiteralString

from playwright.sync_api import Browser, Page, expect, sync_playwright

from ap_registry.demo.panel import MEETINGS
from ap_registry.demo.sign_ins import ORGANISATIONS, add_sign_ins, email_of
from ap_registry.demo.tasks import PLACED
from ap_registry.registry import Registry
from ap_registry.store import accounts, sessions
from tests.architecture.sources import ROOT
from tests.browser.conftest import found_browser
from tests.browser.page_shots import FAMILIES, NOBODY, SHOTS, TITLES, Shot
from tests.browser.picturing import PICTURES, SHOWN, WIDTH, demo, save, window
from tests.serving import served

FOLDER = PICTURES / "pages"
PAGE = ROOT / "docs" / "guides" / "pictures.md"
PHONE, PHONE_SHOWN = 390, 300
# Suspended lately by the school of the sign-in, and with nobody on record yet to send a link to.
_OUT: LiteralString = """
select x.pupil_id, i.date_of_birth, x.key from exclusion x
  join identity i on i.pupil_id = x.pupil_id and i.until_at = 'infinity'
 where x.until_at = 'infinity' and x.school = %s and not x.undone and i.shown_as is null
 order by x.occurred_on desc, x.pupil_id limit 1
"""


def main() -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with demo() as registry:
        _take_all(registry)
    PAGE.write_text("\n".join(_shown()))
    return 0


def _take_all(registry: Registry) -> None:
    tokens: dict[str, str | None] = {NOBODY: None}
    with registry.database.connection() as connection:
        add_sign_ins(connection, at=registry.now())
        for role in SHOTS.keys() - {NOBODY, FAMILIES}:
            account = accounts.account_named(connection, email_of(role), at=registry.now()).id
            tokens[role] = sessions.begin(connection, account, at=registry.now())
        row = connection.execute(_OUT, (ORGANISATIONS["school"],)).fetchone()
    assert row is not None
    pupil, born, event = row
    registry.record(
        {"type": "contact_recorded", "pupil_id": str(pupil), "by": ORGANISATIONS["school"],
         "occurred_on": "2026-09-07", "name": "Mo Example", "relation": "mother",
         "parental_responsibility": True, "may_see": True}
    )  # fmt: skip
    named = {"out": str(pupil), "event": str(event), "met": MEETINGS[-1].isoformat(),
             "placed_upn": PLACED, "school": ORGANISATIONS["school"]}  # fmt: skip
    wanted = sys.argv[1:] or SHOTS.keys()
    with served(registry) as url, sync_playwright() as playwright:
        browser = found_browser(playwright)
        for role, shot in ((r, s) for r in tokens if r in wanted for s in SHOTS[r]):
            page = window(browser, url, tokens[role], width=PHONE if shot.phone else WIDTH)
            _take(page, role, shot, named)
        if FAMILIES in wanted:
            page = _family(browser, url, tokens["school"], f"/pupils/{pupil}/links", born)
            for shot in SHOTS[FAMILIES]:
                _take(page, FAMILIES, shot, named)


def _take(page: Page, role: str, shot: Shot, named: Mapping[str, str]) -> None:
    page.goto(shot.path.format_map(named))
    expect(page.get_by_role("main")).to_be_visible()
    if shot.first:
        shot.first(page, named)
    shown = PHONE_SHOWN if shot.phone else WIDTH if shot.wide else SHOWN
    save(page.screenshot(), FOLDER / f"{role}-{shot.name}.png", shown=shown)


def _family(browser: Browser, url: str, school: str | None, links: str, born: date) -> Page:
    """A mother's phone, with the link that the school has just made."""
    page = window(browser, url, school)
    page.goto(links)
    page.get_by_label("Mo Example").check()
    page.get_by_role("button", name="Make").click()
    code, address = page.locator("code").all_inner_texts()
    phone = window(browser, url, None, width=PHONE)
    phone.goto("/family/link/" + address.partition("/family/link/")[2])
    for name, value in zip(("year", "month", "day"), born.timetuple(), strict=False):
        phone.locator(f"[name={name}]").fill(str(value))
    phone.locator("[name=code]").fill(code)
    phone.get_by_role("button").first.click()
    phone.wait_for_url("**/family")
    return phone


def _shown() -> Iterator[str]:
    yield "# What each role sees"
    yield ""
    yield "Of the made-up LA of the demo, names too. `make pictures` takes all of them anew."
    for role, shots in SHOTS.items():
        yield f"\n## {TITLES[role]}\n"
        for shot in shots:
            yield f"![{TITLES[role]}: {shot.words}](../pictures/pages/{role}-{shot.name}.png)"
    yield ""


if __name__ == "__main__":
    raise SystemExit(main())
