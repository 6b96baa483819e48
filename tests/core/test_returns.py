"""The way back, and what a direction asks for besides its reviews (SI 2010/1156; guidance)."""

from typing import Any

import pytest

from ap_registry.registry import Registry
from tests.core.owed import closed, owed, rules_of
from tests.core.test_exclusion_notices import suspend
from tests.world import GARAGE, OTHER, PRU, SCHOOL, notify, register_pupil


def direct(registry: Registry, provider: str = GARAGE) -> dict[str, Any]:
    return notify(
        registry, "off_site_direction", "2026-01-12", school=SCHOOL, provider=provider,
        starts_on="2026-01-19", ends_on="2026-03-27", sessions_per_week=10, objectives=["settle"],
        parent_notified_on="2026-01-12",
    )  # fmt: skip


def review(registry: Registry, on: str, of: dict[str, Any], **facts: Any) -> dict[str, Any]:
    said = {"attended": ["parent", "school"], **facts}
    return notify(registry, "review_held", on, by=SCHOOL, of=of["event"]["id"], **said)


def ask_for_review(registry: Registry, on: str, of: dict[str, Any]) -> None:
    notify(registry, "parent_request", on, by=SCHOOL, request="review_meeting",
           of=of["event"]["id"])  # fmt: skip


def test_a_meeting_is_owed_for_the_first_day_back(registry: Registry) -> None:
    """Suspended to the last day before half-term: back on Monday 23 February."""
    register_pupil(registry)
    suspended = suspend(registry, "2026-02-12", "2026-02-13", 4)
    assert owed(registry, "reintegration_meeting") == [(SCHOOL, "2026-02-23", "overdue")]
    review(registry, "2026-02-23", suspended, purpose="return_meeting")
    assert closed(registry, "reintegration_meeting") == [("done", "2026-02-23")]


def test_a_cancelled_suspension_owes_the_meeting_of_its_own_return(registry: Registry) -> None:
    register_pupil(registry)
    suspend(registry, "2026-03-02", "2026-03-06", 10)
    notify(registry, "exclusion_cancelled", "2026-03-03", by=SCHOOL, reason="made up")
    assert owed(registry, "reintegration_meeting") == [
        (SCHOOL, "2026-03-04", "overdue"),
        (SCHOOL, "2026-03-09", "lapsed"),
    ]


def test_a_review_that_a_parent_asks_for_is_owed(registry: Registry) -> None:
    register_pupil(registry)
    direction = direct(registry)
    ask_for_review(registry, "2026-02-02", direction)
    assert owed(registry, "review_requested") == [(SCHOOL, "2026-02-23", "overdue")]
    review(registry, "2026-02-09", direction)
    assert closed(registry, "review_requested") == [("done", "2026-02-09")]


@pytest.mark.parametrize(("asked_on", "count"), [("2026-04-06", 0), ("2026-04-07", 1)])
def test_a_review_of_the_last_ten_weeks_is_enough(
    registry: Registry, asked_on: str, count: int
) -> None:
    """Reviewed on 26 January: ten weeks are over on 6 April."""
    register_pupil(registry)
    direction = direct(registry)
    review(registry, "2026-01-26", direction)
    ask_for_review(registry, asked_on, direction)
    assert len(owed(registry, "review_requested")) == count


@pytest.mark.parametrize(
    ("received_on", "rules"), [("2026-02-03", []), ("2026-02-04", ["off-site.invitation"])]
)
def test_parents_are_invited_six_days_before_a_review(
    registry: Registry, received_on: str, rules: list[str]
) -> None:
    register_pupil(registry)
    direction = direct(registry)
    notify(registry, "notified", "2026-02-02", by=SCHOOL, of=direction["event"]["id"], to="parent",
           about="invitation", method="email", received_on=received_on)  # fmt: skip
    assert rules_of(review(registry, "2026-02-09", direction)) == rules


def test_the_decision_of_a_review_is_told_within_six_days(registry: Registry) -> None:
    register_pupil(registry)
    reviewed = review(registry, "2026-02-09", direct(registry))
    assert owed(registry, "off_site_outcome") == [(SCHOOL, "2026-02-15", "overdue")]
    notify(registry, "notified", "2026-02-13", by=SCHOOL, of=reviewed["event"]["id"], to="parent",
           about="outcome", method="email")  # fmt: skip
    assert closed(registry, "off_site_outcome") == [("done", "2026-02-13")]


def test_a_pupil_directed_to_a_school_is_registered_there_too(registry: Registry) -> None:
    register_pupil(registry)
    direct(registry, PRU)
    assert owed(registry, "dual_registration") == [(PRU, "2026-01-19", "overdue")]
    notify(registry, "joined_roll", "2026-01-19", school=PRU, registration="S")
    assert closed(registry, "dual_registration") == [("done", "2026-01-19")]


def test_a_provider_without_a_register_owes_no_registration(registry: Registry) -> None:
    register_pupil(registry)
    direct(registry, GARAGE)
    assert owed(registry, "dual_registration") == []


@pytest.mark.parametrize(
    ("facts", "rules"),
    [
        ({"parent_agreed": True}, []),
        ({"parent_agreed": False}, ["managed-move.not-agreed"]),
    ],
)
def test_a_managed_move_is_agreed(
    registry: Registry, facts: dict[str, Any], rules: list[str]
) -> None:
    register_pupil(registry)
    moved = notify(registry, "managed_move", "2026-03-02", from_school=SCHOOL, to_school=OTHER,
                   by=SCHOOL, **facts)  # fmt: skip
    assert rules_of(moved) == rules


def test_a_managed_move_with_a_plan_is_flagged(registry: Registry) -> None:
    register_pupil(registry, sen_provision="E")
    moved = notify(registry, "managed_move", "2026-03-02", from_school=SCHOOL, to_school=OTHER,
                   by=SCHOOL, parent_agreed=True)  # fmt: skip
    assert rules_of(moved) == ["managed-move.ehc-plan"]


@pytest.mark.parametrize(
    ("left_on", "rules"), [("2026-03-02", []), ("2026-03-01", ["roll.not-on-record"])]
)
def test_who_moves_may_leave_the_roll_the_same_day(
    registry: Registry, left_on: str, rules: list[str]
) -> None:
    register_pupil(registry)
    notify(registry, "left_roll", left_on, school=SCHOOL, ground="a", destination=OTHER)
    moved = notify(registry, "managed_move", "2026-03-02", from_school=SCHOOL, to_school=OTHER,
                   parent_agreed=True, by=SCHOOL)  # fmt: skip
    assert [flag["rule"] for flag in moved["flags"]] == rules
