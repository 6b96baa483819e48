"""POST /attendance: rows of either form."""

from io import BytesIO
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool

from ap_registry.access import Caller
from ap_registry.ingest.attendance import import_attendance
from ap_registry.ingest.results import ImportResult
from ap_registry.registry import Registry
from ap_registry.store import who
from ap_registry.store.database import Connection
from api.deps import Holder, TheRegistry
from api.problems import HttpProblem, responses
from api.v1.bodies import body_of, media_type, read_json
from api.v1.schemas import IMPORTED, answers

router = APIRouter(tags=["attendance"])
SENDERS = frozenset({"school", "provider", "la", "admin"})
_ROW = {
    "type": "object",
    "description": "Of either form, all of one; a row that cannot be taken is named in `errors`.",
    "properties": {
        name: {} for name in ("upn", "organisation", "week", "marks", "date", "session", "code")
    },
}


_BODY = body_of({"type": "array", "items": _ROW})
_BODY["requestBody"]["content"]["text/csv"] = {"schema": {"type": "string"}}
_BODY["parameters"] = [
    {
        "name": "Idempotency-Key", "in": "header", "required": False,
        "description": "Taken and not needed: the same rows sent again change nothing.",
        "schema": {"type": "string"},
    }
]  # fmt: skip


@router.post(
    "/attendance",
    operation_id="post_attendance",
    openapi_extra=_BODY,
    responses={**answers(IMPORTED), **responses(400, 401, 403, 413, 415, 422, 503)},
)
async def post_attendance(
    request: Request, registry: TheRegistry, holder: Holder, dry_run: bool = False
) -> dict[str, Any]:
    """Take in a register; bad rows are named, the good ones stand."""
    rows: Any
    if media_type(request) == "text/csv":
        rows = BytesIO(await request.body())
    elif media_type(request) == "application/json":
        rows = await read_json(request)
    else:
        raise HttpProblem(415, "Send text/csv or application/json.")
    if holder.caller.role not in SENDERS:
        raise HttpProblem(403, f"The role {holder.caller.role} may not send registers.")
    if not isinstance(rows, BytesIO) and not _is_rows(rows):
        raise HttpProblem(400, "Send an array of rows.")
    return await run_in_threadpool(take_register, registry, holder.caller, rows, dry_run)


def _is_rows(rows: object) -> bool:
    return isinstance(rows, list) and all(isinstance(row, dict) for row in rows)


def take_register(registry: Registry, caller: Caller, rows: Any, dry_run: bool) -> dict[str, Any]:
    return import_register(registry, caller, rows, dry_run=dry_run).as_json()


def import_register(
    registry: Registry, caller: Caller, rows: Any, *, dry_run: bool
) -> ImportResult:
    """The caller's own registers, of pupils with whom it has, or had, to do."""
    free = caller.role in {"la", "admin"}
    return import_attendance(
        registry,
        rows,
        actor=caller.actor,
        allowed=lambda name: free or name in caller.organisations,
        sees=None if caller.sees_all else _seen_by(caller),
        dry_run=dry_run,
    )


def _seen_by(caller: Caller) -> Any:
    """Pupils with whom the caller has, or had, to do."""

    def sees(connection: Connection, pupils: dict[str, UUID]) -> set[UUID]:
        kept = who.keepers(connection, pupils.values())
        rows = connection.execute(
            "select distinct pupil_id from visibility where pupil_id = any(%s)"
            " and organisation = any(%s) and until_at = 'infinity'",
            ([kept.get(pupil, pupil) for pupil in pupils.values()], list(caller.organisations)),
        ).fetchall()
        seen = {row[0] for row in rows}
        return {pupil for pupil in pupils.values() if kept.get(pupil, pupil) in seen}

    return sees
