"""An organisation looks at its list of pupils elsewhere, and says that it is whole."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from ap_registry.confirming import SENDERS, confirm
from ap_registry.list_confirmation import ASKED
from ap_registry.notice import World
from ap_registry.organisations import Organisation
from ap_registry.store import queries
from ap_registry.store.database import Connection
from api.deps import TheRegistry, scope_of
from api.opened import Opened
from api.pages.rendering import Person, check_form, in_words, page
from api.pages.tables import Cell, Format, Table, file_of, pupil_cell
from api.problems import HttpProblem
from reports.extracts.school_list import school_list

router = APIRouter(prefix="/lists")
SHOWN = 1_000


@router.get("/confirm")
def show(
    registry: TheRegistry,
    person: Person,
    opened: Opened,
    format: Format = "",
) -> Response:
    """The placements that run today, which the organisation provides or commissions.

    Of a school also who else is elsewhere, who is part time and who left its roll this term.
    """
    own = _own(registry, person)
    today = registry.today()
    scope = scope_of(person.caller, today)
    with registry.database.connection() as connection:
        world = registry.worlds.fresh(connection)
        items = _running(connection, scope, own.id, today)
        names = queries.names(connection, scope, {UUID(item["pupil_id"]) for item in items})
    rows = list(_rows(items, names, world))
    first, also = today, dict[str, list[dict[str, Any]]]()
    if own.kind == "school":
        first, also = school_list(registry, own.id, today, person.caller)
        listed = {item["id"] for item in items}
        also["off_site"] = [r for r in also["off_site"] if r.get("placement") not in listed]
        rows += _also(also["off_site"], "provider_name", "starts_on")
    tables = [_table("Elsewhere today", ("Pupil", "Provider", "Since", "Sessions a week"), rows)]
    if own.kind == "school":
        tables += _school_tables(also, first)
    with registry.database.connection() as connection:
        shown = (row["pupil_id"] for found in (items, *also.values()) for row in found)
        opened.note(connection, person.caller, dict.fromkeys(shown))
    if format == "csv":
        return file_of(_together(tables))
    return page(registry, "confirm.html", person, tables=tables, today=today, done=False)


@router.post("/confirm")
async def send(request: Request, registry: TheRegistry, person: Person) -> Response:
    check_form(person, (await request.form()).get("csrf"))
    own, today = _own(registry, person).id, registry.today()
    await run_in_threadpool(confirm, registry, own, today, person.caller)
    return page(registry, "confirm.html", person, tables=(), today=today, done=True)


def _rows(
    items: list[dict[str, Any]], names: Mapping[str, str], world: World
) -> Iterator[tuple[Cell, ...]]:
    for item in items:
        provider = world.organisation(item["provider"])
        yield (
            pupil_cell(item["pupil_id"], names.get(item["pupil_id"], ""), item["upn"]),
            Cell(text=provider.name if provider else item["provider"]),
            _since(item, "starts_on"),
            Cell(text=str(item["sessions_per_week"])),
        )


def _also(found: list[dict[str, Any]], where: str, since: str) -> Iterator[tuple[Cell, ...]]:
    """Rows of the school's report."""
    for row in found:
        yield (
            pupil_cell(row["pupil_id"], _given_first(row["name"]), row["upn"]),
            Cell(text=row.get(where) or "Not named"),
            _since(row, since),
            Cell(text=str(row.get("sessions_per_week") or "")),
        )


def _given_first(name: str) -> str:
    """The school's report has the family name first, other pages have it last."""
    family, _, given = name.partition(", ")
    return f"{given} {family}".strip()


def _by_name(row: tuple[Cell, ...]) -> tuple[str, str]:
    """By what is last in a name."""
    name = row[0].text.casefold()
    return name.rpartition(" ")[2], name


def _left_once(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A pupil who left two entries of the roll is one leaver: the last day counts."""
    last = {row["pupil_id"]: row for row in sorted(found, key=lambda row: str(row["left_on"]))}
    return list(last.values())


def _since(row: Mapping[str, Any], named: str) -> Cell:
    """What ends today is listed, its last day included: it says so."""
    ended = row.get("ended_on")
    return Cell(text=in_words(row[named]), more=f"ended on {in_words(ended)}" if ended else "")


def _school_tables(found: Mapping[str, list[dict[str, Any]]], first: date) -> Iterator[Table]:
    until = [
        {**row, "until": f"until {in_words(row['ends_on'])}"} for row in found["part_time"]
    ]  # fmt: skip
    yield _table(
        "Part time today", ("Pupil", "Planned", "Since", "Sessions a week"),
        list(_also(until, "until", "starts_on")),
    )  # fmt: skip
    left = [row[:3] for row in _also(_left_once(found["off_roll"]), "destination_name", "left_on")]
    yield _table(f"Left our roll since {in_words(first)}", ("Pupil", "Went to", "Left"), left)


def _table(caption: str, columns: tuple[str, ...], rows: list[tuple[Cell, ...]]) -> Table:
    return Table(
        name="our-list", caption=caption, columns=columns, rows=sorted(rows, key=_by_name),
        empty="None.",
    )  # fmt: skip


def _together(tables: list[Table]) -> Table:
    """One file of all; the first column says which list a row is of."""
    columns = ("List", "Pupil", "Where", "Since", "Sessions a week")
    rows = [
        (Cell(text=table.caption), *row, *[Cell(text="")] * (len(columns) - 1 - len(row)))
        for table in tables
        for row in table.rows
    ]
    return Table(name="our-list", caption="Our list", columns=columns, rows=rows, empty="None.")


def _own(registry: TheRegistry, person: Person) -> Organisation:
    """The organisation whose list it is: 403 for whoever has none."""
    own = person.caller.organisation
    with registry.database.connection() as connection:
        found = registry.worlds.fresh(connection).organisation(own) if own else None
    if found is None or found.kind not in ASKED or person.caller.role not in SENDERS:
        raise HttpProblem(403, "Schools and providers confirm their lists.")
    return found


def _running(
    connection: Connection, scope: queries.Scope, own: str, today: date
) -> list[dict[str, Any]]:
    found = queries.placements(connection, scope, on=today, open_only=True, limit=SHOWN)
    return [
        item for item in found
        if own in {item["provider"], item["commissioner"]} and item["end_reason"] != "error"
    ]  # fmt: skip
