"""Sign in by an outside provider such as DfE Sign-in, where the settings name one."""

from typing import Annotated
from urllib.parse import quote, unquote
from uuid import UUID

import structlog
from authlib.common.security import generate_token
from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from ap_registry.errors import Refused
from ap_registry.oidc import Claims, Provider
from ap_registry.oidc_calls import OidcFailed
from ap_registry.oidc_matching import Terms, account_of
from ap_registry.registry import Registry
from ap_registry.settings import Settings
from ap_registry.store import identities, sessions
from ap_registry.store.database import Connection
from api.cookies import is_secure, token_of
from api.deps import TheRegistry
from api.limits import Limits, address_of
from api.pages.onward import by_way_of, own
from api.pages.rendering import see_other, send_cookie
from api.pages.signing_in import sign_in_again
from api.problems import HttpProblem

router = APIRouter(prefix="/sign-in/oidc")
BROWSER = "ap_oidc"  # the cookie that binds an attempt to the browser
NEXT = "ap_oidc_next"  # the one that keeps where it is to lead
SECONDS = 600
Text = Annotated[str, Query(max_length=4_000)]
AWAY = "{name} cannot be reached at present: try again in a few minutes"
NOT_BELIEVED = "{name} did not confirm who you are: sign in again"
STALE = "This took too long, or was begun in another browser: sign in again"
log = structlog.get_logger()


def _provider(request: Request) -> Provider:
    settings: Settings = request.app.state.settings
    if not settings.oidc_issuer:
        raise HttpProblem(404, "There is no other way to sign in here.")
    limits: Limits = request.app.state.limits
    limits.hold(limits.sign_in, address_of(request.scope), request)
    found: Provider = request.app.state.provider
    return found


@router.get("")
def go(request: Request, registry: TheRegistry, next: Text = "") -> Response:
    """A link, not a form: the policy of our pages lets no form lead to another site."""
    provider = _provider(request)
    state, nonce, verifier = (generate_token(length) for length in (43, 43, 64))
    try:
        address = provider.address(state=state, nonce=nonce, verifier=verifier)
    except OidcFailed as failed:
        return _failed(request, registry, failed, AWAY)
    with registry.database.connection() as connection:
        browser = identities.begin(connection, state=state, nonce=nonce, verifier=verifier)
    answer = RedirectResponse(address, 303)
    for name, value in ((BROWSER, browser), (NEXT, quote(own(next), safe=""))):
        answer.set_cookie(
            name, value, max_age=SECONDS, path=router.prefix, httponly=True, samesite="lax",
            secure=is_secure(request.scope),
        )  # fmt: skip
    return answer


@router.get("/back")
def back(
    request: Request, registry: TheRegistry, code: Text = "", state: Text = "", error: Text = ""
) -> Response:
    """The provider's answer: good once, for the browser that asked, within ten minutes."""
    provider = _provider(request)
    browser = request.cookies.get(BROWSER, "")
    with registry.database.connection() as connection:
        attempt = identities.take(connection, state=state, browser=browser)
    if attempt is None:
        return _again(request, registry, STALE)
    if error or not code:
        return _failed(request, registry, OidcFailed("it refused"), NOT_BELIEVED)
    try:
        claims = provider.claims(code, nonce=attempt.nonce, verifier=attempt.verifier)
    except OidcFailed as failed:
        return _failed(request, registry, failed, NOT_BELIEVED)
    try:
        return _sign_in(request, registry, claims)
    except Refused as refused:
        return _again(request, registry, refused.problems[0].detail)


def _sign_in(request: Request, registry: Registry, claims: Claims) -> Response:
    at, token = registry.now(), token_of(request)
    settings: Settings = request.app.state.settings
    with registry.database.connection() as connection, connection.transaction():
        terms = Terms(
            only=settings.oidc_only, organisation_needed=settings.oidc_organisation == "required",
            present=_present(connection, token, registry),
        )  # fmt: skip
        world = registry.worlds.fresh(connection)
        found = account_of(connection, claims, terms, world, at=at, today=registry.today())
        sessions.sign_out(connection, token)
        half, agent = found.second_factor, request.headers.get("user-agent", "")
        made = sessions.begin(connection, found.account, at=at, half=half, agent=agent)
    send_cookie(request, made)
    onward = own(unquote(request.cookies.get(NEXT, "")))
    answer = see_other(by_way_of("/sign-in/code", onward) if half else onward)
    for name in (BROWSER, NEXT):
        answer.delete_cookie(name, path=router.prefix)
    return answer


def _present(connection: Connection, token: str, registry: Registry) -> UUID | None:
    found = sessions.signed_in(connection, token, at=registry.now()) if token else None
    return found.account if found else None


@router.get("/out")
def out(request: Request, registry: TheRegistry) -> Response:
    """End the provider's own session too; ours has ended before."""
    try:
        address = _provider(request).sign_out_address()
    except OidcFailed as failed:
        return _failed(request, registry, failed, AWAY)
    return see_other(address or "/sign-in")


def _failed(request: Request, registry: Registry, failed: OidcFailed, words: str) -> Response:
    settings: Settings = request.app.state.settings
    log.warning("oidc_failed", why=str(failed))
    return _again(request, registry, words.format(name=settings.oidc_name))


def _again(request: Request, registry: Registry, words: str) -> Response:
    return sign_in_again(request, registry, words)
