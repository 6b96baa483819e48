"""Organisations and the framework: every notice type and every rule, with its source."""

from typing import Any

from fastapi import APIRouter

from ap_registry.notices import CATALOGUE
from ap_registry.rules import RULES
from ap_registry.store import queries
from api.deps import Holder, TheRegistry
from api.problems import responses
from api.v1.cursors import Cursor, Limit, after, page

router = APIRouter(tags=["reference"])


@router.get("/organisations", operation_id="list_organisations", responses=responses(401, 422, 503))
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
    """What can be notified, and the rules in force with their sources."""
    return {
        "notices": [
            {
                "type": kind.name,
                "alias": kind.alias,
                "fields": [
                    {
                        "name": name,
                        "required": spec.required,
                        "private": spec.kind.private,
                        "schema": spec.kind.schema(),
                    }
                    for name, spec in kind.fields.items()
                ],
                "senders": sorted(kind.senders),
            }
            for kind in CATALOGUE.values()
        ],
        "rules": [
            {
                "id": rule.id,
                "title": rule.title,
                "source": rule.source,
                "statutory": rule.statutory,
                "duty_holder": rule.duty_holder,
                "in_force_from": rule.in_force_from.isoformat() if rule.in_force_from else None,
                "in_force_until": rule.in_force_until.isoformat() if rule.in_force_until else None,
                "checked_on": rule.checked_on.isoformat(),
                "status": rule.status,
                "value": rule.value,
                "unit": rule.unit,
            }
            for rule in RULES
        ],
    }
