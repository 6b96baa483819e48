"""POST /notices: one notice, or many."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from ap_registry.answering import Outcome
from ap_registry.errors import Problem, Refused, VersionConflict
from ap_registry.problems import as_error, of_refusal
from ap_registry.registry import Registry
from ap_registry.store.database import Connection
from ap_registry.store.key_holders import KeyHolder
from api.deps import Holder, TheRegistry
from api.problems import MEDIA_TYPE, HttpProblem, responses
from api.v1.bodies import body_of, notice_schema, read_json
from api.v1.idempotency import LONGEST, Claim, Stored, begin, key_of
from api.v1.schemas import TAKEN, answers

router = APIRouter(tags=["notices"])
MOST = 1_000
MOST_WORDS = 2_000
_SCHEMA = notice_schema()
_KEY = {"type": "string", "minLength": 1, "maxLength": LONGEST}
_REASON = {"type": "string", "minLength": 1, "maxLength": MOST_WORDS}
_VERSION = '^"?([0-9]{1,9})([.][0-9a-f]{32})?"?$'
_TAG = re.compile(r"(?:W/)?" + _VERSION[1:-1], re.ASCII)
_ASKED = tuple(
    {"name": name, "in": place, "description": words, "schema": schema}
    for name, place, words, schema in (
        ("dry_run", "query", "Judge, save nothing.", {"type": "boolean"}),
        ("each", "query", "Save the good ones; one result each.", {"type": "boolean"}),
        ("amend", "query", "Correct what has the same ref: why.", _REASON),
        (
            "If-Match",
            "header",
            'The version, as "7", or the ETag of the pupil.',
            {"type": "string", "pattern": _VERSION},
        ),
        ("Idempotency-Key", "header", "Sent again, it is answered again.", _KEY),
    )
)
_BODY = {"parameters": _ASKED} | body_of(
    {"anyOf": [_SCHEMA, {"type": "array", "items": _SCHEMA, "minItems": 1, "maxItems": MOST}]}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How the notices of a request are to be taken."""

    dry_run: bool
    each: bool
    amend: str | None
    version: int | None
    key: str | None


def _options(request: Request) -> Options:
    """Read by hand: on this route every millisecond is paid a million times a year."""
    query, headers = request.query_params, request.headers
    return Options(
        dry_run=_yes(query.get("dry_run"), "dry_run"),
        each=_yes(query.get("each"), "each"),
        amend=_reason(query.get("amend")),
        version=_version(headers.get("if-match")),
        key=key_of(headers.get("idempotency-key")),
    )


def _yes(text: str | None, name: str) -> bool:
    if text not in {None, "true", "false"}:
        raise _bad(name, f"{name} must be true or false")
    return text == "true"


def _reason(text: str | None) -> str | None:
    if text is None:
        return None
    if not text.strip() or "\x00" in text or len(text) > MOST_WORDS:
        raise _bad("amend", "amend must say why, in words")
    return text.strip()


def _version(if_match: str | None) -> int | None:
    if if_match is None:
        return None
    found = _TAG.fullmatch(if_match.strip())
    if found is None:
        raise _bad("if-match", 'If-Match must be a version such as "7", or the ETag of the pupil')
    return int(found[1])


def _bad(name: str, detail: str) -> HttpProblem:
    return HttpProblem(422, detail, (Problem(f"/{name}", "bad_format", detail),))


@router.post(
    "/notices",
    operation_id="post_notices",
    status_code=201,
    openapi_extra=_BODY,
    responses={
        **answers(TAKEN, 201, "Recorded"),
        **answers(TAKEN, 200, "A repeat, a dry run, or one result each"),
        **responses(400, 401, 403, 404, 409, 412, 413, 415, 422, 503),
    },
)
async def post_notices(request: Request, registry: TheRegistry, holder: Holder) -> Response:
    """Record one notice, or an array of up to 1,000: all or none."""
    options = _options(request)
    body = await read_json(request)
    many = isinstance(body, list)
    notices = body if isinstance(body, list) else [body]
    if not notices:
        detail = "The array is empty: send at least one notice."
        raise HttpProblem(422, detail, (Problem("", "required", detail),))
    if len(notices) > MOST:
        raise HttpProblem(413, f"Send at most {MOST} notices at once.")
    if not all(isinstance(notice, dict) for notice in notices):
        raise HttpProblem(400, "A notice is a JSON object.")
    work = _Work(registry, holder, options, notices, many=many)
    fingerprint = hashlib.sha256(
        request.scope["query_string"] + b"\n" + await request.body()
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
            return _response(*self._record(None, None))
        database = self.registry.database
        with database.connection() as connection:
            held = begin(connection, self.holder.key_id, key, fingerprint, self.registry.now())
        if isinstance(held, Stored):
            response = _response(held.status, held.body)
            response.headers["Idempotency-Replayed"] = "true"
            return response
        try:
            return _response(*self._once(held))
        except BaseException:
            with database.connection() as connection:
                held.forget(connection)
            raise

    def _once(self, claim: Claim) -> tuple[int, bytes]:
        """What is recorded and what is refused is stored; what may succeed later is not."""

        def keep(connection: Connection, outcomes: list[Outcome]) -> None:
            claim.finish(connection, *self._told(outcomes))

        try:
            return self._record(claim.hold, keep)
        except VersionConflict:
            raise
        except Refused as refused:
            body = msgspec.json.encode(of_refusal(refused))
            with self.registry.database.connection() as connection:
                claim.finish(connection, refused.status, body)
            return refused.status, body

    def _record(
        self,
        before: Callable[[Connection], None] | None,
        after: Callable[[Connection, list[Outcome]], None] | None,
    ) -> tuple[int, bytes]:
        outcomes = self.registry.record_many(
            self.notices,
            self.holder.caller,
            each=self.options.each,
            dry_run=self.options.dry_run,
            amend=self.options.amend,
            if_match=self.options.version,
            array=self.many,
            before=before,
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


def _response(status: int, body: bytes) -> Response:
    return Response(body, status, media_type=MEDIA_TYPE if status >= 400 else "application/json")


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
