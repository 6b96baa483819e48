"""Placements, section 19 and medical routes, and the way back (domain 1.3, 1.5, 1.7 and 9)."""

from typing import Any

import pytest

from tests.acceptance.office import Office, Story
from tests.world import GARAGE, OTHER, PRU, SCHOOL

LADDER = ("reintegration_review_10", "reintegration_review_30", "reintegration_review_60",
          "reintegration_two_terms")  # fmt: skip


def placed(**more: Any) -> dict[str, Any]:
    return {
        "provider": PRU, "commissioner": SCHOOL, "reason": "behaviour", "ends_on": "2026-05-22",
        "sessions_per_week": 6, "intent": "return", "checks_confirmed_on": "2026-02-27", "ref": "p",
        **more,
    }  # fmt: skip


def held(of: str) -> dict[str, Any]:
    return {"of": of, "attended": ["school", "provider"], "by": SCHOOL}


@pytest.fixture
def pupil(office: Office) -> Story:
    return office.pupil()


def test_the_ladder_has_four_rungs_counted_by_the_receiving_school(pupil: Story) -> None:
    """From Monday 13 April 2026: 10 school days on Monday 27; 30 on Tuesday 2 June (4 May and
    half-term are none); 60 on Thursday 27 August; the second full term is autumn 2026 and
    spring 2027, as far as its terms are known.
    """
    pupil.tell("reintegration_started", "2026-04-13", school=SCHOOL)
    assert pupil.owed(*LADDER, on="2026-04-13") == [
        (kind, SCHOOL, due, "open")
        for kind, due in zip(LADDER, ("2026-04-27", "2026-06-02", "2026-08-27", "2027-02-12"),
                             strict=True)
    ]  # fmt: skip


def test_one_review_closes_one_rung_and_the_end_lets_the_rest_lapse(pupil: Story) -> None:
    pupil.tell("reintegration_started", "2026-04-13", school=SCHOOL, ref="r")
    pupil.tell("review_held", "2026-04-24", **held("r"))
    assert [k for k, *_ in pupil.owed(*LADDER, on="2026-04-24")] == list(LADDER[1:])
    pupil.tell("reintegration_ended", "2026-05-08", reintegration="r", outcome="broke_down",
               by=SCHOOL)  # fmt: skip
    assert [(k, s) for k, _o, _d, s in pupil.owed(*LADDER, on="2026-05-08", status="lapsed")] == [
        (kind, "lapsed") for kind in LADDER[1:]
    ]
    assert pupil.sentences() == [
        "Returned to Alder School", "A review was held", "The return broke down",
    ]  # fmt: skip


def test_a_return_told_late_finds_its_rungs_in_the_past(pupil: Story) -> None:
    """Told today (20 November 2026), of 13 April: the first three rungs are overdue."""
    receipt = pupil.tell("reintegration_started", "2026-04-13", school=SCHOOL)
    opened = {f["kind"]: f["status"] for f in receipt["follow_ups"]["opened"]}
    assert [opened[kind] for kind in LADDER] == ["overdue", "overdue", "overdue", "open"]


def test_any_suspension_while_a_return_runs_is_looked_at_the_next_school_day(pupil: Story) -> None:
    pupil.tell("reintegration_started", "2026-04-13", school=SCHOOL)
    pupil.tell("suspension", "2026-05-01", school=SCHOOL, sessions=1, ends_on="2026-05-01",
               reasons=["DB"])  # fmt: skip
    kind = "return_watch_suspension"
    assert pupil.owed(kind, on="2026-05-01") == [(kind, SCHOOL, "2026-05-05", "open")]


def test_a_second_return_to_the_same_school_waits_for_the_end_of_the_first(pupil: Story) -> None:
    pupil.tell("reintegration_started", "2026-04-13", school=SCHOOL)
    refused = pupil.refused("reintegration_started", "2026-04-14", school=SCHOOL)
    assert refused == [("/school", "already_open")]


def test_a_placement_is_reviewed_in_each_half_term(pupil: Story) -> None:
    """The last school day of the half-term of 2 March is Friday 27 March; then 22 May."""
    pupil.tell("placement_started", "2026-03-02", **placed())
    kind = "placement_review"
    assert pupil.owed(kind, on="2026-03-02") == [(kind, SCHOOL, "2026-03-27", "open")]
    pupil.tell("review_held", "2026-03-20", **held("p"))
    assert pupil.owed(kind, on="2026-03-23") == [(kind, SCHOOL, "2026-05-22", "open")]


def test_past_its_planned_end_it_is_extended_or_ended(pupil: Story) -> None:
    """Planned until Friday 22 May 2026: asked after half-term. Extended on that day, on 10 July."""
    pupil.tell("placement_started", "2026-03-02", **placed())
    kind = "placement_end_passed"
    assert pupil.owed(kind, on="2026-05-22") == []
    assert pupil.owed(kind, on="2026-06-01") == [(kind, SCHOOL, "2026-06-01", "open")]
    pupil.tell("placement_changed", "2026-06-01", placement="p", ends_on="2026-07-10", by=SCHOOL)
    assert pupil.owed(kind, on="2026-06-01") == []
    assert pupil.owed(kind, on="2026-08-26") == [(kind, SCHOOL, "2026-08-26", "open")]
    pupil.tell("placement_ended", "2026-08-27", placement="p", by=PRU,
               end_reason="returned_to_main_school")  # fmt: skip
    assert pupil.owed(kind, on="2026-08-27", status="done") == [
        (kind, SCHOOL, "2026-08-26", "done")
    ]


def test_unconfirmed_checks_are_flagged_and_the_commissioners_to_mend(pupil: Story) -> None:
    """KCSIE part 3: five school days after Monday 2 March 2026 is Monday 9."""
    facts = placed()
    del facts["checks_confirmed_on"]
    receipt = pupil.tell("placement_started", "2026-03-02", **facts)
    assert [(f["rule"], f["source"]) for f in receipt["flags"]] == [
        ("placement.checks-unconfirmed", "Keeping children safe in education 2025 part 3")
    ]
    assert pupil.owed("checks_confirmation", on="2026-03-02") == [
        ("checks_confirmation", SCHOOL, "2026-03-09", "open")
    ]


@pytest.mark.parametrize(("second", "flags"), [(4, []), (5, ["placement.over-ten"])])
def test_ten_sessions_a_week_together_and_no_more(
    pupil: Story, second: int, flags: list[str]
) -> None:
    pupil.tell("placement_started", "2026-03-02", **placed())
    more = placed(provider=GARAGE, sessions_per_week=second, ref="q")
    assert pupil.flags("placement_started", "2026-03-03", **more) == flags


def test_a_second_placement_at_the_same_provider_is_refused_until_the_first_ends(
    pupil: Story,
) -> None:
    pupil.tell("placement_started", "2026-03-02", **placed())
    again = placed(ref="q")
    assert pupil.refused("placement_started", "2026-03-09", **again) == [
        ("/provider", "already_open")
    ]
    pupil.tell("placement_ended", "2026-03-06", placement="p", end_reason="breakdown", by=PRU)
    pupil.tell("placement_started", "2026-03-09", **again)
    assert [p["ended_on"] for p in pupil.shown()["placements"]] == ["2026-03-06", None]


@pytest.mark.parametrize("route", ["section_19", "medical", "no_school_place"])
def test_section_19_education_is_owed_by_the_home_la_by_the_fifteenth_school_day(
    office: Office, route: str
) -> None:
    """Referred on Monday 2 March 2026: Monday 23 March, of the home LA, wherever the school is.
    LA 857 has no terms here, so Monday to Friday counts.
    """
    for home, due in (("856", "2026-03-23"), ("857", "2026-03-23")):
        pupil = office.pupil(home_la=home)
        pupil.tell("referral", "2026-03-02", route=route, objectives=["Learn"], by=SCHOOL)
        kind = "section_19"
        assert pupil.owed(kind, on="2026-03-23") == [(kind, f"LA{home}", due, "open")]
        assert pupil.owed(kind, on="2026-03-24")[0][3] == "overdue"


def test_education_that_begins_discharges_section_19(pupil: Story) -> None:
    pupil.tell("referral", "2026-03-02", route="medical", objectives=["Learn"], by=SCHOOL, ref="r",
               provider=PRU)  # fmt: skip
    pupil.tell("referral_decision", "2026-03-05", referral="r", decision="accepted", by=PRU)
    facts = placed(commissioner="LA856", reason="mental_health", arising_from="r")
    receipt = pupil.tell("placement_started", "2026-03-16", **facts)
    closed = [(f["kind"], f["status"]) for f in receipt["follow_ups"]["closed"]]
    assert closed == [("section_19", "done")]
    assert pupil.shown()["placements"][0]["reason"] == "mental_health"


def test_a_referral_withdrawn_owes_nothing_more(pupil: Story) -> None:
    pupil.tell("referral", "2026-03-02", route="section_19", objectives=["Learn"], by=SCHOOL,
               ref="r")  # fmt: skip
    pupil.tell("referral_decision", "2026-03-05", referral="r", decision="withdrawn", by="LA856")
    assert pupil.owed("section_19", on="2026-03-23") == []
    refused = pupil.refused("referral_decision", "2026-03-06", referral="r", decision="accepted",
                            by="LA856")  # fmt: skip
    assert refused == [("/referral", "nothing_open")]


def test_the_plan_of_the_return_and_what_was_learnt_stand_on_the_timeline(pupil: Story) -> None:
    pupil.tell("placement_started", "2026-03-02", **placed())
    pupil.tell("reintegration_planned", "2026-05-01", placement="p", school=SCHOOL, by=SCHOOL,
               returns_on="2026-06-01", phased_until="2026-06-26", lead="Head of year")  # fmt: skip
    pupil.tell("assessment_shared", "2026-05-15", placement="p", school=SCHOOL, by=PRU,
               learning="Reads well", triggers="Noise", needs="Quiet",
               recommendations="Small groups")  # fmt: skip
    assert pupil.sentences()[1:] == [
        "Return to Alder School planned for 1 June 2026",
        "In-depth assessment shared with Alder School",
    ]


def test_a_return_may_be_to_another_school(pupil: Story) -> None:
    pupil.tell("reintegration_started", "2026-04-13", school=OTHER)
    assert {owner for _k, owner, _d, _s in pupil.owed(*LADDER, on="2026-04-13")} == {OTHER}


@pytest.mark.parametrize(
    ("on", "facts", "refusal"),
    [
        ("2026-03-02", {"reintegration": None}, ("/reintegration", "nothing_open")),
        ("2026-03-02", {"outcome": "failed"}, ("/outcome", "unknown_code")),
    ],
)
def test_a_return_that_was_never_told_cannot_end(
    pupil: Story, on: str, facts: dict[str, Any], refusal: tuple[str, str]
) -> None:
    told = {"outcome": "settled", "by": SCHOOL, **facts}
    assert refusal in pupil.refused("reintegration_ended", on, **told)
