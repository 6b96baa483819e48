"""Who must be told of an exclusion, and by when (SI 2012/1033; SI 2007/1870; SI 2022/788)."""

from typing import Any

import pytest

from ap_registry.registry import Registry
from tests.core.owed import closed, owed, rules_of
from tests.world import PERSON, SCHOOL, notify, register_pupil


def suspend(registry: Registry, on: str, until: str, sessions: int, **facts: Any) -> dict[str, Any]:
    said = {"school": SCHOOL, "ends_on": until, "sessions": sessions, "reasons": ["PP"], **facts}
    return notify(registry, "suspension", on, **{"decided_on": on, **said})


def exclude(registry: Registry, on: str = "2026-03-02") -> dict[str, Any]:
    return notify(registry, "permanent_exclusion", on, school=SCHOOL, reasons=["PP"], decided_on=on)


def tell(registry: Registry, on: str, of: dict[str, Any], to: str, about: str = "decision") -> None:
    notify(registry, "notified", on, by=SCHOOL, of=of["event"]["id"], to=to, about=about,
           method="email")  # fmt: skip


def test_parents_and_the_la_are_told_the_same_day(registry: Registry) -> None:
    register_pupil(registry)
    suspended = suspend(registry, "2026-03-02", "2026-03-03", 4)
    assert owed(registry, "parent_notice") == [(SCHOOL, "2026-03-02", "overdue")]
    assert owed(registry, "la_notice") == [(SCHOOL, "2026-03-02", "overdue")]
    tell(registry, "2026-03-02", suspended, "parent")
    tell(registry, "2026-03-03", suspended, "la")
    assert closed(registry, "parent_notice") == [("done", "2026-03-02")]
    assert closed(registry, "la_notice") == [("done", "2026-03-03")]


def test_without_a_day_of_decision_it_is_the_day_recorded(registry: Registry) -> None:
    register_pupil(registry)
    suspend(registry, "2026-03-02", "2026-03-03", 4, decided_on="")
    today = registry.today().isoformat()
    assert owed(registry, "parent_notice") == [(SCHOOL, today, "overdue")]


def test_before_september_2022_the_la_was_told_of_long_ones_only(registry: Registry) -> None:
    register_pupil(registry, "2022-01-10")
    suspend(registry, "2022-03-07", "2022-03-08", 4)
    assert owed(registry, "la_notice") == []


@pytest.mark.parametrize(("sessions", "owners"), [(6, []), (7, [SCHOOL])])
def test_governors_are_told_when_the_term_passes_five_days(
    registry: Registry, sessions: int, owners: list[str]
) -> None:
    register_pupil(registry)
    suspend(registry, "2026-01-12", "2026-01-13", 4)
    suspend(registry, "2026-03-02", "2026-03-05", sessions)
    assert [owner for owner, _, _ in owed(registry, "governors_notice")] == owners


def test_a_new_term_counts_anew(registry: Registry) -> None:
    register_pupil(registry)
    suspend(registry, "2026-03-02", "2026-03-06", 10)
    suspend(registry, "2026-04-27", "2026-04-27", 2)
    assert owed(registry, "governors_notice") == []


def test_of_a_permanent_exclusion_both_las_are_told(registry: Registry) -> None:
    register_pupil(registry, home_la="857")
    excluded = exclude(registry)
    tell(registry, "2026-03-02", excluded, "la")
    assert owed(registry, "la_notice") == [(SCHOOL, "2026-03-02", "overdue")]
    tell(registry, "2026-03-03", excluded, "home_la")
    assert closed(registry, "la_notice") == [("done", "2026-03-03")]


def test_social_worker_and_virtual_school_head_are_told_where_there_is_one(
    registry: Registry,
) -> None:
    register_pupil(registry, social_worker="cp", looked_after="previous", care_la="856")
    suspended = suspend(registry, "2026-03-02", "2026-03-03", 4)
    assert owed(registry, "social_worker_notice") == [(SCHOOL, "2026-03-02", "overdue")]
    tell(registry, "2026-03-02", suspended, "virtual_school_head")
    assert closed(registry, "virtual_school_head_notice") == [("done", "2026-03-02")]


def test_nobody_else_is_told_of_a_pupil_without(registry: Registry) -> None:
    register_pupil(registry)
    suspend(registry, "2026-03-02", "2026-03-03", 4)
    assert owed(registry, "social_worker_notice") == []
    assert owed(registry, "virtual_school_head_notice") == []


def test_details_of_day_six_are_owed_48_hours_before(registry: Registry) -> None:
    """Six school days from Monday 2 March: the sixth is Monday 9 March."""
    register_pupil(registry)
    suspended = suspend(registry, "2026-03-02", "2026-03-09", 12)
    assert owed(registry, "day_six_notice") == [(SCHOOL, "2026-03-07", "overdue")]
    tell(registry, "2026-03-05", suspended, "parent", "day_six_education")
    assert closed(registry, "day_six_notice") == [("done", "2026-03-05")]


def test_details_of_day_six_lapse_with_the_duty(registry: Registry) -> None:
    register_pupil(registry)
    suspend(registry, "2026-03-02", "2026-03-09", 12)
    notify(registry, "exclusion_cancelled", "2026-03-04", by=SCHOOL, reason="made up")
    assert closed(registry, "day_six_notice") == [("lapsed", "2026-03-04")]


def test_a_cancellation_owes_its_own_notice_instead(registry: Registry) -> None:
    register_pupil(registry)
    suspended = suspend(registry, "2026-03-02", "2026-03-03", 4)
    notify(registry, "exclusion_cancelled", "2026-03-03", by=SCHOOL, reason="made up")
    assert closed(registry, "parent_notice") == [("lapsed", "2026-03-03")]
    assert owed(registry, "cancellation_notice") == [(SCHOOL, "2026-03-03", "overdue")]
    for to in ("parent", "la", "governors"):
        tell(registry, "2026-03-04", suspended, to, "cancellation")
    assert closed(registry, "cancellation_notice") == [("done", "2026-03-04")]


@pytest.mark.parametrize(
    ("on", "rules"), [("2023-08-31", ["exclusion.no-power-to-cancel"]), ("2023-09-01", [])]
)
def test_exclusions_are_cancelled_only_since_september_2023(
    registry: Registry, on: str, rules: list[str]
) -> None:
    register_pupil(registry, "2023-01-09", **PERSON)
    suspend(registry, "2023-06-05", "2023-06-06", 4)
    cancelled = notify(registry, "exclusion_cancelled", on, by=SCHOOL, reason="made up")
    assert rules_of(cancelled) == rules


def test_governors_tell_their_decision_without_delay(registry: Registry) -> None:
    register_pupil(registry)
    excluded = exclude(registry)
    notify(registry, "governors_decision", "2026-03-16", by=SCHOOL, decision="upheld")
    assert owed(registry, "governors_outcome") == [(SCHOOL, "2026-03-16", "overdue")]
    for to in ("parent", "la"):
        tell(registry, "2026-03-17", excluded, to, "outcome")
    assert closed(registry, "governors_outcome") == [("done", "2026-03-17")]
