"""A census file beside the registry, on a page; the notices that it offers, as a table."""

from collections.abc import Iterator, Mapping

from fastapi.responses import Response

from ap_registry.registry import Registry
from api.opened import Reader
from api.pages import meaning
from api.pages.notice_table import MEDIA
from api.pages.rendering import Person, page
from api.pages.sent_file import Sent
from api.problems import HttpProblem
from api.v1.census import MAY
from reports.census_compared.comparing import compare
from reports.census_compared.told import Compared, offered

SHOWN = 500


def compared(
    registry: Registry, person: Person, opened: Reader, found: Sent, error: str = ""
) -> Response:
    told = _compare(registry, person, opened, found)
    lines = told.sentences()
    return page(
        registry, "census_compared.html", person, 422 if error else 200, sent=found, told=told,
        lines=lines[:SHOWN], of_lines=len(lines),
        doubts=meaning.doubted(registry, person.caller, _asked(told)),
        problems=[("meant", error)] if error else [],
    )  # fmt: skip


def settle(
    registry: Registry, person: Person, opened: Reader, found: Sent, said: Mapping[str, str]
) -> str:
    """Remember whom a child of the file means; words if it fails."""
    told, number = _compare(registry, person, opened, found), meaning.number_of(said)
    asked = next((one for one in _asked(told) if one.row == number), None)
    return meaning.settled(registry, person.caller, asked, said)


def _asked(told: Compared) -> Iterator[meaning.Asked]:
    for one in told.doubts:
        yield meaning.Asked(
            row=one.row, upn=one.upn or "", said=one.said, whose=told.organisation, near=one.near
        )


def offers(registry: Registry, person: Person, opened: Reader, found: Sent, do: str) -> Response:
    format_ = "csv" if do == "offers-csv" else "xlsx"
    told = _compare(registry, person, opened, found)
    name = f'attachment; filename="notices-to-check.{format_}"'
    return Response(
        offered(told.offers, format_), media_type=MEDIA[format_],
        headers={"Content-Disposition": name},
    )  # fmt: skip


def _compare(registry: Registry, person: Person, opened: Reader, found: Sent) -> Compared:
    if person.caller.role not in MAY:
        raise HttpProblem(403, f"The role {person.caller.role} may not send a census file.")
    told = compare(registry, found.file, person.caller)
    opened.at_once(person.caller, *told.shown)
    return told
