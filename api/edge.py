"""What every request meets first, as plain ASGI: bounds, headers, counts, and the last resort."""

import re
from time import perf_counter
from uuid import uuid4

import structlog
from prometheus_client import Counter, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ap_registry.store.readers import Reader, stand, stand_down
from api.cookies import changed, is_secure, session_cookie
from api.limits import TOO_MANY, Limits, say_what_is_left
from api.problems import HttpProblem, told
from api.superseded import say_superseded

MOST_BYTES = 20_000_000
CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self';"
    " frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
SCRIPTED = f"{CSP}; script-src 'self'"  # for a page that has a script, which it never needs
LIVE = f"{SCRIPTED}; connect-src 'self'"  # whose script asks for counts
_ALWAYS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_A_YEAR = "max-age=31536000; includeSubDomains"
_TOO_MUCH = f"A body may have at most {MOST_BYTES:,} bytes."
_REQUESTS = Counter("ap_http_requests_total", "Requests answered.", ("method", "route", "status"))
_SECONDS = Histogram("ap_http_request_seconds", "Time to answer.", ("route",))
_log = structlog.get_logger()


class Edge:
    """A route's own Content-Security-Policy or Cache-Control stands; nothing private is cached."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope.setdefault("state", {})
        limits: Limits = scope["app"].state.limits
        secure = is_secure(scope)
        request_id = _request_id(scope)
        began, status = perf_counter(), 0
        # What reads sees nobody until its caller is known; what writes, records as the web.
        token = stand(Reader() if scope["method"] in {"GET", "HEAD"} else None)

        async def with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-Id"] = request_id
                _add_headers(scope, message, secure=secure)
            await send(message)

        try:
            wait = limits.wait_of(scope)
            bounded = _bounded(scope, receive)
            if wait:
                held = told(Request(scope), 429, TOO_MANY, retry=wait)
                await held(scope, receive, with_headers)
            elif bounded is None:
                await told(Request(scope), 413, _TOO_MUCH)(scope, receive, with_headers)
            else:
                await self.app(scope, bounded, with_headers)
        except Exception as error:
            _log.error(
                "request_failed",
                route=_route(scope),
                error=type(error).__name__,
                request=request_id,
            )
            if status:
                raise
            failed = told(Request(scope), 500, "Something went wrong; it has been noted.")
            await failed(scope, receive, with_headers)
        finally:
            stand_down(token)
            route = _route(scope)
            _REQUESTS.labels(scope["method"], route, status).inc()
            _SECONDS.labels(route).observe(perf_counter() - began)


def _request_id(scope: Scope) -> str:
    """The caller's own where it can be one, else a new one: by it a log line is found."""
    said = Headers(scope=scope).get("x-request-id", "")
    return said if _REQUEST_ID.fullmatch(said) else uuid4().hex


def _add_headers(scope: Scope, message: Message, *, secure: bool) -> None:
    headers = MutableHeaders(scope=message)
    for name, value in _ALWAYS.items():
        headers.setdefault(name, value)
    if not scope["path"].startswith("/static/"):
        headers.setdefault("Cache-Control", "no-store")
    if secure:
        headers.setdefault("Strict-Transport-Security", _A_YEAR)
    say_what_is_left(scope, headers)
    say_superseded(scope, headers)
    token = changed(scope)
    if token is not None:
        headers.append("Set-Cookie", session_cookie(token, secure=secure))


def _route(scope: Scope) -> str:
    """The route's pattern: paths as sent would name pupils, and never end."""
    return getattr(scope.get("route"), "path", "none")


def _bounded(scope: Scope, receive: Receive) -> Receive | None:
    """None where the body is said to be too long; one of unsaid length is counted as it comes."""
    if scope["method"] in {"GET", "HEAD"}:
        return receive
    said = Headers(scope=scope).get("content-length", "")
    if said.isdecimal():
        return receive if int(said) <= MOST_BYTES else None
    read = 0

    async def counted() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > MOST_BYTES:
            raise HttpProblem(413, _TOO_MUCH)
        return message

    return counted
