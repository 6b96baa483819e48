"""A form that comes after its session has ended: nothing that somebody typed is lost by it."""

from collections.abc import Callable
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from ap_registry.registry import Registry
from ap_registry.store import kept_forms
from ap_registry.store.database import Connection
from ap_registry.store.kept_forms import Kept

PAGE, FAMILY_PAGE = "/kept", "/family/kept"
MOST_FIELDS = 20_000
_NEVER = ("/account", "/sign-out", "/family/shut")  # passwords, and what has no more to do
_TOKEN = "csrf"
Whose = Callable[[Connection, str, str], UUID | None]
"""Of a session's token and that of its forms: none where they are not of one session."""


async def keep(request: Request, registry: Registry, token: str, whose: Whose) -> bool:
    """Whether the form waits for whoever had that session.

    A form of another site, of a session that was ended by somebody, or with a file is not kept.
    """
    if not _is_small(request) or not token or request.url.path.startswith(_NEVER):
        return False
    sent = (await _form(request)).multi_items()
    fields = [(name, value) for name, value in sent if isinstance(value, str)]
    if len(fields) < len(sent):
        return False
    return await run_in_threadpool(_keep, registry, request.url.path, token, fields, whose)


async def keep_stale(request: Request, registry: Registry, csrf: str, owner: UUID) -> bool:
    """Whether a form waits that our own page sent, of a session before this one.

    No other site can send what is kept so: the browser says whose page it was.
    """
    if not _is_small(request) or request.headers.get("sec-fetch-site") != "same-origin":
        return False
    if (await _form(request)).get(_TOKEN) == csrf:
        return False
    return await keep(request, registry, csrf, lambda *_: owner)


async def let_go(request: Request, registry: Registry, owner: UUID) -> None:
    """What is sent from the page that shows what waits, waits no more."""
    shown_on = urlsplit(request.headers.get("referer", "")).path
    if request.method == "POST" and shown_on in {PAGE, FAMILY_PAGE}:
        await run_in_threadpool(_let_go, registry, owner)


def _let_go(registry: Registry, owner: UUID) -> None:
    with registry.database.connection() as connection:
        kept_forms.let_go(connection, owner)


def _is_small(request: Request) -> bool:
    """Only such a form can wait; a larger one is left to its page, which reads it by its bounds."""
    length = request.headers.get("content-length", "")
    small = length.isdecimal() and int(length) <= kept_forms.MOST_BYTES
    return request.method == "POST" and small


async def _form(request: Request) -> FormData:
    """As its page gets it too, which may be a register of some thousand fields."""
    return await request.form(max_fields=MOST_FIELDS)


def _keep(registry: Registry, path: str, token: str, sent: kept_forms.Fields, whose: Whose) -> bool:
    at, of_form = registry.now(), dict(sent).get(_TOKEN, "")
    form = Kept(path, [(name, value) for name, value in sent if name != _TOKEN])
    with registry.database.connection() as connection:
        owner = whose(connection, token, of_form)
        if owner is not None:
            kept_forms.keep(connection, owner, form, at=at, seals=registry.seals)
    return owner is not None


def kept_for(registry: Registry, owner: UUID) -> Kept | None:
    with registry.database.connection() as connection:
        return kept_forms.kept_for(connection, owner, at=registry.now(), seals=registry.seals)
