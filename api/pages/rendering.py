"""Templates, the signed-in person, and forms that only our own pages can send."""

import secrets
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException

from ap_registry.calendar import LONDON
from ap_registry.problems import TITLES
from ap_registry.registry import Registry
from ap_registry.store import accounts
from api.deps import TheRegistry
from api.pages.owed import form_of
from api.pages.words import duty_words, field_words
from api.problems import HttpProblem
from api.v1.reads import READERS as OF_READS
from reports.kinds import KINDS, OUTCOME_READERS

COOKIE = "ap_session"
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
        day = date.fromisoformat(str(value))
    except ValueError:
        return str(value).replace("_", " ")
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
    "form_of": form_of,
    "outcome_readers": OUTCOME_READERS,
    "report_readers": frozenset[str]().union(*(kind.readers for kind in KINDS.values())),
    "read_readers": OF_READS,
}


def person(request: Request, registry: TheRegistry) -> accounts.SignedIn:
    """Who is signed in; pages send everybody else to sign in."""
    token = request.cookies.get(COOKIE)
    if token:
        with registry.database.connection() as connection:
            found = accounts.signed_in(connection, token, at=registry.now())
        if found is not None:
            return found
    raise HTTPException(303, "Sign in first.", headers={"Location": "/sign-in"})


Person = Annotated[accounts.SignedIn, Depends(person)]


def text_of(
    registry: Registry, template: str, signed_in: accounts.SignedIn | None, **values: Any
) -> str:
    """``practice``: the present day of a registry that was made with a clock of its own."""
    practice = registry.today().isoformat() if registry.practice or registry.clock else None
    found = _ENVIRONMENT.get_template(template)
    return found.render(person=signed_in, practice=practice, **values)


def page(
    registry: Registry,
    template: str,
    signed_in: accounts.SignedIn | None,
    status: int = 200,
    **values: Any,
) -> HTMLResponse:
    return HTMLResponse(text_of(registry, template, signed_in, **values), status)


def problem_page(request: Request, status: int, detail: str) -> Response:
    """An error for somebody with a browser, in the words that a program is told."""
    title = TITLES.get(status, "Something went wrong")
    return page(
        request.app.state.registry, "problem.html", None, status, title=title, detail=detail
    )


def check_form(signed_in: accounts.SignedIn, token: object) -> None:
    if not isinstance(token, str) or not secrets.compare_digest(
        token.encode(), signed_in.csrf.encode()
    ):
        raise HttpProblem(403, "This form is out of date: open the page again.")


def see_other(path: str) -> Response:
    return RedirectResponse(path, 303)
