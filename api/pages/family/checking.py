"""The second check: a date of birth, and a code that came another way than the link."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import Response

from ap_registry import family_record
from ap_registry.store import family_links, kept_forms
from ap_registry.store.family_links import Link
from api.deps import TheRegistry
from api.pages import late
from api.pages.family.catalogue import ENGLISH
from api.pages.family.rendering import COOKIE, KEPT, PATH, TheBearer, chosen, go, keep, show
from api.pages.rendering import check_site
from api.problems import HttpProblem

router = APIRouter(prefix=PATH)
Token = Annotated[str, Path(max_length=100)]
Short = Annotated[str, Form(max_length=100)]
NOTHING = {"day": "", "month": "", "year": ""}


@router.get("/closed")
def closed(request: Request, registry: TheRegistry, kept: str = "") -> Response:
    return show(
        request, registry, "closed.html", over=False, kept=bool(kept),
        language=chosen(request) or ENGLISH,
    )  # fmt: skip


@router.get("/kept")
def kept(request: Request, registry: TheRegistry, reader: TheBearer) -> Response:
    """What was sent after the page had shut itself, to be sent now."""
    opened = reader.opened
    form = late.kept_for(registry, opened.link.id)
    if form is None:
        return go(PATH)
    return show(
        request, registry, "kept.html", language=opened.language, csrf=opened.csrf, kept=form
    )


@router.get("/link/{token}")
def check_page(request: Request, registry: TheRegistry, token: Token) -> Response:
    """Says nothing of a child; a link that is over answers as one that never was."""
    if _link(registry, token) is None:
        return _over(request, registry)
    return _page(request, registry, NOTHING)


@router.post("/link/{token}")
def check(
    request: Request, registry: TheRegistry, token: Token, day: Short = "", month: Short = "",
    year: Short = "", code: Short = "",
) -> Response:  # fmt: skip
    """A wrong try counts; what is no date at all, or no code, does not."""
    check_site(request)
    link, at = _link(registry, token), registry.now()
    if link is None:
        return _over(request, registry)
    given = {"day": day, "month": month, "year": year}
    born = _date(day, month, year)
    if born is None:
        return _page(request, registry, given, born=True)
    if not code.strip():
        return _page(request, registry, given, code=True)
    with registry.database.connection() as connection:
        record = family_record.opened_by(registry, connection, link, at)
        right = record is not None and record.born == born
        left = family_links.try_code(connection, link.id, code, born_right=right)
        if left is None:
            language = chosen(request) or ENGLISH
            opened = family_links.begin(connection, link.id, language=language, at=at)
            waits = kept_forms.kept_for(connection, link.id, at=at, seals=registry.seals)
            return keep(request, go(KEPT if waits else PATH), opened)
    return _page(request, registry, given, left=left) if left else _over(request, registry)


@router.post("/shut")
def shut(request: Request, registry: TheRegistry, reader: TheBearer, csrf: Short = "") -> Response:
    check_csrf(reader, csrf)
    with registry.database.connection() as connection:
        family_links.shut(connection, request.cookies.get(COOKIE, ""))
    return keep(request, go("/family/closed"), "")


def check_csrf(reader: TheBearer, given: str) -> None:
    if given != reader.opened.csrf:
        raise HttpProblem(403, "This form is out of date: open the page again.")


def _link(registry: TheRegistry, token: str) -> Link | None:
    at = registry.now()
    with registry.database.connection() as connection:
        found = family_links.of_token(connection, token)
        if found is None or family_record.opened_by(registry, connection, found, at) is None:
            return None
    return found


def _date(day: str, month: str, year: str) -> date | None:
    """A year of two figures is of this century, as all whom a page is about were born in it."""
    try:
        century = 2000 if len(year.strip()) == 2 else 0
        return date(century + int(year), int(month), int(day))
    except (ValueError, OverflowError):
        return None


def _page(request: Request, registry: TheRegistry, given: dict[str, str], **wrong: int) -> Response:
    return show(
        request, registry, "check.html", 400 if wrong else 200, given=given, wrong=wrong,
        language=chosen(request) or ENGLISH,
    )  # fmt: skip


def _over(request: Request, registry: TheRegistry) -> Response:
    language = chosen(request) or ENGLISH
    return show(request, registry, "closed.html", 404, over=True, kept=False, language=language)
