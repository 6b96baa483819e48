"""Pages of families: their own templates, in the language chosen, kept by nobody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from gettext import NullTranslations
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException

from ap_registry import family_record
from ap_registry.family_record import Record
from ap_registry.happenings import Contact
from ap_registry.registry import Registry
from ap_registry.settings import Settings
from ap_registry.store import family_links
from ap_registry.store.database import Connection
from ap_registry.store.family_links import Opened
from api.cookies import cookie, is_secure
from api.deps import TheRegistry
from api.limits import Limits
from api.pages import late
from api.pages.family.catalogue import ENGLISH, MONTHS, NAMES, translations
from api.policy import Who, admit

COOKIE = "ap_family"
PATH = "/family"
CLOSED = "/family/closed"
KEPT = late.FAMILY_PAGE
LANGUAGE = "family_language"  # in the state of a request by whoever has opened a link
_PRIVATE = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """Whoever opened a link, the record that it shows, and the notices that they have sent.

    ``contact``: None where it is the pupil.
    """

    opened: Opened
    record: Record
    contact: Contact | None
    said: frozenset[UUID]


async def bearer(request: Request, registry: TheRegistry) -> Bearer:
    """Of a browser in which the second check was passed; everybody else is told how to open it."""
    token = request.cookies.get(COOKIE, "")
    reader = await run_in_threadpool(_found, registry, token, chosen(request, None))
    if reader is None:
        waits = await late.keep(request, registry, token, family_links.over)
        words = {"Location": f"{CLOSED}?kept=1" if waits else CLOSED}
        raise HTTPException(303, "Open your link again.", headers=words)
    link = reader.opened.link
    setattr(request.state, LANGUAGE, reader.opened.language)
    limits: Limits = request.app.state.limits
    limits.hold(limits.account, str(link.id), request)
    admit(request, Who.LINK, link.caller.role)
    if await late.keep_stale(request, registry, reader.opened.csrf, link.id):
        raise HTTPException(303, "Look at it again.", headers={"Location": KEPT})
    await late.let_go(request, registry, link.id)
    return reader


def _found(registry: Registry, token: str, language: str | None) -> Bearer | None:
    at = registry.now()
    with registry.database.connection() as connection:
        found = family_links.opened(connection, token, at=at, language=language)
        return None if found is None else _reader(registry, connection, found, at)


def _reader(
    registry: Registry, connection: Connection, found: Opened, at: datetime
) -> Bearer | None:
    record = family_record.opened_by(registry, connection, found.link, at)
    if record is None:
        return None
    return Bearer(
        opened=found, record=record, contact=family_record.contact_of(record, found.link),
        said=family_record.said_by(connection, record, found.link),
    )  # fmt: skip


TheBearer = Annotated[Bearer, Depends(bearer)]


def offered(settings: Settings) -> Sequence[str]:
    """English, and what the operator has switched on."""
    named = [code.strip() for code in settings.family_languages.split(",")]
    return [ENGLISH, *(code for code in dict.fromkeys(named) if code in NAMES and code != ENGLISH)]


def chosen(request: Request, default: str | None = ENGLISH) -> str | None:
    """The language that the address asks for, where it is offered."""
    wanted = request.query_params.get("language", "")
    return wanted if wanted in offered(request.app.state.settings) else default


@cache
def environment(language: str) -> Environment:
    return speaking(translations(language))


def speaking(words: NullTranslations) -> Environment:
    """The templates of the pages, with these words for theirs."""
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parents[2] / "templates"), autoescape=True,
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )  # fmt: skip
    made.install_gettext_translations(words, newstyle=True)  # type: ignore[attr-defined]

    def day(value: date) -> str:
        return f"{value.day} {words.gettext(MONTHS[value.month - 1])} {value.year}"

    made.filters |= {
        "day": day, "iso": lambda text: day(date.fromisoformat(text)), "number": number,
    }  # fmt: skip
    return made


def number(value: float) -> str:
    """Half days as people say them: 2, 2.5."""
    return f"{value:g}"


def show(
    request: Request, registry: Registry, template: str, status: int = 200, *,
    language: str = ENGLISH, **values: Any,
) -> HTMLResponse:  # fmt: skip
    practice = registry.today() if registry.practice or registry.clock else None
    languages = [(code, NAMES[code]) for code in offered(request.app.state.settings)]
    text = environment(language).get_template(f"family/{template}").render(
        language=language, languages=languages, practice=practice, today=registry.today(), **values
    )  # fmt: skip
    return HTMLResponse(text, status, headers=_PRIVATE)


def go(path: str) -> Response:
    return RedirectResponse(path, 303, headers=_PRIVATE)


def keep(request: Request, response: Response, token: str) -> Response:
    """Let the browser send this token to the family pages alone; an empty one is forgotten."""
    secure = is_secure(request.scope)
    sent = cookie(token, secure=secure, name=COOKIE, path=PATH, same_site="strict")
    response.headers.append("Set-Cookie", sent)
    return response
