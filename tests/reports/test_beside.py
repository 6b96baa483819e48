"""Figures beside the five: absence of a provider's pupils, share of sessions, wellbeing."""

from typing import Any

import pytest

from ap_registry.registry import Registry
from tests.reports.telling import Telling, report
from tests.world import GARAGE, PRU, SCHOOL

START, END = "2025-01-06", "2025-06-27"


def figures(registry: Registry, table: str = "secondary", **of: str) -> dict[str, Any]:
    """By name, those of one provider or LA: numerator, denominator and value, or the value."""
    return {
        r["name"]: (r["numerator"], r["denominator"], r["value"]) if "numerator" in r
        else r["value"]
        for r in report(registry)[table]
        if of.items() <= r.items()
    }  # fmt: skip


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        # The vectors (a) to (d) of the domain reference, section 2: 7 of 92 is 7.6 %.
        (
            {"/": 80, "B": 5, "D": 5, "I": 4, "O": 3, "Y4": 3},
            [(7, 92, 7.6), (4, 92, 4.3), (3, 92, 3.3), (0, 1, 0.0), (0, 1, 0.0)],
        ),
        (
            {"/": 8, "K": 2, "C2": 5, "U": 5},
            [(10, 20, 50.0), (5, 20, 25.0), (5, 20, 25.0), (1, 1, 100.0), (1, 1, 100.0)],
        ),
        (
            {"D": 10},
            [(0, 0, None), (0, 0, None), (0, 0, None), (0, 0, None), (0, 0, None)],
        ),
        (
            {"/": 9, "O": 1},
            [(1, 10, 10.0), (0, 10, 0.0), (1, 10, 10.0), (1, 1, 100.0), (0, 1, 0.0)],
        ),
    ],
)
def test_absence_by_the_vectors_of_the_guidance(
    registry: Registry, marks: dict[str, int], expected: list[tuple[object, ...]]
) -> None:
    pupil = Telling(registry)
    pupil.placed(START)
    mondays = ("2025-01-06", "2025-03-10", "2025-03-17", "2025-03-24", "2025-03-31", "2025-04-07")
    for monday, (code, sessions) in zip(mondays, marks.items(), strict=False):
        pupil.marked(PRU, monday, sessions, code)
    found = figures(registry, provider=PRU, measure="attendance")
    kinds = ("overall", "authorised", "unauthorised", "persistent", "severe")
    assert [found[f"{kind}_absence"] for kind in kinds] == expected


def test_absence_is_of_the_days_placed_and_within_the_period(registry: Registry) -> None:
    pupil = Telling(registry)
    pupil.placed("2024-07-01", "2024-09-06")
    pupil.marked(PRU, "2024-08-30", 14, "O")  # a Friday before the period, to 10 September
    assert figures(registry, provider=PRU)["overall_absence"] == (10, 10, 100.0)


def test_share_of_the_sessions_at_all_providers(registry: Registry) -> None:
    # 30 of 40 possible sessions; those at the school are not of an AP provider.
    pupil = Telling(registry, date_of_birth="2009-05-05")
    pupil.placed("2024-11-04", END, "post_16")
    pupil.marked(PRU, "2024-11-04", 30)
    pupil.marked(GARAGE, "2025-03-03", 10, "O")
    pupil.marked(SCHOOL, "2024-09-02", 50)
    assert figures(registry, provider=PRU, measure="attainment")["share"] == (30, 40, 75.0)
    assert "share" not in figures(registry, la="all", measure="attainment")


@pytest.mark.parametrize(
    ("level", "met"), [("1", True), ("2", True), ("L2", True), ("4", True), ("5", False)]
)
def test_a_gcse_is_aimed_at_by_level_or_from_3_by_grade(
    registry: Registry, level: str, met: bool
) -> None:
    pupil = Telling(registry, date_of_birth="2009-05-05")
    pupil.placed("2024-11-04", END, "post_16")
    pupil.tell("target_agreed", "2024-11-04", qualification="gcse", subject="maths", level=level)
    pupil.tell("result_awarded", "2025-08-21", qualification="gcse", subject="maths", grade="4")
    assert figures(registry, la="all")["right_attainment"] == (int(met), 1, 100.0 * met)


def measured(pupil: Telling, on: str, stage: str, score: int, **facts: str) -> None:
    values = {"instrument": "sdq_total", "informant": "teacher", **facts}
    pupil.tell("wellbeing_measured", on, stage=stage, score=score, **values)


@pytest.mark.parametrize(
    ("informant", "first", "last", "improved"),
    [
        ("teacher", 12, 11, 1), ("teacher", 15, 12, 0), ("teacher", 40, 18, 1),
        ("parent", 14, 13, 1), ("parent", 13, 12, 0), ("self", 18, 17, 1), ("self", 17, 15, 0),
    ],
)  # fmt: skip
def test_sdq_has_improved_by_a_better_band(
    registry: Registry, informant: str, first: int, last: int, improved: int
) -> None:
    pupil = Telling(registry)
    pupil.placed(START, END)
    measured(pupil, START, "baseline", first, informant=informant)
    measured(pupil, END, "exit", last, informant=informant)
    assert figures(registry, "wellbeing", provider=PRU) == {
        "sdq_total": (improved, 1, 100.0 * improved)
    }


def test_other_instruments_by_their_mean_change(registry: Registry) -> None:
    for number, last in ((1, 25), (2, 30)):
        pupil = Telling(registry, number)
        pupil.placed(START, END)
        measured(pupil, START, "baseline", 20, instrument="boxall_developmental")
        measured(pupil, END, "exit", last, instrument="boxall_developmental")
    assert figures(registry, "wellbeing", la="856") == {"boxall_developmental": 7.5}


@pytest.mark.parametrize(("on", "counted"), [("2025-04-04", False), ("2025-04-07", True)])
def test_wellbeing_is_measured_sixty_school_days_apart(
    registry: Registry, on: str, counted: bool
) -> None:
    # Strictly after 6 January the 60th school day is Monday 7 April.
    pupil = Telling(registry)
    pupil.placed(START, END)
    measured(pupil, START, "baseline", 20)
    measured(pupil, on, "exit", 10)
    assert bool(figures(registry, "wellbeing", la="all")) is counted


def test_wellbeing_compares_one_informant_with_itself(registry: Registry) -> None:
    pupil = Telling(registry)
    pupil.placed(START, END)
    measured(pupil, START, "baseline", 20, informant="parent")
    measured(pupil, END, "exit", 10, informant="teacher")
    assert figures(registry, "wellbeing", la="all") == {}
