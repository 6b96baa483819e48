"""POST /confirmations: an organisation says that its list is whole."""

from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool

from ap_registry.confirming import confirm
from ap_registry.errors import Problem, Refused
from api.deps import Holder, TheRegistry
from api.problems import HttpProblem, responses
from api.v1.bodies import body_of, read_json
from api.v1.schemas import DAY, INSTANT, TEXT, answers, record

router = APIRouter(tags=["confirmations"])
_BODY = body_of(
    {
        "type": "object",
        "required": ["on"],
        "properties": {"organisation": TEXT, "on": DAY},
        "additionalProperties": False,
    }
)
_CONFIRMED = record(organisation=TEXT, confirmed_on=DAY, recorded_at=INSTANT)


@router.post(
    "/confirmations",
    operation_id="post_confirmation",
    status_code=201,
    openapi_extra=_BODY,
    responses={**answers(_CONFIRMED, 201), **responses(400, 401, 403, 415, 422, 503)},
)
async def post_confirmation(
    request: Request, registry: TheRegistry, holder: Holder
) -> dict[str, Any]:
    """These are all our pupils elsewhere, part time and off roll: nil included."""
    body = await read_json(request)
    if not isinstance(body, dict):
        raise HttpProblem(400, "Send one JSON object.")
    organisation, on = _read(body, holder.caller.organisation)
    return await run_in_threadpool(confirm, registry, organisation, on, holder.caller)


def _read(body: dict[str, Any], own: str | None) -> tuple[str, date]:
    """The caller's own organisation where none is named; every problem is listed."""
    problems = [
        Problem(f"/{name}", "unknown_field", f"a confirmation has no field {name}")
        for name in body.keys() - {"organisation", "on"}
    ]
    organisation, on = body.get("organisation", own), body.get("on")
    if not isinstance(organisation, str) or not organisation.strip():
        problems.append(Problem("/organisation", "required", "organisation is needed"))
    day = None
    if on in (None, ""):
        problems.append(Problem("/on", "required", "on is needed"))
    else:
        try:
            day = date.fromisoformat(on) if isinstance(on, str) and len(on) == 10 else None
        except ValueError:
            day = None
        if day is None:
            problems.append(Problem("/on", "bad_format", "on must be a date such as 2025-03-31"))
    if problems or day is None:
        raise Refused(tuple(problems))
    return str(organisation), day
