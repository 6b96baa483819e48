"""Send a file of notices or marks: looked at first, saved once confirmed, checked again then."""

from collections.abc import Mapping
from io import StringIO

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from ap_registry.access import Caller
from ap_registry.ctf.taking import import_ctf
from ap_registry.errors import Refused, Unreadable
from ap_registry.ingest.nccis import import_nccis
from ap_registry.ingest.notices import import_notices
from ap_registry.ingest.own_files import OWN, import_own
from ap_registry.ingest.own_files import SENDERS as OWN_SENDERS
from ap_registry.ingest.results import ImportResult, ResultFile
from ap_registry.registry import Registry
from api.deps import TheRegistry
from api.opened import Opened, Reader
from api.pages import census_file, meaning, notice_table
from api.pages.refusals import days_first
from api.pages.rendering import Person, check_form, page
from api.pages.sent_file import ELSEWHERE, MOST_BYTES, MOST_PACKED, Sent, kinds, unpacked
from api.pages.sent_rows import cells, header_of, numbered, said
from api.problems import HttpProblem
from api.v1.attendance import SENDERS, import_register

router = APIRouter(prefix="/upload")
SHOWN = 100
TOO_LARGE = "The file must be at most 6 MB: split it, or send it with the API"


@router.get("")
def choose(registry: TheRegistry, person: Person) -> Response:
    return _choose(registry, person)


@router.post("")
async def look(request: Request, registry: TheRegistry, person: Person, opened: Opened) -> Response:
    """What would be saved, what is wrong, what is on record already; nothing is saved."""
    form = await request.form()
    check_form(person, form.get("csrf"))
    kind, file = form.get("kind"), form.get("file")
    if kind not in kinds(person.caller.role):
        return _choose(registry, person, "kind", "Choose what is in the file")
    if len(form.getlist("file")) > 1:
        return _choose(registry, person, "file", "Send one file at a time", str(kind))
    if not isinstance(file, UploadFile) or not file.filename:
        return _choose(registry, person, "file", "Choose a file", str(kind))
    content = await file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        return _choose(registry, person, "file", TOO_LARGE, str(kind))
    found = Sent(name=file.filename[-100:], kind=str(kind), content=content)
    return await run_in_threadpool(_looked_at, registry, person, opened, found)


@router.post("/confirm")
async def confirm(
    request: Request, registry: TheRegistry, person: Person, opened: Opened
) -> Response:
    """Save what was looked at, judged anew; ``do`` says what to give or settle instead.

    ``errors``: as CSV; ``offers-csv``, ``offers-xlsx``: the notices that a census file offers;
    ``census``: whose and of when a table of one is; ``mean``: whom a row means.
    """
    form = await request.form(max_part_size=MOST_PACKED)
    check_form(person, form.get("csrf"))
    given = {name: str(value) for name, value in form.items()}
    return await run_in_threadpool(_confirmed, registry, person, opened, given)


def _confirmed(
    registry: Registry, person: Person, opened: Reader, form: Mapping[str, str]
) -> Response:
    found, do = unpacked(form), form.get("do", "")
    if found.kind == "census":
        if do.startswith("offers-"):
            return census_file.offers(registry, person, opened, found, do)
        error = census_file.settle(registry, person, opened, found, form) if do == "mean" else ""
        return _looked_at(registry, person, opened, found, error, answered=do == "census")
    if do == "mean":
        error = meaning.settle(registry, person.caller, found, form)
        return _looked_at(registry, person, opened, found, error)
    if do == "errors":
        return _errors(found, _take(registry, person.caller, found, dry_run=True))
    return _shown(registry, person, opened, found, saved=True)


def _choose(
    registry: Registry, person: Person, field: str = "", error: str = "", kind: str = ""
) -> Response:
    problems = [(field, error)] if error else []
    return page(
        registry, "upload.html", person, 422 if error else 200, problems=problems,
        errors=dict(problems), kinds=kinds(person.caller.role), kind=kind,
        elsewhere=ELSEWHERE if person.caller.role in OWN_SENDERS else {},
        types=notice_table.types(person.caller),
        templates=notice_table.templates(person.caller),
        since=notice_table.year_start(registry.today()),
    )  # fmt: skip


def _looked_at(
    registry: Registry, person: Person, opened: Reader, found: Sent, error: str = "", *,
    answered: bool = False,
) -> Response:  # fmt: skip
    """``answered``: whose and of when a table of a census is was asked."""
    try:
        if found.kind == "census":
            return census_file.compared(registry, person, opened, found, error, answered=answered)
        return _shown(registry, person, opened, found, saved=False, error=error)
    except Unreadable as unreadable:
        return _choose(registry, person, "file", str(unreadable), found.kind)
    except Refused as refused:  # a census file of another organisation
        return _choose(registry, person, "file", refused.problems[0].detail, found.kind)


def _shown(
    registry: Registry, person: Person, opened: Reader, found: Sent, *, saved: bool,
    error: str = "",
) -> Response:  # fmt: skip
    result = _take(registry, person.caller, found, dry_run=not saved)
    header, first = header_of(found), result.errors[:SHOWN]
    rows = cells(found, {one.row for one in first})
    shown = [(e.row + header, e.column, said(e, rows), days_first(e.detail)) for e in first]
    doubts = meaning.doubts(registry, person.caller, found, result)
    opened.at_once(person.caller, *(one.id for doubt in doubts for one in doubt.maybe))
    return page(
        registry, "uploaded.html", person, 422 if error else 200, sent=found, result=result,
        shown=shown, header=header, here=result.unchanged + result.duplicate, saved=saved,
        doubts=doubts,
        problems=[("meant", error)] if error else [],
    )  # fmt: skip


def _take(registry: Registry, caller: Caller, found: Sent, *, dry_run: bool) -> ImportResult:
    if found.kind not in kinds(caller.role):
        raise HttpProblem(403, f"The role {caller.role} may not send such a file.")
    if found.kind == "notices":
        return import_notices(
            registry, found.file, caller=caller, dry_run=dry_run, receipts=not dry_run
        )
    if found.kind in OWN:
        return import_own(registry, found.kind, found.file, caller=caller, dry_run=dry_run)
    if found.kind == "ctf":
        return import_ctf(registry, found.file, caller=caller, dry_run=dry_run)
    if found.kind == "nccis":
        return import_nccis(
            registry, found.file, caller=caller, on=registry.today(), dry_run=dry_run
        )
    if caller.role not in SENDERS:
        raise HttpProblem(403, f"The role {caller.role} may not send registers.")
    return import_register(registry, caller, found.file, dry_run=dry_run)


def _errors(found: Sent, result: ImportResult) -> Response:
    made = StringIO()
    lines = ResultFile(made)
    for error in numbered(result.errors, header_of(found)):
        lines.refused(error)
    return Response(
        "\ufeff" + made.getvalue(), media_type="text/csv",
        headers={"Content-Disposition": f'attachment; filename="errors-in-{found.kind}.csv"'},
    )  # fmt: skip
