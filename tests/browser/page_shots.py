"""Which pages of each role are pictured for the docs, and what a person does there first."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from playwright.sync_api import Page, expect

FAMILIES, NOBODY = "family", "nobody"
WRONG_FILE = (
    "type,upn,occurred_on,school,sessions,ends_on,reasons\n"
    "suspension,{upn},03/11/2026,{school},2,03/11/2026,BU\n"
    "suspension,{upn},10/11/2026,{school},2,09/11/2026,BU\n"
)


@dataclass(frozen=True, slots=True)
class Shot:
    """``path`` may hold ``{out}`` and the like; ``first``: what is done there before."""

    name: str
    path: str
    words: str
    phone: bool = False
    first: Callable[[Page, Mapping[str, str]], None] | None = None
    wide: bool = False


def refused(page: Page, _: Mapping[str, str]) -> None:
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_be_visible()


def checked(page: Page, named: Mapping[str, str]) -> None:
    """Six school days, so that education is owed too."""
    page.get_by_label("Unique pupil number (UPN)").fill(named["placed_upn"])
    page.get_by_label("First day of the suspension").fill("16/11/2026")
    page.get_by_label("Last day of the suspension").fill("23/11/2026")
    page.get_by_label("Number of sessions").fill("12")
    page.get_by_label("Physical assault against a pupil").check()
    page.get_by_role("button", name="Check your answers").click()
    expect(page.get_by_role("heading", name="Check your answers")).to_be_visible()


def recorded(page: Page, named: Mapping[str, str]) -> None:
    checked(page, named)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Notice recorded")).to_be_visible()


def put_right(page: Page, _: Mapping[str, str]) -> None:
    page.get_by_label("Number of sessions").fill("14")
    page.get_by_label("Why is it changed?").fill("The last day was a training day")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Check")


def looked_at(page: Page, named: Mapping[str, str]) -> None:
    page.get_by_label("Notices").check()
    text = WRONG_FILE.format(upn=named["placed_upn"], school=named["school"])
    page.get_by_label("File", exact=True).set_input_files(
        {"name": "ours.csv", "mimeType": "text/csv", "buffer": text.encode()}
    )
    page.get_by_role("button", name="Look at it first").click()
    expect(page.get_by_role("heading", name="Check the file")).to_be_visible()


def marked(page: Page, _: Mapping[str, str]) -> None:
    page.get_by_role("button", name="Mark all others present").click()
    page.get_by_role("button", name="Save the register").first.click()
    expect(page.get_by_role("status").first).to_contain_text("saved")


def case(page: Page, _: Mapping[str, str]) -> None:
    page.locator("main table a").first.click()
    expect(page.get_by_role("link", name="Record the decision")).to_be_visible()


def deciding(page: Page, named: Mapping[str, str]) -> None:
    case(page, named)
    page.get_by_role("link", name="Record the decision").click()
    page.get_by_label("A place at a school").check()


def merging(page: Page, _: Mapping[str, str]) -> None:
    form = page.locator("form").filter(has=page.get_by_role("button", name="The same pupil")).first
    form.get_by_label("How do you know?").fill("One birth certificate")
    form.get_by_role("button", name="The same pupil").click()
    expect(page.get_by_role("button", name="Merge them")).to_be_visible()


def sent(page: Page, _: Mapping[str, str]) -> None:
    page.locator("textarea").first.fill("She learns best in a small room, and misses her friends.")
    page.get_by_role("button", name="Send it").click()
    expect(page.locator("textarea")).to_have_count(0)


SHOTS: Mapping[str, tuple[Shot, ...]] = {
    NOBODY: (
        Shot("sign-in", "/sign-in", "signing in"),
        Shot("accessibility", "/accessibility", "how the pages can be used"),
    ),
    "school": (
        Shot("tasks", "/", "what the school has to do"),
        Shot("what-happened", "/notify", "what happened?"),
        Shot("suspension", "/notify/suspension", "the first question about a suspension"),
        Shot("refused", "/notify/suspension", "an answer that is missing", first=refused),
        Shot(
            "check",
            "/notify/suspension?whole=true",
            "the answers, and what will follow",
            first=checked,
        ),
        Shot("elsewhere", "/elsewhere", "its pupils elsewhere today"),
        Shot("confirm", "/lists/confirm", "confirming that its list is whole"),
        Shot("upload", "/upload", "sending a file"),
        Shot("looked-at", "/upload", "a file before it is saved", first=looked_at),
        Shot("timeline", "/pupils/{out}", "a pupil"),
        Shot("timeline-phone", "/pupils/{out}", "a pupil on a phone", phone=True),
        Shot(
            "put-right",
            "/pupils/{out}/notices/{event}/correct",
            "what is put right, and why",
            first=put_right,
        ),
        Shot(
            "recorded",
            "/notify/suspension?whole=true",
            "a notice recorded, and what follows",
            first=recorded,
        ),
        Shot("nowhere", "/nowhere", "a page that is not there"),
    ),
    "provider": (
        Shot("tasks", "/", "what the provider has to do"),
        Shot("register", "/register", "the day's register"),
        Shot("register-phone", "/register", "the register on a phone", phone=True),
        Shot("register-saved", "/register", "the register saved", first=marked),
        Shot("week", "/register/week", "the week"),
        Shot("referrals", "/tasks/referrals", "referrals to answer"),
        Shot("outreach", "/tasks/outreach", "the outreach log"),
        Shot("outcomes", "/outcomes?year=2025", "its five outcomes"),
    ),
    "panel": (
        Shot("agenda", "/panel", "the agenda of a meeting"),
        Shot("case", "/panel", "a case", first=case),
        Shot("decide", "/panel", "recording a decision", first=deciding),
        Shot("minutes", "/panel/minutes?on={met}", "the minutes of a meeting"),
        Shot("fair-share", "/panel/fair-share", "whose turn it is"),
        Shot("overdue", "/panel/overdue", "what is overdue"),
    ),
    "la": (
        Shot("duties", "/", "what is owed in the authority", wide=True),
        Shot("sixth-day", "/boards/sixth-day", "education from the sixth day"),
        Shot("section-19", "/boards/section-19", "children for whom section 19 stands"),
        Shot("quality", "/quality", "what is doubtful in the record"),
        Shot("merge", "/quality", "two records that may be one pupil", first=merging),
        Shot("search", "/pupils?q=fenwik", "finding a pupil by a name spelt wrong"),
        Shot("rules", "/rules?show=settable", "the rules whose numbers an authority may set"),
        Shot("deliveries", "/deliveries", "what was sent, and what failed"),
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
    "admin": (
        Shot("colleagues", "/colleagues", "the people who sign in"),
        Shot("invite", "/colleagues/invite", "inviting somebody"),
    ),
    "auditor": (
        Shot("reads", "/reads", "who has read whom"),
        Shot("ledger", "/ledger", "the ledger and its proofs"),
    ),
    FAMILIES: (
        Shot("where", "/family", "where, why, until when, and who to call", phone=True),
        Shot("say", "/family/say", "saying what they think", phone=True),
        Shot("wrong", "/family/wrong", "“this is wrong”", phone=True),
        Shot("sent", "/family/say", "what they sent has arrived", phone=True, first=sent),
    ),
}
TITLES: Mapping[str, str] = {
    NOBODY: "Everybody", "school": "School", "provider": "AP provider",
    "panel": "Fair access panel", "la": "Local authority", "health": "Health partner",
    "social_care": "Virtual school and social worker", "admin": "Administrator",
    "auditor": "Auditor", FAMILIES: "Parent and young person",
}  # fmt: skip
