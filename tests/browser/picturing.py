"""What the pictures in the docs are taken of and with: the demo's made-up LA, and a browser."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from ap_registry import embedded
from ap_registry.demo import build
from ap_registry.demo.health import tell_health
from ap_registry.demo.panel import hold_panels
from ap_registry.demo.tasks import leave_tasks
from ap_registry.demo.terms import PRESENT
from ap_registry.installation import open_at
from ap_registry.registry import Registry
from ap_registry.settings import read_settings
from api.cookies import COOKIE
from tests.architecture.sources import ROOT

PICTURES = ROOT / "docs" / "pictures"
PUPILS, COLOURS = 200, 48
WIDTH, HEIGHT, SHOWN = 1000, 1250, 560  # of the window, and how wide a picture is shown


@contextmanager
def demo() -> Iterator[Registry]:
    with tempfile.TemporaryDirectory() as home:
        settings = read_settings().model_copy(update={"registry_home": Path(home)})
        found = open_at(settings, clock=PRESENT)
        try:
            build(found.registry, pupils=PUPILS, at_once=True)
            hold_panels(found.registry, 1)
            tell_health(found.registry)
            leave_tasks(found.registry)
            yield found.registry
            found.close()
        finally:
            embedded.stop(Path(home))


def window(browser: Browser, url: str, token: str | None, *, width: int = WIDTH) -> Page:
    """Of whoever's session it is; None: of nobody's."""
    context = browser.new_context(base_url=url, viewport={"width": width, "height": HEIGHT})
    if token is not None:
        context.add_cookies([{"name": COOKIE, "value": token, "url": url}])
    page = context.new_page()
    context.set_default_timeout(120_000)
    return page


def save(png: bytes, path: Path, *, shown: int = SHOWN) -> None:
    picture = Image.open(BytesIO(png)).convert("RGB")
    size = (shown, picture.height * shown // picture.width)
    small = picture.resize(size, Image.Resampling.LANCZOS)
    small.quantize(COLOURS).save(path, optimize=True)
