"""What one organisation notifies and another can put right goes to the other."""

from typing import Any

from ap_registry.registry import Registry
from tests.core.owed import closed, owed
from tests.world import OTHER, PRU, SCHOOL, notify, register_pupil


def place(registry: Registry, by: str) -> dict[str, Any]:
    return notify(
        registry, "placement_started", "2026-03-02", by=by, provider=PRU, commissioner=SCHOOL,
        reason="behaviour", ends_on="2026-05-01", sessions_per_week=10, intent="return",
    )  # fmt: skip


def test_the_commissioner_is_asked_for_the_checks_of_a_placement(registry: Registry) -> None:
    register_pupil(registry)
    place(registry, by=PRU)
    assert owed(registry, "checks_confirmation") == [(SCHOOL, "2026-03-09", "overdue")]


def test_nobody_is_asked_to_mend_what_they_sent_themselves(registry: Registry) -> None:
    register_pupil(registry)
    place(registry, by=SCHOOL)
    assert owed(registry, "checks_confirmation") == []


def test_a_second_main_school_asks_the_first_for_the_leave(registry: Registry) -> None:
    register_pupil(registry)
    notify(registry, "joined_roll", "2026-03-02", school=OTHER, registration="C")
    assert owed(registry, "roll_record") == [(SCHOOL, "2026-03-09", "overdue")]
    notify(registry, "left_roll", "2026-03-02", school=SCHOOL, ground="a")
    assert closed(registry, "roll_record") == [("lapsed", "2026-03-02")]


def test_a_removal_without_ground_goes_to_the_home_la(registry: Registry) -> None:
    register_pupil(registry)
    notify(registry, "left_roll", "2026-03-02", school=SCHOOL, ground="none")
    assert owed(registry, "removal_review") == [("LA856", "2026-03-09", "overdue")]
