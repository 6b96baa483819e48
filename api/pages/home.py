"""The first page: what is owed, soonest first."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from ap_registry.store import queries
from api.deps import TheRegistry, scope_of
from api.pages.rendering import Person, page

router = APIRouter()
SHOWN = 200


@router.get("/")
def home(
    registry: TheRegistry,
    person: Person,
    status: Annotated[str, Query(pattern="^(overdue|open)?$")] = "",
) -> Response:
    """Follow-ups that the person's organisation owes or may see."""
    scope = scope_of(person.caller, registry.today())
    with registry.database.connection() as connection:
        items = queries.follow_ups(
            connection, scope, on=registry.today(), status=status or None, limit=SHOWN + 1
        )
        world = registry.worlds.fresh(connection)
    names = {
        item["owner"]: found.name
        for item in items
        if (found := world.organisation(item["owner"])) is not None
    }
    return page(
        "home.html",
        person,
        items=items[:SHOWN],
        more=len(items) > SHOWN,
        names=names,
        chosen=status,
        today=registry.today().isoformat(),
        practice=registry.clock is not None,
    )
