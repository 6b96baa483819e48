"""``python -m tests.browser.pictures [FOLDER]``: the first page of each role, as the demo shows it.

For docs/screenshots: made anew by this, then looked at one by one.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import ViewportSize, sync_playwright

from ap_registry import embedded
from ap_registry.demo import build
from ap_registry.demo.health import tell_health
from ap_registry.demo.lists import confirm_lists
from ap_registry.demo.panel import hold_panels
from ap_registry.demo.sign_ins import PASSWORD, add_sign_ins, email_of
from ap_registry.demo.terms import PRESENT
from ap_registry.installation import open_at
from ap_registry.registry import Registry
from ap_registry.settings import read_settings
from tests.browser.conftest import BROWSERS
from tests.serving import served

PUPILS, SEED = 120, 1
FIRST = {
    "school": "/", "provider": "/", "panel": "/panel", "la": "/", "health": "/",
    "social_care": "/", "auditor": "/", "admin": "/",
}  # fmt: skip
COLOURS = 48  # of a page: small files, and letters as sharp
SIZE: ViewportSize = {"width": 1000, "height": 1000}


def furnish(registry: Registry) -> None:
    build(registry, seed=SEED, pupils=PUPILS)
    confirm_lists(registry, SEED)
    hold_panels(registry, SEED)
    tell_health(registry)
    with registry.database.connection() as connection:
        add_sign_ins(connection, at=registry.now())
        registry.sequence(connection)


def photograph(url: str, folder: Path) -> None:
    browser_path = next(filter(None, map(shutil.which, BROWSERS)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        for role, path in FIRST.items():
            page = browser.new_context(base_url=url, viewport=SIZE).new_page()
            page.goto("/sign-in")
            page.get_by_label("Email address").fill(email_of(role))
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Sign in").click()
            page.get_by_role("button", name="Sign out").wait_for()
            page.goto(path)
            path_of = folder / f"{role.replace('_', '-')}.png"
            page.screenshot(path=path_of)
            with Image.open(path_of) as taken:
                taken.quantize(COLOURS).save(path_of, optimize=True)
        browser.close()


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix="pictures-"))
    found = open_at(read_settings().model_copy(update={"registry_home": home}), clock=PRESENT)
    try:
        furnish(found.registry)
        with served(found.registry) as url:
            photograph(url, folder)
        found.close()
    finally:
        embedded.remove(home)


if __name__ == "__main__":
    main()
