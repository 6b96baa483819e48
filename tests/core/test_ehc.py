"""EHC plans: 6 weeks to decide, 20 to issue, 15 days for a school (SI 2014/1530)."""

import pytest

from ap_registry.errors import Refused
from ap_registry.registry import Registry
from tests.core.owed import closed, owed
from tests.world import OTHER, notify, register_pupil


def reach(registry: Registry, on: str, milestone: str, **facts: object) -> None:
    notify(registry, "ehc_milestone", on, by="LA856", milestone=milestone, **facts)


def test_a_request_starts_both_clocks_in_calendar_weeks(registry: Registry) -> None:
    register_pupil(registry)
    reach(registry, "2026-01-12", "requested")
    assert owed(registry, "ehc_decision") == [("LA856", "2026-02-23", "overdue")]
    assert owed(registry, "ehc_plan") == [("LA856", "2026-06-01", "overdue")]


def test_agreed_and_issued_are_done(registry: Registry) -> None:
    register_pupil(registry)
    for on, milestone in (
        ("2026-01-12", "requested"), ("2026-02-20", "agreed"), ("2026-05-29", "issued"),
    ):  # fmt: skip
        reach(registry, on, milestone)
    assert closed(registry, "ehc_decision") == [("done", "2026-02-20")]
    assert closed(registry, "ehc_plan") == [("done", "2026-05-29")]


def test_a_refusal_decides_and_lets_the_plan_lapse(registry: Registry) -> None:
    register_pupil(registry)
    reach(registry, "2026-01-12", "requested")
    reach(registry, "2026-02-20", "refused")
    assert closed(registry, "ehc_decision") == [("done", "2026-02-20")]
    assert closed(registry, "ehc_plan") == [("lapsed", "2026-02-20")]


def test_a_second_request_has_clocks_of_its_own(registry: Registry) -> None:
    register_pupil(registry)
    for on, milestone in (
        ("2026-01-12", "requested"), ("2026-02-20", "refused"), ("2026-03-02", "requested"),
    ):  # fmt: skip
        reach(registry, on, milestone)
    assert owed(registry, "ehc_decision") == [
        ("LA856", "2026-02-23", "done"),
        ("LA856", "2026-04-13", "overdue"),
    ]


def test_a_school_that_is_consulted_answers_within_fifteen_days(registry: Registry) -> None:
    register_pupil(registry)
    reach(registry, "2026-03-02", "consulted", school=OTHER)
    assert owed(registry, "ehc_consultation") == [(OTHER, "2026-03-17", "overdue")]
    reach(registry, "2026-03-16", "refused_by_school", school=OTHER)
    assert closed(registry, "ehc_consultation") == [("done", "2026-03-16")]


def test_the_school_consulted_is_named(registry: Registry) -> None:
    register_pupil(registry)
    with pytest.raises(Refused) as caught:
        reach(registry, "2026-03-02", "consulted")
    assert [(p.pointer, p.code) for p in caught.value.problems] == [("/school", "required")]


@pytest.mark.parametrize(
    ("on", "flags"), [("2026-05-04", []), ("2026-05-05", ["ehc.refusal-late"])]
)
def test_a_refusal_to_issue_comes_within_sixteen_weeks(
    registry: Registry, on: str, flags: list[str]
) -> None:
    """Requested on Monday 12 January 2026: sixteen weeks on is Monday 4 May."""
    register_pupil(registry)
    reach(registry, "2026-01-12", "requested")
    reach(registry, "2026-02-20", "agreed")
    refused = notify(registry, "ehc_milestone", on, by="LA856", milestone="refused")
    assert [flag["rule"] for flag in refused["flags"]] == flags


def test_a_refusal_to_assess_is_no_refusal_to_issue(registry: Registry) -> None:
    register_pupil(registry)
    reach(registry, "2026-01-12", "requested")
    refused = notify(registry, "ehc_milestone", "2026-06-01", by="LA856", milestone="refused")
    assert refused["flags"] == []
