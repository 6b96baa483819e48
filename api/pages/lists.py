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
from ap_registry.store import queries
from ap_registry.store.database import Connection
from api.deps import TheRegistry, scope_of
from api.opened import Opened
from api.pages.rendering import Person, check_form, in_words, page
from api.pages.tables import Cell, Format, Table, file_of, pupil_cell
from api.problems import HttpProblem

router = APIRouter(prefix="/lists")
SHOWN = 1_000


@router.get("/confirm")
def show(
    registry: TheRegistry,
    person: Person,
    opened: Opened,
    format: Format = "",
) -> Response:
    """The placements that run today, which the organisation provides or commissions."""
    own = _own(registry, person)
    today = registry.today()
    scope = scope_of(person.caller, today)
    with registry.database.connection() as connection:
        items = _running(connection, scope, own, today)
        names = queries.names(connection, scope, {UUID(item["pupil_id"]) for item in items})
        opened.note(connection, person.caller, (item["pupil_id"] for item in items))
        world = registry.worlds.fresh(connection)
    table = Table(
        name="our-list", caption="Placements that run today", empty="None.",
        columns=("Pupil", "Provider", "Since", "Sessions a week"),
        rows=list(_rows(items, names, world)),
    )  # fmt: skip
    if format == "csv":
        return file_of(table)
    return page(registry, "confirm.html", person, table=table, today=today, done=False)


@router.post("/confirm")
async def send(request: Request, registry: TheRegistry, person: Person) -> Response:
    check_form(person, (await request.form()).get("csrf"))
    own, today = _own(registry, person), registry.today()
    await run_in_threadpool(confirm, registry, own, today, person.caller)
    return page(registry, "confirm.html", person, table=None, today=today, done=True)


def _rows(
    items: list[dict[str, Any]], names: Mapping[str, str], world: World
) -> Iterator[tuple[Cell, ...]]:
    for item in items:
        provider = world.organisation(item["provider"])
        yield (
            pupil_cell(item["pupil_id"], names.get(item["pupil_id"], ""), item["upn"]),
            Cell(text=provider.name if provider else item["provider"]),
            Cell(text=in_words(item["starts_on"])),
            Cell(text=str(item["sessions_per_week"])),
        )


def _own(registry: TheRegistry, person: Person) -> str:
    """The organisation whose list it is: 403 for whoever has none."""
    own = person.caller.organisation
    with registry.database.connection() as connection:
        found = registry.worlds.fresh(connection).organisation(own) if own else None
    if found is None or found.kind not in ASKED or person.caller.role not in SENDERS:
        raise HttpProblem(403, "Schools and providers confirm their lists.")
    return found.id


def _running(
    connection: Connection, scope: queries.Scope, own: str, today: date
) -> list[dict[str, Any]]:
    found = queries.placements(connection, scope, on=today, open_only=True, limit=SHOWN)
    return [item for item in found if own in {item["provider"], item["commissioner"]}]
