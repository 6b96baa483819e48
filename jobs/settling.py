"""What an import of registers has left that died between the marks and what they oblige to."""

from threading import Event

from ap_registry.installation import Installation
from ap_registry.store import unsettled
from ap_registry.store.attendance_follow_ups import settle_follow_ups


def settle_left(found: Installation, _stopping: Event | None = None) -> int:
    """Write it now; answer for how many pupils."""
    registry = found.registry
    with found.database.connection() as connection:
        since = unsettled.clock(connection)
        pupils = unsettled.left_behind(connection)
        settle_follow_ups(
            connection, registry.worlds, pupils, today=registry.today(), clock=registry.clock
        )
        unsettled.settled(connection, pupils, since=since)
    return len(pupils)
