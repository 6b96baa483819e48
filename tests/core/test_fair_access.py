"""Fair access: a place within 20 school days (School Admissions Code 2021, paragraph 3.19)."""

import pytest

from ap_registry.errors import Refused
from ap_registry.registry import Registry
from tests.core.owed import closed, owed, rules_of
from tests.world import OTHER, PRU, SCHOOL, notify, register_pupil


def refer(registry: Registry, on: str = "2026-01-26", **facts: object) -> dict[str, object]:
    return notify(registry, "fair_access_referral", on, category="d", by=SCHOOL, **facts)


def decide(registry: Registry, on: str, decision: str, **facts: object) -> dict[str, object]:
    said = {"panel_on": on, "present": ["LA856", "chair"], "reason": "made up", **facts}
    return notify(registry, "fair_access_decision", on, by="LA856", decision=decision, **said)


def test_a_place_is_owed_by_the_home_la_on_the_twentieth_school_day(registry: Registry) -> None:
    """14 school days to Friday 13 February, half-term, then 6 more: Monday 2 March."""
    register_pupil(registry)
    refer(registry)
    assert owed(registry, "fair_access_place") == [("LA856", "2026-03-02", "overdue")]


@pytest.mark.parametrize(
    ("decision", "facts", "status"),
    [
        ("school", {"school": OTHER}, "done"),
        ("ap", {"provider": PRU}, "done"),
        ("directed", {"school": OTHER}, "done"),
        ("refer_send", {}, "lapsed"),
        ("not_fap", {}, "lapsed"),
    ],
)
def test_a_decision_ends_it(
    registry: Registry, decision: str, facts: dict[str, object], status: str
) -> None:
    register_pupil(registry)
    refer(registry)
    decide(registry, "2026-02-05", decision, **facts)
    assert closed(registry, "fair_access_place") == [(status, "2026-02-05")]


def test_a_deferral_does_not_stop_the_clock(registry: Registry) -> None:
    register_pupil(registry)
    refer(registry)
    decide(registry, "2026-02-05", "deferred")
    assert owed(registry, "fair_access_place") == [("LA856", "2026-03-02", "overdue")]


@pytest.mark.parametrize(
    ("on", "flags"), [("2026-03-02", []), ("2026-03-03", ["fair-access.late"])]
)
def test_a_place_after_the_twentieth_day_is_flagged(
    registry: Registry, on: str, flags: list[str]
) -> None:
    register_pupil(registry)
    refer(registry)
    assert rules_of(decide(registry, on, "school", school=OTHER)) == flags


def test_a_second_referral_waits_for_the_decision_of_the_first(registry: Registry) -> None:
    register_pupil(registry)
    refer(registry)
    with pytest.raises(Refused) as caught:
        refer(registry, "2026-02-02")
    assert [p.code for p in caught.value.problems] == ["already_open"]
    decide(registry, "2026-02-05", "not_fap")
    refer(registry, "2026-02-06")


def test_a_case_that_was_decided_is_not_decided_again(registry: Registry) -> None:
    register_pupil(registry)
    receipt = refer(registry)
    decide(registry, "2026-02-05", "not_fap")
    with pytest.raises(Refused) as caught:
        decide(registry, "2026-02-06", "ap", case=receipt["event"]["id"])
    assert [(p.pointer, p.code) for p in caught.value.problems] == [("/case", "nothing_open")]


def test_the_school_is_needed_where_a_school_is_to_admit(registry: Registry) -> None:
    register_pupil(registry)
    refer(registry)
    with pytest.raises(Refused) as caught:
        decide(registry, "2026-02-05", "school")
    assert [(p.pointer, p.code) for p in caught.value.problems] == [("/school", "required")]


def test_a_refusal_is_flagged_and_goes_to_the_la(registry: Registry) -> None:
    register_pupil(registry)
    receipt = refer(registry)
    decide(registry, "2026-02-05", "school", school=OTHER)
    refused = notify(
        registry, "fair_access_response", "2026-02-09", case=receipt["event"]["id"], school=OTHER,
        by=OTHER, response="refused", ground="full",
    )  # fmt: skip
    assert rules_of(refused) == ["fair-access.refused"]
    assert owed(registry, "fair_access_refusal") == [("LA856", "2026-02-16", "overdue")]
    notify(
        registry, "fair_access_response", "2026-02-11", case=receipt["event"]["id"], school=OTHER,
        by=OTHER, response="accepted",
    )  # fmt: skip
    assert closed(registry, "fair_access_refusal") == [("done", "2026-02-11")]


def test_a_refusal_says_why(registry: Registry) -> None:
    register_pupil(registry)
    refer(registry)
    with pytest.raises(Refused) as caught:
        notify(registry, "fair_access_response", "2026-02-09", school=OTHER, response="refused")
    assert [(p.pointer, p.code) for p in caught.value.problems] == [("/ground", "required")]


def test_a_pupil_with_a_plan_is_outside_fair_access(registry: Registry) -> None:
    register_pupil(registry, sen_provision="E")
    assert rules_of(refer(registry)) == ["fair-access.outside"]
