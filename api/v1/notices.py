"""POST /notices: one notice, or many."""

import hashlib
from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from ap_registry.errors import Problem, Refused
from ap_registry.problems import as_error
from ap_registry.registry import Outcome, Registry
from ap_registry.store.database import Connection
from api.deps import Holder, KeyHolder, TheRegistry
from api.problems import HttpProblem, responses
from api.v1.bodies import body_of, notice_schema, read_json
from api.v1.idempotency import Stored, begin, finish, forget

router = APIRouter(tags=["notices"])
MOST = 1_000
_SCHEMA = notice_schema()
_BODY = body_of({"anyOf": [_SCHEMA, {"type": "array", "items": _SCHEMA, "maxItems": MOST}]})


class Options:
    """How the notices of a request are to be taken."""

    def __init__(
        self,
        dry_run: Annotated[bool, Query(description="Judge, save nothing.")] = False,
        each: Annotated[bool, Query(description="Save the good ones; one result each.")] = False,
        amend: Annotated[str | None, Query(description="Correct what has the same ref.")] = None,
        if_match: Annotated[str | None, Header(description='The version, as "7".')] = None,
        idempotency_key: Annotated[str | None, Header(max_length=255)] = None,
    ) -> None:
        self.dry_run = dry_run
        self.each = each
        self.amend = amend
        self.version = _version(if_match)
        self.key = (idempotency_key or "").strip().strip('"') or None


def _version(if_match: str | None) -> int | None:
    if if_match is None:
        return None
    text = if_match.strip().removeprefix("W/").strip('"')
    if not text.isdecimal():
        raise HttpProblem(422, 'If-Match must be a version such as "7".')
    return int(text)


@router.post(
    "/notices",
    operation_id="post_notices",
    status_code=201,
    openapi_extra=_BODY,
    responses={
        200: {"description": "A repeat, answered as the first time"},
        **responses(400, 401, 403, 404, 409, 412, 413, 415, 422, 503),
    },
)
async def post_notices(
    request: Request,
    registry: TheRegistry,
    holder: Holder,
    options: Annotated[Options, Depends()],
) -> Response:
    """Record one notice, or an array of up to 1,000: all or none."""
    body = await read_json(request)
    many = isinstance(body, list)
    notices = body if isinstance(body, list) else [body]
    if len(notices) > MOST:
        raise HttpProblem(413, f"Send at most {MOST} notices at once.")
    if not all(isinstance(notice, dict) for notice in notices):
        raise HttpProblem(400, "A notice is a JSON object.")
    work = _Work(registry, holder, options, notices, many=many)
    fingerprint = hashlib.sha256(
        str(request.url.query).encode() + b"\n" + request.state.body
    ).digest()
    return await run_in_threadpool(work.answer, fingerprint)


class _Work:
    """One request's notices, recorded once however often it is sent."""

    def __init__(
        self, registry: Registry, holder: KeyHolder, options: Options, notices: list[Any], *,
        many: bool,
    ) -> None:  # fmt: skip
        self.registry = registry
        self.holder = holder
        self.options = options
        self.notices = notices
        self.many = many

    def answer(self, fingerprint: bytes) -> Response:
        key = self.options.key
        if key is None or self.options.dry_run:
            status, body = self._record(None)
            return Response(body, status, media_type="application/json")
        with self.registry.database.connection() as connection:
            held = begin(connection, self.holder.key_id, key, fingerprint, self.registry.now())
        if isinstance(held, Stored):
            headers = {"Idempotency-Replayed": "true"}
            return Response(held.body, held.status, headers=headers, media_type=held.media_type)

        def keep(connection: Connection, outcomes: list[Outcome]) -> None:
            status, body = self._told(outcomes)
            finish(connection, self.holder.key_id, key, status, body)

        try:
            status, body = self._record(keep)
        except BaseException:
            with self.registry.database.connection() as connection:
                forget(connection, self.holder.key_id, key)
            raise
        return Response(body, status, media_type="application/json")

    def _record(
        self, after: Callable[[Connection, list[Outcome]], None] | None
    ) -> tuple[int, bytes]:
        outcomes = self.registry.record_many(
            self.notices,
            self.holder.caller,
            each=self.options.each,
            dry_run=self.options.dry_run,
            amend=self.options.amend,
            if_match=self.options.version,
            array=self.many,
            after=after,
        )
        return self._told(outcomes)

    def _told(self, outcomes: list[Outcome]) -> tuple[int, bytes]:
        if self.options.each:
            told: Any = [_each(outcome) for outcome in outcomes]
            return 200, msgspec.json.encode(told)
        repeated = all(o.status in {"unchanged", "duplicate"} for o in outcomes)
        receipts = [outcome.receipt for outcome in outcomes]
        status = 200 if repeated or self.options.dry_run else 201
        return status, msgspec.json.encode(receipts if self.many else receipts[0])


def _each(outcome: Outcome) -> dict[str, Any]:
    if outcome.problems:
        problems: tuple[Problem, ...] = outcome.problems
        return {
            "status": Refused(problems).status,
            "result": "refused",
            "errors": [as_error(problem) for problem in problems],
        }
    return {
        "status": 201 if outcome.status == "created" else 200,
        "result": outcome.status,
        "receipt": outcome.receipt,
    }
