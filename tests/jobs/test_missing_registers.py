"""Registers that a provider has not sent: found by the nightly sweep, closed when they come."""

from datetime import UTC, datetime

import pytest

from ap_registry import embedded
from ap_registry.installation import Installation
from ap_registry.registry import Registry
from ap_registry.settings import Settings
from ap_registry.store.rebuilding import check
from jobs.nightly import sweep_attendance
from tests.core.owed import follow_ups
from tests.core.registers import mark
from tests.world import GARAGE, SCHOOL, load_world, notify, register_pupil

EARLY = datetime(2026, 9, 1, 12, tzinfo=UTC)


@pytest.fixture
def placed(early: Installation) -> Installation:
    register_pupil(early.registry)
    place(early)
    return early


@pytest.fixture
def early(empty_registry: Registry, urls: embedded.Servers) -> Installation:
    """The small world on 1 September 2026; each test moves its clock on."""
    empty_registry.clock = EARLY
    load_world(empty_registry)
    made = Installation(settings=Settings(), servers=urls)
    made.__dict__["database"] = empty_registry.database
    made.__dict__["registry"] = empty_registry
    return made


def place(found: Installation, sessions: int = 10) -> None:
    at(found, "2026-10-12")
    notify(found.registry, "placement_started", "2026-10-12", provider=GARAGE,
           commissioner=SCHOOL, reason="behaviour", ends_on="2026-12-18", intent="return",
           sessions_per_week=sessions, checks_confirmed_on="2026-10-09")  # fmt: skip


def at(found: Installation, day: str) -> None:
    found.registry.clock = datetime.fromisoformat(f"{day}T03:00:00+00:00")


def missing(found: Installation, night: str) -> list[tuple[str, str, str, str]]:
    at(found, night)
    sweep_attendance(found)
    return [
        (one["owner"], one["opened_on"], one["due_on"], one["status"])
        for one in follow_ups(found.registry, "register_missing")
    ]


@pytest.mark.parametrize(
    ("night", "found"),
    [
        ("2026-10-26", []),
        ("2026-10-27", [(GARAGE, "2026-10-26", "2026-10-27", "overdue")]),
    ],
)
def test_the_register_of_the_eve_of_half_term_may_come_on_the_monday_after_it(
    placed: Installation, night: str, found: list[tuple[str, str, str, str]]
) -> None:
    at(placed, "2026-10-17")
    mark(placed.registry, "/", "2026-10-12", "2026-10-15", at=GARAGE)
    assert missing(placed, night) == found


def test_a_week_without_registers_is_missing_once(placed: Installation) -> None:
    assert missing(placed, "2026-10-16") == [(GARAGE, "2026-10-13", "2026-10-14", "overdue")]
    assert missing(placed, "2026-10-17") == [(GARAGE, "2026-10-13", "2026-10-14", "overdue")]


def test_marks_that_come_end_it(placed: Installation) -> None:
    missing(placed, "2026-10-17")
    mark(placed.registry, "/", "2026-10-12", "2026-10-16", at=GARAGE)
    (one,) = follow_ups(placed.registry, "register_missing")
    assert (one["status"], one["closed_on"]) == ("done", "2026-10-17")


def test_marks_for_a_part_of_the_week_leave_the_rest_missing(placed: Installation) -> None:
    missing(placed, "2026-10-17")
    mark(placed.registry, "/", "2026-10-12", "2026-10-14", at=GARAGE)
    (one,) = follow_ups(placed.registry, "register_missing")
    assert (one["opened_on"], one["due_on"]) == ("2026-10-16", "2026-10-26")


@pytest.mark.parametrize(("night", "weeks"), [("2026-11-09", 3), ("2026-11-10", 2)])
def test_silence_of_more_than_four_weeks_is_found_no_more(
    placed: Installation, night: str, weeks: int
) -> None:
    """The week of 12 October is 28 days before 9 November, and half-term is no silence."""
    assert len(missing(placed, night)) == weeks


def test_of_a_few_sessions_a_week_only_a_silent_week_is_missing(early: Installation) -> None:
    register_pupil(early.registry)
    place(early, sessions=4)
    mark(early.registry, "/", "2026-10-12", at=GARAGE)
    at(early, "2026-11-03")
    assert missing(early, "2026-11-03") == [(GARAGE, "2026-11-02", "2026-11-03", "overdue")]


def test_a_placement_that_was_no_placement_owes_no_register(placed: Installation) -> None:
    missing(placed, "2026-10-17")
    notify(placed.registry, "placement_ended", "2026-10-16", by=GARAGE, end_reason="error")
    assert missing(placed, "2026-10-18")[0][3] == "lapsed"


def test_a_rebuild_finds_the_same_registers_missing(placed: Installation) -> None:
    missing(placed, "2026-10-17")
    mark(placed.registry, "/", "2026-10-12", "2026-10-16", at=GARAGE)
    missing(placed, "2026-11-05")
    found = check(placed.database)
    assert found.examples == []
