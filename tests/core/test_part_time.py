"""Part-time timetables (SI 2024/208 reg. 11(6)): reviewed, and over within six weeks."""

from typing import Any

import pytest

from ap_registry.errors import Refused
from ap_registry.registry import Registry
from tests.core.owed import closed, owed, rules_of
from tests.world import SCHOOL, notify, register_pupil


def start(registry: Registry, on: str = "2026-01-12", **facts: Any) -> dict[str, Any]:
    said = {"ends_on": "2026-02-13", "review_on": "2026-01-26", "sessions_per_week": 6, **facts}
    return notify(registry, "part_time_started", on, school=SCHOOL, reason="made up", **said)


def test_a_review_and_the_limit_are_owed_by_the_school(registry: Registry) -> None:
    register_pupil(registry)
    assert rules_of(start(registry)) == []
    assert owed(registry, "part_time_review") == [(SCHOOL, "2026-01-26", "overdue")]
    assert owed(registry, "part_time_limit") == [(SCHOOL, "2026-02-23", "overdue")]


def test_a_review_opens_the_next_two_weeks_on(registry: Registry) -> None:
    register_pupil(registry)
    started = start(registry)
    notify(registry, "review_held", "2026-01-23", by=SCHOOL, of=started["event"]["id"],
           attended=["parent", "school"])  # fmt: skip
    assert owed(registry, "part_time_review") == [
        (SCHOOL, "2026-01-26", "done"),
        (SCHOOL, "2026-02-06", "overdue"),
    ]


def test_full_time_again_ends_both(registry: Registry) -> None:
    register_pupil(registry)
    start(registry)
    notify(registry, "part_time_ended", "2026-02-09", school=SCHOOL)
    assert closed(registry, "part_time_limit") == [("done", "2026-02-09")]
    assert closed(registry, "part_time_review") == [("lapsed", "2026-02-09")]


@pytest.mark.parametrize(
    ("ends_on", "flags"), [("2026-02-23", []), ("2026-02-24", ["part-time.limit"])]
)
def test_a_plan_of_more_than_six_weeks_is_flagged(
    registry: Registry, ends_on: str, flags: list[str]
) -> None:
    register_pupil(registry)
    assert rules_of(start(registry, ends_on=ends_on)) == flags


def test_a_second_one_at_the_same_school_is_refused(registry: Registry) -> None:
    register_pupil(registry)
    start(registry)
    with pytest.raises(Refused) as caught:
        start(registry, "2026-01-19")
    assert [(p.pointer, p.code) for p in caught.value.problems] == [("/school", "already_open")]


def test_what_is_not_open_does_not_end(registry: Registry) -> None:
    register_pupil(registry)
    with pytest.raises(Refused) as caught:
        notify(registry, "part_time_ended", "2026-02-09", school=SCHOOL)
    assert [(p.pointer, p.code) for p in caught.value.problems] == [("/school", "nothing_open")]
