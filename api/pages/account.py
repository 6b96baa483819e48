"""One's own account: password, second factor, where one is signed in."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

import segno
from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from ap_registry.errors import Refused
from ap_registry.settings import Settings
from ap_registry.store import access_links, accounts, second_factors, sessions
from ap_registry.store.database import Connection
from api.cookies import token_of
from api.deps import TheRegistry
from api.pages.rendering import Whoever, check_form, page, passwords, see_other, send_cookie
from api.role_words import ROLE_WORDS

router = APIRouter(prefix="/account")
Text = Annotated[str, Form(max_length=500)]
NOT_YOURS = [("current", "Enter the password that you sign in with: this is not it")]


@router.get("")
def account_page(request: Request, registry: TheRegistry, person: Whoever) -> Response:
    return _account(request, registry, person)


def _account(
    request: Request, registry: TheRegistry, person: Whoever, status: int = 200, *,
    problems: list[tuple[str, str]] | None = None, done: str = "",
) -> Response:  # fmt: skip
    with registry.database.connection() as connection:
        found = sessions.sessions_of(connection, person.account, at=registry.now())
        left = second_factors.codes_left(connection, person.account)
        chosen = accounts.chose_password(connection, person.account)
        own = registry.worlds.fresh(connection).organisation(person.caller.organisation or "")
    settings: Settings = request.app.state.settings
    return page(
        registry, "account.html", person, status, sessions=found, codes_left=left,
        problems=problems or [], done=done, password=chosen and not settings.oidc_only,
        elsewhere=settings.oidc_name if settings.oidc_issuer else "",
        own=f"{own.name} ({own.id})" if own else person.caller.organisation,
        role=ROLE_WORDS[person.caller.role],
    )  # fmt: skip


@router.post("/password", dependencies=[Depends(passwords)])
def change_password(
    request: Request, registry: TheRegistry, person: Whoever, current: Text = "",
    password: Text = "", csrf: Text = "",
) -> Response:  # fmt: skip
    """The present password first; every other browser is signed out."""
    check_form(person, csrf)

    def change(connection: Connection) -> None:
        accounts.set_password(connection, person.account, password)
        access_links.write_letter(connection, person.account, "password_changed", at=registry.now())

    refused = _with_password(request, registry, person, current, change)
    if refused is not None:
        return refused
    _begin_anew(request, registry, person)
    return see_other("/account")


@router.get("/second-factor")
def second_factor_page(request: Request, registry: TheRegistry, person: Whoever) -> Response:
    if person.second_factor:
        return see_other("/account")
    return _second_factor(request, registry, person)


def _second_factor(
    request: Request, registry: TheRegistry, person: Whoever, status: int = 200, error: str = ""
) -> Response:
    """The secret as a picture and as letters: it is shown until its first code was right."""
    with registry.database.connection() as connection:
        secret = second_factors.begin(
            connection, person.account, at=registry.now(), seals=registry.seals
        )
        email = accounts.email_of(connection, person.account)
    picture = segno.make(second_factors.address_for_app(secret, email), error="m")
    parts = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return page(
        registry, "second_factor.html", person, status, error=error, secret=parts,
        picture=picture.png_data_uri(scale=5),
        needed=request.app.state.settings.needs_second_factor(person.caller.role),
    )  # fmt: skip


@router.post("/second-factor")
def confirm_second_factor(
    request: Request, registry: TheRegistry, person: Whoever, code: Text = "", csrf: Text = ""
) -> Response:
    """By the real clock, also in a practice registry: phones go by it. Sessions that were begun
    without a code end, and this one goes on by another token."""
    check_form(person, csrf)
    try:
        with registry.database.connection() as connection, connection.transaction():
            codes = second_factors.confirm(
                connection, person.account, code, at=datetime.now(UTC), seals=registry.seals
            )
            access_links.write_letter(
                connection, person.account, "second_factor_on", at=registry.now()
            )
            present = person.token or token_of(request)
            made = sessions.end_others(connection, person.account, present, at=registry.now())
    except Refused as refused:
        return _second_factor(request, registry, person, 400, refused.problems[0].detail)
    if made is not None:
        send_cookie(request, made)
    return page(registry, "recovery_codes.html", person, codes=codes)


@router.post("/second-factor/codes")
def more_codes(
    request: Request, registry: TheRegistry, person: Whoever, current: Text = "", csrf: Text = ""
) -> Response:
    check_form(person, csrf)
    made: list[str] = []

    def renew(connection: Connection) -> None:
        made.extend(second_factors.new_recovery_codes(connection, person.account))

    refused = _with_password(request, registry, person, current, renew)
    return refused or page(registry, "recovery_codes.html", person, codes=made)


@router.post("/second-factor/remove")
def remove_second_factor(
    request: Request, registry: TheRegistry, person: Whoever, current: Text = "", csrf: Text = ""
) -> Response:
    check_form(person, csrf)

    def remove(connection: Connection) -> None:
        if second_factors.remove(connection, person.account):
            access_links.write_letter(
                connection, person.account, "second_factor_off", at=registry.now()
            )

    return _with_password(request, registry, person, current, remove) or see_other("/account")


@router.post("/sign-out-everywhere")
def sign_out_everywhere(
    request: Request, registry: TheRegistry, person: Whoever, csrf: Text = ""
) -> Response:
    check_form(person, csrf)
    with registry.database.connection() as connection:
        sessions.sign_out_everywhere(connection, person.account)
    send_cookie(request, "")
    return see_other("/sign-in")


def _with_password(
    request: Request,
    registry: TheRegistry,
    person: Whoever,
    current: str,
    act: Callable[[Connection], None],
) -> Response | None:
    """Act for whoever knows the account's password; else the page that says why not."""
    try:
        with registry.database.connection() as connection, connection.transaction():
            if not accounts.has_password(connection, person.account, current):
                locked = sessions.count_failure(connection, person.account, at=registry.now())
                if locked:
                    sessions.sign_out_everywhere(connection, person.account)
                    return see_other("/sign-in")
                return _account(request, registry, person, 400, problems=NOT_YOURS)
            act(connection)
    except Refused as refused:
        found = [(p.pointer.lstrip("/"), p.detail) for p in refused.problems]
        return _account(request, registry, person, 400, problems=found)
    return None


def _begin_anew(request: Request, registry: TheRegistry, person: Whoever) -> None:
    """End every session of the account, this one too, and begin another."""
    with registry.database.connection() as connection:
        sessions.sign_out_everywhere(connection, person.account)
        agent = request.headers.get("user-agent", "")
        token = sessions.begin(connection, person.account, at=registry.now(), agent=agent)
    send_cookie(request, token)
