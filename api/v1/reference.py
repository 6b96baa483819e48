"""Organisations and the framework: every notice type and every rule, with its source."""

from typing import Any

from fastapi import APIRouter

from ap_registry import framework
from ap_registry.store import queries
from api.deps import Holder, TheRegistry
from api.problems import responses
from api.v1.cursors import Cursor, Limit, after, page
from api.v1.schemas import ORGANISATIONS, answers

router = APIRouter(tags=["reference"])


@router.get(
    "/organisations",
    operation_id="list_organisations",
    responses={**answers(ORGANISATIONS), **responses(401, 422, 503)},
)
def list_organisations(
    registry: TheRegistry,
    _holder: Holder,
    kind: str | None = None,
    la: str | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """Schools, providers, LAs, services, health partners and trusts."""
    mark = after(cursor, 1)
    with registry.database.connection() as connection:
        items = queries.organisations(
            connection,
            kind=kind.replace("\x00", "") if kind else None,
            la=la.replace("\x00", "") if la else None,
            after=mark[0].replace("\x00", "") if mark else None,
            limit=limit + 1,
        )
    return page(items, limit, "id")


@router.get("/framework", operation_id="get_framework", responses=responses(401))
def get_framework(_holder: Holder) -> dict[str, Any]:
    """What can be notified, what follows from it, and the rules with their sources."""
    return framework.framework()
