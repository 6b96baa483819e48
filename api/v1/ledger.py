"""The ordered feed and the state of the ledger."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from ap_registry.store import log, queries
from api.deps import Holder, TheRegistry, scope_of
from api.problems import responses
from api.v1.schemas import EVENTS, answers

router = APIRouter(tags=["ledger"])


@router.get(
    "/events", operation_id="list_events", responses={**answers(EVENTS), **responses(401, 422, 503)}
)
def list_events(
    registry: TheRegistry,
    holder: Holder,
    after: Annotated[int, Query(ge=0, le=2**62, description="The last seq you have.")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> dict[str, Any]:
    """Events in the one order; a scoped caller sees holes."""
    with registry.database.connection() as connection:
        items = queries.events(
            connection, scope_of(holder.caller, registry.today()), after=after, limit=limit
        )
    return {"items": items, "next": items[-1]["seq"] if len(items) == limit else None}


@router.get("/ledger/head", operation_id="get_ledger_head", responses=responses(401, 503))
def get_ledger_head(registry: TheRegistry, _holder: Holder) -> dict[str, Any]:
    """How many events the ledger holds, and the root of their Merkle tree."""
    with registry.database.connection() as connection:
        size, root = log.ledger_at(connection, registry.closed(connection))
    return {"size": size, "root": root}
