"""POST /census: a census file beside the registry; nothing of it is recorded."""

from io import BytesIO
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool

from api.deps import Holder, TheRegistry
from api.opened import Opened
from api.problems import HttpProblem, responses
from api.v1.bodies import media_type
from api.v1.schemas import DAY, ERRORS, ID, TEXT, WHOLE, answers, array, maybe, record
from reports.census_compared.comparing import compare
from reports.census_compared.told import Compared

router = APIRouter(tags=["pupils"])
MAY = frozenset({"school", "provider", "la", "admin"})
XML = "application/xml"
_YES = {"type": "boolean"}
_LINE = {"row": maybe(WHOLE), "pupil_id": maybe(ID), "upn": maybe(TEXT), "what": TEXT}
_TOLD = record(
    ok=_YES, kind=TEXT, organisation=TEXT, year=maybe(WHOLE), on=DAY, placements=_YES, rows=WHOLE,
    same=WHOLE, not_followed=WHOLE, only_in_file=array(record(**_LINE)),
    only_in_registry=array(record(**_LINE)),
    differing=array(record(**_LINE, column=TEXT, file=TEXT, registry=maybe(TEXT))),
    errors=ERRORS, offers=array({"type": "object"}),
)  # fmt: skip
_BODY = {"requestBody": {"required": True, "content": {XML: {"schema": {"type": "string"}}}}}


@router.post(
    "/census",
    operation_id="post_census",
    openapi_extra=_BODY,
    responses={**answers(_TOLD), **responses(400, 401, 403, 413, 415, 422, 503)},
)
async def post_census(
    request: Request, registry: TheRegistry, holder: Holder, opened: Opened
) -> dict[str, Any]:
    """Compare a school census or AP census with the registry; offers the notices that it lacks.

    Nothing is recorded: send of ``offers`` what is right to /notices.
    """
    if media_type(request) not in {XML, "text/xml"}:
        raise HttpProblem(415, f"Send {XML}.")
    file = BytesIO(await request.body())
    told: Compared = await run_in_threadpool(compare, registry, file, holder.caller)
    await run_in_threadpool(opened.at_once, holder.caller, *told.shown)
    return told.as_json()
