"""Templates, the signed-in person, and forms that only our own pages can send."""

import secrets
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import psycopg
from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException

from ap_registry.calendar import LONDON
from ap_registry.duty_names import duty_words
from ap_registry.emergency import MAY as IN_EMERGENCIES
from ap_registry.errors import Unavailable
from ap_registry.problems import TITLES
from ap_registry.registry import Registry
from ap_registry.settings import Settings
from ap_registry.store import sessions
from ap_registry.store.readers import lifted
from ap_registry.store.sessions import SignedIn, signed_in
from api.cookies import CHANGED, token_of
from api.deps import TheRegistry
from api.edge import LIVE
from api.limits import TOO_MANY_FROM_YOU, Limits, address_of
from api.pages import late
from api.pages.following import NOTHING, follows, onward
from api.pages.menu import SENDERS, menu_of, stand_at
from api.pages.onward import SIGN_IN, by_way_of, sign_in_first
from api.pages.owed import form_of, words_of
from api.pages.role_lists import OF_ROLE
from api.pages.words import field_words
from api.policy import Who, admit, put_behind_wall
from api.problems import HttpProblem
from api.v1.reads import READERS as OF_READS

_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parents[1] / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def in_words(value: object) -> str:
    """A day as people write it, a code without underscores."""
    if isinstance(value, list):
        return ", ".join(in_words(part) for part in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value in (None, ""):
        return "not given"
    try:
        return _day_in_words(date.fromisoformat(str(value)))
    except ValueError:
        return str(value).replace("_", " ")


@lru_cache(maxsize=4_096)  # a long list names the same few days
def _day_in_words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def moment(text: str) -> str:
    """An instant by the clocks of London."""
    at = datetime.fromisoformat(text).astimezone(LONDON)
    return f"{at.day} {at:%B %Y}, {at:%H:%M}"


def capfirst(text: str) -> str:
    return text[:1].upper() + text[1:]


_ENVIRONMENT.filters |= {
    "words": in_words, "moment": moment, "duty": duty_words, "capfirst": capfirst,
}  # fmt: skip
_ENVIRONMENT.globals |= {
    "field_words": field_words,
    "follows": follows,
    "nothing_more": NOTHING,
    "onward": onward,
    "form_of": form_of,
    "words_of": words_of,
    "menu_of": menu_of,
    "read_readers": OF_READS,
    "notifiers": SENDERS,
    "emergency_roles": IN_EMERGENCIES,
    "own_work": OF_ROLE,
}


def _signed_in(registry: Registry, token: str, *, watching: bool = False) -> SignedIn | None:
    with lifted(), registry.database.connection() as connection:
        return signed_in(connection, token, at=registry.now(), watching=watching)


async def whoever(request: Request, registry: TheRegistry) -> SignedIn:
    """Who is signed in; pages send everybody else to sign in."""
    found = None
    if token := token_of(request):
        found = await run_in_threadpool(_signed_in, registry, token)
    if found is None:
        waits = await late.keep(request, registry, token or "", sessions.over)
        first = by_way_of(SIGN_IN, late.PAGE) if waits else sign_in_first(request)
        raise HTTPException(303, "Sign in first.", headers={"Location": first})
    if found.token is not None:
        send_cookie(request, found.token)
    stand_at(request.url.path)
    limits: Limits = request.app.state.limits
    limits.hold(limits.account, str(found.account), request)
    admit(request, Who.PERSON, found.caller.role, administers=found.administers)
    put_behind_wall(request, found.caller, registry.today())
    if await late.keep_stale(request, registry, found.csrf, found.account):
        raise HTTPException(303, "Look at it again.", headers={"Location": late.PAGE})
    await late.let_go(request, registry, found.account)
    return found


def person(request: Request, found: Annotated[SignedIn, Depends(whoever)]) -> SignedIn:
    """As ``whoever``; whose role must have a second factor, and has none, sets one up first."""
    settings: Settings = request.app.state.settings
    if not found.second_factor and settings.needs_second_factor(found.caller.role):
        words = {"Location": "/account/second-factor"}
        raise HTTPException(303, "Set up a second factor first.", headers=words)
    return found


async def watcher(request: Request, registry: TheRegistry) -> SignedIn:
    """Whose page is open and asks by itself, which prolongs no session: 401 once it is over."""
    found = None
    if token := token_of(request):
        found = await run_in_threadpool(_signed_in, registry, token, watching=True)
    settings: Settings = request.app.state.settings
    if found is None or (
        not found.second_factor and settings.needs_second_factor(found.caller.role)
    ):
        raise HttpProblem(401, "Sign in first.")
    limits: Limits = request.app.state.limits
    limits.hold(limits.account, str(found.account), request)
    admit(request, Who.PERSON, found.caller.role, administers=found.administers)
    put_behind_wall(request, found.caller, registry.today())
    return found


def settings_of(request: Request) -> Settings:
    found: Settings = request.app.state.settings
    return found


TheSettings = Annotated[Settings, Depends(settings_of)]
Whoever = Annotated[SignedIn, Depends(whoever)]
Person = Annotated[SignedIn, Depends(person)]
Watcher = Annotated[SignedIn, Depends(watcher)]


def send_cookie(request: Request, token: str) -> None:
    """Let the answer carry this token from now on; an empty one signs out."""
    setattr(request.state, CHANGED, token)


def text_of(registry: Registry, template: str, signed_in: SignedIn | None, **values: Any) -> str:
    """``practice``: the present day of a registry that was made with a clock of its own."""
    practice = registry.today().isoformat() if registry.practice or registry.clock else None
    found = _ENVIRONMENT.get_template(template)
    as_of = registry.now().isoformat()
    return found.render(person=signed_in, practice=practice, as_of=as_of, **values)


def page(
    registry: Registry,
    template: str,
    signed_in: SignedIn | None,
    status: int = 200,
    **values: Any,
) -> HTMLResponse:
    return HTMLResponse(text_of(registry, template, signed_in, **values), status)


def live(answer: HTMLResponse) -> HTMLResponse:
    """A page whose counts go on while it is open: its script may ask us, and nobody else."""
    answer.headers["Content-Security-Policy"] = LIVE
    return answer


def problem_page(request: Request, status: int, detail: str, wait: int) -> Response:
    """An error for somebody with a browser, in the words that a program is told.

    ``wait``: seconds, where the same may be asked again after them; else 0.
    """
    title = TITLES.get(status, "Something went wrong")
    who = still_signed_in(request) if status in _CALM else None
    return page(
        request.app.state.registry, "problem.html", who, status,
        title=title, wait=wait, code=status, sent=request.method not in {"GET", "HEAD"},
        detail=TOO_MANY_FROM_YOU if status == 429 else detail,
    )  # fmt: skip


_CALM = frozenset({400, 403, 404, 405, 409, 412, 422})
"""Answered by an application that works, in a thread: who asks may be looked up."""


def still_signed_in(request: Request) -> SignedIn | None:
    """So that a page that went wrong, or is for anybody, leads on by the same menu as others."""
    token = token_of(request)
    if not token:
        return None
    try:
        found = _signed_in(request.app.state.registry, token, watching=True)
    except (Unavailable, psycopg.OperationalError):
        return None  # the page itself needs no database
    settings: Settings = request.app.state.settings
    if found is None or found.second_factor or not settings.needs_second_factor(found.caller.role):
        return found
    return None


def check_form(signed_in: SignedIn, token: object) -> None:
    if not isinstance(token, str) or not secrets.compare_digest(
        token.encode(), signed_in.csrf.encode()
    ):
        raise HttpProblem(403, "This form is out of date: open the page again.")


def check_site(request: Request) -> None:
    """For forms of people who are not signed in yet: no other site may send them, nor any often."""
    if not _from_here(request):
        raise HttpProblem(403, "Send this form from our own page.")
    limits: Limits = request.app.state.limits
    limits.hold(limits.sign_in, address_of(request.scope), request)


def _from_here(request: Request) -> bool:
    """As the browser says; of one that says only where the form was, that must be ours."""
    said = request.headers.get("sec-fetch-site")
    if said is not None:
        return said in {"same-origin", "none"}
    origin = request.headers.get("origin")
    if origin is None:
        return True
    ours = {request.headers.get("host"), urlsplit(settings_of(request).site).netloc}
    return urlsplit(origin).netloc in ours


def passwords(request: Request) -> None:
    """Leads to the page to sign in where there are none."""
    settings: Settings = request.app.state.settings
    if settings.oidc_only:
        raise HTTPException(303, "There are no passwords.", headers={"Location": "/sign-in"})


def see_other(path: str) -> Response:
    return RedirectResponse(path, 303)
