"""What the outcomes and flags make of each awkward case, each being the one pupil of an LA."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from ap_registry.demo.awkward import CASES
from ap_registry.demo.awkward_outreach import FOUND_ON
from ap_registry.registry import Registry
from tests.demo.conftest import Cases

RETURNED = ("reintegration", "", 1, 1, 0, {})
IMPROVED = ("attendance", "", 1, 1, 0, {})
LEAVER = ("reintegration", "", 0, 0, 0, {"year_11_leaver": 1})
# measure, group, numerator, denominator, unknown, excluded
EXPECTED: dict[str, list[tuple[Any, ...]]] = {
    "stepped_up": [("outreach", "", 0, 1, 0, {}), IMPROVED, RETURNED],
    "suspended_on_day_60": [("outreach", "", 0, 1, 0, {})],
    "suspended_on_day_61": [("outreach", "", 1, 1, 0, {})],
    "corrected_late": [("outreach", "", 0, 1, 0, {})],
    "exclusion_cancelled": [("outreach", "", 1, 1, 0, {})],
    "suspension_voided": [("outreach", "", 1, 1, 0, {})],
    "package_of_two": [
        ("attendance", "", 2, 2, 0, {}),
        ("reintegration", "", 1, 1, 0, {"still_placed": 1}),
    ],
    "present_on_paper": [("attendance", "", 0, 1, 0, {}), RETURNED],
    "silent_school": [IMPROVED, ("reintegration", "", 0, 1, 0, {})],
    "ended_with_summer": [RETURNED],
    "returned_on_day_10": [IMPROVED, RETURNED],
    "returned_on_day_11": [IMPROVED, ("reintegration", "", 0, 1, 0, {})],
    "moved_la": [IMPROVED, RETURNED],
    "dual_registered": [IMPROVED, RETURNED],
    "ended_in_error": [],
    "left_england": [
        ("attendance", "", 0, 0, 0, {"left_england": 1}),
        ("reintegration", "", 0, 0, 0, {"left_england": 1}),
    ],
    "medical": [
        ("attendance", "", 0, 0, 0, {"medical": 1}),
        ("attendance", "medical", 1, 1, 0, {}),
        RETURNED,
    ],
    "exclusion_quashed": [IMPROVED, RETURNED],
    "sixth_day_late": [],
    "functional_skills_leaver": [
        IMPROVED, LEAVER, ("attainment", "", 1, 1, 0, {}), ("post_16", "", 1, 1, 0, {})
    ],
    "vocational_leaver": [
        IMPROVED, LEAVER, ("attainment", "", 0, 1, 0, {}), ("post_16", "", 1, 1, 0, {})
    ],
    "dropped_out": [
        IMPROVED, LEAVER, ("attainment", "", 0, 1, 0, {}), ("post_16", "", 0, 1, 0, {})
    ],
    "destination_unknown": [
        IMPROVED, LEAVER, ("attainment", "", 1, 1, 0, {}), ("post_16", "", 0, 1, 1, {})
    ],
}  # fmt: skip


def totals(cases: Cases, report: dict[str, Any], name: str) -> list[tuple[Any, ...]]:
    return [
        (row["measure"], row.get("group", ""), row["numerator"], row["denominator"],
         row["unknown"], row["excluded"])
        for row in report["totals"]
        if row["la"] == cases.lives[name].area.la
    ]  # fmt: skip


def beside(cases: Cases, report: dict[str, Any], name: str, figure: str) -> dict[str, Any] | None:
    la = cases.lives[name].area.la
    for row in report["secondary"]:
        if row.get("la") == la and row["name"] == figure:
            return {k: row[k] for k in ("numerator", "denominator", "value") if k in row}
    return None


def flagged(registry: Registry, cases: Cases, name: str) -> set[str]:
    with registry.database.connection() as connection:
        rows = connection.execute(
            "select f.rule from flag f join identity i on i.pupil_id = f.pupil_id"
            " where i.upn = %s and f.until_at = 'infinity' and i.until_at = 'infinity'",
            (cases.lives[name].upn,),
        )
        return {row[0] for row in rows}


@pytest.mark.parametrize("name", CASES)
def test_the_outcomes_of(name: str, cases: Cases, report: dict[str, Any]) -> None:
    assert totals(cases, report, name) == EXPECTED[name]


def test_a_correction_of_last_year_changes_what_was_reported(cases: Cases) -> None:
    before = cases.report(known_by=datetime(FOUND_ON.year, FOUND_ON.month, 1, tzinfo=UTC))
    assert totals(cases, before, "corrected_late") == [("outreach", "", 1, 1, 0, {})]


def test_nobody_has_heard_from_the_silent_school(cases: Cases, report: dict[str, Any]) -> None:
    assert beside(cases, report, "silent_school", "unanswered") == {"value": 1}


def test_targets_met_by_functional_skills(cases: Cases, report: dict[str, Any]) -> None:
    found = beside(cases, report, "functional_skills_leaver", "right_attainment")
    assert found == {"numerator": 1, "denominator": 1, "value": 100.0}


def test_a_vocational_award_counts_beside(cases: Cases, report: dict[str, Any]) -> None:
    found = beside(cases, report, "vocational_leaver", "vocational")
    assert found == {"numerator": 1, "denominator": 1, "value": 100.0}


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("package_of_two", "placement.over-ten"),
        ("sixth_day_late", "sixth-day.late"),
        ("present_on_paper", "attendance.present-on-paper"),
    ],
)
def test_is_flagged(name: str, rule: str, cases: Cases) -> None:
    assert rule in flagged(cases.registry, cases, name)


def test_the_summer_lies_between_end_and_return(cases: Cases) -> None:
    days = {
        notice["type"]: date.fromisoformat(str(notice["occurred_on"]))
        for _, notice in cases.lives["ended_with_summer"].notices
    }
    assert days["placement_ended"].month == 7
    assert days["reintegration_started"].month == 9
