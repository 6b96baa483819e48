"""Providers that may have to register as a school, found by the night (domain 1.7)."""

from typing import Any

import pytest

from ap_registry.installation import Installation
from ap_registry.store import owing
from ap_registry.store.rebuilding import check
from jobs.nightly import run_nightly
from tests.core.owed import EVERYTHING, LONG_AFTER
from tests.jobs.conftest import MORNING
from tests.world import GARAGE, PRU, SCHOOL, notify, register_pupil, upn


def place(found: Installation, pupils: int, *, sessions: int = 8, at: str = GARAGE,
          **details: Any) -> None:  # fmt: skip
    for number in range(1, pupils + 1):
        register_pupil(found.registry, upn=upn(number), **details)
        notify(found.registry, "placement_started", f"2026-09-{number:02d}", upn=upn(number),
               provider=at, commissioner=SCHOOL, reason="behaviour", ends_on="2026-12-18",
               sessions_per_week=sessions, intent="return",
               checks_confirmed_on="2026-08-28")  # fmt: skip


def watched(found: Installation, night: int = 20) -> list[tuple[str, str, str]]:
    """(pupil, owner, due day) by whom the LA was told, after that night of November."""
    found.registry.clock = MORNING.replace(day=night)
    run_nightly(found)
    return [(one["upn"], one["owner"], one["due_on"]) for one in follow_ups(found)]


def follow_ups(found: Installation) -> list[dict[str, Any]]:
    with found.database.connection() as connection:
        return owing.follow_ups(
            connection, EVERYTHING, on=LONG_AFTER, status="any", kind="registration_watch"
        )


@pytest.mark.parametrize(("pupils", "told"), [(4, []), (5, [(upn(5), "LA856", "2026-11-27")])])
def test_the_la_is_told_of_the_fifth_pupil_near_full_time(
    morning: Installation, pupils: int, told: list[tuple[str, str, str]]
) -> None:
    place(morning, pupils)
    assert watched(morning) == told


def test_seven_sessions_a_week_are_not_near_full_time(morning: Installation) -> None:
    place(morning, 5, sessions=7)
    assert watched(morning) == []


@pytest.mark.parametrize("details", [{"sen_provision": "E"}, {"looked_after": "current"}])
def test_one_pupil_with_a_plan_or_looked_after_is_enough(
    morning: Installation, details: dict[str, str]
) -> None:
    place(morning, 1, **details)
    assert watched(morning) == [(upn(1), "LA856", "2026-11-27")]


def test_a_registered_school_is_not_watched(morning: Installation) -> None:
    place(morning, 5, at=PRU)
    assert watched(morning) == []


@pytest.mark.parametrize(
    ("born", "told"), [("2010-08-31", 0), ("2010-09-01", 1), ("2021-08-31", 1), ("2021-09-01", 0)]
)
def test_only_pupils_of_compulsory_school_age_are_counted(
    morning: Installation, born: str, told: int
) -> None:
    """5 to 15 on 31 August 2026."""
    place(morning, 1, sen_provision="E", date_of_birth=born)
    assert len(watched(morning)) == told


def test_a_provider_is_told_of_once(morning: Installation) -> None:
    place(morning, 5)
    assert watched(morning, 20) == watched(morning, 23)


def test_what_the_la_says_is_done_is_done(morning: Installation) -> None:
    place(morning, 5)
    watched(morning)
    (one,) = follow_ups(morning)
    notify(morning.registry, "follow_up_done", "2026-11-20", upn=upn(5), by="LA856",
           follow_up=one["id"], how="visited with Ofsted")  # fmt: skip
    watched(morning, 23)
    assert [(f["status"], f["how"]) for f in follow_ups(morning)] == [
        ("done", "visited with Ofsted")
    ]


def test_the_end_of_the_placement_ends_the_watch(morning: Installation) -> None:
    place(morning, 5)
    watched(morning)
    notify(morning.registry, "placement_ended", "2026-11-19", upn=upn(5), by=GARAGE,
           end_reason="returned_to_main_school")  # fmt: skip
    watched(morning, 23)
    assert [f["status"] for f in follow_ups(morning)] == ["lapsed"]


def test_a_rebuild_comes_to_the_same_watch(morning: Installation) -> None:
    place(morning, 5)
    watched(morning)
    notify(morning.registry, "placement_ended", "2026-11-19", upn=upn(5), by=GARAGE,
           end_reason="returned_to_main_school")  # fmt: skip
    watched(morning, 23)
    assert check(morning.database).examples == []


def test_the_notice_that_makes_it_so_tells_at_once(morning: Installation) -> None:
    place(morning, 5)
    assert [(one["upn"], one["closed_on"]) for one in follow_ups(morning)] == [(upn(5), None)]


def test_so_does_a_change_of_sessions(morning: Installation) -> None:
    place(morning, 5, sessions=7)
    for number in range(1, 6):
        assert follow_ups(morning) == []
        notify(morning.registry, "placement_changed", "2026-11-02", upn=upn(number), by=SCHOOL,
               sessions_per_week=8)  # fmt: skip
    assert [one["upn"] for one in follow_ups(morning)] == [upn(5)]


def test_the_end_of_that_placement_ends_it_at_once(morning: Installation) -> None:
    place(morning, 5)
    notify(morning.registry, "placement_ended", "2026-11-19", upn=upn(5), by=GARAGE,
           end_reason="returned_to_main_school")  # fmt: skip
    assert [one["status"] for one in follow_ups(morning)] == ["lapsed"]


def test_where_five_remain_another_is_told_of(morning: Installation) -> None:
    place(morning, 6)
    notify(morning.registry, "placement_ended", "2026-11-19", upn=upn(5), by=GARAGE,
           end_reason="returned_to_main_school")  # fmt: skip
    assert {(one["upn"], one["closed_on"]) for one in follow_ups(morning)} == {
        (upn(5), "2026-11-20"), (upn(6), None),
    }  # fmt: skip


def test_a_rebuild_comes_to_what_the_notices_found(morning: Installation) -> None:
    place(morning, 6)
    notify(morning.registry, "placement_ended", "2026-11-19", upn=upn(5), by=GARAGE,
           end_reason="returned_to_main_school")  # fmt: skip
    assert check(morning.database).examples == []
