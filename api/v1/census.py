"""POST /census: a census file beside the registry; nothing of it is recorded."""

from datetime import date
from functools import partial
from io import BytesIO
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool

from ap_registry.census_in.tables import header_of
from api.deps import Holder, TheRegistry
from api.opened import Opened
from api.problems import HttpProblem, responses
from api.v1.bodies import media_type
from api.v1.schemas import DAY, ERRORS, ID, TEXT, WHOLE, answers, array, maybe, record
from reports.census_compared.comparing import compare
from reports.census_compared.told import Compared
from reports.files import MEDIA

router = APIRouter(tags=["pupils"])
MAY = frozenset({"school", "provider", "la", "admin"})
XML = MEDIA["xml"]
_YES = {"type": "boolean"}
_LINE = {"row": maybe(WHOLE), "pupil_id": maybe(ID), "upn": maybe(TEXT), "what": TEXT}
_TOLD = record(
    ok=_YES, kind=TEXT, organisation=TEXT, year=maybe(WHOLE), on=DAY, on_said=_YES, placements=_YES,
    rows=WHOLE, same=WHOLE, not_followed=WHOLE, only_in_file=array(record(**_LINE)),
    only_in_registry=array(record(**_LINE)), unclear=array(record(**_LINE, reasons=array(TEXT))),
    differing=array(record(**_LINE, column=TEXT, file=TEXT, registry=maybe(TEXT))),
    errors=ERRORS, offers=array({"type": "object"}),
)  # fmt: skip
CSV, XLSX = MEDIA["csv"], MEDIA["xlsx"]
_CONTENT: dict[str, Any] = {media: {"schema": {"type": "string"}} for media in (XML, CSV)}
_CONTENT[XLSX] = {"schema": {"type": "string", "contentMediaType": "application/octet-stream"}}
_BODY = {"requestBody": {"required": True, "content": _CONTENT}}


@router.post(
    "/census",
    operation_id="post_census",
    openapi_extra=_BODY,
    responses={**answers(_TOLD), **responses(400, 401, 403, 413, 415, 422, 503)},
)
async def post_census(
    request: Request, registry: TheRegistry, holder: Holder, opened: Opened,
    organisation: str | None = None, on: date | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Compare a school census or AP census with the registry; offers the notices that it lacks.

    A table (CSV, XLSX) does not say whose it is and of when: ``organisation`` does (default:
    yours), and ``on`` (default: today; of an LA's AP census the next census day from it). The
    answer's ``on`` is the day that was taken, ``on_said`` whether you or the file named it.
    Nothing is recorded: send of ``offers`` what is right to /notices.
    """
    if media_type(request) not in {XML, "text/xml", CSV, XLSX}:
        raise HttpProblem(415, f"Send {XML}, {CSV} or {XLSX}.")
    whose = organisation or holder.caller.organisation
    header = header_of(whose, on or registry.today(), said=on is not None) if whose else None
    compared = partial(compare, registry, BytesIO(await request.body()), header=header)
    told: Compared = await run_in_threadpool(compared, holder.caller)
    await run_in_threadpool(opened.at_once, holder.caller, *told.shown)
    return told.as_json()
