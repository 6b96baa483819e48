"""Fair access (domain 1.5, L2 and L3; 5.5): School Admissions Code 2021."""

from typing import Any

import pytest

from tests.acceptance.office import Office, Story
from tests.world import OTHER, SCHOOL

PLACE, REFUSAL = "fair_access_place", "fair_access_refusal"


def decided(decision: str, **more: Any) -> dict[str, Any]:
    return {
        "case": "c", "panel_on": "2026-03-10", "decision": decision, "by": "LA856",
        "present": ["LA856", SCHOOL, "Chair"], "reason": "Nearest school", **more,
    }  # fmt: skip


@pytest.fixture
def pupil(office: Office) -> Story:
    """Out of education and referred on Monday 2 March 2026, category l."""
    made = office.pupil()
    made.tell("left_roll", "2026-01-12", school=SCHOOL, ground="g")
    made.tell("fair_access_referral", "2026-03-02", category="l", by="LA856", ref="c")
    return made


@pytest.mark.parametrize("category", list("abcdefghijklm"))
def test_every_category_of_the_code_opens_a_case(office: Office, category: str) -> None:
    pupil = office.pupil()
    receipt = pupil.tell("fair_access_referral", "2026-03-02", category=category, by=SCHOOL)
    assert receipt["flags"] == []
    assert pupil.owed(PLACE, on="2026-03-02") == [(PLACE, "LA856", "2026-04-13", "open")]


def test_there_is_no_category_n(office: Office) -> None:
    refused = office.pupil().refused("fair_access_referral", "2026-03-02", category="n", by=SCHOOL)
    assert refused == [("/category", "unknown_code")]


def test_a_place_is_owed_within_twenty_school_days_of_the_home_la(pupil: Story) -> None:
    """25 school days to Easter less the five before: Monday 13 April 2026, the first day back."""
    assert pupil.owed(PLACE, on="2026-04-13") == [(PLACE, "LA856", "2026-04-13", "open")]
    assert pupil.owed(PLACE, on="2026-04-14") == [(PLACE, "LA856", "2026-04-13", "overdue")]


@pytest.mark.parametrize(
    ("decision", "more", "status"),
    [
        ("school", {"school": OTHER, "starts_on": "2026-03-16"}, "done"),
        ("ap", {"provider": "100007"}, "done"),
        ("refer_send", {}, "lapsed"),
        ("not_fap", {}, "lapsed"),
    ],
)
def test_a_decision_ends_the_wait(
    pupil: Story, decision: str, more: dict[str, Any], status: str
) -> None:
    receipt = pupil.tell("fair_access_decision", "2026-03-10", **decided(decision, **more))
    assert [(f["kind"], f["status"]) for f in receipt["follow_ups"]["closed"]] == [(PLACE, status)]


def test_a_deferral_does_not_stop_the_clock(pupil: Story) -> None:
    pupil.tell("fair_access_decision", "2026-03-10", **decided("deferred"))
    assert pupil.owed(PLACE, on="2026-03-11") == [(PLACE, "LA856", "2026-04-13", "open")]
    late = decided("school", school=OTHER, panel_on="2026-04-14")
    assert pupil.flags("fair_access_decision", "2026-04-14", **late) == ["fair-access.late"]


def test_a_place_on_the_twentieth_day_is_in_time(pupil: Story) -> None:
    facts = decided("school", school=OTHER, panel_on="2026-04-13")
    assert pupil.flags("fair_access_decision", "2026-04-13", **facts) == []


def test_who_refused_is_on_record_and_the_la_answers_within_seven_days(pupil: Story) -> None:
    """Refused on Friday 13 March: seven calendar days on is Friday 20 March."""
    pupil.tell("fair_access_decision", "2026-03-10", **decided("school", school=OTHER))
    receipt = pupil.tell(
        "fair_access_response", "2026-03-13", case="c", school=OTHER, response="refused",
        ground="challenging_behaviour", reason="Year group is unsettled", by=OTHER,
    )  # fmt: skip
    assert [(f["rule"], f["detail"]) for f in receipt["flags"]] == [
        ("fair-access.refused", "refused (challenging_behaviour): the LA may direct admission")
    ]
    assert pupil.owed(REFUSAL, on="2026-03-13") == [(REFUSAL, "LA856", "2026-03-20", "open")]
    (case,) = pupil.shown()["fair_access"]
    assert [(r["school"], r["response"], r["ground"]) for r in case["responses"]] == [
        (OTHER, "refused", "challenging_behaviour")
    ]
    assert pupil.sentences()[-2:] == [
        "The fair access panel decided: school", "Brook School refused the panel's decision",
    ]  # fmt: skip


def test_a_refusal_names_its_ground(pupil: Story) -> None:
    pupil.tell("fair_access_decision", "2026-03-10", **decided("school", school=OTHER))
    refused = pupil.refused("fair_access_response", "2026-03-13", case="c", school=OTHER,
                            response="refused", by=OTHER)  # fmt: skip
    assert refused == [("/ground", "required")]


def test_a_place_names_its_school(pupil: Story) -> None:
    refused = pupil.refused("fair_access_decision", "2026-03-10", **decided("school"))
    assert refused == [("/school", "required")]


@pytest.mark.parametrize(
    ("details", "flags"),
    [
        ({"sen_provision": "E"}, ["fair-access.outside"]),
        ({"looked_after": "current", "care_la": "856"}, ["fair-access.outside"]),
        ({"looked_after": "previous"}, []),
    ],
)
def test_looked_after_children_and_those_with_a_plan_are_outside(
    office: Office, details: dict[str, str], flags: list[str]
) -> None:
    pupil = office.pupil(**details)
    facts = {"category": "m", "by": SCHOOL}
    assert pupil.flags("fair_access_referral", "2026-03-02", **facts) == flags


def test_a_second_case_waits_for_the_first(pupil: Story) -> None:
    refused = pupil.refused("fair_access_referral", "2026-03-03", category="a", by="LA856")
    assert [code for _pointer, code in refused] == ["already_open"]
