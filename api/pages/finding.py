"""Find a pupil by name, UPN or date of birth, whatever slips of the hand are in them."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from ap_registry import searching
from ap_registry.errors import NotFound
from ap_registry.near import one_edit_from
from ap_registry.notice import World
from ap_registry.registry import Registry
from ap_registry.store import searching as stored
from ap_registry.store import who
from ap_registry.store.near import by_upns
from ap_registry.store.sessions import SignedIn
from api.deps import TheRegistry, find_pupil, scope_of
from api.opened import Opened, Reader
from api.pages.rendering import Person, in_words, page, see_other
from api.pages.tables import SHOWN, Cell, Format, Table, file_of, limit_of, pupil_cell

router = APIRouter()
BLANK = "Enter a name, a UPN or a date of birth"
NOBODY = (
    "No pupil whom you may see is like that. Check the spelling, or try the date of birth, such as"
    " 31/3/2011. A pupil who has left you is found by UPN alone."
)


@router.get("/pupils")
def find(
    request: Request,
    registry: TheRegistry,
    person: Person,
    opened: Opened,
    q: Annotated[str, Query(max_length=100)] = "",
    upn: Annotated[str, Query(max_length=40)] = "",
    format: Format = "",
) -> Response:
    """A UPN leads to its pupil, anything else to a list; what may not be seen is not found."""
    asked = (q or upn).replace("\x00", "").strip()
    if not asked:
        error = BLANK if request.query_params.keys() & {"q", "upn"} else ""
        return page(
            registry, "find.html", person, 422 if error else 200, q="", table=None, error=error
        )
    if straight := _by_number(registry, person, asked):
        return see_other(straight)
    table = _table(registry, person, opened, asked, format)
    if format == "csv":
        return file_of(table)
    return page(registry, "find.html", person, 200 if table.rows else 404, q=asked, table=table,
                error="")  # fmt: skip


def _by_number(registry: Registry, person: SignedIn, text: str) -> str | None:
    """Where the pupil of this UPN or id is."""
    try:
        pupil_id, _ = find_pupil(registry, person.caller, text)
    except NotFound:
        return None
    with registry.database.connection() as connection:
        known = who.known_as(connection, pupil_id)
    return f"/pupils/{(known and known.shown_as) or pupil_id}"


def _table(registry: Registry, person: SignedIn, opened: Reader, text: str, format: str) -> Table:
    scope = scope_of(person.caller, registry.today())
    with registry.database.connection() as connection:
        wanted = searching.read(text)
        found = by_upns(connection, scope, sorted(one_edit_from(text)))
        if wanted and not found:
            seen = stored.seen(connection, scope, wanted.born)
            found = searching.found(wanted, seen, at_most=limit_of(format))
        rows = stored.shown(connection, scope, found)
        read = rows if format else rows[:SHOWN]
        opened.note(connection, person.caller, (row["id"] for row in read))
        world = registry.worlds.fresh(connection)
    return Table(
        name="pupils", caption="Pupils found, the likeliest first", empty=NOBODY,
        columns=("Pupil", "Born", "On roll"), rows=[_row(row, world) for row in rows],
    )  # fmt: skip


def _row(row: Mapping[str, Any], world: World) -> tuple[Cell, ...]:
    schools = [world.organisation(name) for name in (row["schools"] or "").split(";") if name]
    return (
        pupil_cell(row["id"], row["name"], row["upn"]),
        Cell(text=in_words(row["born"])),
        Cell(text=", ".join(one.name for one in schools if one) or "no school"),
    )
