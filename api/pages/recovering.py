"""A forgotten password: a link by email, good once and for an hour."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Request
from fastapi.responses import Response

from ap_registry.errors import Refused
from ap_registry.store import access_links, accounts, sessions
from api.deps import TheRegistry
from api.pages.rendering import check_site, page, passwords, see_other, send_cookie

router = APIRouter(dependencies=[Depends(passwords)])
Text = Annotated[str, Form(max_length=500)]
Token = Annotated[str, Path(max_length=100)]


@router.get("/forgotten")
def forgotten_page(registry: TheRegistry) -> Response:
    return page(registry, "forgotten.html", None, sent=False)


@router.post("/forgotten")
def forgotten(request: Request, registry: TheRegistry, email: Text = "") -> Response:
    """Answered alike whether the address has an account or not."""
    check_site(request)
    with registry.database.connection() as connection:
        access_links.ask_for_recovery(connection, email, at=registry.now())
    return page(registry, "forgotten.html", None, sent=True)


@router.get("/password/{token}")
def new_password_page(registry: TheRegistry, token: Token) -> Response:
    with registry.database.connection() as connection:
        account = access_links.account_of_link(connection, token, at=registry.now())
    if account is None:
        return page(registry, "new_password.html", None, 404, over=True, error=None)
    return page(registry, "new_password.html", None, over=False, error=None)


@router.post("/password/{token}")
def new_password(
    request: Request, registry: TheRegistry, token: Token, password: Text = ""
) -> Response:
    """Every session of the account ends; the second factor stays, and is asked for."""
    check_site(request)
    at = registry.now()
    try:
        with registry.database.connection() as connection, connection.transaction():
            account = access_links.use_link(connection, token, at=at)
            if account is None:
                return page(registry, "new_password.html", None, 404, over=True, error=None)
            accounts.set_password(connection, account, password)
            sessions.sign_out_everywhere(connection, account)
            access_links.write_letter(connection, account, "password_changed", at=at)
    except Refused as refused:
        words = refused.problems[0].detail
        return page(registry, "new_password.html", None, 400, over=False, error=words)
    send_cookie(request, "")
    return see_other("/sign-in")
