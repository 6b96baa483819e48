"""What others have left to the worker: an import that died, a migration that changed who sees."""

from threading import Event

import structlog

from ap_registry.installation import Installation
from ap_registry.store import unsettled
from ap_registry.store.attendance_follow_ups import settle_follow_ups
from jobs.faults import kind_and_place

log = structlog.get_logger()


def settle_left(found: Installation, _stopping: Event | None = None) -> int:
    """Write what marks oblige to where an import died before it; answer for how many pupils."""
    registry = found.registry
    with found.database.connection() as connection:
        since = unsettled.clock(connection)
        pupils = unsettled.left_behind(connection)
        settle_follow_ups(
            connection, registry.worlds, pupils, today=registry.today(), clock=registry.clock
        )
        unsettled.settled(connection, pupils, since=since)
    return len(pupils)


def bring_in_line(found: Installation) -> None:
    """Derive anew whom a migration has left behind, such as those whom a virtual school sees.

    Once, as the worker starts: later, whoever leaves pupils behind brings them in line too. What
    fails here is told, and tried again by night.
    """
    try:
        found.registry.recompute_follow_ups()
    except Exception as error:
        log.error("left_behind", error=kind_and_place(error))
