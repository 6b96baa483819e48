"""Suspensions and permanent exclusions (domain 1.1, E1 to E16): SI 2012/1033 as amended."""

from typing import Any

import pytest

from tests.acceptance.office import Office, Story
from tests.world import OTHER, SCHOOL

NOTICES = ("parent_notice", "la_notice", "governors_notice", "social_worker_notice",
           "virtual_school_head_notice")  # fmt: skip


def suspend(pupil: Story, on: str, ends_on: str, *, days: float, **more: Any) -> dict[str, Any]:
    facts = {"school": SCHOOL, "reasons": ["PP"], "decided_on": on, **more}
    return pupil.tell("suspension", on, ends_on=ends_on, sessions=int(2 * days), **facts)


def exclude(pupil: Story, on: str, **more: Any) -> dict[str, Any]:
    facts = {"school": SCHOOL, "reasons": ["PA"], "decided_on": on, "ref": "px", **more}
    return pupil.tell("permanent_exclusion", on, **facts)


def told(pupil: Story, on: str, to: str, about: str = "decision", **more: Any) -> dict[str, Any]:
    facts = {"of": "px", "method": "email", "by": SCHOOL, **more}
    return pupil.tell("notified", on, to=to, about=about, **facts)


def rules(receipt: dict[str, Any]) -> list[str]:
    return [flag["rule"] for flag in receipt["flags"]]


@pytest.mark.parametrize(("extra", "flags"), [(3, []), (3.5, ["suspension.max-days"])])
def test_forty_five_days_of_a_school_year_are_carried_across_schools(
    office: Office, extra: float, flags: list[str]
) -> None:
    """42 school days from 3 November 2025 at one school (to 16 January), then the next."""
    pupil = office.pupil()
    assert rules(suspend(pupil, "2025-11-03", "2026-01-16", days=42)) == []
    pupil.tell("left_roll", "2026-01-19", school=SCHOOL, ground="a", destination=OTHER)
    pupil.tell("joined_roll", "2026-01-19", school=OTHER, registration="C")
    last = suspend(pupil, "2026-03-02", "2026-03-05", days=extra, school=OTHER)
    assert rules(last) == flags
    assert pupil.shown()["suspended_sessions_this_year"] == 0  # a new year began in August 2026
    assert pupil.shown(on="2026-07-10")["suspended_sessions_this_year"] == 84 + 2 * extra


def test_the_flag_names_the_days_and_its_source(office: Office) -> None:
    pupil = office.pupil()
    suspend(pupil, "2026-01-05", "2026-03-13", days=45)
    (flag,) = suspend(pupil, "2026-03-16", "2026-03-16", days=0.5)["flags"]
    assert flag == {
        "rule": "suspension.max-days",
        "detail": "45.5 school days suspended in this school year",
        "source": "SI 2012/1033 regs 4 13 22",
    }


def test_a_lunchtime_is_half_a_day(office: Office) -> None:
    pupil = office.pupil()
    lunch = {"kind": "lunchtime", "reasons": ["LD"]}
    assert rules(suspend(pupil, "2026-03-02", "2026-03-06", days=2.5, **lunch)) == []
    assert pupil.shown(on="2026-03-06")["suspended_sessions_this_year"] == 5
    six = suspend(pupil, "2026-03-09", "2026-03-13", days=3, **lunch)
    assert rules(six) == ["suspension.sessions-mismatch"]


@pytest.mark.parametrize(
    ("days", "ends_on", "owed"),
    [(2, "2026-03-10", ["parent_notice", "la_notice"]),
     (2.5, "2026-03-11", ["parent_notice", "la_notice", "governors_notice"])],
)  # fmt: skip
def test_governors_are_told_when_the_term_passes_five_days(
    office: Office, days: float, ends_on: str, owed: list[str]
) -> None:
    """Three days in January are of the same spring term as 9 March 2026."""
    pupil = office.pupil()
    suspend(pupil, "2026-01-12", "2026-01-14", days=3)
    receipt = suspend(pupil, "2026-03-09", ends_on, days=days)
    opened = [f for f in receipt["follow_ups"]["opened"] if f["kind"] in NOTICES]
    assert sorted(f["kind"] for f in opened) == sorted(owed)
    assert {(f["owner"], f["due_on"]) for f in opened} == {(SCHOOL, "2026-03-09")}


def test_governors_are_told_of_an_eleventh_lunchtime(office: Office) -> None:
    for lunchtimes, ends_on, owed in ((10, "2026-03-13", []), (11, "2026-03-16", [1])):
        pupil = office.pupil()
        suspend(pupil, "2026-03-02", ends_on, days=lunchtimes / 2, kind="lunchtime")
        assert [1 for _ in pupil.owed("governors_notice", on="2026-03-16")] == owed


@pytest.mark.parametrize(
    ("days", "ends_on", "meets"),
    [(15, "2026-03-20", False), (15.5, "2026-03-23", True)],
)
def test_governors_meet_over_fifteen_days_in_the_term(
    office: Office, days: float, ends_on: str, meets: bool
) -> None:
    """15 school days after 2 March 2026 is Monday 23 March."""
    pupil = office.pupil()
    suspend(pupil, "2026-03-02", ends_on, days=days)
    kind = "governors_meeting"
    expected = [(kind, SCHOOL, "2026-03-23", "open")] if meets else []
    assert pupil.owed(kind, on="2026-03-23") == expected


def test_a_missed_examination_calls_governors_whatever_the_length(office: Office) -> None:
    pupil = office.pupil()
    suspend(pupil, "2026-05-12", "2026-05-12", days=1, exam_missed=True)
    assert pupil.owed("governors_notice", "governors_meeting", on="2026-05-12") == [
        ("governors_notice", SCHOOL, "2026-05-12", "open"),
        ("governors_meeting", SCHOOL, "2026-06-09", "open"),
    ]


def test_a_first_half_term_told_late_tips_the_later_suspension_over(office: Office) -> None:
    """The six days of March alone owed the governors nothing at fifteen; those of January do."""
    pupil = office.pupil()
    suspend(pupil, "2026-03-09", "2026-03-16", days=6)
    assert pupil.owed("governors_meeting", on="2026-03-30") == []
    suspend(pupil, "2026-01-12", "2026-01-23", days=10)
    assert pupil.owed("governors_meeting", on="2026-03-30") == [
        ("governors_meeting", SCHOOL, "2026-04-13", "open")
    ]


def test_a_permanent_exclusion_is_told_to_everybody_on_the_day(office: Office) -> None:
    """Home LA 857, school in 856; a child in need who is looked after by 857."""
    pupil = office.pupil(
        home_la="857", social_worker="cin", looked_after="current", care_la="857",
    )  # fmt: skip
    exclude(pupil, "2026-03-06")
    day = "2026-03-06"
    assert set(pupil.owed(*NOTICES, on=day)) == {(k, SCHOOL, day, "open") for k in NOTICES}
    assert {s for *_, s in pupil.owed(*NOTICES, on="2026-03-07")} == {"overdue"}
    told(pupil, day, "parent")
    told(pupil, day, "la")
    assert {k for k, *_ in pupil.owed(*NOTICES, on=day)} == set(NOTICES) - {"parent_notice"}
    for to in ("home_la", "governors", "social_worker", "virtual_school_head"):
        told(pupil, day, to)
    assert pupil.owed(*NOTICES, on=day) == []


def test_before_september_2022_the_la_was_told_of_long_suspensions_only(own_office: Office) -> None:
    own_office.bring(
        "terms",
        "organisation,starts_on,ends_on\nLA856,2022-04-25,2022-07-15\nLA856,2022-08-30,2022-10-14\n",
    )
    for on, ends_on, owed in (
        ("2022-06-06", "2022-06-10", ["parent_notice"]),
        ("2022-09-05", "2022-09-09", ["la_notice", "parent_notice"]),
    ):
        pupil = own_office.pupil(on="2022-05-03", social_worker="none")
        suspend(pupil, on, ends_on, days=5)
        assert sorted(k for k, *_ in pupil.owed(*NOTICES, on=ends_on)) == owed


def test_posted_before_the_easter_weekend_it_is_received_after_it(office: Office) -> None:
    """Posted on Thursday 2 April 2026: Good Friday, the weekend and Easter Monday are no working
    days, so received on Wednesday 8; the fifteenth school day after is Friday 1 May.
    """
    pupil = office.pupil()
    exclude(pupil, "2026-03-20")
    moved = told(pupil, "2026-04-02", "governors", method="post")["follow_ups"]["moved"]
    assert [(f["kind"], f["was_due_on"], f["due_on"]) for f in moved] == [
        ("governors_meeting", "2026-04-24", "2026-05-01")
    ]
    assert pupil.owed("governors_meeting", on="2026-05-01") == [
        ("governors_meeting", SCHOOL, "2026-05-01", "open")
    ]


def test_by_hand_it_is_received_the_same_day_and_by_post_two_working_days_on(
    office: Office,
) -> None:
    """Told on Friday 1 May 2026: by hand the 15 school days end on 1 June, over half-term; by post
    (Monday 4 is a bank holiday, so received on Wednesday 6) on 3 June.
    """
    for method, due in (("in_person", "2026-06-01"), ("post", "2026-06-03")):
        pupil = office.pupil()
        exclude(pupil, "2026-04-30")
        told(pupil, "2026-05-01", "governors", method=method)
        (found,) = pupil.owed("governors_meeting", on="2026-05-01")
        assert found[2] == due


def test_cancelled_before_the_meeting_everything_that_ran_ends(office: Office) -> None:
    """A permanent exclusion of 2 March cancelled on 4 March: two school days were served."""
    pupil = office.pupil(social_worker="cp")
    exclude(pupil, "2026-03-02")
    cancelled = pupil.tell("exclusion_cancelled", "2026-03-04", reason="Mistaken identity")
    assert rules(cancelled) == []
    (shown,) = pupil.shown()["exclusions"]
    assert shown["status"] == "cancelled"
    lapsed = {k for k, *_ in pupil.owed(on="2026-03-04", status="lapsed")}
    assert lapsed == {
        "governors_meeting", "sixth_day_provision", "day_six_notice", "parent_notice", "la_notice",
        "governors_notice", "social_worker_notice",
    }  # fmt: skip
    kind = "cancellation_notice"
    assert pupil.owed(kind, "reintegration_meeting", on="2026-03-04") == [
        (kind, SCHOOL, "2026-03-04", "open"),
        ("reintegration_meeting", SCHOOL, "2026-03-05", "open"),
    ]
    for to in ("parent", "governors", "la"):
        told(pupil, "2026-03-04", to, "cancellation")
    assert len(pupil.owed(kind, on="2026-03-04")) == 1
    told(pupil, "2026-03-04", "social_worker", "cancellation")
    assert pupil.owed(kind, on="2026-03-04") == []


def test_after_the_governors_met_a_cancellation_is_flagged(office: Office) -> None:
    pupil = office.pupil()
    exclude(pupil, "2026-03-02")
    pupil.tell("governors_decision", "2026-03-19", decision="upheld", exclusion="px")
    flags = pupil.flags("exclusion_cancelled", "2026-03-20", exclusion="px", reason="Too late")
    assert flags == ["exclusion.cancelled-late"]


@pytest.mark.parametrize(
    ("on", "flags"),
    [("2023-08-31", ["exclusion.no-power-to-cancel"]), ("2023-09-01", [])],
)
def test_there_is_a_power_to_cancel_since_september_2023(
    own_office: Office, on: str, flags: list[str]
) -> None:
    own_office.bring("terms", "organisation,starts_on,ends_on\nLA856,2023-08-29,2023-10-20\n")
    pupil = own_office.pupil(on="2023-05-02")
    exclude(pupil, "2023-08-31")
    assert pupil.flags("exclusion_cancelled", on, reason="New facts") == flags


@pytest.mark.parametrize(
    ("cancelled_on", "flags"),
    [("2026-03-19", []), ("2026-03-20", ["exclusion.cancelled-over-45"])],
)
def test_over_forty_five_days_served_it_may_not_be_cancelled(
    office: Office, cancelled_on: str, flags: list[str]
) -> None:
    """42 days served (5 January to 10 March 2026); then ten more from 16 March. Three of those are
    served before 19 March, four before 20 March: 45 and 46 in all.
    """
    pupil = office.pupil()
    suspend(pupil, "2026-01-05", "2026-03-10", days=42)
    suspend(pupil, "2026-03-16", "2026-03-27", days=10, ref="second")
    facts = {"exclusion": "second", "reason": "New facts"}
    assert pupil.flags("exclusion_cancelled", cancelled_on, **facts) == flags


@pytest.mark.parametrize(
    ("cancelled_on", "flags"),
    [("2026-03-16", []), ("2026-03-17", ["exclusion.cancelled-over-45"])],
)
def test_days_of_a_permanent_exclusion_count_before_it_is_cancelled(
    office: Office, cancelled_on: str, flags: list[str]
) -> None:
    """Permanently excluded from Monday 5 January 2026: the 45th school day is Friday 13 March."""
    pupil = office.pupil()
    exclude(pupil, "2026-01-05")
    assert pupil.flags("exclusion_cancelled", cancelled_on, reason="New facts") == flags


def test_days_served_before_a_cancellation_still_count(office: Office) -> None:
    """Cancelled on Wednesday 4 March: Monday and Tuesday were served, four sessions."""
    pupil = office.pupil()
    suspend(pupil, "2026-03-02", "2026-03-06", days=5)
    pupil.tell("exclusion_cancelled", "2026-03-04", reason="New facts")
    assert pupil.shown(on="2026-03-31")["suspended_sessions_this_year"] == 4


def test_upheld_the_parent_has_fifteen_school_days_from_the_notice(office: Office) -> None:
    """Decision of Thursday 19 March posted the same day, received on Monday 23; fifteen school
    days after that, over Easter: Monday 27 April. Confirmed, it stays open until then.
    """
    pupil = office.pupil()
    exclude(pupil, "2026-03-02")
    decided = pupil.tell("governors_decision", "2026-03-19", decision="upheld")
    closed = {(f["kind"], f["status"]) for f in decided["follow_ups"]["closed"]}
    assert ("governors_meeting", "done") in closed
    told(pupil, "2026-03-19", "parent", "outcome", method="post")
    kind = "review_application_window"
    assert [f[2:] for f in pupil.owed(kind, on="2026-04-27")] == [("2026-04-27", "open")]
    assert pupil.owed(kind, on="2026-04-28") == []
    assert [f[3] for f in pupil.owed(kind, on="2026-04-28", status="lapsed")] == ["lapsed"]
    assert pupil.shown()["exclusions"][0]["status"] == "confirmed"


def test_a_review_quashed_is_reconsidered_within_ten_school_days(office: Office) -> None:
    """Asked on 23 March; heard within 15 school days (27 April), by the LA of this school's area;
    quashed on Monday 20 April; the governors meet again by Tuesday 5 May (Monday 4 is a holiday).
    """
    pupil = office.pupil()
    exclude(pupil, "2026-03-02")
    pupil.tell("governors_decision", "2026-03-16", decision="upheld")
    pupil.tell("parent_request", "2026-03-23", of="px", request="independent_review", by=SCHOOL)
    assert [f[2:] for f in pupil.owed("review_hearing", on="2026-04-14")] == [
        ("2026-04-27", "open")
    ]
    pupil.tell("review_decision", "2026-04-20", exclusion="px", decision="quashed", by="LA856")
    assert pupil.shown()["exclusions"][0]["status"] == "quashed"
    kind = "governors_reconsider"
    assert pupil.owed(kind, on="2026-05-05") == [(kind, SCHOOL, "2026-05-05", "open")]
    pupil.tell("governors_decision", "2026-05-05", exclusion="px", decision="upheld")
    assert pupil.owed(kind, on="2026-05-05") == []
    assert pupil.shown()["exclusions"][0]["status"] == "confirmed"


def test_between_five_and_fifteen_days_governors_meet_only_if_the_parent_asks(
    office: Office,
) -> None:
    """50 school days after Monday 9 March 2026: Tuesday 9 June, over Easter and half-term."""
    pupil = office.pupil()
    suspend(pupil, "2026-03-09", "2026-03-16", days=6, ref="s")
    kind = "governors_representations"
    assert pupil.owed(kind, on="2026-03-20") == []
    pupil.tell("parent_request", "2026-03-18", of="s", request="representations", by=SCHOOL)
    assert pupil.owed(kind, on="2026-03-20") == [(kind, SCHOOL, "2026-06-09", "open")]


def test_up_to_five_days_representations_owe_no_meeting(office: Office) -> None:
    pupil = office.pupil()
    suspend(pupil, "2026-03-09", "2026-03-13", days=5, ref="s")
    pupil.tell("parent_request", "2026-03-18", of="s", request="representations", by=SCHOOL)
    assert pupil.owed("governors_representations", "governors_meeting", on="2026-03-20") == []


def test_a_day_restored_by_voiding_a_reinstatement(office: Office) -> None:
    """A reinstatement recorded by mistake and taken back: the exclusion stands as before it."""
    pupil = office.pupil()
    exclude(pupil, "2026-03-02")
    pupil.tell("governors_decision", "2026-03-12", decision="reinstated", ref="g")
    assert pupil.shown()["exclusions"][0]["status"] == "reinstated"
    pupil.tell("void", "2026-03-13", of="g", reason="Another pupil", by=SCHOOL)
    assert pupil.shown()["exclusions"][0]["status"] == "issued"
    assert {f[0] for f in pupil.owed(on="2026-03-13")} >= {
        "governors_meeting", "sixth_day_provision",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("left_on", "flags"),
    [("2026-04-27", ["roll.removed-before-review"]), ("2026-04-28", [])],
)
def test_permanently_excluded_a_pupil_stays_on_the_roll_until_nobody_can_apply(
    office: Office, left_on: str, flags: list[str]
) -> None:
    """Told of the governors' decision on 23 March: fifteen school days end on 27 April."""
    pupil = office.pupil()
    exclude(pupil, "2026-03-02")
    pupil.tell("governors_decision", "2026-03-23", decision="upheld")
    told(pupil, "2026-03-23", "parent", "outcome", method="in_person")
    assert pupil.flags("left_roll", left_on, school=SCHOOL, ground="o") == flags


@pytest.mark.parametrize(
    ("fact", "refusal"),
    [
        ({"ends_on": "2026-03-01"}, ("/ends_on", "end_before_start")),
        ({"reasons": ["PP", "PA", "VP", "VA"]}, ("/reasons", "bad_format")),
        ({"reasons": ["XX"]}, ("/reasons", "unknown_code")),
        ({"sessions": 0}, ("/sessions", "bad_format")),
        ({"school": "999999"}, ("/school", "unknown_organisation")),
        ({"kind": "exclusion"}, ("/kind", "unknown_code")),
        ({"starts_session": "EVE"}, ("/starts_session", "unknown_code")),
    ],
)
def test_what_cannot_be_is_refused(
    office: Office, fact: dict[str, Any], refusal: tuple[str, str]
) -> None:
    facts = {"school": SCHOOL, "sessions": 4, "ends_on": "2026-03-03", "reasons": ["PP"], **fact}
    found = office.pupil().refused("suspension", "2026-03-02", by=SCHOOL, **facts)
    assert found == [refusal]


def test_decided_today_it_may_begin_in_thirty_days_and_not_in_thirty_one(office: Office) -> None:
    """Today is 20 November 2026."""
    facts = {"school": SCHOOL, "sessions": 2, "reasons": ["PP"]}
    pupil = office.pupil()
    later = ("2026-12-21", {**facts, "ends_on": "2026-12-21"})
    assert pupil.refused("suspension", later[0], **later[1]) == [("/occurred_on", "future_date")]
    pupil.tell("suspension", "2026-12-18", ends_on="2026-12-18", **facts)
    assert pupil.owed("parent_notice", on="2026-11-20") == [
        ("parent_notice", SCHOOL, "2026-11-20", "open")
    ]
