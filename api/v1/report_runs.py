"""Reports made by a job: asked for, watched, got as a file, cancelled."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from ap_registry.errors import NotFound, Problem, Refused
from ap_registry.registry import Registry
from ap_registry.store import report_files, report_runs
from ap_registry.store.report_runs import COLLEAGUES, EVERY, NOBODY, TELL, Asker
from api.deps import Holder, TheRegistry
from api.opened import Opened, Reader
from api.problems import HttpProblem, responses
from api.v1.bodies import body_of, read_json
from api.v1.cursors import Cursor, Limit, after, page
from api.v1.schemas import ID, INSTANT, OBJECT, TEXT, WHOLE, Schema, answers, maybe, record
from api.v1.schemas import page as pages
from reports.asking import asked_of, narrowed
from reports.files import MEDIA
from reports.kinds import KINDS

router = APIRouter(tags=["reports"])
_FIELDS: dict[str, Schema] = {
    "report": {"type": "string", "enum": sorted(KINDS)},
    "format": {"type": "string", "enum": sorted(MEDIA)},
    "options": {"type": "object", "additionalProperties": TEXT,
                "description": "The parameters of GET /reports/{report}, as texts."},
    "every": {"type": "string", "enum": sorted(EVERY), "description": "Make it anew so often."},
    "tell": {"type": "string", "enum": sorted({NOBODY, COLLEAGUES}),
             "description": "Who gets a letter with a link, which needs their sign-in, each time."},
}  # fmt: skip
_BODY = body_of(
    {"type": "object", "required": ["report"], "properties": _FIELDS,
     "additionalProperties": False,
     "examples": [{"report": "outcomes", "format": "pdf", "options": {"la": "856"}}]}
)  # fmt: skip
_RUN = record(
    id=ID, report=TEXT, format=TEXT, options={"type": "object"}, every=maybe(TEXT),
    tell={"enum": list(TELL)}, kept={"type": "boolean"},
    status={"enum": ["waiting", "working", "done", "failed", "cancelled"]},
    progress={**WHOLE, "maximum": 100}, error=maybe(TEXT), created_at=INSTANT,
    starts_at=maybe(INSTANT), finished_at=maybe(INSTANT), manifest=maybe({"type": "object"}),
)  # fmt: skip
_CONTENT = {
    media: {"schema": OBJECT if media == "application/json" else TEXT} for media in MEDIA.values()
}
_ERRORS = responses(401, 404, 422, 503)
_NONE = NotFound((Problem("", "not_found", "no such report is known"),))
_NO_MORE = NotFound((Problem(
    "", "not_found", "this file shows a pupil of whom you may read no more: ask for it anew"
),))  # fmt: skip


@router.post(
    "/reports",
    operation_id="create_report",
    status_code=202,
    openapi_extra=_BODY,
    responses={
        **answers(_RUN, 202, "It will be made"),
        **responses(400, 401, 403, 413, 415, 422, 503),
    },
)
async def create_report(
    request: Request, response: Response, registry: TheRegistry, holder: Holder
) -> dict[str, Any]:
    """Ask for a report that takes long. What it may show is judged as you ask, and as it is made;
    Location leads to how far it is."""
    body = await read_json(request)
    if not isinstance(body, dict):
        raise HttpProblem(400, "Send one JSON object.")
    run = await run_in_threadpool(ask_for, registry, holder, _read(body))
    response.headers["Location"] = f"/api/v1/reports/{run['id']}"
    return run


def _read(body: dict[str, Any]) -> dict[str, Any]:
    """Every problem of form is listed."""
    problems = [
        Problem(f"/{name}", "unknown_field", f"a report has no field {name}")
        for name in sorted(body.keys() - _FIELDS.keys())
    ]
    given = {"format": "json", "options": {}, "every": None, "tell": NOBODY, **body}
    kind = KINDS.get(given["report"]) if isinstance(given.get("report"), str) else None
    if kind is None:
        code = "unknown_code" if "report" in body else "required"
        words = f"report must be one of {', '.join(sorted(KINDS))}"
        problems.append(Problem("/report", code, words))
    elif given["format"] not in kind.formats:
        words = f"format must be one of {', '.join(kind.formats)}"
        problems.append(Problem("/format", "unknown_code", words))
    if given["every"] not in (None, *EVERY):
        words = f"every must be one of {', '.join(sorted(EVERY))}"
        problems.append(Problem("/every", "unknown_code", words))
    if given["tell"] not in (NOBODY, COLLEAGUES):
        problems.append(Problem("/tell", "unknown_code", "tell must be colleagues or nobody"))
    problems += _of_options(given["options"], {o.name for o in kind.options} if kind else None)
    if problems:
        raise Refused(tuple(problems))
    return given


def _of_options(options: Any, known: set[str] | None) -> list[Problem]:
    if not isinstance(options, dict) or not all(isinstance(v, str) for v in options.values()):
        return [Problem("/options", "bad_format", "options must be an object of texts")]
    return [
        Problem(f"/options/{name}", "unknown_field", f"this report has no option {name}")
        for name in sorted(options.keys() - (options.keys() if known is None else known))
    ]


def ask_for(registry: Registry, holder: Asker, given: Mapping[str, Any]) -> dict[str, Any]:
    """``given``: report, format, options, every and tell; raise Refused for what it may not be."""
    kind = KINDS[given["report"]]
    narrowed(kind, holder.caller, asked_of(kind, given["options"], holder.caller))
    with registry.database.connection() as connection:
        made = report_runs.ask(
            connection, holder, kind=kind.name, format=given["format"],
            given=given["options"], every=given["every"], tell=given["tell"],
        )  # fmt: skip
        return report_runs.listed(connection, holder, id=made, limit=1)[0]


@router.get(
    "/reports",
    operation_id="list_reports",
    responses={**answers(pages(_RUN)), **responses(401, 422, 503)},
)
def list_reports(
    registry: TheRegistry, holder: Holder, limit: Limit = 50, cursor: Cursor = None
) -> dict[str, Any]:
    """What your organisation has asked for in your role, the latest first."""
    mark = after(cursor, 2)
    with registry.database.connection() as connection:
        items = report_runs.listed(
            connection, holder, limit=limit + 1, before=_made(mark) if mark else None
        )
    return page(items, limit, "created_at", "id")


def _made(mark: list[str]) -> tuple[datetime, UUID]:
    try:
        return datetime.fromisoformat(mark[0]), UUID(mark[1])
    except ValueError:
        raise HttpProblem(422, "This cursor was not made here.") from None


@router.get("/reports/{report}", operation_id="get_report", responses={**answers(_RUN), **_ERRORS})
def get_report(report: UUID, registry: TheRegistry, holder: Holder) -> dict[str, Any]:
    """How far it is, in per cent; once it is done with what it was made of."""
    with registry.database.connection() as connection:
        found = report_runs.listed(connection, holder, id=report, limit=1)
    if not found:
        raise _NONE
    return found[0]


@router.delete(
    "/reports/{report}",
    operation_id="cancel_report",
    status_code=204,
    responses={204: {"description": "Cancelled; its file is gone"}, **_ERRORS},
)
def cancel_report(report: UUID, registry: TheRegistry, holder: Holder) -> Response:
    """It is not made, nor made anew; a file that is there is deleted."""
    with registry.database.connection() as connection:
        if not report_runs.cancel(connection, holder, report):
            raise _NONE
    return Response(status_code=204)


@router.get(
    "/reports/{report}/file",
    operation_id="get_report_file",
    response_class=Response,
    responses={
        200: {
            "description": "The file",
            "content": _CONTENT,
        },
        **_ERRORS,
    },
)  # fmt: skip
def get_report_file(
    report: UUID, registry: TheRegistry, holder: Holder, opened: Opened
) -> Response:
    """The report, for a month; whom it shows is noted as read by you."""
    return file_answer(registry, holder, report, opened)


def file_answer(registry: Registry, holder: Asker, report: UUID, opened: Reader) -> Response:
    """What is kept of it, where who asks may still know of all that it shows."""
    with registry.database.connection() as connection:
        found = report_files.file_of(connection, holder, report)
        if found is None:
            raise _NONE
        if not report_files.may_be_got(connection, holder.caller, found, registry.today()):
            raise _NO_MORE
        opened.note(connection, holder.caller, found.pupils)
    name = f'attachment; filename="{found.kind}.{found.format}"'
    headers = {"Content-Disposition": name}
    return Response(found.file, media_type=MEDIA[found.format], headers=headers)
