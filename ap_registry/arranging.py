"""An LA decides how the registry works for it, and what families read, from a day on."""

from dataclasses import replace

from ap_registry.access import COMMAND_LINE, Caller
from ap_registry.arrangements import NEEDS_BASIS, VALUES, Arrangement
from ap_registry.errors import Problem, Refused
from ap_registry.list_confirmation import ARRANGED
from ap_registry.registry import Registry
from ap_registry.store.arrangements import write_arrangement
from ap_registry.store.database import Connection
from ap_registry.store.list_confirmations import settle_lists

SENDERS = frozenset({"la"})


def arrange(
    registry: Registry, connection: Connection, wanted: Arrangement, caller: Caller = COMMAND_LINE
) -> Arrangement:
    """Record it, and ask for lists or no more; raise Refused with what is wrong."""
    basis = (wanted.basis or "").strip() or None
    found = replace(
        wanted, name=wanted.name.strip().lower(), value=wanted.value.strip().lower(), basis=basis
    )
    world, today = registry.worlds.fresh(connection), registry.today()
    organisation = world.organisation(found.organisation)
    _check(found, is_la=organisation is not None and organisation.kind == "la")
    own = caller.role in SENDERS and found.organisation == caller.organisation
    if not (caller.sees_all or own):
        raise _refused("/la", "forbidden", "an LA decides for itself")
    write_arrangement(connection, found, actor=caller.actor, on=today, clock=registry.clock)
    if found.name == ARRANGED:
        settle_lists(connection, registry.worlds, registry.clock)
    return found


def _check(arranged: Arrangement, *, is_la: bool) -> None:
    if not is_la:
        raise _refused("/la", "unknown_organisation", f"{arranged.organisation} is no LA on record")
    if arranged.name not in VALUES:
        raise _refused("/name", "unknown_code", "name must be one of " + ", ".join(VALUES))
    if arranged.value not in VALUES[arranged.name]:
        listed = " or ".join(VALUES[arranged.name])
        raise _refused("/value", "unknown_code", f"{arranged.name} must be {listed}")
    if (arranged.name, arranged.value) in NEEDS_BASIS and not arranged.basis:
        raise _refused(
            "/basis", "required",
            "basis is needed: name the lawful basis on which health partners are told"
            " (UK GDPR articles 6 and 9)",
        )  # fmt: skip


def _refused(pointer: str, code: str, detail: str) -> Refused:
    return Refused((Problem(pointer, code, detail),))
