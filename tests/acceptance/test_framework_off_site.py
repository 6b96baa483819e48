"""Off-site direction, managed moves and meetings at a return (domain 1.3, O1 to R1).

Education Act 2002 s.29A; SI 2010/1156 as amended by SI 2012/2532.
"""

from typing import Any

import pytest

from tests.acceptance.office import Office, Story
from tests.world import OTHER, PRU, SCHOOL

NOTICE = "off-site.notice"


def directed(**more: Any) -> dict[str, Any]:
    return {
        "school": SCHOOL, "provider": PRU, "starts_on": "2026-03-04", "ends_on": "2026-05-29",
        "sessions_per_week": 10, "objectives": ["Attend", "Stay in class"],
        "parent_notified_on": "2026-03-02", "ref": "d", **more,
    }  # fmt: skip


@pytest.fixture
def pupil(office: Office) -> Story:
    return office.pupil()


@pytest.mark.parametrize(
    ("told", "starts", "flags"),
    [
        ("2026-03-02", "2026-03-04", []),
        ("2026-03-02", "2026-03-03", [NOTICE]),
        ("2026-03-26", "2026-04-13", []),
        ("2026-03-27", "2026-04-13", [NOTICE]),
    ],
    ids=["Monday for Wednesday", "Monday for Tuesday", "two days to Easter", "one day to Easter"],
)
def test_parents_have_two_school_days_notice(
    pupil: Story, told: str, starts: str, flags: list[str]
) -> None:
    facts = directed(parent_notified_on=told, starts_on=starts)
    assert pupil.flags("off_site_direction", "2026-03-02", **facts) == flags


@pytest.mark.parametrize(
    ("la_told", "flags"),
    [({}, [NOTICE]), ({"la_notified_on": "2026-03-03"}, [NOTICE]),
     ({"la_notified_on": "2026-03-02"}, [])],
    ids=["not told", "a day late", "in time"],
)  # fmt: skip
def test_of_a_pupil_with_an_ehc_plan_the_la_has_it_too(
    office: Office, la_told: dict[str, str], flags: list[str]
) -> None:
    pupil = office.pupil(sen_provision="E")
    assert pupil.flags("off_site_direction", "2026-03-02", **directed(**la_told)) == flags


def test_the_refusal_to_end_before_it_starts_says_what_to_change(office: Office) -> None:
    pupil = office.pupil()
    refused = pupil.refused("off_site_direction", "2026-03-02", **directed(ends_on="2026-03-03"))
    assert refused == [("/ends_on", "end_before_start")]


def test_it_may_run_past_the_school_year(pupil: Story) -> None:
    """SI 2012/2532 dropped the limit of one year."""
    facts = directed(ends_on="2027-01-29")
    assert pupil.flags("off_site_direction", "2026-03-02", **facts) == []


def test_directed_to_a_school_the_pupil_is_registered_at_both(pupil: Story) -> None:
    pupil.tell("off_site_direction", "2026-03-02", **directed())
    kind = "dual_registration"
    assert pupil.owed(kind, on="2026-03-04") == [(kind, PRU, "2026-03-04", "open")]
    joined = pupil.tell("joined_roll", "2026-03-04", school=PRU, registration="S")
    assert joined["flags"] == []
    assert pupil.owed(kind, on="2026-03-04") == []
    assert [(r["school"], r["registration"]) for r in pupil.shown()["rolls"]] == [
        (SCHOOL, "C"), (PRU, "S"),
    ]  # fmt: skip


def test_reviews_follow_one_another_at_the_interval_set(pupil: Story) -> None:
    """Thirty days is the registry's setting: 4 March to 3 April, held on 1 April, then 1 May."""
    pupil.tell("off_site_direction", "2026-03-02", **directed())
    kind = "off_site_review"
    assert pupil.owed(kind, on="2026-03-04") == [(kind, SCHOOL, "2026-04-03", "open")]
    (found,) = pupil.listed(on="2026-03-04", kind=kind)
    assert (found["rule"], found["statutory"]) == ("off-site.review", False)
    pupil.tell("notified", "2026-03-26", of="d", to="parent", about="invitation", method="email",
               by=SCHOOL)  # fmt: skip
    held = {"of": "d", "attended": ["parent", "school"], "by": SCHOOL, "outcome": "continue"}
    assert pupil.flags("review_held", "2026-04-01", **held) == []
    assert pupil.owed(kind, "off_site_outcome", on="2026-04-02") == [
        ("off_site_outcome", SCHOOL, "2026-04-07", "open"),
        (kind, SCHOOL, "2026-05-01", "open"),
    ]


@pytest.mark.parametrize(
    ("invited", "flags"), [("2026-03-26", []), ("2026-03-27", ["off-site.invitation"])]
)
def test_parents_are_invited_six_days_before(pupil: Story, invited: str, flags: list[str]) -> None:
    pupil.tell("off_site_direction", "2026-03-02", **directed())
    pupil.tell("notified", invited, of="d", to="parent", about="invitation", method="in_person",
               by=SCHOOL)  # fmt: skip
    held = {"of": "d", "attended": ["parent"], "by": SCHOOL}
    assert pupil.flags("review_held", "2026-04-01", **held) == flags


@pytest.mark.parametrize(
    ("asked", "owed"),
    [("2026-06-10", []), ("2026-06-11", [("review_requested", SCHOOL, "2026-06-25", "open")])],
)
def test_a_parent_may_ask_for_a_review_unless_one_was_held_in_ten_weeks(
    pupil: Story, asked: str, owed: list[tuple[str, ...]]
) -> None:
    """Held on Wednesday 1 April; ten weeks after is Wednesday 10 June 2026."""
    pupil.tell("off_site_direction", "2026-03-02", **directed(ends_on="2026-07-10"))
    pupil.tell("review_held", "2026-04-01", of="d", attended=["school"], by=SCHOOL)
    pupil.tell("parent_request", asked, of="d", request="review_meeting", by=SCHOOL)
    assert pupil.owed("review_requested", on=asked) == owed


def test_its_end_brings_a_meeting_by_the_first_day_back(pupil: Story) -> None:
    """Ends on Friday 22 May 2026, before half-term: back on Monday 1 June."""
    pupil.tell("off_site_direction", "2026-03-02", **directed(ends_on="2026-05-22"))
    kind = "reintegration_meeting"
    assert pupil.owed(kind, on="2026-05-22") == [(kind, SCHOOL, "2026-06-01", "open")]
    pupil.tell("review_held", "2026-06-01", of="d", purpose="return_meeting", by=SCHOOL,
               attended=["parent", "pupil", "school"])  # fmt: skip
    assert pupil.owed(kind, on="2026-06-01") == []


def test_a_suspension_ends_with_a_meeting_too(pupil: Story) -> None:
    pupil.tell("suspension", "2026-02-12", school=SCHOOL, sessions=4, ends_on="2026-02-13",
               reasons=["PP"])  # fmt: skip
    kind = "reintegration_meeting"
    assert pupil.owed(kind, on="2026-02-13") == [(kind, SCHOOL, "2026-02-23", "open")]


@pytest.mark.parametrize(
    ("details", "fact", "flags"),
    [
        ({}, {"parent_agreed": True}, []),
        ({}, {"parent_agreed": False}, ["managed-move.not-agreed"]),
        ({}, {}, ["managed-move.not-agreed"]),
        ({"sen_provision": "E"}, {"parent_agreed": True}, ["managed-move.ehc-plan"]),
    ],
)
def test_a_managed_move_is_agreed_and_follows_the_plan(
    office: Office, details: dict[str, Any], fact: dict[str, Any], flags: list[str]
) -> None:
    pupil = office.pupil(**details)
    facts = {"from_school": SCHOOL, "to_school": OTHER, **fact}
    assert pupil.flags("managed_move", "2026-06-01", by=SCHOOL, **facts) == flags


def test_a_managed_move_from_a_school_without_the_pupil_is_that_schools_to_mend(
    pupil: Story,
) -> None:
    receipt = pupil.tell("managed_move", "2026-06-01", from_school=OTHER, to_school=SCHOOL,
                         parent_agreed=True, by=SCHOOL)  # fmt: skip
    assert [f["rule"] for f in receipt["flags"]] == ["roll.not-on-record"]
    opened = [(f["owner"], f["due_on"]) for f in receipt["follow_ups"]["opened"]]
    assert opened == [(OTHER, "2026-06-08")]


def test_the_timeline_tells_the_move_with_both_rolls(pupil: Story) -> None:
    pupil.tell("managed_move", "2026-06-01", from_school=SCHOOL, to_school=OTHER,
               parent_agreed=True, by=SCHOOL)  # fmt: skip
    pupil.tell("joined_roll", "2026-06-01", school=OTHER, registration="C")
    pupil.tell("left_roll", "2026-06-01", school=SCHOOL, ground="a", destination=OTHER)
    assert pupil.shown()["flags"] == []
    assert [(r["school"], r["until"], r["ground"]) for r in pupil.shown()["rolls"]] == [
        (SCHOOL, "2026-06-01", "a"), (OTHER, None, None),
    ]  # fmt: skip
    assert pupil.sentences() == [
        "Managed move from Alder School to Brook School",
        "Joined the roll of Brook School (registration C)",
        "Left the roll of Alder School (ground a)",
    ]
