"""The health partner of the made-up LA is told of the latest placements, and has not answered."""

from datetime import date

from ap_registry.arrangements import Arrangement
from ap_registry.demo.sign_ins import ORGANISATIONS
from ap_registry.registry import Registry
from ap_registry.store import queries
from ap_registry.store.arrangements import write_arrangement

SINCE = date(2026, 11, 1)
TOLD = 5
MOST = 1_000


def tell_health(registry: Registry) -> None:
    """By an arrangement of this month, at the clock's present."""
    la, today = ORGANISATIONS["la"], registry.today()
    agreed = Arrangement(
        organisation=la, name="health", from_on=SINCE, value="on",
        basis="UK GDPR art. 6(1)(e), art. 9(2)(h); made up for the demo",
    )  # fmt: skip
    scope = queries.Scope(organisations=(la,), today=today)
    with registry.database.connection() as connection:
        write_arrangement(connection, agreed, actor="demo", on=today, clock=registry.clock)
        running = queries.placements(connection, scope, on=today, open_only=True, limit=MOST)
    running.sort(key=lambda one: (one["starts_on"], one["id"]), reverse=True)
    registry.record_many(
        [
            {
                "type": "notified", "pupil_id": one["pupil_id"], "occurred_on": today.isoformat(),
                "of": one["id"], "to": "health", "about": "decision", "method": "registry",
                "by": one["commissioner"],
            }
            for one in running[:TOLD]
        ]
    )  # fmt: skip
