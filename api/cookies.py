"""The cookie of a browser session: out of reach of scripts and of other sites."""

from http.cookies import SimpleCookie

from starlette.requests import HTTPConnection
from starlette.types import Scope

from ap_registry.settings import Settings

COOKIE = "ap_session"
# Over HTTPS no sibling site, nor a page on the way, can set one of this name for us.
HOST_COOKIE = f"__Host-{COOKIE}"
CHANGED = "session_token"  # in the state of a request: what the browser sends from now on


def is_secure(scope: Scope) -> bool:
    """In production whoever comes in came over HTTPS, whatever a proxy says of it."""
    settings: Settings = scope["app"].state.settings
    return settings.environment == "production" or scope["scheme"] == "https"


def token_of(request: HTTPConnection) -> str:
    """Of the session that the browser sends; "" where none."""
    name = HOST_COOKIE if is_secure(request.scope) else COOKIE
    return request.cookies.get(name, "")


def session_cookie(token: str, *, secure: bool) -> str:
    return cookie(token, secure=secure, name=HOST_COOKIE if secure else COOKIE)


def cookie(
    token: str, *, secure: bool, name: str, path: str = "/", same_site: str = "lax",
    seconds: int = 0,
) -> str:  # fmt: skip
    """The header's value, kept for so many seconds, else until the browser is closed; an empty
    token takes the cookie back."""
    made = SimpleCookie({name: token})
    made[name] |= {"path": path, "httponly": True, "samesite": same_site, "secure": secure}
    if seconds or not token:
        made[name]["max-age"] = seconds
    return made[name].OutputString()


def changed(scope: Scope) -> str | None:
    """The token that this request's answer must carry, if any."""
    found: str | None = scope.get("state", {}).get(CHANGED)
    return found
