"""The cookie of a browser session: out of reach of scripts and of other sites."""

from http.cookies import SimpleCookie

from starlette.types import Scope

COOKIE = "ap_session"
CHANGED = "session_token"  # in the state of a request: what the browser sends from now on


def cookie(
    token: str, *, secure: bool, name: str = COOKIE, path: str = "/", same_site: str = "lax"
) -> str:
    """The header's value; an empty token takes the cookie back."""
    made = SimpleCookie({name: token})
    made[name] |= {"path": path, "httponly": True, "samesite": same_site, "secure": secure}
    if not token:
        made[name]["max-age"] = 0
    return made[name].OutputString()


def changed(scope: Scope) -> str | None:
    """The token that this request's answer must carry, if any."""
    found: str | None = scope.get("state", {}).get(CHANGED)
    return found
