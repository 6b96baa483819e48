"""Reports as pages: which there are, a form for each, and what came of it in every format."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ap_registry.access import Caller
from ap_registry.errors import Refused
from api.deps import TheRegistry
from api.opened import Opened
from api.pages.forms import Input
from api.pages.framing import framed
from api.pages.naming import settled
from api.pages.rendering import Person, page
from api.pages.report_forms import inputs, wrong
from api.problems import HttpProblem
from api.v1.reports import file_answer, read
from reports.files import page_of
from reports.kinds import KINDS, Kind

router = APIRouter(prefix="/reports")
FORMAT_NAMES: Mapping[str, str] = {
    "html": "page",
    "pdf": "PDF",
    "xlsx": "spreadsheet",
    "csv": "CSV",
    "json": "JSON",
}


@router.get("")
def listed(registry: TheRegistry, person: Person) -> Response:
    found = [kind for kind in KINDS.values() if person.caller.role in kind.readers]
    return page(registry, "reports.html", person, kinds=found)


@router.get("/{name}")
def one(
    request: Request, registry: TheRegistry, person: Person, opened: Opened, name: str
) -> Response:
    """Without a query its form; with one the report, in the frame of our pages or as a file."""
    kind = kind_for(name, person.caller)
    given = dict(request.query_params)
    format = given.pop("format", "html")
    fields: Sequence[Input] = inputs(registry, kind, person.caller)
    if not request.query_params:
        return form(registry, person, kind, fields, {})
    if format not in kind.formats:
        raise HttpProblem(422, "format must be one of " + ", ".join(kind.formats))
    fields, given = settled(registry, fields, given, person.caller.organisation)
    if problems := wrong(kind, fields, given):
        return form(registry, person, kind, fields, given, problems)
    try:
        made = read(registry, person.caller, kind, given, opened)
    except Refused as refused:
        if refused.status != 422:
            raise
        problems = wrong(kind, fields, given, refused.problems)
        return form(registry, person, kind, fields, given, problems)
    if format != "html":
        return file_answer(kind, made, format)
    return framed(
        registry, person, page_of(made), "report_frame.html", kind=kind, asked=urlencode(given),
        formats=[(f, FORMAT_NAMES.get(f, f.upper())) for f in kind.formats],
    )  # fmt: skip


def kind_for(name: str, caller: Caller) -> Kind:
    """What the caller may not read does not exist for it."""
    kind = KINDS.get(name)
    if kind is None or caller.role not in kind.readers:
        raise HttpProblem(404, "There is no such report.")
    return kind


def form(
    registry: TheRegistry, person: Person, kind: Kind, fields: Sequence[Input],
    values: Mapping[str, str], problems: Sequence[tuple[str, str]] = (),
) -> Response:  # fmt: skip
    return page(
        registry, "report_form.html", person, 422 if problems else 200, kind=kind, fields=fields,
        values=values, problems=problems, errors=dict(problems),
    )  # fmt: skip
