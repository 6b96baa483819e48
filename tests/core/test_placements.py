"""Referrals, directions, placements and reviews (Education Act 2002 s.29A; KCSIE part 3)."""

from datetime import date

import pytest

from tests.builders import (
    Notice,
    correction,
    direction,
    placement,
    placement_changed,
    placement_ended,
    referral,
    referral_decision,
    review,
    suspension,
    void,
)  # fmt: skip
from tests.spec import given
from tests.world import GARAGE, PRU, SCHOOL


def test_a_placement_opens_its_review_and_its_planned_end() -> None:
    story = given(placement())
    assert story.receipt("opened") == ["placement_review", "placement_end_passed"]
    assert (story.follow_up("placement_review").owner, story.flags()) == (SCHOOL, [])


def test_the_first_review_is_due_on_the_last_school_day_of_the_half_term() -> None:
    """From 2 March 2026: the block ends on Friday 27 March."""
    assert given(placement()).due("placement_review") == "2026-03-27"


def test_a_review_opens_the_next_one_over_the_holiday() -> None:
    story = given(placement(ref="p")).when(review("2026-03-20", of="p"))
    assert (story.receipt("closed"), story.receipt("opened")) == (
        ["placement_review"], ["placement_review"],
    )  # fmt: skip
    assert [f.due_on.isoformat() for f in story.follow_ups("placement_review")] == [
        "2026-03-27", "2026-05-22",
    ]  # fmt: skip


def test_a_meeting_about_the_return_is_no_review() -> None:
    story = given(placement(ref="p"))
    story.when(review("2026-03-20", of="p", purpose="return_meeting"))
    assert story.receipt("closed") == []


def test_a_safeguarding_review_is_a_review() -> None:
    story = given(placement(ref="p")).when(review("2026-03-20", of="p", purpose="safeguarding"))
    assert story.receipt("closed") == ["placement_review"]


def test_the_commissioner_owes_the_review() -> None:
    story = given(placement(commissioner="LA856"))
    assert {f.owner for f in story.picture.follow_ups.values()} == {"LA856"}


def test_an_ended_placement_owes_nothing_more() -> None:
    story = given(placement(), placement_ended("2026-03-20"))
    assert sorted(story.receipt("closed")) == ["placement_end_passed", "placement_review"]
    assert story.status("placement_review", "2026-03-20") == "lapsed"


@pytest.mark.parametrize(("ended", "status"), [("2026-05-01", "lapsed"), ("2026-05-02", "done")])
def test_a_planned_end_that_passed_is_closed_by_the_end(ended: str, status: str) -> None:
    story = given(placement(), placement_ended(ended))
    assert story.follow_up("placement_end_passed").outcome == status


def test_an_extension_moves_the_planned_end() -> None:
    story = given(placement(ref="p")).when(
        placement_changed("2026-04-20", placement="p", ends_on="2026-05-22")
    )
    assert story.receipt("moved") == ["placement_end_passed"]
    one = story.follow_up("placement_end_passed")
    assert (one.opened_on, one.due_on) == (date(2026, 5, 23), date(2026, 6, 1))


def test_a_review_may_extend() -> None:
    story = given(placement(ref="p"))
    story.when(review("2026-03-20", of="p", outcome="extend", ends_on="2026-05-22"))
    assert story.shown()["placements"][0]["ends_on"] == "2026-05-22"


@pytest.mark.parametrize(("sessions", "flags"), [(5, []), (6, ["placement.over-ten"])])
def test_more_than_ten_sessions_a_week_together(sessions: int, flags: list[str]) -> None:
    story = given(placement())
    assert story.when(placement(provider=GARAGE, sessions_per_week=sessions)).flags() == flags


def test_a_change_may_go_over_ten() -> None:
    story = given(placement(ref="p"), placement(provider=GARAGE))
    story.when(placement_changed("2026-04-20", placement="p", sessions_per_week=6))
    assert story.flags() == ["placement.over-ten"]


def test_what_was_an_error_counts_for_nothing() -> None:
    story = given(placement(ref="p", sessions_per_week=10), placement(provider=GARAGE))
    story.when(placement_ended("2026-03-03", placement="p", end_reason="error"))
    assert story.all_flags() == []


def test_unconfirmed_checks_are_flagged_until_they_are_put_right() -> None:
    story = given(placement(ref="p", checks_confirmed_on=None))
    assert story.flags() == ["placement.checks-unconfirmed"]
    story.when(correction("2026-03-03", "p", checks_confirmed_on="2026-03-02"))
    assert story.all_flags() == []


def test_a_second_placement_at_one_provider_is_refused_while_open() -> None:
    story = given(placement(ref="p"))
    assert story.refuses(placement("2026-03-09")) == [("/provider", "already_open")]
    story.when(placement_ended("2026-03-08", placement="p"))
    assert story.when(placement("2026-03-09")).flags() == []


def test_an_end_without_a_start_is_refused() -> None:
    assert given().refuses(placement_ended("2026-03-09")) == [("/placement", "nothing_open")]


def test_of_several_open_the_provider_must_be_named() -> None:
    story = given(placement(), placement(provider=GARAGE, ref="g"))
    assert story.refuses(placement_ended("2026-03-09")) == [("/placement", "ambiguous")]
    assert story.when(placement_ended("2026-03-09", placement="g")).flags() == []


def test_left_out_it_is_the_one_that_had_begun() -> None:
    story = given(placement(), placement("2026-04-13", provider=GARAGE))
    story.when(placement_changed("2026-03-20", sessions_per_week=4))
    assert [p.sessions_per_week for p in story.pupil.placements] == [4, 5]


@pytest.mark.parametrize(
    ("notice", "problem"),
    [
        (placement_ended("2026-03-01"), ("/occurred_on", "end_before_start")),
        (placement_changed("2026-03-01"), ("/occurred_on", "end_before_start")),
        (placement_changed("2026-03-09", ends_on="2026-03-01"), ("/ends_on", "end_before_start")),
        (review("2026-03-01"), ("/occurred_on", "end_before_start")),
        (placement(provider=GARAGE, ends_on="2026-03-01"), ("/ends_on", "end_before_start")),
        (placement(provider=GARAGE, sessions_per_week=11), ("/sessions_per_week", "bad_format")),
        (placement(provider=GARAGE, sessions_per_week=0), ("/sessions_per_week", "bad_format")),
        (placement(provider=GARAGE, checks_confirmed_on="2026-11-21"),
         ("/checks_confirmed_on", "future_date")),
        (placement(provider=GARAGE, arising_from="nothing"), ("/arising_from", "not_found")),
        (review("2026-03-09", attended=[]), ("/attended", "required")),
    ],
)  # fmt: skip
def test_refuses(notice, problem: tuple[str, str]) -> None:
    assert given(placement()).refuses(notice) == [problem]


def test_nothing_changes_after_the_end() -> None:
    story = given(placement(ref="p"), placement_ended("2026-03-20"))
    assert story.refuses(placement_changed("2026-03-21", placement="p")) == [
        ("/placement", "nothing_open")
    ]
    assert story.when(placement_changed("2026-03-19", placement="p")).flags() == []


def test_a_start_may_not_be_moved_past_its_end() -> None:
    story = given(placement(ref="p"), placement_ended("2026-03-20"))
    assert story.refuses(correction("2026-03-23", "p", occurred_on="2026-03-21")) == [
        ("/fields/occurred_on", "end_before_start")
    ]
    assert story.when(correction("2026-03-23", "p", occurred_on="2026-03-20")).flags() == []


def test_a_direction_is_reviewed_after_thirty_days_as_a_setting() -> None:
    story = given(direction(ref="d"))
    one = story.follow_up("off_site_review")
    assert (one.owner, one.due_on, one.calendar) == (SCHOOL, date(2026, 4, 3), None)


def test_a_review_starts_the_next_interval() -> None:
    story = given(direction(ref="d"), review("2026-04-01", of="d"))
    assert [f.due_on.isoformat() for f in story.follow_ups("off_site_review")] == [
        "2026-04-03", "2026-05-01",
    ]  # fmt: skip


def test_a_direction_ended_by_its_review_is_reviewed_no_more() -> None:
    story = given(direction(ref="d"), review("2026-04-01", of="d", outcome="end"))
    assert len(story.follow_ups("off_site_review")) == 1
    assert story.shown()["directions"][0]["ends_on"] == "2026-04-01"


@pytest.mark.parametrize(("told", "flags"), [("2026-02-26", []), ("2026-02-27", [])])
def test_notice_is_counted_in_school_days(told: str, flags: list[str]) -> None:
    """Thursday or Friday before a Tuesday: two school days (SI 2010/1156 reg. 3(2))."""
    story = given(direction(starts_on="2026-03-03", parent_notified_on=told))
    assert story.flags() == flags


def test_one_school_day_is_too_short() -> None:
    story = given(direction(starts_on="2026-03-03", parent_notified_on="2026-03-02"))
    assert story.flags() == ["off-site.notice"]


@pytest.mark.parametrize(
    ("told", "flags"),
    [("2026-03-02", []), ("2026-03-03", ["off-site.notice"]), (None, ["off-site.notice"])],
)
def test_the_la_of_an_ehc_plan_has_the_same_notice(told: str | None, flags: list[str]) -> None:
    plan = Notice("pupil_details_changed", "2026-02-02", {"sen_provision": "E"})
    story = given(plan, direction(la_notified_on=told))
    assert story.flags() == flags


def test_a_direction_that_ends_before_it_starts_is_refused() -> None:
    problem = given().refuses(direction(ends_on="2026-03-03"))
    assert problem == [("/ends_on", "end_before_start")]


def test_a_referral_is_decided_once_and_may_be_withdrawn() -> None:
    story = given(referral(ref="r"), referral_decision("2026-03-04"))
    assert story.shown()["referrals"][0]["decision"] == "accepted"
    again = referral_decision("2026-03-05", referral="r", decision="declined")
    assert story.refuses(again) == [("/referral", "nothing_open")]
    story.when(referral_decision("2026-03-05", referral="r", decision="withdrawn"))
    assert story.shown()["referrals"][0]["decision"] == "withdrawn"


def test_a_decision_before_the_referral_is_refused() -> None:
    story = given(referral())
    assert story.refuses(referral_decision("2026-03-01")) == [("/occurred_on", "end_before_start")]


def test_a_decision_on_a_void_referral_is_recorded_and_flagged() -> None:
    story = given(referral(ref="r"), void("2026-03-03", "r"))
    story.when(referral_decision("2026-03-04", referral="r"))
    assert story.flags() == ["event.voided"]


def test_a_placement_that_arises_from_a_void_suspension_still_runs() -> None:
    story = given(suspension(ref="s"), placement(arising_from="s", ref="p"))
    story.when(void("2026-03-09", "s"))
    assert [p.ref for p in story.pupil.placements] == ["p"]
    assert story.all_flags() == ["event.voided"]


def test_what_is_about_a_void_placement_has_no_effect() -> None:
    story = given(placement(ref="p"), placement_ended("2026-03-20", placement="p"))
    story.when(void("2026-03-21", "p"))
    assert (story.pupil.placements, story.all_flags()) == ((), ["event.voided"])


def test_shown_as_the_contract_writes_it() -> None:
    story = given(placement(ref="p"), placement_ended("2026-03-20", destination=SCHOOL))
    assert story.shown()["placements"] == [
        {
            "id": str(story.id("p")), "ref": "p", "provider": PRU, "commissioner": SCHOOL,
            "reason": "behaviour", "starts_on": "2026-03-02", "ends_on": "2026-05-01",
            "ended_on": "2026-03-20", "end_reason": "returned_to_main_school", "intent": "return",
            "sessions_per_week": 5,
        }
    ]  # fmt: skip
