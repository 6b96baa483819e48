"""An organisation says: these are all our pupils elsewhere, part time and off roll, or nil."""

from datetime import date, timedelta
from typing import Any

from ap_registry.access import COMMAND_LINE, Caller
from ap_registry.errors import Problem, Refused
from ap_registry.instants import instant
from ap_registry.list_confirmation import ASKED
from ap_registry.organisations import Organisation
from ap_registry.registry import Registry
from ap_registry.store.confirmations import lists, write_confirmation
from ap_registry.store.list_confirmations import settle_lists

SENDERS = frozenset({"school", "provider", "la", "admin"})


def confirm(
    registry: Registry, organisation: str, confirmed_on: date, caller: Caller = COMMAND_LINE
) -> dict[str, Any]:
    """Record that the list was whole on a day; raise Refused with what is wrong."""
    with registry.database.connection() as connection:
        world = registry.worlds.fresh(connection)
        found = world.organisation(organisation.strip().upper())
        if found is None or found.kind not in ASKED:
            raise _refused(
                "/organisation", "unknown_organisation",
                "organisation must be a school or provider on record",
            )  # fmt: skip
        _may(caller, found)
        if confirmed_on > registry.today():
            raise _refused("/on", "future_date", "on must not be in the future")
        with connection.transaction():
            at = write_confirmation(
                connection,
                found.id,
                confirmed_on,
                by=caller.organisation or found.id,
                actor=caller.actor,
                on=registry.today(),
                clock=registry.clock,
            )
            settle_lists(connection, registry.worlds, registry.clock, [found.id])
    return {
        "organisation": found.id,
        "confirmed_on": confirmed_on.isoformat(),
        "recorded_at": instant(at),
    }


def who_confirmed(registry: Registry, la: str, on: date) -> dict[str, Any]:
    """Every school and provider of an LA (three digits): silence is shown, never taken for nil."""
    with registry.database.connection() as connection:
        world = registry.worlds.fresh(connection)
        days = world.number("list.confirmation", on, of=f"LA{la}")
        found = lists(connection, on=on, since=on - timedelta(days=days), la=la)
    confirmed = sum(not one["silent"] for one in found)
    return {"items": found, "confirmed": confirmed, "asked": len(found)}


def _may(caller: Caller, found: Organisation) -> None:
    own = found.id in caller.organisations
    of_the_la = caller.role == "la" and f"LA{found.la_code}" in caller.organisations
    if caller.role not in SENDERS or not (own or of_the_la or caller.sees_all):
        raise _refused("/organisation", "forbidden", "an organisation confirms its own list")


def _refused(pointer: str, code: str, detail: str) -> Refused:
    return Refused((Problem(pointer, code, detail),))
