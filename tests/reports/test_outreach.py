"""O1, edge by edge. School days of LA856 are in tests/world.py."""

from datetime import date

import pytest

from ap_registry.registry import Registry
from tests.reports.telling import Telling, beside, came_of
from tests.world import OTHER, PRU, SCHOOL, SPECIAL

# From the last day of the summer term (Friday 11 July 2025), 60 school days run into autumn:
# 38 from 27 August to 17 October, and 22 from 27 October: five weeks less two days,
# so that the 60th is Tuesday 25 November and the 61st Wednesday 26 November.
END, DAY_60, DAY_61 = "2025-07-11", "2025-11-25", "2025-11-26"


@pytest.fixture
def pupil(registry: Registry) -> Telling:
    """Outreach from 2 June to the end of term, and 60 present marks from 1 September."""
    told = Telling(registry)
    told.outreach("2025-06-02", END)
    told.marked(SCHOOL, "2025-09-01", 60)
    return told


def test_holds_sixty_school_days_after_the_summer(registry: Registry, pupil: Telling) -> None:
    assert came_of(registry, "outreach") == "success"


@pytest.mark.parametrize(
    ("on", "came"),
    [(END, "success"), ("2025-07-12", "failed"), (DAY_60, "failed"), (DAY_61, "success")],
)
def test_a_suspension_counts_from_the_day_after_to_the_sixtieth(
    registry: Registry, pupil: Telling, on: str, came: str
) -> None:
    pupil.suspended(on)
    assert came_of(registry, "outreach") == came


def test_a_lunchtime_suspension_does_not_count(registry: Registry, pupil: Telling) -> None:
    pupil.suspended("2025-09-15", kind="lunchtime", sessions=1)
    assert came_of(registry, "outreach") == "success"


def test_core_leaves_suspensions_out(registry: Registry, pupil: Telling) -> None:
    pupil.suspended("2025-09-15")
    assert beside(registry, "outreach")["core"] == {
        "numerator": 1, "denominator": 1, "value": 100.0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("on", "came"),
    [("2025-05-23", "success"), ("2025-06-02", "failed"), (DAY_60, "failed"), (DAY_61, "success")],
)
def test_a_permanent_exclusion_counts_from_the_start_to_the_sixtieth_day(
    registry: Registry, pupil: Telling, on: str, came: str
) -> None:
    pupil.excluded(on)
    assert came_of(registry, "outreach") == came


def test_a_permanent_exclusion_cancelled_later_restates_to_success(
    registry: Registry, pupil: Telling
) -> None:
    excluded = pupil.excluded("2025-10-01")
    before = registry.now()
    pupil.tell("exclusion_cancelled", "2025-10-08", exclusion=excluded, reason="New facts")
    assert came_of(registry, "outreach", known_by=before) == "failed"
    assert came_of(registry, "outreach") == "success"


@pytest.mark.parametrize(
    ("decisions", "came"),
    [
        (["quashed"], "success"),
        (["quashed", "upheld"], "failed"),
        (["quashed", "upheld", "quashed"], "success"),
        (["reinstated", "upheld"], "success"),
        (["upheld"], "failed"),
    ],
)
def test_quashed_is_undone_unless_the_governors_uphold_it_again(
    registry: Registry, pupil: Telling, decisions: list[str], came: str
) -> None:
    excluded = pupil.excluded("2025-10-01")
    for day, decision in enumerate(decisions, start=10):
        type_ = "review_decision" if decision == "quashed" else "governors_decision"
        pupil.tell(type_, f"2025-10-{day}", exclusion=excluded, decision=decision)
    assert came_of(registry, "outreach") == came


def test_only_the_governors_uphold_again_what_was_quashed(
    registry: Registry, pupil: Telling
) -> None:
    excluded = pupil.excluded("2025-10-01")
    for day, decision in ((10, "quashed"), (11, "upheld")):
        pupil.tell("review_decision", f"2025-10-{day}", exclusion=excluded, decision=decision)
    assert came_of(registry, "outreach") == "success"


@pytest.mark.parametrize(("on", "came"), [(DAY_60, "failed"), (DAY_61, "success")])
def test_a_placement_started_on_the_sixtieth_day_fails(
    registry: Registry, pupil: Telling, on: str, came: str
) -> None:
    pupil.placed(on)
    assert came_of(registry, "outreach") == came


def test_a_placement_that_ended_in_error_never_happened(registry: Registry, pupil: Telling) -> None:
    pupil.placed("2025-09-15", "2025-09-16", "error")
    assert came_of(registry, "outreach") == "success"


@pytest.mark.parametrize(
    ("type_", "facts"),
    [
        ("managed_move", {"from_school": SCHOOL, "to_school": OTHER}),
        (
            "off_site_direction",
            {"school": SCHOOL, "provider": PRU, "starts_on": "2025-11-27", "ends_on": "2025-12-19",
             "sessions_per_week": 5, "objectives": ["Attend"],
             "parent_notified_on": "2025-11-20"},
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize(("on", "came"), [(DAY_60, "failed"), (DAY_61, "success")])
def test_a_move_or_direction_made_by_the_sixtieth_day_fails(
    registry: Registry, pupil: Telling, type_: str, facts: dict[str, object], on: str, came: str
) -> None:
    pupil.tell(type_, on, **facts)
    assert came_of(registry, "outreach") == came


@pytest.mark.parametrize(("on", "came"), [(DAY_60, "failed"), (DAY_61, "success")])
def test_fails_off_roll_on_the_sixtieth_day(
    registry: Registry, pupil: Telling, on: str, came: str
) -> None:
    pupil.tell("left_roll", on, school=SCHOOL, ground="f")
    assert came_of(registry, "outreach") == came


def test_another_school_of_the_kind_will_do(registry: Registry, pupil: Telling) -> None:
    pupil.tell("left_roll", "2025-09-15", school=SCHOOL, ground="a")
    pupil.tell("joined_roll", "2025-09-15", school=SPECIAL, registration="C")
    assert came_of(registry, "outreach") == "success"


@pytest.mark.parametrize(
    ("present", "absent", "came"),
    [(29, 0, "unknown"), (30, 0, "success"), (15, 14, "unknown"), (15, 15, "failed"),
     (16, 15, "success")],
)  # fmt: skip
def test_thirty_possible_sessions_and_more_than_half_attended(
    registry: Registry, present: int, absent: int, came: str
) -> None:
    pupil = Telling(registry)
    pupil.outreach("2025-06-02", END)
    pupil.marked(SCHOOL, "2025-09-01", present)
    pupil.marked(SCHOOL, "2025-10-27", absent, "O")
    assert came_of(registry, "outreach") == came


@pytest.mark.parametrize(
    ("sessions", "placed_on", "came"),
    [(5, None, "success"), (4, None, "too_few_sessions"), (4, END, "failed"),
     (4, "2025-07-12", "too_few_sessions")],
)  # fmt: skip
def test_five_sessions_unless_it_failed_by_its_end(
    registry: Registry, sessions: int, placed_on: str | None, came: str
) -> None:
    pupil = Telling(registry)
    pupil.outreach("2025-06-02", END, sessions=sessions)
    pupil.marked(SCHOOL, "2025-09-01", 60)
    if placed_on:
        pupil.placed(placed_on)
    assert came_of(registry, "outreach") == came


@pytest.mark.parametrize(
    ("why", "came"), [("died", "died"), ("left_england", "left_england"), ("error", "none")]
)
def test_is_left_out_by_how_it_ended(registry: Registry, why: str, came: str) -> None:
    Telling(registry).outreach("2025-06-02", END, why)
    assert came_of(registry, "outreach") == came


def test_is_left_out_when_not_on_roll_at_the_start(registry: Registry) -> None:
    Telling(registry, on_roll=False).outreach("2025-06-02", END)
    assert came_of(registry, "outreach") == "not_on_roll"


def test_is_left_out_when_placed_at_the_start(registry: Registry) -> None:
    pupil = Telling(registry)
    pupil.placed("2025-05-06", "2025-06-02")
    pupil.outreach("2025-06-02", END)
    assert came_of(registry, "outreach") == "in_placement"


def test_support_from_a_school_is_no_episode(registry: Registry) -> None:
    """provider = an AP provider or an LA support service."""
    pupil = Telling(registry)
    outreach = pupil.tell(
        "outreach_started", "2025-06-02", provider=SPECIAL, school=SCHOOL, focus="Calm"
    )
    pupil.tell("outreach_ended", END, outreach=outreach, end_reason="completed")
    assert came_of(registry, "outreach") == "none"


def test_is_pending_until_the_sixtieth_day(registry: Registry) -> None:
    # Today is before the 60th school day after 16 October 2026 (the 40th is 18 December).
    Telling(registry).outreach("2026-09-01", "2026-10-16")
    autumn = (date(2026, 9, 1), date(2027, 8, 31))
    assert came_of(registry, "outreach", autumn) == "pending"
