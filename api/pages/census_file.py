"""A census file beside the registry, on a page; the notices that it offers, as a table."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from fastapi.responses import Response

from ap_registry.census_in.document import Header
from ap_registry.census_in.tables import WHOSE, header_of, is_table, next_census_day
from ap_registry.errors import Problem, Refused
from ap_registry.fields import BadValue
from ap_registry.ingest.kinds import SNIFF_BYTES, kind_of
from ap_registry.registry import Registry
from api.opened import Reader
from api.pages import meaning, sent_rows
from api.pages.days import read_day
from api.pages.forms import Input
from api.pages.naming import settled
from api.pages.notice_table import MEDIA
from api.pages.refusals import days_first, in_doubt, shown
from api.pages.rendering import Person, page
from api.pages.sent_file import Sent
from api.problems import HttpProblem
from api.v1.census import MAY
from reports.census_compared.comparing import compare
from reports.census_compared.told import Compared, offered

SHOWN = 500
WHOSE_FIELD = Input(
    name="organisation", label="Whose?", kind="text", required=True, names="",
    hint="An AP census is a local authority's, a school census the school's: its name or number",
)  # fmt: skip
WRITTEN = "%d/%m/%Y"


def compared(
    registry: Registry, person: Person, opened: Reader, found: Sent, error: str = "", *,
    answered: bool = False,
) -> Response:  # fmt: skip
    """Of a table it is asked first whose it is and of when; raise Unreadable for other files.

    ``answered``: it was asked, and what is blank is wrong.
    """
    head = found.content[:SNIFF_BYTES]
    whose = WHOSE_FIELD
    if is_table(head):
        whose, found = _named(registry, person, found)
        if not (found.organisation and found.on):
            kind_of(head)
            return _asks(registry, person, found, _blank(found) if answered else {}, whose)
        if doubts := _doubts(whose, found):
            return _asks(registry, person, found, doubts, whose)
    try:
        _header(found)
    except Refused as refused:
        errors = {"on": days_first(refused.problems[0].detail)}
        return _asks(registry, person, found, errors, whose)
    told = _compare(registry, person, opened, found)
    lines = told.sentences()
    return page(
        registry, "census_compared.html", person, 422 if error else 200, sent=found, told=told,
        lines=lines[:SHOWN], of_lines=len(lines), header=sent_rows.header_of(found),
        doubts=meaning.doubted(registry, person.caller, _asked(told)),
        problems=[("meant", error)] if error else [],
    )  # fmt: skip


def _blank(found: Sent) -> dict[str, str]:
    errors = {} if found.organisation else {"organisation": f"{WHOSE}."}
    try:
        _day(found)
    except Refused as refused:
        errors["on"] = days_first(refused.problems[0].detail)
    return errors


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


def _named(registry: Registry, person: Person, found: Sent) -> tuple[Input, Sent]:
    """Whose it is by number where a name leaves no doubt; else with a choice."""
    fields, values = settled(
        registry, [WHOSE_FIELD], {WHOSE_FIELD.name: found.organisation},
        person.caller.organisation,
    )  # fmt: skip
    return fields[0], replace(found, organisation=values.get(WHOSE_FIELD.name, ""))


def _doubts(whose: Input, found: Sent) -> dict[str, str]:
    said = {whose.name: found.organisation}
    return dict(shown([whose], said, in_doubt([whose], said)))


def _asks(
    registry: Registry, person: Person, found: Sent, errors: Mapping[str, str], whose: Input
) -> Response:
    """Whose: most send their own; when: an LA's next census day."""
    own = "" if errors else person.caller.organisation or ""
    with registry.database.connection() as connection:
        named = registry.worlds.fresh(connection).organisation(own)
    day = next_census_day(registry.today())
    blank = replace(found, organisation="", on="")
    return page(
        registry, "census_asked.html", person, 422 if errors else 200, sent=found, blank=blank,
        problems=list(errors.items()), errors=errors, whose=whose,
        organisation=found.organisation or (named.name if named else own),
        on=found.on or (day.strftime(WRITTEN) if own.startswith("LA") else ""),
        example=day.strftime(WRITTEN),
    )  # fmt: skip


def _header(found: Sent) -> Header | None:
    """Raise Refused for a day that is none."""
    return header_of(found.organisation, _day(found)) if found.on else None


def _day(found: Sent) -> date:
    try:
        return read_day(found.on)
    except BadValue as bad:
        raise Refused((Problem("/on", bad.code, f"The census day {bad.detail}"),)) from None


def _compare(registry: Registry, person: Person, opened: Reader, found: Sent) -> Compared:
    if person.caller.role not in MAY:
        raise HttpProblem(403, f"The role {person.caller.role} may not send a census file.")
    told = compare(registry, found.file, person.caller, header=_header(found))
    opened.at_once(person.caller, *told.shown)
    return told
