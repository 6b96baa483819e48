"""Sign in, with a code where the account asks for one, and sign out."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from ap_registry.registry import Registry
from ap_registry.settings import Settings
from ap_registry.store import known_browsers, second_factors, sessions
from api.cookies import cookie, is_secure, token_of
from api.deps import TheRegistry
from api.pages.onward import SIGN_IN, by_way_of, own
from api.pages.rendering import Whoever, check_form, check_site, page, see_other, send_cookie

router = APIRouter()
LONGEST_CODE = 40
KNOWN = "ap_known"  # the cookie of a browser in which somebody has come in
WRONG = "Enter the right email address and password: these do not match"
NO_PASSWORDS = "There are no passwords here: sign in as the page says"
WRONG_CODE = "Enter the code that the app shows now, or a recovery code that was not used before"


@router.get("/sign-in")
def sign_in_page(
    request: Request, registry: TheRegistry, out: str = "", next: str = ""
) -> Response:
    return _sign_in(request, registry, out=bool(out), next=next)


def sign_in_again(
    request: Request, registry: Registry, error: str, email: str | None = None, next: str = ""
) -> Response:
    """Nobody came in: why, and the ways there are. ``email``: what was wrong stands beside it."""
    return _sign_in(request, registry, 400, error=error, email=email, next=next)


def _sign_in(
    request: Request, registry: Registry, status: int = 200, *, error: str = "",
    email: str | None = None, out: bool = False, next: str = "",
) -> Response:  # fmt: skip
    settings: Settings = request.app.state.settings
    return page(
        registry, "sign_in.html", None, status, error=error, email=email, out=out,
        elsewhere=settings.oidc_name if settings.oidc_issuer else "", only=settings.oidc_only,
        next=own(next), by_provider=by_way_of("/sign-in/oidc", next),
    )  # fmt: skip


@router.post("/sign-in")
def sign_in(
    request: Request,
    registry: TheRegistry,
    email: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "",
) -> Response:
    """One message for every failure: it says nothing of which addresses have accounts.

    A session is made anew each time, and the one before ends.
    """
    check_site(request)
    settings: Settings = request.app.state.settings
    if settings.oidc_only:
        return sign_in_again(request, registry, NO_PASSWORDS, next=next)
    at, kept = registry.now(), known(request)
    with registry.database.connection() as connection:
        sessions.sign_out(connection, token_of(request))
        begun = sessions.sign_in(
            connection, email=email, password=password, at=at,
            agent=request.headers.get("user-agent", ""),
            known=lambda one: known_browsers.knows(
                connection, registry.hash_key(), one, kept, at=at
            ),
        )  # fmt: skip
    if begun is None:
        return sign_in_again(request, registry, WRONG, email, next)
    send_cookie(request, begun.token)
    if begun.half:
        return see_other(by_way_of("/sign-in/code", next))
    return remembered(request, registry, begun.account, see_other(own(next)))


@router.get("/sign-in/code")
def code_page(request: Request, registry: TheRegistry, next: str = "") -> Response:
    """The second step; who has not taken the first one begins there."""
    with registry.database.connection() as connection:
        found = sessions.half_signed_in(connection, token_of(request), at=registry.now())
    if found is None:
        return see_other(by_way_of(SIGN_IN, next))
    return _code(registry, found.csrf, next)


def _code(registry: Registry, csrf: str, next: str, error: str = "") -> Response:
    return page(
        registry, "sign_in_code.html", None, 400 if error else 200, error=error, csrf=csrf,
        next=own(next), begin=by_way_of(SIGN_IN, next),
    )  # fmt: skip


@router.post("/sign-in/code")
def sign_in_code(
    request: Request,
    registry: TheRegistry,
    code: Annotated[str, Form()] = "",
    csrf: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "",
) -> Response:
    """A wrong code counts as a wrong password does; a right one begins a session anew.

    Codes go by the real clock, also in a practice registry: phones do.
    """
    check_site(request)
    token, at = token_of(request), registry.now()
    with registry.database.connection() as connection:
        found = sessions.half_signed_in(connection, token, at=at)
        if found is None:
            return see_other(by_way_of(SIGN_IN, next))
        check_form(found, csrf)
        right = second_factors.is_right(
            connection,
            found.account,
            code[:LONGEST_CODE],
            at=datetime.now(UTC),
            seals=registry.seals,
        )
        if right:
            sessions.sign_out(connection, token)
            sessions.clear_failures(connection, found.account)
            agent = request.headers.get("user-agent", "")
            token = sessions.begin(connection, found.account, at=at, agent=agent)
        elif sessions.count_failure(connection, found.account, at=at):
            return see_other(by_way_of(SIGN_IN, next))
    if not right:
        return _code(registry, found.csrf, next, WRONG_CODE)
    send_cookie(request, token)
    return remembered(request, registry, found.account, see_other(own(next)))


def known(request: Request) -> str:
    """By what a browser is known in which somebody has come in."""
    return request.cookies.get(KNOWN, "")


def remembered(request: Request, registry: Registry, account: UUID, answer: Response) -> Response:
    """From now on whoever tries the account's passwords elsewhere keeps nobody out here."""
    with registry.database.connection() as connection:
        kept = known_browsers.kept_by(
            connection, registry.hash_key(), account, known(request), at=registry.now()
        )
    seconds = int(known_browsers.KNOWN_FOR.total_seconds())
    sent = cookie(kept, secure=is_secure(request.scope), name=KNOWN, seconds=seconds, path=SIGN_IN)
    answer.headers.append("Set-Cookie", sent)
    return answer


@router.post("/sign-out")
def sign_out(
    request: Request, registry: TheRegistry, person: Whoever, csrf: Annotated[str, Form()] = ""
) -> Response:
    check_form(person, csrf)
    with registry.database.connection() as connection:
        sessions.sign_out(connection, token_of(request))
    send_cookie(request, "")
    settings: Settings = request.app.state.settings
    return see_other("/sign-in?out=1" if settings.oidc_issuer else "/sign-in")
