"""Sign in and out."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from ap_registry.store import accounts
from api.deps import TheRegistry
from api.pages.rendering import COOKIE, Person, check_form, page, see_other
from api.problems import HttpProblem

router = APIRouter()
MOST = 500


@router.get("/sign-in")
def sign_in_page(registry: TheRegistry) -> Response:
    return page(registry, "sign_in.html", None, error=None, email="")


@router.post("/sign-in")
def sign_in(
    request: Request,
    registry: TheRegistry,
    email: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
) -> Response:
    """One message for every failure: it says nothing of which addresses have accounts.

    A session is made anew each time, and the one before ends.
    """
    if request.headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}:
        raise HttpProblem(403, "Sign in from our own page.")
    with registry.database.connection() as connection:
        accounts.sign_out(connection, request.cookies.get(COOKIE, ""))
        token = accounts.sign_in(
            connection,
            email=email.replace("\x00", "")[:MOST],
            password=password[:MOST],
            at=registry.now(),
        )
    if token is None:
        words = "Enter the right email address and password: these do not match"
        return page(registry, "sign_in.html", None, 400, error=words, email=email)
    response = see_other("/")
    response.set_cookie(
        COOKIE, token, httponly=True, samesite="lax", secure=request.url.scheme == "https"
    )
    return response


@router.post("/sign-out")
def sign_out(
    request: Request, registry: TheRegistry, person: Person, csrf: Annotated[str, Form()] = ""
) -> Response:
    check_form(person, csrf)
    with registry.database.connection() as connection:
        accounts.sign_out(connection, request.cookies.get(COOKIE, ""))
    response = see_other("/sign-in")
    response.delete_cookie(COOKIE)
    return response
