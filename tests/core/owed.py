"""What is owed for the test pupil, as pairs of kind and day."""

from datetime import date
from typing import Any

from ap_registry.registry import Registry
from ap_registry.store import owing, queries, who
from tests.world import PUPIL

EVERYTHING = queries.Scope(everything=True)
LONG_AFTER = date(2030, 1, 1)


def follow_ups(registry: Registry, kind: str, *, on: date = LONG_AFTER) -> list[dict[str, Any]]:
    """Every one of a kind, whatever its status, judged on a day."""
    with registry.database.connection() as connection:
        pupil = who.pupil_of_upn(connection, PUPIL)
        return owing.follow_ups(connection, EVERYTHING, on=on, status="any", kind=kind, pupil=pupil)


def owed(registry: Registry, kind: str, *, on: date = LONG_AFTER) -> list[tuple[str, str, str]]:
    """(owner, due day, status) of each."""
    found = follow_ups(registry, kind, on=on)
    return [(one["owner"], one["due_on"], one["status"]) for one in found]


def closed(registry: Registry, kind: str) -> list[tuple[str, str | None]]:
    """(status, day closed) of each, long after."""
    return [(one["status"], one["closed_on"]) for one in follow_ups(registry, kind)]


def rules_of(receipt: dict[str, Any]) -> list[str]:
    return [flag["rule"] for flag in receipt["flags"]]
