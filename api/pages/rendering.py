"""Templates, the signed-in person, and forms that only our own pages can send."""

import secrets
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException

from ap_registry.store import accounts
from api.deps import TheRegistry
from api.problems import HttpProblem

COOKIE = "ap_session"
_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parents[1] / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def in_words(text: str | None) -> str:
    """A day as people write it, a code without underscores."""
    if not text:
        return ""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text.replace("_", " ")
    return f"{day.day} {day:%B %Y}"


_ENVIRONMENT.filters["words"] = in_words


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


def page(
    template: str, signed_in: accounts.SignedIn | None, status: int = 200, **values: Any
) -> HTMLResponse:
    text = _ENVIRONMENT.get_template(template).render(person=signed_in, **values)
    return HTMLResponse(text, status)


def check_form(signed_in: accounts.SignedIn, token: object) -> None:
    if not isinstance(token, str) or not secrets.compare_digest(token, signed_in.csrf):
        raise HttpProblem(403, "This form is out of date: open the page again.")


def see_other(path: str) -> Response:
    return RedirectResponse(path, 303)
