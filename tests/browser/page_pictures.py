"""``python -m tests.browser.page_pictures [ROLE …]``: the pages of each role in the demo, for docs.

Chromium takes them as somebody of that role sees them, some on a phone; docs/guides/pictures.md
shows them.
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import LiteralString

from playwright.sync_api import Browser, Page, sync_playwright

from ap_registry.demo.sign_ins import ORGANISATIONS, add_sign_ins, email_of
from ap_registry.registry import Registry
from ap_registry.store import accounts, sessions
from tests.architecture.sources import ROOT
from tests.browser.conftest import found_browser
from tests.browser.picturing import PICTURES, WIDTH, demo, save, window
from tests.serving import served

FAMILIES = "family"
FOLDER = PICTURES / "pages"
PAGE = ROOT / "docs" / "guides" / "pictures.md"
PHONE, PHONE_SHOWN = 390, 300


@dataclass(frozen=True, slots=True)
class Shot:
    name: str
    path: str
    words: str
    phone: bool = False


SHOTS: Mapping[str, tuple[Shot, ...]] = {
    "school": (
        Shot("tasks", "/", "what the school has to do"),
        Shot("what-happened", "/notify", "what happened?"),
        Shot("suspension", "/notify/suspension", "the first question about a suspension"),
        Shot("elsewhere", "/elsewhere", "its pupils elsewhere today"),
        Shot("confirm", "/lists/confirm", "confirming that its list is whole"),
        Shot("upload", "/upload", "sending a file"),
        Shot("timeline", "/pupils/{out}", "a pupil"),
        Shot("timeline-phone", "/pupils/{out}", "a pupil on a phone", phone=True),
    ),
    "provider": (
        Shot("tasks", "/", "what the provider has to do"),
        Shot("register", "/register", "the day's register"),
        Shot("register-phone", "/register", "the register on a phone", phone=True),
        Shot("week", "/register/week", "the week"),
        Shot("referrals", "/tasks/referrals", "referrals to answer"),
        Shot("outcomes", "/outcomes?year=2025", "its five outcomes"),
    ),
    "panel": (
        Shot("agenda", "/panel", "the agenda of a meeting"),
        Shot("fair-share", "/panel/fair-share", "whose turn it is"),
        Shot("overdue", "/panel/overdue", "what is overdue"),
    ),
    "la": (
        Shot("duties", "/", "what is owed in the authority"),
        Shot("sixth-day", "/boards/sixth-day", "education from the sixth day"),
        Shot("section-19", "/boards/section-19", "children for whom section 19 stands"),
        Shot("quality", "/quality", "what is doubtful in the record"),
        Shot("rules", "/rules?show=settable", "the rules whose numbers an authority may set"),
        Shot("deliveries", "/deliveries", "what was sent, and what failed"),
        Shot("colleagues", "/colleagues", "the people who sign in"),
        Shot("reports", "/reports", "the reports"),
    ),
    "health": (
        Shot("tasks", "/", "what a health partner was told of"),
        Shot("movements", "/tasks/movements", "movements to answer"),
    ),
    "social_care": (
        Shot("tasks", "/", "what a virtual school or social worker has to do"),
        Shot("elsewhere", "/elsewhere", "their children elsewhere today"),
    ),
    "auditor": (
        Shot("reads", "/reads", "who has read whom"),
        Shot("ledger", "/ledger", "the ledger and its proofs"),
    ),
}
TITLES: Mapping[str, str] = {
    "school": "School", "provider": "AP provider", "panel": "Fair access panel",
    "la": "Local authority", "health": "Health partner",
    "social_care": "Virtual school and social worker", "auditor": "Auditor",
    FAMILIES: "Parent and young person",
}  # fmt: skip
FAMILY = (
    Shot("where", "/family", "where, why, until when, and who to call", phone=True),
    Shot("say", "/family/say", "saying what they think", phone=True),
    Shot("wrong", "/family/wrong", "“this is wrong”", phone=True),
)
# Suspended lately by the school of the sign-in, and with nobody on record yet to send a link to.
_OUT: LiteralString = """
select x.pupil_id, i.date_of_birth from exclusion x
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
    tokens: dict[str, str] = {}
    with registry.database.connection() as connection:
        add_sign_ins(connection, at=registry.now())
        for role in SHOTS:
            account = accounts.account_named(connection, email_of(role), at=registry.now()).id
            tokens[role] = sessions.begin(connection, account, at=registry.now())
        row = connection.execute(_OUT, (ORGANISATIONS["school"],)).fetchone()
    assert row is not None
    pupil, born = row
    registry.record(
        {"type": "contact_recorded", "pupil_id": str(pupil), "by": ORGANISATIONS["school"],
         "occurred_on": "2026-09-07", "name": "Mo Example", "relation": "mother",
         "parental_responsibility": True, "may_see": True}
    )  # fmt: skip
    wanted = sys.argv[1:] or [*SHOTS, FAMILIES]
    with served(registry) as url, sync_playwright() as playwright:
        browser = found_browser(playwright)
        for role, shot in ((r, s) for r in SHOTS if r in wanted for s in SHOTS[r]):
            page = window(browser, url, tokens[role], width=PHONE if shot.phone else WIDTH)
            _take(page, role, shot, shot.path.format(out=pupil))
        if FAMILIES in wanted:
            page = _family(browser, url, tokens["school"], f"/pupils/{pupil}/links", born)
            for shot in FAMILY:
                _take(page, FAMILIES, shot, shot.path)


def _take(page: Page, role: str, shot: Shot, path: str) -> None:
    answer = page.goto(path)
    assert answer is not None
    assert answer.ok, (path, answer.status)
    save(
        page.screenshot(), FOLDER / f"{role}-{shot.name}.png",
        **({"shown": PHONE_SHOWN} if shot.phone else {}),
    )  # fmt: skip


def _family(browser: Browser, url: str, school: str, links: str, born: date) -> Page:
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
    for role, shots in {**SHOTS, FAMILIES: FAMILY}.items():
        yield f"\n## {TITLES[role]}\n"
        for shot in shots:
            yield f"![{TITLES[role]}: {shot.words}](../pictures/pages/{role}-{shot.name}.png)"
    yield ""


if __name__ == "__main__":
    raise SystemExit(main())
