"""Records opened in an emergency: for auditors."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from ap_registry.access import Caller
from ap_registry.instants import instant
from ap_registry.registry import Registry
from ap_registry.store import emergencies
from ap_registry.store.database import Connection
from ap_registry.store.emergencies import Opening
from ap_registry.store.reads import ALL, Asked
from api.deps import Holder, TheRegistry
from api.problems import responses
from api.v1.asked import Instant, Text
from api.v1.cursors import Cursor, Limit, after, page
from api.v1.reads import asked_of, mark_of
from api.v1.schemas import ID, INSTANT, TEXT, answers, array, maybe, record
from api.v1.schemas import page as pages

SHOWN = 20  # of a page for people
router = APIRouter(tags=["reads"])
OPENING = record(
    id=ID, at=INSTANT, until=INSTANT, actor=TEXT, name=maybe(TEXT), role=TEXT, organisation=TEXT,
    pupil_id=ID, told=array(TEXT), reason=maybe(TEXT),
)  # fmt: skip


@router.get(
    "/emergencies",
    operation_id="list_emergencies",
    responses={**answers(pages(OPENING)), **responses(401, 403, 422, 503)},
)
def list_emergencies(
    registry: TheRegistry,
    holder: Holder,
    pupil: Annotated[Text, Query(description="Id or UPN.")] = None,
    actor: Annotated[str | None, Query(max_length=100)] = None,
    from_: Annotated[Instant, Query(alias="from")] = None,
    to: Instant = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """Records opened in an emergency, the latest first: by people of your organisations, or of
    pupils whom these see; an admin's: all. `reason` is null once the pupil is erased."""
    with registry.database.connection() as connection:
        asked = asked_of(connection, pupil=pupil, actor=actor, from_=from_, to=to)
        _found, told = openings(
            connection, registry, holder.caller, asked=asked, limit=limit, cursor=cursor
        )
    return told


def openings(
    connection: Connection, registry: Registry, caller: Caller, *, asked: Asked = ALL,
    limit: int = SHOWN, cursor: str | None = None,
) -> tuple[list[Opening], dict[str, Any]]:  # fmt: skip
    """Those of which a caller is to know, and the same as a page of the API."""
    mark = after(cursor, 2)
    found = emergencies.told_to(
        connection, caller, today=registry.today(), asked=asked, limit=limit + 1,
        before=mark_of(mark) if mark else None,
    )  # fmt: skip
    return found[:limit], page([_as_json(one) for one in found], limit, "at", "id")


def _as_json(one: Opening) -> dict[str, Any]:
    return {
        "id": str(one.id), "at": instant(one.at), "until": instant(one.until_at),
        "actor": one.actor, "name": one.name, "role": one.role, "organisation": one.organisation,
        "pupil_id": str(one.shown_id), "told": list(one.told), "reason": one.reason,
    }  # fmt: skip
