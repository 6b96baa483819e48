"""What every answer in JSON has: an ETag, a Link to the next page, only the fields asked for."""

import hashlib
from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ap_registry.errors import Problem
from api.problems import answer

FIELDS = "fields"
_ALWAYS = {"id"}


class _Page(msgspec.Struct):
    next: str | int | None = None


class Shaped:
    """Plain ASGI; an answer to ``If-None-Match`` has no body where nothing has changed.

    The ETag is of what is sent. One that a route has set is a version, for If-Match, and comes
    before it: alone it does not say that nothing has changed, which depends on the day and on
    what was asked too.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "GET" and _ours(scope["path"]):
            await self.app(scope, receive, _Held(scope, receive, send))
        else:
            await self.app(scope, receive, send)


def _ours(path: str) -> bool:
    return path.startswith("/api/v1/")


class _Held:
    """Keeps an answer back until all of it is there; what is no JSON goes through."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._start: Message | None = None
        self._chunks: list[bytes] = []

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_json(message):
            self._start = message
        elif self._start is None:
            await self._send(message)
        else:
            self._chunks.append(message.get("body", b""))
            if not message.get("more_body"):
                await self._finish(self._start, b"".join(self._chunks))

    def _documented(self) -> frozenset[str]:
        route = self._scope.get("route")
        told = getattr(route, "responses", {}).get(200, {}).get("content", {})
        return names_of(told.get("application/json", {}).get("schema", {}))

    async def _finish(self, start: Message, body: bytes) -> None:
        query = parse_qsl(self._scope["query_string"].decode("latin-1"), keep_blank_values=True)
        try:
            body = _only(body, dict(query).get(FIELDS), self._documented())
        except ValueError as error:
            problem = Problem(f"/{FIELDS}", "unknown_field", str(error))
            refused = answer(422, str(error), (problem,))
            await refused(self._scope, self._receive, self._send)
            return
        headers = MutableHeaders(scope=start)
        _link(headers, self._scope["path"], query, body)
        headers["etag"] = _etag(headers.get("etag"), body)
        if _has(Headers(scope=self._scope).get("if-none-match", ""), headers["etag"]):
            start["status"], body = 304, b""
            del headers["content-type"]
        headers["content-length"] = str(len(body))
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})


def _is_json(start: Message) -> bool:
    kind = Headers(raw=start["headers"]).get("content-type", "")
    return start["status"] == 200 and kind.partition(";")[0] == "application/json"


def _link(headers: MutableHeaders, path: str, query: list[tuple[str, str]], body: bytes) -> None:
    """RFC 8288; the feed is read on by ``after``, every other list by ``cursor``."""
    try:
        following = msgspec.json.decode(body, type=_Page).next
    except msgspec.ValidationError:
        return
    if following is not None:
        name = "after" if isinstance(following, int) else "cursor"
        kept = [(key, told) for key, told in query if key != name]
        headers["link"] = f'<{path}?{urlencode([*kept, (name, following)])}>; rel="next"'


def _etag(version: str | None, body: bytes) -> str:
    digest = hashlib.sha256(body).hexdigest()[:32]
    return f'"{version[1:-1]}.{digest}"' if version else f'"{digest}"'


def _has(wanted: str, etag: str) -> bool:
    return wanted.strip() == "*" or etag in {
        one.strip().removeprefix("W/") for one in wanted.split(",")
    }


def names_of(schema: dict[str, Any]) -> frozenset[str]:
    """The fields that a schema names: of each item of a list, or of the one object."""
    properties = schema.get("properties", {})
    items = properties.get("items", {}).get("items", {})
    return frozenset(items.get("properties", {}) if "items" in properties else properties)


def _only(body: bytes, wanted: str | None, documented: frozenset[str]) -> bytes:
    """The fields asked for, of each item or of the one object, and its id."""
    if wanted is None:
        return body
    told = msgspec.json.decode(body)
    items = told["items"] if isinstance(told.get("items"), list) else [told]
    names = {name.strip() for name in wanted.split(",")} - {""}
    has = documented.union(*(one.keys() for one in items))
    if has and not names:
        raise ValueError(f"say which fields; there are {', '.join(sorted(has))}")
    if has and (unknown := sorted(names - has)):
        raise ValueError(f"there is no field {unknown[0][:40]}; there are {', '.join(sorted(has))}")
    kept: list[dict[str, Any]] = [
        {key: value for key, value in one.items() if key in names | _ALWAYS} for one in items
    ]
    return msgspec.json.encode({**told, "items": kept} if "items" in told else kept[0])
