"""An organisation's own notices as a table: changed, and sent back, only the changes are taken."""

from datetime import date

from fastapi import APIRouter
from fastapi.responses import Response

from ap_registry.access import Caller, may_send
from ap_registry.calendar import academic_year
from ap_registry.ingest.changes import rows_on_record
from ap_registry.ingest.own_files import OWN, SENDERS
from ap_registry.notices import CATALOGUE
from ap_registry.templates import FORMATS, on_record, template
from ap_registry.written_days import day_in_file
from api.deps import TheRegistry
from api.opened import Opened
from api.pages.rendering import Person
from api.pages.words import TITLES
from api.problems import HttpProblem

router = APIRouter(prefix="/upload")
MEDIA = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def types(caller: Caller) -> list[tuple[str, str]]:
    """Of which a table can be had, and their words: what the person's role sends."""
    return _notices(caller) if caller.organisations else []


def templates(caller: Caller) -> list[tuple[str, str]]:
    """Of what an empty table can be had, and its words."""
    own = OWN.items() if caller.role in SENDERS else ()
    small = [(name, one.words) for name, one in own]
    return [("attendance", "Attendance marks"), *small, *_notices(caller)]


def _notices(caller: Caller) -> list[tuple[str, str]]:
    return [(n, TITLES[n][0]) for n, kind in CATALOGUE.items() if may_send(caller, kind)]


def year_start(today: date) -> str:
    return f"1/9/{academic_year(today)}"


@router.get("/template")
def empty(person: Person, name: str = "", format: str = "xlsx") -> Response:
    """To fill in: its example is made up."""
    if name not in dict(templates(person.caller)) or format not in FORMATS:
        raise HttpProblem(422, "Choose for what the table is, and its form.")
    return _file(template(name, format), name, format)


@router.get("/table")
def table(
    registry: TheRegistry, person: Person, opened: Opened, type: str = "", since: str = "",
    format: str = "xlsx",
) -> Response:  # fmt: skip
    """Only of pupils whom the person sees, with what of them the person may read."""
    caller = person.caller
    if type not in dict(types(caller)) or format not in FORMATS:
        raise HttpProblem(422, "Choose what kind of notice the table is to have, and its form.")
    rows = [
        row
        for name in caller.organisations
        for row in rows_on_record(registry, type, name, since=_day(since), caller=caller)
    ]
    opened.at_once(caller, *{pupil for pupil, _ in rows})
    return _file(on_record(type, [row for _, row in rows], format), type, format)


def _file(made: bytes, name: str, format: str) -> Response:
    told = f'attachment; filename="{name}.{format}"'
    return Response(made, media_type=MEDIA[format], headers={"Content-Disposition": told})


def _day(text: str) -> date | None:
    try:
        found = day_in_file(text.strip()) if text.strip() else None
    except ValueError:
        found = None
    if text.strip() and found is None:
        raise HttpProblem(422, "Since must be a date that exists, such as 1/9/2025.")
    return found
