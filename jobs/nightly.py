"""Nightly: attendance follow-ups brought in line, whoever was missed by day."""

from ap_registry.installation import Installation
from ap_registry.store.attendance_follow_ups import settle_follow_ups


def sweep_attendance(found: Installation) -> int:
    """Derive the follow-ups of every pupil with a register of this academic year anew."""
    registry = found.registry
    with found.database.connection() as connection:
        pupils = {
            row[0]
            for row in connection.execute(
                "select distinct pupil_id from attendance_week where until_at = 'infinity'"
                " and week > %s::date - 400",
                (registry.today(),),
            )
        }
        world = registry.worlds.fresh(connection)
        settle_follow_ups(
            connection,
            world,
            pupils,
            today=registry.today(),
            clock=found.clock,
        )
    return len(pupils)
