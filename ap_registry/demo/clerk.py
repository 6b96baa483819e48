"""Those who owe something work their due list: most of it gets done, some later than it should."""

from random import Random
from typing import Any

from ap_registry.calendar import london_today
from ap_registry.demo.terms import PRESENT
from ap_registry.registry import Registry
from ap_registry.store import owing, queries

DONE = 0.7  # of what is overdue at a sitting; the rest waits for the next
HOW = "seen to at the monthly look through the due list"


def done_at_sitting(registry: Registry) -> list[dict[str, Any]]:
    """Notices of what gets done of all that is overdue; on the present day nobody has sat yet."""
    today = registry.today()
    if today == london_today(PRESENT):
        return []
    with registry.database.connection() as connection:
        overdue = owing.follow_ups(
            connection, queries.Scope(everything=True), on=today, status="overdue"
        )
    return [
        {
            "type": "follow_up_done",
            "upn": one["upn"],
            "occurred_on": today.isoformat(),
            "by": one["owner"],
            "follow_up": one["id"],
            "how": HOW,
        }
        for one in overdue
        if Random(f"{one['upn']}/{one['kind']}/{one['opened_on']}/{today}").random() < DONE
    ]
