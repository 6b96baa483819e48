"""O2, edge by edge.

A placement from Monday 6 January 2025: 30 school days to 14 February and 30 from 24 February, so
that the 60th is Friday 4 April. Before it: 40 school days from 28 October and 20 from 23 September.
"""

from datetime import date

import pytest

from ap_registry.registry import Registry
from tests.reports.telling import Telling, beside, came_of, counts, report
from tests.world import GARAGE, OTHER, PRU, SCHOOL

START, DAY_60 = "2025-01-06", "2025-04-04"
BEFORE, LAST_BEFORE = "2024-09-23", "2024-12-02"  # the 60th and the 15th school day before


def told(
    registry: Registry, before: tuple[int, int], after: tuple[int, int], **facts: object
) -> Telling:
    """(present, absent) sessions in each of the two windows of 60 school days."""
    pupil = Telling(registry)
    pupil.placed(START, **facts)
    for organisation, day, (present, absent) in (
        (SCHOOL, BEFORE, before), (PRU, START, after),
    ):  # fmt: skip
        pupil.marked(organisation, day, present)
        pupil.marked(organisation, "2024-11-11" if day == BEFORE else "2025-02-24", absent, "O")
    return pupil


@pytest.mark.parametrize(
    ("before", "after", "came"),
    [
        # 50 of 100 to 55 of 100 is 5 points; 27 of 50 is 54 %: 4 points.
        ((50, 50), (55, 45), "success"),
        ((50, 50), (27, 23), "failed"),
        # 1/3 to 23/60 is exactly 5 points, though neither is an exact decimal.
        ((20, 40), (23, 37), "success"),
        # 90 % both is enough; 36 of 40 to 35 of 40 is 90 % to 87.5 %.
        ((36, 4), (36, 4), "success"),
        ((40, 0), (36, 4), "success"),
        ((36, 4), (35, 5), "failed"),
    ],
)
def test_five_points_or_ninety_percent_both(
    registry: Registry, before: tuple[int, int], after: tuple[int, int], came: str
) -> None:
    told(registry, before, after)
    assert came_of(registry, "attendance") == came


@pytest.mark.parametrize(
    ("before", "after", "came"),
    [
        ((0, 29), (30, 0), "no_baseline"),
        ((0, 30), (30, 0), "success"),
        ((0, 30), (29, 0), "too_short"),
        ((0, 30), (0, 0), "unknown"),
        ((0, 29), (29, 0), "too_short"),
        ((0, 29), (0, 0), "no_baseline"),
    ],
)
def test_thirty_possible_sessions_on_either_side(
    registry: Registry, before: tuple[int, int], after: tuple[int, int], came: str
) -> None:
    told(registry, before, after)
    assert came_of(registry, "attendance") == came


@pytest.mark.parametrize(
    ("first", "last", "came"),
    [
        (date(2025, 4, 4), date(2025, 4, 4), "success"),
        (date(2024, 9, 1), date(2025, 4, 3), "none"),
        (date(2025, 4, 5), date(2025, 8, 31), "none"),
    ],
)
def test_the_sixtieth_school_day_puts_it_in_the_period(
    registry: Registry, first: date, last: date, came: str
) -> None:
    told(registry, (0, 40), (40, 0))
    assert came_of(registry, "attendance", (first, last)) == came


@pytest.mark.parametrize(
    ("until", "why", "came"),
    [
        # Friday 24 January is the 15th school day from the start, Thursday the 14th.
        ("2025-01-23", "breakdown", "failed"),
        ("2025-01-23", "parental_withdrawal", "failed"),
        ("2025-01-23", "returned_to_main_school", "too_short"),
        ("2025-01-24", "breakdown", "success"),
        ("2025-01-26", "breakdown", "success"),
        (DAY_60, "died", "died"),
        ("2025-04-05", "died", "success"),
        (DAY_60, "left_england", "left_england"),
        (DAY_60, "error", "none"),
    ],
)
def test_how_and_when_it_ended(registry: Registry, until: str, why: str, came: str) -> None:
    pupil = Telling(registry)
    pupil.placed(START, until, why)
    pupil.marked(SCHOOL, LAST_BEFORE, 30, "O")
    pupil.marked(PRU, START, 120)
    assert came_of(registry, "attendance") == came


def test_the_after_window_ends_on_the_last_school_day_of_the_placement(registry: Registry) -> None:
    # k = 15: from Monday 6 to Friday 24 January, 30 absent sessions. All that is present is later.
    pupil = Telling(registry)
    pupil.placed(START, "2025-01-26")
    pupil.marked(SCHOOL, LAST_BEFORE, 30, "O")
    pupil.marked(PRU, START, 30, "O")
    pupil.marked(SCHOOL, "2025-01-27", 60)
    assert came_of(registry, "attendance") == "failed"


@pytest.mark.parametrize(
    ("on", "kind", "came"),
    [
        # A trigger on 23 September leaves 18 school days before it, without a mark.
        (BEFORE, "suspension", "no_baseline"),
        (BEFORE, "lunchtime", "no_baseline"),
        ("2024-09-20", "suspension", "success"),
        (START, "suspension", "success"),
    ],
)
def test_the_trigger_is_looked_for_in_sixty_school_days(
    registry: Registry, on: str, kind: str, came: str
) -> None:
    told(registry, (0, 40), (40, 0)).suspended(on, kind=kind, sessions=1)
    assert came_of(registry, "attendance") == came


def test_the_latest_of_several_causes_is_the_trigger(registry: Registry) -> None:
    # From 2 December the k = 60 days before reach back over the 40 absent sessions of September.
    pupil = told(registry, (0, 40), (40, 0))
    pupil.suspended(BEFORE)
    undone = pupil.excluded("2024-12-02")
    pupil.tell("exclusion_cancelled", "2024-12-03", exclusion=undone, reason="New facts")
    assert came_of(registry, "attendance") == "success"


@pytest.mark.parametrize("about", [True, False])
def test_a_referral_stands_for_what_it_is_about_else_for_itself(
    registry: Registry, about: bool
) -> None:
    # On record: an exclusion on 2 September (no mark before it), a referral on 2 December.
    pupil = Telling(registry)
    cause = pupil.excluded("2024-09-02")
    referral = pupil.tell(
        "referral", "2024-12-02", route="other", objectives=["Attend"],
        **({"about": cause} if about else {}),
    )  # fmt: skip
    pupil.placed(START, arising_from=referral)
    pupil.marked(SCHOOL, BEFORE, 40, "O")
    pupil.marked(PRU, START, 40)
    assert came_of(registry, "attendance") == ("no_baseline" if about else "success")


def test_a_managed_move_may_be_the_cause(registry: Registry) -> None:
    pupil = Telling(registry)
    cause = pupil.tell("managed_move", "2024-09-02", from_school=SCHOOL, to_school=OTHER)
    pupil.placed(START, arising_from=cause)
    pupil.marked(SCHOOL, BEFORE, 40, "O")
    pupil.marked(PRU, START, 40)
    assert came_of(registry, "attendance") == "no_baseline"


def test_a_voided_cause_gives_way_to_the_latest(registry: Registry) -> None:
    pupil = Telling(registry)
    cause = pupil.excluded("2024-09-02")
    pupil.placed(START, arising_from=cause)
    pupil.marked(SCHOOL, BEFORE, 40, "O")
    pupil.marked(PRU, START, 40)
    before = registry.now()
    pupil.tell("void", "2025-01-07", of=cause, reason="Another pupil")
    assert came_of(registry, "attendance", known_by=before) == "no_baseline"
    assert came_of(registry, "attendance") == "success"


def test_a_cause_after_the_start_is_taken_as_the_start(registry: Registry) -> None:
    pupil = Telling(registry)
    late = pupil.suspended("2025-01-13")
    pupil.placed(START, arising_from=late)
    pupil.marked(SCHOOL, BEFORE, 40, "O")
    pupil.marked(PRU, START, 40)
    assert came_of(registry, "attendance") == "success"


def test_medical_placements_have_rows_of_their_own(registry: Registry) -> None:
    told(registry, (0, 40), (40, 0), reason="mental_health")
    rows = report(registry)["rows"]
    assert [(r["measure"], r.get("group"), counts(r)) for r in rows] == [
        ("attendance", None, {"excluded": {"medical": 1}}),
        ("attendance", "medical", {"numerator": 1, "denominator": 1}),
    ]


@pytest.mark.parametrize(
    ("school", "provider", "elsewhere", "came"),
    [
        # The provider's register stands over the school's, whichever is better.
        ("B", "O", "-", "failed"),
        ("O", "/", "-", "success"),
        # What is no possible session yields to what is.
        ("D", "/", "-", "success"),
        ("/", "Z", "-", "success"),
        # Of two registers of which neither is the provider's, the better counts.
        ("O", "-", "/", "success"),
        ("O", "-", "I", "failed"),
    ],
)
def test_clashes_of_two_registers(
    registry: Registry, school: str, provider: str, elsewhere: str, came: str
) -> None:
    pupil = Telling(registry)
    pupil.placed(START)
    pupil.marked(SCHOOL, LAST_BEFORE, 30, "O")
    for organisation, code in ((SCHOOL, school), (PRU, provider), (OTHER, elsewhere)):
        pupil.marked(organisation, START, 40, code)
    assert came_of(registry, "attendance") == came


def test_the_providers_register_stands_only_while_the_placement_is_open(
    registry: Registry,
) -> None:
    # k = 15 to 24 January. The garage has no placement: its absences yield to the school's marks.
    pupil = Telling(registry)
    pupil.placed(START)
    pupil.marked(SCHOOL, LAST_BEFORE, 30, "O")
    pupil.marked(SCHOOL, START, 40)
    pupil.marked(GARAGE, START, 40, "O")
    assert came_of(registry, "attendance") == "success"


def test_a_later_z_takes_a_wrong_mark_back_and_a_dash_does_not(registry: Registry) -> None:
    pupil = Telling(registry)
    pupil.placed(START)
    pupil.marked(SCHOOL, LAST_BEFORE, 30, "O")
    pupil.marked(PRU, START, 30)
    pupil.marked(PRU, START, 30, "-")
    assert came_of(registry, "attendance") == "success"
    pupil.marked(PRU, START, 1, "Z")
    assert came_of(registry, "attendance") == "too_short"


def test_figures_beside_it(registry: Registry) -> None:
    # Before: 40 possible, 4 present (10 %), of the absences 12 are C2. After: 40 of 40.
    # Change 100 − 10 = 90 points. A week: 5·4/60 = 1/3 → 0.3 before, 5·40/60 = 3.33 → 3.3 after.
    # Without C2: 4 of 28 to 40 of 40. The trigger is 2 December: 15 school days to the start.
    pupil = Telling(registry)
    cause = pupil.suspended("2024-12-02")
    pupil.placed(START, arising_from=cause)
    pupil.marked(SCHOOL, "2024-09-23", 4)
    pupil.marked(SCHOOL, "2024-09-30", 24, "O")
    pupil.marked(SCHOOL, "2024-11-04", 12, "C2")
    pupil.marked(PRU, START, 40)
    found = beside(registry, "attendance")
    one = {"numerator": 1, "denominator": 1, "value": 100.0}
    assert found == {
        "c2_adjusted": one,
        "gap_days": {"value": 15.0},
        "left_persistent": one,
        "left_severe": one,
        "mean_change": {"value": 90.0},
        "median_change": {"value": 90.0},
        "sessions_a_week_after": {"value": 3.3},
        "sessions_a_week_before": {"value": 0.3},
    }


def test_an_early_end_is_counted_beside_it(registry: Registry) -> None:
    Telling(registry).placed(START, "2025-01-23", "breakdown")
    assert beside(registry, "attendance") == {"early_end": {"value": 1}}
