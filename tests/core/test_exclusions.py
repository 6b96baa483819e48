"""Suspensions and permanent exclusions (SI 2012/1033; SI 2007/1870; domain 1.1 and 1.2)."""

from datetime import date

import pytest

from tests.builders import (
    cancelled,
    correction,
    governors,
    joined,
    left,
    notified,
    permanent_exclusion,
    placement,
    referral,
    registered,
    review,
    reviewed_by_panel,
    sixth_day_started,
    suspension,
    void,
)  # fmt: skip
from tests.spec import given, make_world, unregistered
from tests.world import OTHER, PRU, SCHOOL

FIVE = {"sessions": 10, "ends_on": "2026-03-06"}  # Monday 2 to Friday 6 March 2026
SIX = {"sessions": 12, "ends_on": "2026-03-09"}


def test_a_suspension_of_five_days_opens_no_sixth_day() -> None:
    assert given(suspension(**FIVE)).follow_ups("sixth_day_provision") == []


def test_a_suspension_of_six_days_opens_the_sixth_day_owed_by_the_school() -> None:
    story = given(suspension(**SIX))
    owed = story.follow_up("sixth_day_provision")
    assert "sixth_day_provision" in story.receipt("opened")
    assert (owed.owner, owed.calendar, story.due(owed.kind)) == (SCHOOL, SCHOOL, "2026-03-09")


def test_day_one_is_the_first_school_day_on_or_after_the_exclusion() -> None:
    """Saturday 28 February: day 1 is Monday 2 March."""
    story = given(permanent_exclusion("2026-02-28"))
    assert story.due("sixth_day_provision") == "2026-03-09"


def test_the_sixth_day_is_counted_over_a_half_term() -> None:
    """Tuesday 10 February 2026 to Friday 13: four days; the holiday; 23 and 24 February."""
    assert given(permanent_exclusion("2026-02-10")).due("sixth_day_provision") == "2026-02-24"


def test_a_closed_day_moves_the_sixth_day() -> None:
    world = make_world(closures=[(SCHOOL, "2026-03-04")])
    story = given(permanent_exclusion("2026-03-02"), world=world)
    assert story.due("sixth_day_provision") == "2026-03-10"


def test_two_suspensions_back_to_back_are_summed() -> None:
    """SI 2014/3216: three days to Wednesday, three more from Thursday."""
    story = given(suspension(sessions=6, ends_on="2026-03-04"))
    story.when(suspension("2026-03-05", sessions=6, ends_on="2026-03-09", ref="second"))
    owed = story.follow_up("sixth_day_provision")
    assert (owed.opened_by, story.due(owed.kind)) == (story.id("second"), "2026-03-09")


def test_a_weekend_between_does_not_break_the_run() -> None:
    story = given(suspension(**FIVE), suspension("2026-03-09", sessions=2, ends_on="2026-03-09"))
    assert story.due("sixth_day_provision") == "2026-03-09"


def test_a_school_day_between_breaks_the_run() -> None:
    story = given(suspension(**FIVE), suspension("2026-03-10", sessions=2, ends_on="2026-03-10"))
    assert story.follow_ups("sixth_day_provision") == []


def test_the_run_is_the_same_whichever_is_recorded_first() -> None:
    first = suspension(sessions=6, ends_on="2026-03-04")
    second = suspension("2026-03-05", sessions=6, ends_on="2026-03-09")
    assert given(second, first).due("sixth_day_provision") == "2026-03-09"


def test_a_lunchtime_is_no_part_of_a_run() -> None:
    story = given(suspension(kind="lunchtime", sessions=6, ends_on="2026-03-09"))
    assert story.follow_ups("sixth_day_provision") == []


def test_a_second_suspension_of_one_run_shares_the_follow_up() -> None:
    more = suspension("2026-03-10", sessions=2, ends_on="2026-03-10")
    story = given(suspension(**SIX)).when(more)
    assert "sixth_day_provision" not in story.receipt("opened")
    assert len(story.follow_ups("sixth_day_provision")) == 1


def test_a_permanent_exclusion_after_a_long_suspension_is_owed_by_the_home_la_too() -> None:
    story = given(suspension(**SIX)).when(permanent_exclusion("2026-03-10"))
    assert "sixth_day_provision" in story.receipt("opened")
    assert {owed.owner for owed in story.follow_ups("sixth_day_provision")} == {SCHOOL, "LA856"}


def test_a_permanent_exclusion_after_a_short_suspension_is_owed_by_the_home_la() -> None:
    story = given(suspension(sessions=6, ends_on="2026-03-04"), permanent_exclusion("2026-03-05"))
    owed = story.follow_up("sixth_day_provision")
    assert (owed.owner, story.due(owed.kind)) == ("LA856", "2026-03-09")


def test_the_home_la_owes_it_wherever_the_school_lies() -> None:
    story = unregistered(registered(home_la="857"), joined(), permanent_exclusion("2026-03-02"))
    assert story.follow_up("sixth_day_provision").owner == "LA857"


def test_the_home_la_owes_it_for_a_suspension_from_a_pru() -> None:
    story = given(joined(school=PRU, registration="S"), suspension(school=PRU, **SIX))
    assert story.follow_up("sixth_day_provision").owner == "LA856"


def test_education_started_closes_it() -> None:
    story = given(permanent_exclusion("2026-03-02", ref="px"))
    story.when(sixth_day_started("2026-03-09", exclusion="px"))
    assert story.receipt("closed") == ["sixth_day_provision"]
    assert (story.status("sixth_day_provision", "2026-03-09"), story.flags()) == ("done", [])


def test_education_a_day_late_is_flagged() -> None:
    story = given(permanent_exclusion("2026-03-02")).when(sixth_day_started("2026-03-10"))
    assert story.flags() == ["sixth-day.late"]


def test_a_placement_that_arises_from_the_exclusion_closes_it() -> None:
    story = given(permanent_exclusion("2026-03-02", ref="px"))
    story.when(placement("2026-03-09", arising_from="px", reason="permanent_exclusion"))
    assert "sixth_day_provision" in story.receipt("closed")


def test_a_placement_from_a_referral_about_the_exclusion_closes_it() -> None:
    story = given(permanent_exclusion("2026-03-02", ref="px"), referral(about="px", ref="r"))
    story.when(placement("2026-03-10", arising_from="r"))
    assert (story.status("sixth_day_provision", "2026-03-10"), story.flags()) == (
        "done", ["sixth-day.late"],
    )  # fmt: skip


def test_a_placement_for_another_reason_does_not_close_it() -> None:
    story = given(permanent_exclusion("2026-03-02")).when(placement("2026-03-09"))
    assert story.follow_up("sixth_day_provision").closed_on is None


@pytest.mark.parametrize(
    "undoing",
    [cancelled("2026-03-05"), governors("2026-03-05", decision="reinstated"),
     reviewed_by_panel("2026-03-05", decision="quashed")],
    ids=lambda notice: notice.type,
)  # fmt: skip
def test_undone_it_lapses(undoing) -> None:
    story = given(permanent_exclusion("2026-03-02", ref="px")).when(undoing)
    assert "sixth_day_provision" in story.receipt("closed")
    assert story.status("sixth_day_provision", "2026-03-05") == "lapsed"
    assert story.status("sixth_day_provision", "2026-03-04") == "open"


def test_reinstated_by_a_date_education_is_owed_until_then() -> None:
    """Excluded on Monday 2 March, back on Wednesday 11: the sixth day, Monday 9, is one of those
    (reg. 24(2)(b)).
    """
    back = governors("2026-03-05", decision="reinstated", reinstated_on="2026-03-11")
    story = given(permanent_exclusion(), back)
    days = ("2026-03-09", "2026-03-10", "2026-03-11")
    assert [story.status("sixth_day_provision", day) for day in days] == [
        "open", "overdue", "lapsed",
    ]  # fmt: skip
    assert story.due("reintegration_meeting") == "2026-03-11"


def test_reinstated_by_a_date_the_days_until_then_are_served() -> None:
    """Monday 2 to Tuesday 10 March: seven school days."""
    long = suspension(sessions=40, ends_on="2026-03-27")
    back = governors("2026-03-09", decision="reinstated", reinstated_on="2026-03-11")
    story = given(long, back)
    assert story.shown(date(2026, 3, 31))["suspended_sessions_this_year"] == 14


def test_done_it_stays_done_when_the_exclusion_is_undone_later() -> None:
    story = given(permanent_exclusion("2026-03-02"), sixth_day_started("2026-03-09"))
    story.when(governors("2026-03-16", decision="reinstated"))
    assert "sixth_day_provision" not in story.receipt("closed")
    assert story.status("sixth_day_provision", "2026-03-16") == "done"


def test_corrected_below_six_days_it_lapses() -> None:
    story = given(suspension(ref="s", **SIX))
    story.when(correction("2026-03-05", "s", ends_on="2026-03-06", sessions=10))
    closed = [(f["kind"], f["status"]) for f in story.last.body()["follow_ups"]["closed"]]
    assert ("sixth_day_provision", "lapsed") in closed
    assert story.follow_ups("sixth_day_provision") == []


def test_a_correction_of_the_day_moves_it() -> None:
    story = given(permanent_exclusion("2026-03-02", ref="px"))
    story.when(correction("2026-03-12", "px", occurred_on="2026-03-03"))
    (moved,) = (m for m in story.last.body()["follow_ups"]["moved"]
                if m["kind"] == "sixth_day_provision")  # fmt: skip
    assert (moved["was_due_on"], moved["due_on"]) == ("2026-03-09", "2026-03-10")


def test_void_it_lapses() -> None:
    story = given(permanent_exclusion("2026-03-02", ref="px")).when(void("2026-03-03", "px"))
    assert {"governors_meeting", "sixth_day_provision"} <= set(story.receipt("closed"))
    assert story.pupil.exclusions == ()


def test_governors_meet_within_fifteen_school_days_of_the_exclusion() -> None:
    """SI 2012/1033 reg. 24: day 0 is 2 March; 23 March is the fifteenth after it."""
    story = given(permanent_exclusion("2026-03-02"))
    owed = story.follow_up("governors_meeting")
    assert (owed.owner, story.due(owed.kind)) == (SCHOOL, "2026-03-23")


def test_governors_are_counted_over_the_easter_holiday() -> None:
    """From 20 March: five days to 27 March; Easter; ten more from 13 April."""
    assert given(permanent_exclusion("2026-03-20")).due("governors_meeting") == "2026-04-24"


def test_governors_are_counted_from_the_day_they_received_notice() -> None:
    story = given(permanent_exclusion("2026-03-02", ref="px"))
    story.when(notified("2026-03-04", of="px", received_on="2026-03-05"))
    assert story.receipt("moved") == ["governors_meeting"]
    assert story.due("governors_meeting") == "2026-03-26"


@pytest.mark.parametrize(
    ("posted", "due"), [("2026-03-04", "2026-03-27"), ("2026-03-06", "2026-04-14")]
)
def test_post_arrives_on_the_second_working_day(posted: str, due: str) -> None:
    """SI 2012/1033 reg. 17(3): Wednesday to Friday; Friday to Tuesday 10 March."""
    story = given(permanent_exclusion("2026-03-02", ref="px"))
    assert story.when(notified(posted, of="px", method="post")).due("governors_meeting") == due


def test_a_decision_closes_the_meeting() -> None:
    story = given(permanent_exclusion("2026-03-02")).when(governors("2026-03-20"))
    assert story.receipt("closed") == ["governors_meeting"]
    assert story.status("governors_meeting", "2026-03-20") == "done"
    assert [e.status for e in story.pupil.exclusions] == ["confirmed"]


def test_a_cancellation_lets_the_meeting_lapse() -> None:
    story = given(permanent_exclusion("2026-03-02")).when(cancelled("2026-03-05"))
    assert story.status("governors_meeting", "2026-03-05") == "lapsed"


def test_a_reinstated_suspension_was_decided() -> None:
    story = given(suspension(sessions=32, ends_on="2026-03-23"))
    story.when(governors("2026-03-25", decision="reinstated"))
    assert story.status("governors_meeting", "2026-03-25") == "done"


@pytest.mark.parametrize(("sessions", "kinds"), [(30, []), (31, ["governors_meeting"])])
def test_governors_meet_over_fifteen_days_in_the_term(sessions: int, kinds: list[str]) -> None:
    first = suspension("2026-01-12", sessions=16, ends_on="2026-01-21")
    story = given(first)
    story.when(suspension("2026-03-02", sessions=sessions - 16, ends_on="2026-03-11"))
    assert [k for k in story.receipt("opened") if k == "governors_meeting"] == kinds


def test_each_further_suspension_over_fifteen_days_is_considered() -> None:
    story = given(suspension("2026-01-12", sessions=32, ends_on="2026-02-02"))
    story.when(suspension("2026-03-02", sessions=2, ends_on="2026-03-02"))
    assert "governors_meeting" in story.receipt("opened")


def test_a_term_is_that_of_the_school() -> None:
    """The summer term of 2026 began on 13 April: 32 sessions lie in two terms."""
    story = given(suspension("2026-03-16", sessions=20, ends_on="2026-03-27"))
    story.when(suspension("2026-04-14", sessions=12, ends_on="2026-04-21"))
    assert story.follow_ups("governors_meeting") == []


def test_a_missed_examination_calls_the_governors() -> None:
    story = given(suspension(sessions=2, ends_on="2026-03-02", exam_missed=True))
    assert "governors_meeting" in story.receipt("opened")


@pytest.mark.parametrize(("sessions", "flags"), [(6, []), (7, ["suspension.sessions-mismatch"])])
def test_more_than_two_sessions_a_school_day_are_flagged(sessions: int, flags: list[str]) -> None:
    """Friday 6 to Tuesday 10 March: three school days."""
    story = given(suspension("2026-03-06", sessions=sessions, ends_on="2026-03-10"))
    assert story.flags() == flags


@pytest.mark.parametrize(("sessions", "flags"), [(2, []), (3, ["suspension.sessions-mismatch"])])
def test_a_lunchtime_is_one_session_a_day(sessions: int, flags: list[str]) -> None:
    story = given(suspension(kind="lunchtime", sessions=sessions))
    assert story.flags() == flags


@pytest.mark.parametrize(("sessions", "flags"), [(6, []), (7, ["suspension.max-days"])])
def test_days_over_forty_five_are_flagged_across_schools(sessions: int, flags: list[str]) -> None:
    """SI 2012/1033 reg. 4: 42 days before, at another school of the same school year."""
    earlier = suspension("2025-09-01", school=OTHER, sessions=84, ends_on="2025-11-05")
    story = given(joined(school=OTHER, registration="S"), earlier)
    story.when(suspension("2026-03-02", sessions=sessions, ends_on="2026-03-05"))
    assert story.flags() == flags


def test_the_school_year_begins_with_the_first_term_after_july() -> None:
    """EA 1996 s.579: terms began on 27 August 2025, so 28 August is in the new year."""
    story = given(suspension("2025-08-28", sessions=84, ends_on="2025-11-05"))
    story.when(suspension("2026-03-02", sessions=8, ends_on="2026-03-05"))
    assert story.flags() == ["suspension.max-days"]


def test_the_last_academic_year_does_not_count() -> None:
    story = given(suspension("2025-04-28", sessions=84, ends_on="2025-07-11"))
    story.when(suspension("2026-03-02", sessions=8, ends_on="2026-03-05"))
    assert story.flags() == []


def test_days_served_before_a_cancellation_still_count() -> None:
    """Domain 1.1 (b): Monday and Tuesday of four days."""
    story = given(suspension(sessions=8, ends_on="2026-03-05"), cancelled("2026-03-04"))
    assert story.shown(date(2026, 3, 31))["suspended_sessions_this_year"] == 4


def test_cancelled_on_its_first_day_nothing_counts() -> None:
    story = given(suspension(), cancelled("2026-03-02"))
    assert story.shown(date(2026, 3, 31))["suspended_sessions_this_year"] == 0


def test_suspended_sessions_are_those_of_the_academic_year_of_the_day() -> None:
    story = given(suspension("2025-07-07", sessions=2, ends_on="2025-07-07"), suspension())
    assert story.shown(date(2026, 3, 31))["suspended_sessions_this_year"] == 4


def test_cancelled_after_the_governors_met_it_is_flagged() -> None:
    story = given(permanent_exclusion("2026-03-02"), governors("2026-03-20", exclusion=None))
    (exclusion,) = story.pupil.exclusions
    story.when(cancelled("2026-03-21", exclusion=str(exclusion.id)))
    assert story.flags() == ["exclusion.cancelled-late"]
    assert story.pupil.exclusions[0].status == "cancelled"


@pytest.mark.parametrize(
    ("on", "flags"), [("2026-03-16", []), ("2026-03-17", ["exclusion.cancelled-over-45"])]
)
def test_cancelled_once_over_forty_five_days_are_served_it_is_flagged(
    on: str, flags: list[str]
) -> None:
    """Permanently excluded on Monday 5 January: the 45th school day is Friday 13 March."""
    story = given(permanent_exclusion("2026-01-05"), cancelled(on))
    assert story.flags() == flags


def test_days_still_to_come_are_not_served() -> None:
    """40 days, then ten from 16 March cancelled on its second day: 41 served."""
    first = suspension("2026-01-05", ends_on="2026-03-06", sessions=80)
    second = suspension("2026-03-16", ends_on="2026-03-27", sessions=20, ref="b")
    story = given(first, second)
    story.when(cancelled("2026-03-17", exclusion=str(story.id("b"))))
    assert story.flags() == []


@pytest.mark.parametrize(
    ("decisions", "status"),
    [
        ((), "issued"),
        ((governors("2026-03-20"),), "confirmed"),
        ((governors("2026-03-20", decision="considered"),), "issued"),
        ((governors("2026-03-20", decision="reinstated"),), "reinstated"),
        ((cancelled("2026-03-03"),), "cancelled"),
        ((governors("2026-03-20"), reviewed_by_panel("2026-04-20", exclusion="px",
                                                     decision="quashed")), "quashed"),
        ((governors("2026-03-20"), reviewed_by_panel("2026-04-20", exclusion="px",
                                                     decision="reconsider")), "confirmed"),
        ((governors("2026-03-20"),
          reviewed_by_panel("2026-04-20", exclusion="px", decision="quashed"),
          governors("2026-04-27", exclusion="px")), "confirmed"),
    ],
)  # fmt: skip
def test_the_status_of_an_exclusion(decisions: tuple, status: str) -> None:
    story = given(permanent_exclusion("2026-03-02", ref="px"), *decisions)
    assert [e["status"] for e in story.shown()["exclusions"]] == [status]


def test_an_exclusion_by_a_school_whose_roll_does_not_show_the_pupil_is_flagged() -> None:
    assert given(suspension(school=OTHER)).flags() == ["roll.not-on-record"]


@pytest.mark.parametrize(
    ("notice", "problem"),
    [
        (suspension(ends_on="2026-03-01"), ("/ends_on", "end_before_start")),
        (suspension(reasons=[]), ("/reasons", "required")),
        (suspension(reasons=["PP", "DM", "TH", "BU"]), ("/reasons", "bad_format")),
        (suspension(kind="detention"), ("/kind", "unknown_code")),
        (suspension(starts_session="EVE"), ("/starts_session", "unknown_code")),
        (suspension(decided_on="2026-11-21"), ("/decided_on", "future_date")),
        (suspension("2026-12-21", ends_on="2026-12-22"), ("/occurred_on", "future_date")),
        (cancelled("2026-03-05"), ("/exclusion", "nothing_open")),
        (governors("2026-03-05", exclusion="no such"), ("/exclusion", "not_found")),
        (sixth_day_started("2026-03-05"), ("/exclusion", "nothing_open")),
    ],
)
def test_refuses(notice, problem: tuple[str, str]) -> None:
    assert given().refuses(notice) == [problem]


def test_a_suspension_may_begin_thirty_days_ahead() -> None:
    story = given().when(suspension("2026-12-20", sessions=1, ends_on="2026-12-21"))
    assert [e.sessions for e in story.pupil.exclusions] == [1]


def test_a_decision_before_the_exclusion_is_refused() -> None:
    story = given(permanent_exclusion("2026-03-02"))
    assert story.refuses(governors("2026-03-01")) == [("/occurred_on", "end_before_start")]


def test_received_before_it_was_sent_is_refused() -> None:
    story = given(permanent_exclusion("2026-03-02"))
    problem = story.refuses(notified("2026-03-04", received_on="2026-03-03"))
    assert problem == [("/received_on", "end_before_start")]


def test_several_running_exclusions_must_be_named() -> None:
    story = given(permanent_exclusion("2026-03-02"), suspension("2026-03-02"))
    assert story.refuses(cancelled("2026-03-03")) == [("/exclusion", "ambiguous")]


def test_removal_before_the_review_is_over_is_flagged() -> None:
    """15 school days after the decision of 20 March end on 27 April 2026."""
    for on, flags in (("2026-04-24", ["roll.removed-before-review"]), ("2026-04-27", [])):
        story = given(permanent_exclusion("2026-03-02"), governors("2026-03-20"))
        assert story.when(left(on, ground="o")).flags() == flags, on


def test_a_review_that_upheld_ends_the_wait() -> None:
    story = given(permanent_exclusion("2026-03-02", ref="px"), governors("2026-03-20"))
    story.when(reviewed_by_panel("2026-03-26", exclusion="px"))
    assert story.when(left("2026-03-27", ground="o")).flags() == []


def test_a_return_meeting_may_be_held_about_a_suspension() -> None:
    story = given(suspension(ref="s")).when(review("2026-03-04", of="s", purpose="return_meeting"))
    assert [r.of for r in story.pupil.reviews] == [story.id("s")]
