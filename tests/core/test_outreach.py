"""Outreach, the way back, and what the pupil attained."""

import pytest

from tests.builders import (
    Notice,
    outreach,
    outreach_ended,
    outreach_session,
    return_ended,
    returned,
    review,
    void,
)  # fmt: skip
from tests.spec import given
from tests.world import GARAGE, SCHOOL


def award(**values: object) -> Notice:
    return Notice("result_awarded", "2026-08-20", {"subject": "maths", **values})


def test_delivered_sessions_are_counted() -> None:
    story = given(
        outreach(ref="o"),
        outreach_session("2026-03-03"),
        outreach_session("2026-03-04", delivered=False),
        outreach_ended("2026-03-20"),
    )
    assert story.shown()["outreach"] == [
        {"id": str(story.id("o")), "ref": "o", "provider": GARAGE, "school": SCHOOL,
         "starts_on": "2026-03-02", "ended_on": "2026-03-20", "end_reason": "completed",
         "sessions_delivered": 1}
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("notice", "problem"),
    [
        (outreach("2026-03-09"), ("/provider", "already_open")),
        (outreach_session("2026-03-01"), ("/occurred_on", "end_before_start")),
        (outreach_ended("2026-03-01"), ("/occurred_on", "end_before_start")),
        (outreach_ended("2026-03-09", end_reason="bored"), ("/end_reason", "unknown_code")),
        (outreach_session("2026-03-09", minutes=-1), ("/minutes", "bad_format")),
        (outreach_session("2026-03-09", delivered="perhaps"), ("/delivered", "bad_format")),
        (return_ended("2026-03-09"), ("/reintegration", "nothing_open")),
    ],
)
def test_refuses(notice: Notice, problem: tuple[str, str]) -> None:
    assert given(outreach()).refuses(notice) == [problem]


def test_outreach_ends_once() -> None:
    story = given(outreach(ref="o"), outreach_ended("2026-03-20"))
    assert story.refuses(outreach_ended("2026-03-23", outreach="o")) == [
        ("/outreach", "nothing_open")
    ]
    assert story.refuses(outreach_session("2026-03-23")) == [("/outreach", "nothing_open")]


def test_sessions_of_void_outreach_are_kept_and_flagged() -> None:
    story = given(outreach(ref="o"), outreach_session("2026-03-03"), void("2026-03-05", "o"))
    assert (story.pupil.outreach, story.all_flags()) == ((), ["event.voided"])


def rungs(story) -> dict[str, tuple[str, str | None]]:
    return {
        f.kind: (f.due_on.isoformat(), f.outcome)
        for f in story.picture.follow_ups.values()
        if f.kind.startswith("reintegration_") and f.owner == SCHOOL and f.calendar == SCHOOL
        and f.kind != "reintegration_meeting"
    }  # fmt: skip


def test_a_return_opens_the_ladder_of_the_receiving_school() -> None:
    """From 2 March 2026: ten days to the 16th, thirty and sixty over Easter and half-term."""
    assert rungs(given(returned())) == {
        "reintegration_review_10": ("2026-03-16", None),
        "reintegration_review_30": ("2026-04-27", None),
        "reintegration_review_60": ("2026-06-16", None),
        "reintegration_two_terms": ("2026-12-18", None),
    }


def test_each_review_closes_one_rung_and_the_end_lets_the_rest_lapse() -> None:
    story = given(returned(ref="r"), review("2026-03-13", of="r"))
    story.when(return_ended("2026-05-01"))
    assert [outcome for _due, outcome in rungs(story).values()] == [
        "done", "lapsed", "lapsed", "lapsed",
    ]  # fmt: skip


def test_a_review_after_the_end_closes_nothing() -> None:
    story = given(returned(ref="r"), return_ended("2026-03-10"), review("2026-03-13", of="r"))
    assert {outcome for _due, outcome in rungs(story).values()} == {"lapsed"}


def test_a_second_return_to_one_school_is_refused_while_open() -> None:
    story = given(returned())
    assert story.refuses(returned("2026-03-09")) == [("/school", "already_open")]
    assert story.when(return_ended("2026-03-09"), returned("2026-03-10")).flags() == []


@pytest.mark.parametrize(
    ("qualification", "grade"),
    [("gcse", "9"), ("gcse", "U"), ("functional_skills", "L1"), ("entry_level", "E3")],
)
def test_takes_the_grades_of_a_qualification(qualification: str, grade: str) -> None:
    (result,) = given(award(qualification=qualification, grade=grade)).pupil.attained
    assert (result.qualification, result.grade) == (qualification, grade)


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"qualification": "gcse", "grade": "10"}, ("/grade", "unknown_code")),
        ({"qualification": "gcse", "grade": "L1"}, ("/grade", "unknown_code")),
        ({"qualification": "functional_skills", "grade": "L3"}, ("/grade", "unknown_code")),
        ({"qualification": "entry_level", "grade": "L1"}, ("/grade", "unknown_code")),
        ({"qualification": "vocational", "grade": "Pass"}, ("/level", "required")),
        ({"qualification": "vocational", "grade": "Pass", "level": "9"},
         ("/level", "unknown_code")),
        ({"qualification": "a_level", "grade": "A"}, ("/qualification", "unknown_code")),
    ],
)  # fmt: skip
def test_refuses_awards(values: dict[str, object], problem: tuple[str, str]) -> None:
    assert given().refuses(award(**values)) == [problem]


@pytest.mark.parametrize(("activity", "problems"), [("310", []), ("311", ["unknown_code"])])
def test_activities_are_nccis_codes(activity: str, problems: list[str]) -> None:
    notice = Notice("destination_recorded", "2026-10-01", {"activity": activity})
    if problems:
        assert [code for _at, code in given().refuses(notice)] == problems
    else:
        assert [a.activity for a in given(notice).pupil.activities] == [activity]
