"""Send a file of notices or marks: looked at first, saved once confirmed, checked again then.

The file itself goes back and forth in the form: nothing of it is kept here before it is confirmed.
"""

import base64
import binascii
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO, StringIO

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from ap_registry.access import Caller
from ap_registry.errors import Unreadable
from ap_registry.ingest.notices import import_notices
from ap_registry.ingest.results import ImportResult, ResultFile
from ap_registry.registry import Registry
from api.deps import TheRegistry
from api.pages.refusals import days_first
from api.pages.rendering import Person, check_form, page
from api.problems import HttpProblem
from api.v1.attendance import SENDERS, import_register

router = APIRouter(prefix="/upload")
MOST_BYTES = 5_000_000
SHOWN = 100
KINDS: Mapping[str, str] = {"notices": "Notices", "attendance": "Attendance marks"}
TOO_LARGE = "The file must be at most 5 MB: split it, or send it with the API"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A file as a person chose it, and what it was said to hold."""

    name: str
    kind: str
    content: bytes

    @property
    def packed(self) -> str:
        return base64.b64encode(zlib.compress(self.content)).decode()


@router.get("")
def choose(registry: TheRegistry, person: Person) -> Response:
    return _choose(registry, person)


@router.post("")
async def look(request: Request, registry: TheRegistry, person: Person) -> Response:
    """What would be saved, what is wrong, what is on record already; nothing is saved."""
    form = await request.form()
    check_form(person, form.get("csrf"))
    kind, file = form.get("kind"), form.get("file")
    if kind not in KINDS:
        return _choose(registry, person, "kind", "Choose what is in the file")
    if not isinstance(file, UploadFile) or not file.filename:
        return _choose(registry, person, "file", "Choose a file", str(kind))
    content = await file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        return _choose(registry, person, "file", TOO_LARGE, str(kind))
    found = Sent(name=file.filename[-100:], kind=str(kind), content=content)
    return await run_in_threadpool(_looked_at, registry, person, found)


@router.post("/confirm")
async def confirm(request: Request, registry: TheRegistry, person: Person) -> Response:
    """Save what was looked at, judged anew; ``do=errors`` gives its errors as CSV instead."""
    form = await request.form()
    check_form(person, form.get("csrf"))
    found = _unpacked({name: str(value) for name, value in form.items()})
    if form.get("do") == "errors":
        result = await run_in_threadpool(_take, registry, person.caller, found, dry_run=True)
        return _errors(found, result)
    result = await run_in_threadpool(_take, registry, person.caller, found, dry_run=False)
    return page(
        registry, "uploaded.html", person, sent=found, result=result, shown=_shown(result),
        here=result.unchanged + result.duplicate, saved=True,
    )  # fmt: skip


def _choose(
    registry: Registry, person: Person, field: str = "", error: str = "", kind: str = ""
) -> Response:
    problems = [(field, error)] if error else []
    return page(
        registry, "upload.html", person, 422 if error else 200, problems=problems,
        errors=dict(problems), kinds=KINDS, kind=kind,
    )  # fmt: skip


def _looked_at(registry: Registry, person: Person, found: Sent) -> Response:
    try:
        result = _take(registry, person.caller, found, dry_run=True)
    except Unreadable as unreadable:
        return _choose(registry, person, "file", str(unreadable), found.kind)
    return page(
        registry, "uploaded.html", person, sent=found, result=result, shown=_shown(result),
        here=result.unchanged + result.duplicate, saved=False,
    )  # fmt: skip


def _shown(result: ImportResult) -> list[tuple[int, str, str]]:
    return [(e.row, e.column, days_first(e.detail)) for e in result.errors[:SHOWN]]


def _take(registry: Registry, caller: Caller, found: Sent, *, dry_run: bool) -> ImportResult:
    if found.kind == "notices":
        return import_notices(
            registry, BytesIO(found.content), caller=caller, dry_run=dry_run, receipts=not dry_run
        )
    if caller.role not in SENDERS:
        raise HttpProblem(403, f"The role {caller.role} may not send registers.")
    return import_register(registry, caller, BytesIO(found.content), dry_run=dry_run)


def _unpacked(form: Mapping[str, str]) -> Sent:
    """Never more than a file may have: a few bytes can be packed to swell."""
    try:
        reader = zlib.decompressobj()
        content = reader.decompress(base64.b64decode(form.get("packed", "")), MOST_BYTES)
    except (zlib.error, binascii.Error):
        content = b""
    if not content or form.get("kind") not in KINDS:
        raise HttpProblem(400, "The file is not whole: send it again.")
    return Sent(name=form.get("name", "")[-100:], kind=form["kind"], content=content)


def _errors(found: Sent, result: ImportResult) -> Response:
    made = StringIO()
    lines = ResultFile(made)
    for error in result.errors:
        lines.refused(error)
    return Response(
        "\ufeff" + made.getvalue(), media_type="text/csv",
        headers={"Content-Disposition": f'attachment; filename="errors-in-{found.kind}.csv"'},
    )  # fmt: skip
