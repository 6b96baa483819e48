"""Common Transfer Files: POST one with pupils who come, GET one of a pupil who goes."""

from io import BytesIO
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from ap_registry.ctf.document import file_name
from ap_registry.ctf.making import make_ctf
from ap_registry.ctf.taking import import_ctf
from ap_registry.ctf.writing import write_ctf
from api.deps import Holder, TheRegistry, find_pupil
from api.opened import Opened
from api.problems import HttpProblem, responses
from api.v1.asked import Text
from api.v1.bodies import media_type
from api.v1.schemas import ERRORS, WHOLE, answers, record

router = APIRouter(tags=["pupils"])
XML = "application/xml"
MAY = frozenset({"school", "la", "admin"})
_TOLD = record(
    rows=WHOLE, created=WHOLE, unchanged=WHOLE, duplicate=WHOLE, refused=WHOLE, errors=ERRORS,
    notices={"type": "object"}, marks=WHOLE, not_taken={"type": "object"},
)  # fmt: skip
_BODY = {"requestBody": {"required": True, "content": {XML: {"schema": {"type": "string"}}}}}
_FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file", "content": {XML: {"schema": {"type": "string"}}}}
}


@router.post(
    "/ctf",
    operation_id="post_ctf",
    openapi_extra=_BODY,
    responses={**answers(_TOLD), **responses(400, 401, 403, 413, 415, 422, 503)},
)
async def post_ctf(
    request: Request, registry: TheRegistry, holder: Holder, dry_run: bool = False
) -> dict[str, Any]:
    """Take in a Common Transfer File: bad pupils are named, the good ones stand."""
    if media_type(request) not in {XML, "text/xml"}:
        raise HttpProblem(415, f"Send {XML}.")
    file = BytesIO(await request.body())
    _may(holder)
    told = await run_in_threadpool(
        import_ctf, registry, file, caller=holder.caller, dry_run=dry_run
    )
    return {name: value for name, value in told.as_json().items() if name != "receipts"}


@router.get(
    "/pupils/{pupil}/ctf",
    operation_id="get_ctf",
    response_class=Response,
    responses={**_FILE, **responses(401, 403, 404, 422, 503)},
)
def get_ctf(
    pupil: str,
    registry: TheRegistry,
    holder: Holder,
    opened: Opened,
    to: Annotated[Text, Query(description="The receiving school, where known.")] = None,
) -> Response:
    """A Common Transfer File of one pupil; what it has no place for is in X-Left-Out."""
    _may(holder)
    pupil_id, seen = find_pupil(registry, holder.caller, pupil)
    own = holder.caller.organisation if holder.caller.role == "school" else None
    made = make_ctf(registry, pupil_id, source=own, destination=to, on=seen.until_on)
    opened.at_once(holder.caller, pupil_id)
    name = file_name(made.ctf.header, 1)
    left_out = ", ".join(f"{name}={number}" for name, number in made.left_out.items())
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Left-Out": left_out}
    return Response(write_ctf(made.ctf), media_type=XML, headers=headers)


def _may(holder: Holder) -> None:
    if holder.caller.role not in MAY:
        raise HttpProblem(403, f"The role {holder.caller.role} neither sends nor gets CTFs.")
