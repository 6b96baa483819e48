"""What public bodies must say of their pages: how they can be used, and what they keep."""

from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from ap_registry.store import family_links
from ap_registry.store.sessions import IDLE_FOR, SESSION_FOR
from api.deps import TheRegistry
from api.pages.rendering import TheSettings, page, still_signed_in
from api.pages.signing_in_elsewhere import BROWSER, NEXT, SECONDS

router = APIRouter()
PREPARED = date(2026, 11, 28)
"""When the statement was last written: SI 2018/952 reg. 8 wants it looked at each year."""


@router.get("/accessibility")
def accessibility(request: Request, registry: TheRegistry, settings: TheSettings) -> HTMLResponse:
    """The statement that SI 2018/952 asks for, by the model of Decision (EU) 2018/1523."""
    return page(
        registry, "accessibility.html", still_signed_in(request), prepared=PREPARED,
        contact=settings.contact, idle=IDLE_FOR.seconds // 60,
    )  # fmt: skip


@router.get("/privacy")
def privacy(request: Request, registry: TheRegistry, settings: TheSettings) -> HTMLResponse:
    """Which cookies are set and why, who may see what is kept, and whom to ask."""
    return page(
        registry, "privacy.html", still_signed_in(request), contact=settings.contact,
        elsewhere=settings.oidc_name if settings.oidc_issuer else "", oidc=(BROWSER, NEXT),
        minutes={
            "idle": IDLE_FOR.seconds // 60, "elsewhere": SECONDS // 60,
            "family": family_links.IDLE_FOR.seconds // 60,
        },
        hours={
            "most": SESSION_FOR.seconds // 3600, "family": family_links.OPEN_FOR.seconds // 3600,
        },
    )  # fmt: skip
