"""The invented LA asks for lists by each half-term; most have answered, some are silent."""

from datetime import date
from random import Random

from ap_registry.arrangements import Arrangement
from ap_registry.confirming import confirm, who_confirmed
from ap_registry.demo.world import FIRST_LA
from ap_registry.list_confirmation import ARRANGED
from ap_registry.registry import Registry
from ap_registry.store.arrangements import write_arrangement
from ap_registry.store.list_confirmations import settle_lists

ASKS_FROM = date(2026, 9, 1)
ANSWERED = 0.8


def confirm_lists(registry: Registry, seed: int) -> None:
    """On the present day of the demo, of the LA in which people sign in."""
    today = registry.today()
    found = Arrangement(organisation=f"LA{FIRST_LA}", name=ARRANGED, from_on=ASKS_FROM, value="on")
    with registry.database.connection() as connection:
        write_arrangement(connection, found, actor="demo", on=today, clock=registry.clock)
        settle_lists(connection, registry.worlds, registry.clock)
    for one in who_confirmed(registry, FIRST_LA, today)["items"]:
        if Random(f"{seed}/{one['organisation']}/list").random() < ANSWERED:
            confirm(registry, one["organisation"], today)
