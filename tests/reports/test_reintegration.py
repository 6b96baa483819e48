"""O3, edge by edge.

A placement from Monday 6 January to Friday 14 February 2025: 30 school days, and half-term after
it. From 24 February the school days after the end are: the 5th 28 February, the 6th 3 March, the
10th 7 March, the 11th 10 March; 35 to 11 April, 19 from 28 April (5 May is a bank holiday), so that
the 60th is 9 June, the 61st 10 June and the 70th 23 June.
"""

from datetime import date

import pytest

from ap_registry.registry import Registry
from tests.reports.telling import YEAR_2026, Telling, beside, came_of
from tests.world import GARAGE, OTHER, PRU, SCHOOL

START, END = "2025-01-06", "2025-02-14"
BACK = "2025-02-24"  # the first school day after
LAST, AFTER_LAST = "2025-06-10", "2025-06-11"  # the 60th school day after BACK, and the next


@pytest.fixture
def pupil(registry: Registry) -> Telling:
    """Ended, with nothing after it."""
    told = Telling(registry)
    told.placed(START, END)
    return told


@pytest.fixture
def returned(pupil: Telling) -> Telling:
    """Present at Alder School for 60 sessions from 24 February."""
    pupil.marked(SCHOOL, BACK, 60)
    return pupil


def returns(registry: Registry, pupil: Telling) -> bool:
    """Within ten school days, however it went on: absent from the 11th, so that it is known."""
    pupil.marked(SCHOOL, "2025-03-10", 30, "O")
    return bool(beside(registry, "reintegration")["returned"]["numerator"])


@pytest.mark.parametrize(
    ("on", "code", "came"),
    [
        ("2025-03-07", "/", "success"),
        ("2025-03-10", "/", "failed"),
        ("2025-03-07", "L", "success"),
        ("2025-03-07", "B", "failed"),
    ],
)
def test_a_present_mark_by_the_tenth_school_day_is_a_return(
    registry: Registry, pupil: Telling, on: str, code: str, came: str
) -> None:
    pupil.marked(SCHOOL, on, 60, code)
    assert came_of(registry, "reintegration") == came


def test_a_mark_where_the_pupil_is_not_on_roll_is_no_return(
    registry: Registry, pupil: Telling
) -> None:
    pupil.marked(OTHER, BACK, 60)
    assert came_of(registry, "reintegration") == "failed"


@pytest.mark.parametrize(
    ("on", "school", "came"),
    [
        ("2025-03-07", SCHOOL, "success"),
        ("2025-03-10", SCHOOL, "failed"),
        (END, SCHOOL, "success"),
        ("2025-03-07", PRU, "failed"),
    ],
)
def test_a_reintegration_started_by_the_tenth_school_day(
    registry: Registry, pupil: Telling, on: str, school: str, came: str
) -> None:
    pupil.tell("reintegration_started", on, school=school)
    pupil.marked(SCHOOL, "2025-03-10", 60)
    assert came_of(registry, "reintegration") == came


@pytest.mark.parametrize(
    ("broke_down", "returned"), [(None, True), (END, False), ("2025-02-15", True)]
)
def test_a_return_during_the_placement_that_holds_at_its_end(
    registry: Registry, pupil: Telling, broke_down: str | None, returned: bool
) -> None:
    back = pupil.tell("reintegration_started", "2025-02-03", school=SCHOOL)
    if broke_down:
        pupil.tell("reintegration_ended", broke_down, reintegration=back, outcome="broke_down")
    assert returns(registry, pupil) is returned


@pytest.mark.parametrize(
    ("on", "registration", "left", "returned"),
    [
        ("2025-02-03", "C", None, True),
        (END, "M", None, True),
        ("2025-02-03", "S", None, False),
        # Left on the end day: off the roll on it. Joined on the first day: that day's school.
        ("2025-02-03", "C", END, False),
        ("2025-02-03", "C", "2025-02-15", True),
        (START, "C", None, False),
    ],
)
def test_another_school_joined_during_the_placement(
    registry: Registry, pupil: Telling, on: str, registration: str, left: str | None, returned: bool
) -> None:
    pupil.tell("left_roll", on, school=SCHOOL, ground="a")
    pupil.tell("joined_roll", on, school=OTHER, registration=registration)
    if left:
        pupil.tell("left_roll", left, school=OTHER, ground="a")
    assert returns(registry, pupil) is returned


@pytest.mark.parametrize("how", ["stands", "cancelled", "voided"])
@pytest.mark.parametrize("by_referral", [True, False])
def test_an_undone_cause_is_a_return_on_the_end_date(
    registry: Registry, how: str, by_referral: bool
) -> None:
    pupil = Telling(registry)
    cause = named = pupil.excluded("2025-01-02")
    if by_referral:
        named = pupil.tell(
            "referral", "2025-01-03", route="other", objectives=["Attend"], about=cause
        )
    pupil.placed(START, END, arising_from=named)
    if how == "cancelled":
        pupil.tell("exclusion_cancelled", "2025-01-08", exclusion=cause, reason="New facts")
    if how == "voided":
        pupil.tell("void", "2025-01-08", of=cause, reason="Another pupil")
    assert returns(registry, pupil) is (how != "stands")


@pytest.mark.parametrize(
    ("on", "came"),
    [(END, "success"), ("2025-02-15", "failed"), (LAST, "failed"), (AFTER_LAST, "success")],
)
def test_a_permanent_exclusion_after_the_end_fails(
    registry: Registry, returned: Telling, on: str, came: str
) -> None:
    returned.excluded(on)
    assert came_of(registry, "reintegration") == came


@pytest.mark.parametrize(
    ("on", "came"),
    [
        (END, "still_placed"),
        ("2025-02-28", "still_placed"),
        ("2025-03-03", "failed"),
        (LAST, "failed"),
        (AFTER_LAST, "success"),
    ],
)
def test_another_placement_carries_the_return_or_fails_it(
    registry: Registry, returned: Telling, on: str, came: str
) -> None:
    returned.placed(on, provider=GARAGE)
    assert came_of(registry, "reintegration") == came


def test_a_placement_that_ends_on_the_same_day_does_not_carry_it(
    registry: Registry, returned: Telling
) -> None:
    returned.placed("2025-01-20", END, provider=GARAGE)
    assert came_of(registry, "reintegration") == "success"


@pytest.mark.parametrize(("on", "came"), [(LAST, "failed"), (AFTER_LAST, "success")])
def test_off_roll_on_the_last_day_of_the_window(
    registry: Registry, returned: Telling, on: str, came: str
) -> None:
    returned.tell("left_roll", on, school=SCHOOL, ground="f")
    assert came_of(registry, "reintegration") == came


@pytest.mark.parametrize(
    ("on", "came"), [(BACK, "failed"), (LAST, "failed"), (AFTER_LAST, "success")]
)
def test_a_breakdown_from_the_return_day_to_the_end_of_the_window(
    registry: Registry, returned: Telling, on: str, came: str
) -> None:
    back = returned.tell("reintegration_started", BACK, school=SCHOOL)
    returned.tell("reintegration_ended", on, reintegration=back, outcome="broke_down")
    assert came_of(registry, "reintegration") == came


@pytest.mark.parametrize(
    ("present", "absent", "came"),
    # The two marks of the return day are not in the window after it.
    [(31, 0, "unknown"), (32, 0, "success"), (17, 15, "failed"), (18, 15, "success")],
)
def test_thirty_possible_sessions_and_more_than_half_attended(
    registry: Registry, pupil: Telling, present: int, absent: int, came: str
) -> None:
    pupil.marked(SCHOOL, BACK, present)
    pupil.marked(SCHOOL, "2025-04-28", absent, "O")
    assert came_of(registry, "reintegration") == came


@pytest.mark.parametrize(
    ("why", "facts", "came"),
    [
        ("died", {}, "died"),
        ("left_england", {}, "left_england"),
        ("moved_area", {"destination": OTHER}, "moved"),
        ("moved_area", {"destination": "857"}, "moved"),
        ("moved_area", {"destination": "up north"}, "success"),
        ("moved_area", {}, "success"),
        ("custody", {"destination": OTHER}, "success"),
    ],
)
def test_why_it_ended(registry: Registry, why: str, facts: dict[str, str], came: str) -> None:
    pupil = Telling(registry)
    placement = pupil.placed(START)
    pupil.tell("placement_ended", END, placement=placement, end_reason=why, **facts)
    pupil.marked(SCHOOL, BACK, 60)
    assert came_of(registry, "reintegration") == came


@pytest.mark.parametrize(
    ("born", "until", "came"),
    [
        # Year 11 in 2024/25: born 1 September 2008 to 31 August 2009.
        ("2009-09-01", END, "success"),
        ("2009-08-31", END, "year_11_leaver"),
        ("2008-09-01", END, "year_11_leaver"),
        ("2008-08-31", END, "post_16"),
        ("2009-08-31", "2024-12-20", "success"),
    ],
)
def test_year_11_leavers_and_post_16(registry: Registry, born: str, until: str, came: str) -> None:
    pupil = Telling(registry, date_of_birth=born)
    pupil.placed("2024-11-04", until)
    pupil.marked(SCHOOL, "2025-01-06" if until < "2025" else BACK, 60)
    assert came_of(registry, "reintegration") == came


@pytest.mark.parametrize(
    ("start", "reason", "came"),
    [
        # 27 January to 14 February are 15 school days; from the 28th they are 14.
        ("2025-01-28", "mental_health", "short_hospital"),
        ("2025-01-27", "physical_health", "success"),
        ("2025-01-28", "suspension", "cover"),
        ("2025-01-27", "suspension", "success"),
        ("2025-01-28", "behaviour", "success"),
    ],
)
def test_short_stays(registry: Registry, start: str, reason: str, came: str) -> None:
    pupil = Telling(registry)
    pupil.placed(start, END, reason=reason)
    pupil.marked(SCHOOL, BACK, 60)
    assert came_of(registry, "reintegration") == came


@pytest.mark.parametrize(
    ("plan_on", "intent", "came"),
    [
        (START, "long_term", "long_term"),
        (END, "long_term", "long_term"),
        ("2025-02-15", "long_term", "success"),
        (START, "return", "success"),
    ],
)
def test_long_term_with_an_ehc_plan_on_the_start_or_the_end_date(
    registry: Registry, plan_on: str, intent: str, came: str
) -> None:
    pupil = Telling(registry)
    pupil.placed(START, END, intent=intent)
    pupil.tell("pupil_details_changed", plan_on, sen_provision="E")
    pupil.marked(SCHOOL, BACK, 60)
    assert came_of(registry, "reintegration") == came


def test_is_pending_until_the_seventieth_school_day(registry: Registry) -> None:
    # After 1 September 2026 there are 33 school days to 16 October, and 37 more to 15 December.
    Telling(registry).placed("2026-06-01", "2026-09-01")
    autumn = (date(2026, 9, 1), date(2027, 8, 31))
    assert came_of(registry, "reintegration", autumn) == "pending"


def test_runs_over_the_summer(registry: Registry) -> None:
    # From Friday 11 July 2025 the 10th school day is Tuesday 9 September.
    pupil = Telling(registry)
    pupil.placed("2025-06-02", "2025-07-11")
    pupil.marked(SCHOOL, "2025-09-09", 60)
    assert came_of(registry, "reintegration") == "success"
    assert came_of(registry, "reintegration", YEAR_2026) == "none"


def test_correcting_last_year_restates_it_and_old_reports_stay(
    registry: Registry, returned: Telling
) -> None:
    before = registry.now()
    again = returned.excluded("2025-03-03")
    between = registry.now()
    returned.tell("void", "2025-09-10", of=again, reason="Another pupil")
    found = [came_of(registry, "reintegration", known_by=at) for at in (before, between, None)]
    assert found == ["success", "failed", "success"]


def test_figures_beside_it(registry: Registry, returned: Telling) -> None:
    # Back on 24 February, held to 10 June, which is before 190 school days from 6 January. The
    # placement lasted 30 school days, and was planned to 10 July 2026.
    one = {"numerator": 1, "denominator": 1, "value": 100.0}
    found = beside(registry, "reintegration")
    assert {name: found[name] for name in found if not name.startswith("went_")} == {
        "assessment_shared": {"numerator": 0, "denominator": 1, "value": 0.0},
        "by_planned_end": one,
        "by_start": one,
        "median_days": {"value": 30.0},
        "returned": one,
    }


def test_a_failure_that_nobody_answered(registry: Registry, pupil: Telling) -> None:
    found = beside(registry, "reintegration")
    assert (found["unanswered"], found["not_returned_breakdown"]) == ({"value": 1}, {"value": 1})


def test_a_late_mark_or_notice_is_an_answer(registry: Registry, pupil: Telling) -> None:
    pupil.marked(SCHOOL, "2025-03-10", 1, "O")
    assert "unanswered" not in beside(registry, "reintegration")


@pytest.mark.parametrize(("on", "answered"), [("2025-03-10", True), ("2025-06-24", False)])
def test_a_late_return_notice_is_an_answer(
    registry: Registry, pupil: Telling, on: str, answered: bool
) -> None:
    pupil.tell("reintegration_started", on, school=SCHOOL)
    assert ("unanswered" not in beside(registry, "reintegration")) is answered
