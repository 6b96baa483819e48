"""``python -m tests.browser.report_pictures``: each report of the demo, as page and PDF, for docs.

Chromium takes the pages, poppler's ``pdftoppm`` the first page of each PDF; both are small PNGs of
few colours in docs/pictures/reports, and docs/reports/pictures.md shows them.
"""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import LiteralString
from urllib.parse import urlencode

from playwright.sync_api import sync_playwright

from ap_registry.demo.terms import PRESENT
from ap_registry.registry import Registry
from ap_registry.store import accounts, sessions
from ap_registry.store.database import Connection
from reports.kinds import KINDS
from tests.architecture.sources import ROOT
from tests.browser.conftest import found_browser
from tests.browser.picturing import PICTURES, SHOWN, WIDTH, demo, save, window
from tests.serving import served

FOLDER = PICTURES / "reports"
PAGE = ROOT / "docs" / "reports" / "pictures.md"
LA = "856"
SHOWN_KINDS = KINDS.keys() - {"restatement"}  # which takes minutes of a busy machine
# One outcome: what else is asked, how wide the window is and the picture shown.
ASPECTS: Mapping[str, tuple[Mapping[str, str], int, int]] = {
    "measure": ({}, WIDTH, SHOWN),
    "phone": ({}, 320, 300),
    "published": ({"publish": "true"}, WIDTH, SHOWN),
}
YEAR = {"from": "2025-09-01", "to": "2026-08-31"}
_SCHOOL: LiteralString = """
select commissioner from placement where until_at = 'infinity' and commissioner ~ '^[0-9]{6}$'
 group by 1 order by count(*) filter (where ended_on is null) desc, count(*) desc, 1 limit 1
"""
_UPN: LiteralString = "select upn from upn_claim u where u.pupil_id = %s limit 1"
_STAY: LiteralString = """
select pupil_id from placement where until_at = 'infinity' and end_reason is distinct from 'error'
   and (ended_on is not null) = %s order by starts_on desc, pupil_id limit 1
"""
_ABSENT: LiteralString = """
select pupil_id from follow_up where kind = 'unauthorised_10_in_10_weeks'
 group by 1 order by max(opened_on) desc, pupil_id limit 1
"""


def given(connection: Connection) -> Mapping[str, Mapping[str, str]]:
    """What each report is asked, of the pupils and the school of the demo that show most."""

    def first(query: LiteralString, *values: object) -> str:
        row = connection.execute(query, values).fetchone()
        assert row is not None, query
        return str(row[0])

    def upn(query: LiteralString, *values: object) -> str:
        return first(_UPN, first(query, *values))

    school = {"school": first(_SCHOOL)}
    return {
        "outcomes": {"from": "2024-09-01", "to": "2025-08-31"},
        "behind": {"measure": "reintegration", "figure": "denominator", **YEAR},
        "movements": YEAR,
        "dashboard": YEAR,
        "panel": {"on": PRESENT.date().isoformat()},
        "census": {"year": "2026"},
        "progress": {"upn": upn(_STAY, False)},
        "exit": {"upn": upn(_STAY, True)},
        "penalty-notice": {"upn": upn(_ABSENT)},
        "school": school,
        "governors": school,
        "attendance-return": school,
        "targeting-support": school,
        "school-arranged": school,
        "children-not-in-school": {},
        "provider-quality": {},
    }  # fmt: skip


def main() -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with demo() as registry:
        _take_all(registry)
    PAGE.write_text("\n".join(_shown()))
    return 0


def _take_all(registry: Registry) -> None:
    with registry.database.connection() as connection:
        account = accounts.add_account(
            connection, email="officer@example.org", name="Daniel Osei", role="la",
            password="correct horse battery", organisation=f"LA{LA}", at=registry.now(),
        )  # fmt: skip
        token = sessions.begin(connection, account, at=registry.now())
        asked = given(connection)
    assert set(asked) == SHOWN_KINDS
    with served(registry) as url, sync_playwright() as playwright:
        browser = found_browser(playwright)
        page = window(browser, url, token)
        for name in sys.argv[1:] or sorted(SHOWN_KINDS):
            query = urlencode({**asked[name], "format": "html"})
            answer = page.goto(f"/reports/{name}?{query}")
            assert answer is not None
            assert answer.ok, (name, answer.status)
            assert page.locator("form[method=get]").count() == 0, page.inner_text("main")
            save(page.screenshot(), FOLDER / f"{name}.png")
            pdf = page.request.get(f"/reports/{name}?{query.replace('=html', '=pdf')}").body()
            save(_first_page(pdf), FOLDER / f"{name}-print.png")
        for name, (more, width, shown) in ASPECTS.items():
            page = window(browser, url, token, width=width)
            query = urlencode({**asked["outcomes"], "format": "html", "la": LA, **more})
            page.goto(f"/reports/outcomes?{query}#reintegration")
            save(page.screenshot(), FOLDER / f"outcomes-{name}.png", shown=shown)


def _first_page(pdf: bytes) -> bytes:
    command = ["pdftoppm", "-png", "-r", "90", "-f", "1", "-singlefile", "-"]
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout


def _shown() -> Iterator[str]:
    yield "# Each report, as page and as PDF"
    yield ""
    yield "Of the made-up LA of the demo. `make pictures` takes all of them anew."
    for kind in (kind for name, kind in KINDS.items() if name in SHOWN_KINDS):
        yield f"\n## {kind.title}\n\n{kind.about}\n"
        for end, words in (("", "the page"), ("-print", "the first page of the PDF")):
            yield f"![{kind.title}: {words}](../pictures/reports/{kind.name}{end}.png)"
    yield ""


if __name__ == "__main__":
    raise SystemExit(main())
