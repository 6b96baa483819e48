"""The first page: what is owed, soonest first; and where programs start."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from ap_registry.store import queries
from ap_registry.store.tasks import waiting_for
from api.deps import TheRegistry, scope_of
from api.opened import Opened
from api.pages.rendering import Person, page

router = APIRouter()
SHOWN = 200


@router.get("/docs")
def for_programs(registry: TheRegistry) -> Response:
    """Where the description of the HTTP interface is; without scripts, so as the CSP allows."""
    return page(registry, "docs.html", None)


@router.get("/")
def home(
    registry: TheRegistry,
    person: Person,
    opened: Opened,
    status: Annotated[str, Query(pattern="^(overdue|open)?$")] = "",
) -> Response:
    """Follow-ups that the person's organisation owes or may see."""
    today = registry.today()
    scope = scope_of(person.caller, today)
    with registry.database.connection() as connection:
        items = queries.follow_ups(
            connection, scope, on=today, status=status or None, limit=SHOWN + 1
        )
        pupils = queries.names(
            connection, scope, {UUID(item["pupil_id"]) for item in items if item["pupil_id"]}
        )
        opened.note(connection, person.caller, (item["pupil_id"] for item in items[:SHOWN]))
        waiting = waiting_for(
            connection, person.caller.organisations, today=today, now=registry.now()
        )
        world = registry.worlds.fresh(connection)
    owners = {
        item["owner"]: found.name
        for item in items
        if (found := world.organisation(item["owner"])) is not None
    }
    return page(
        registry, "home.html", person, items=items[:SHOWN], more=len(items) > SHOWN,
        owners=owners, pupils=pupils, chosen=status, today=today,
        waiting=waiting, mine=person.caller.organisations,
        overdue=sum(item["status"] == "overdue" for item in items),
    )  # fmt: skip
