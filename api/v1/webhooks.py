"""Webhooks: an organisation's own addresses are called for what it may see."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from ap_registry.errors import NotFound, Problem, Refused
from ap_registry.instants import instant
from ap_registry.notices import CATALOGUE
from ap_registry.registry import Registry
from ap_registry.store import webhooks
from ap_registry.store.database import Connection
from ap_registry.store.key_holders import KeyHolder
from ap_registry.store.webhooks import NOTICE, Owner, as_text
from ap_registry.webhook_urls import why_not
from api.deps import Holder, TheRegistry
from api.problems import HttpProblem, responses
from api.v1.bodies import body_of, read_json
from api.v1.cursors import Cursor, Limit, after, page
from api.v1.schemas import ID, INSTANT, TEXT, WHOLE, Schema, answers, array, maybe, record
from api.v1.schemas import page as pages

router = APIRouter(tags=["webhooks"])
TYPES = frozenset({NOTICE, *CATALOGUE})
_FIELDS: dict[str, Schema] = {
    "url": {"type": "string", "format": "uri"},
    "types": {"type": "array", "items": {"type": "string", "enum": sorted(TYPES)},
              "description": "Types of notice; left out or empty: all."},
}  # fmt: skip
_BODY = body_of(
    {"type": "object", "required": ["url"], "properties": _FIELDS, "additionalProperties": False,
     "examples": [{"url": "https://mis.example.org/hook", "types": ["suspension"]}]}
)  # fmt: skip
_REPLAY = body_of(
    {"type": "object", "required": ["after"], "additionalProperties": False,
     "properties": {"after": {**WHOLE, "maximum": 2**62}}, "examples": [{"after": 1200}]}
)  # fmt: skip
_WEBHOOK = record(
    id=ID, url=TEXT, types=array(TEXT), created_at=INSTANT, after=WHOLE, failures=WHOLE,
    failing_since=maybe(INSTANT), disabled=maybe(TEXT), disabled_at=maybe(INSTANT),
)  # fmt: skip
_DELIVERY = record(
    id=ID, type=TEXT, seq=maybe(WHOLE), event=maybe(ID),
    status={"enum": ["waiting", "delivered", "failed"]}, attempts=WHOLE, http_status=maybe(WHOLE),
    error=maybe(TEXT), created_at=INSTANT, sent_at=maybe(INSTANT), next_attempt_at=maybe(INSTANT),
)  # fmt: skip
_ERRORS = responses(401, 404, 422, 503)
_SENT = responses(400, 401, 404, 413, 415, 422, 503)


def _owner(registry: Registry, holder: KeyHolder) -> Owner:
    return Owner(holder=holder, now=registry.now(), today=registry.today())


def _own(connection: Connection, owner: Owner, webhook: UUID) -> dict[str, Any]:
    """What is another's answers as what does not exist."""
    found = webhooks.listed(connection, owner, id=webhook, limit=1)
    if not found:
        raise NotFound((Problem("", "not_found", "no such webhook is known"),))
    return found[0]


@router.post(
    "/webhooks",
    operation_id="create_webhook",
    status_code=201,
    openapi_extra=_BODY,
    responses={
        **answers(record(id=ID, url=TEXT, types=array(TEXT), secret=TEXT), 201, "Made"),
        **responses(400, 401, 413, 415, 422, 503),
    },
)
async def create_webhook(request: Request, registry: TheRegistry, holder: Holder) -> dict[str, Any]:
    """An address that is called for each notice that you may see, from now on. The secret, which
    signs the calls (Standard Webhooks), is shown once."""
    body = await _object(request)
    return await run_in_threadpool(
        _create, registry, holder, body, request.app.state.settings.webhooks_allow_private
    )


def _create(
    registry: Registry, holder: KeyHolder, body: dict[str, Any], private: bool
) -> dict[str, Any]:
    url, types = _read(body, private)
    with registry.database.connection() as connection:
        registry.closed(connection)  # what was recorded before is not told
        made, secret = webhooks.make(
            connection, _owner(registry, holder), url=url, types=types, seals=registry.seals
        )
    return {"id": str(made), "url": url, "types": types, "secret": as_text(secret)}


def _read(body: dict[str, Any], private: bool) -> tuple[str, list[str]]:
    """Every problem is listed."""
    problems = [
        Problem(f"/{name}", "unknown_field", f"a webhook has no field {name}")
        for name in sorted(body.keys() - _FIELDS.keys())
    ]
    url, types = body.get("url"), body.get("types", [])
    if not isinstance(url, str) or not url:
        problems.append(Problem("/url", "required", "url is needed, as text"))
    elif why := why_not(url, private=private):
        problems.append(Problem("/url", "bad_format", why))
    if not isinstance(types, list):
        problems.append(Problem("/types", "bad_format", "types must be a list of types of notice"))
        types = []
    problems += [
        Problem(f"/types/{place}", "unknown_code", "there is no such type of notice")
        for place, one in enumerate(types)
        if not isinstance(one, str) or one not in TYPES
    ]
    if problems:
        raise Refused(tuple(problems))
    return str(url), [] if NOTICE in types else sorted(set(types))


async def _object(request: Request) -> dict[str, Any]:
    body = await read_json(request)
    if not isinstance(body, dict):
        raise HttpProblem(400, "Send one JSON object.")
    return body


@router.get(
    "/webhooks",
    operation_id="list_webhooks",
    responses={**answers(pages(_WEBHOOK)), **responses(401, 422, 503)},
)
def list_webhooks(
    registry: TheRegistry, holder: Holder, limit: Limit = 50, cursor: Cursor = None
) -> dict[str, Any]:
    """Your organisation's, by id; `disabled` says why one is not called."""
    mark = after(cursor, 1)
    with registry.database.connection() as connection:
        items = webhooks.listed(
            connection, _owner(registry, holder), limit=limit + 1,
            after=_uuid(mark[0]) if mark else None,
        )  # fmt: skip
    return page(items, limit, "id")


@router.get(
    "/webhooks/{webhook}",
    operation_id="get_webhook",
    responses={**answers(_WEBHOOK), **_ERRORS},
)
def get_webhook(webhook: UUID, registry: TheRegistry, holder: Holder) -> dict[str, Any]:
    """One of them; `after`: up to where of the feed it has been called for."""
    with registry.database.connection() as connection:
        return _own(connection, _owner(registry, holder), webhook)


@router.delete(
    "/webhooks/{webhook}",
    operation_id="delete_webhook",
    status_code=204,
    responses={204: {"description": "Gone, with its log"}, **_ERRORS},
)
def delete_webhook(webhook: UUID, registry: TheRegistry, holder: Holder) -> Response:
    """It is called no more."""
    with registry.database.connection() as connection:
        _own(connection, _owner(registry, holder), webhook)
        webhooks.remove(connection, webhook)
    return Response(status_code=204)


@router.post(
    "/webhooks/{webhook}/ping",
    operation_id="ping_webhook",
    status_code=202,
    responses={**answers(record(id=ID), 202, "It will be called"), **_ERRORS},
)
def ping_webhook(webhook: UUID, registry: TheRegistry, holder: Holder) -> dict[str, Any]:
    """Call it once with type `ping`; `deliveries` says how that went."""
    with registry.database.connection() as connection:
        _own(connection, _owner(registry, holder), webhook)
        return {"id": str(webhooks.ping(connection, webhook, registry.now()))}


@router.post(
    "/webhooks/{webhook}/rotate",
    operation_id="rotate_webhook_secret",
    responses={**answers(record(secret=TEXT, old_until=INSTANT)), **_ERRORS},
)
def rotate_webhook_secret(webhook: UUID, registry: TheRegistry, holder: Holder) -> dict[str, Any]:
    """A new secret; for 24 hours calls are signed with the old one too."""
    with registry.database.connection() as connection:
        _own(connection, _owner(registry, holder), webhook)
        secret, until = webhooks.rotate(connection, webhook, seals=registry.seals)
    return {"secret": as_text(secret), "old_until": instant(until)}


@router.post(
    "/webhooks/{webhook}/enable",
    operation_id="enable_webhook",
    responses={**answers(_WEBHOOK), **_ERRORS},
)
def enable_webhook(webhook: UUID, registry: TheRegistry, holder: Holder) -> dict[str, Any]:
    """Call it again, by this key from now on, beginning with all that it has missed."""
    owner = _owner(registry, holder)
    with registry.database.connection() as connection:
        _own(connection, owner, webhook)
        webhooks.enable(connection, owner, webhook)
        return _own(connection, owner, webhook)


@router.post(
    "/webhooks/{webhook}/replay",
    operation_id="replay_webhook",
    status_code=202,
    openapi_extra=_REPLAY,
    responses={**answers(record(after=WHOLE), 202, "It will be called"), **_SENT},
)
async def replay_webhook(
    webhook: UUID, request: Request, registry: TheRegistry, holder: Holder
) -> dict[str, Any]:
    """Call it again for everything after a place of the feed; each call has the id that it had."""
    body = await _object(request)
    place = body.get("after")
    if isinstance(place, float) and place.is_integer():
        place = int(place)  # JSON knows no difference
    if type(place) is not int or not 0 <= place <= 2**62 or len(body) > 1:
        detail = "send after, a seq of the feed from 0 on, and nothing else"
        raise Refused((Problem("/after", "bad_format", detail),))
    return await run_in_threadpool(_replay, registry, _owner(registry, holder), webhook, place)


def _replay(registry: Registry, owner: Owner, webhook: UUID, place: int) -> dict[str, Any]:
    with registry.database.connection() as connection:
        _own(connection, owner, webhook)
        webhooks.replay(connection, webhook, place)
        return {"after": _own(connection, owner, webhook)["after"]}


@router.get(
    "/webhooks/{webhook}/deliveries",
    operation_id="list_webhook_deliveries",
    responses={**answers(pages(_DELIVERY)), **_ERRORS},
)
def list_webhook_deliveries(
    webhook: UUID,
    registry: TheRegistry,
    holder: Holder,
    status: Annotated[str | None, Query(pattern="^(waiting|delivered|failed)$")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """Each call of the last 30 days, the latest first, and how it went."""
    mark = after(cursor, 2)
    with registry.database.connection() as connection:
        _own(connection, _owner(registry, holder), webhook)
        items = webhooks.deliveries(
            connection, webhook, limit=limit + 1, status=status,
            before=_made(mark) if mark else None,
        )  # fmt: skip
    return page(items, limit, "created_at", "id")


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise HttpProblem(422, "This cursor was not made here.") from None


def _made(mark: list[str]) -> tuple[datetime, UUID]:
    try:
        return datetime.fromisoformat(mark[0]), UUID(mark[1])
    except ValueError:
        raise HttpProblem(422, "This cursor was not made here.") from None
