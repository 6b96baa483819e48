"""The admission register and removals from it (domain 1.4): SI 2024/208 regs 9 and 13."""

from typing import Any

import pytest

from tests.acceptance.office import Office, Story
from tests.world import OTHER, PRU, SCHOOL, SPECIAL

SIGNAL = "roll.off-rolling-signal"
GROUNDS = "abcdefghijklmno"


def leave(pupil: Story, on: str, ground: str, **more: Any) -> dict[str, Any]:
    return pupil.tell("left_roll", on, school=SCHOOL, ground=ground, **more)


def rules(receipt: dict[str, Any]) -> list[str]:
    return [flag["rule"] for flag in receipt["flags"]]


def opened(receipt: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(f["kind"], f["owner"], f["due_on"]) for f in receipt["follow_ups"]["opened"]]


@pytest.fixture
def pupil(office: Office) -> Story:
    """In Year 9 in 2024/25, Year 10 in 2025/26."""
    return office.pupil()


@pytest.mark.parametrize("ground", [*GROUNDS.replace("o", ""), "over_age"])
def test_every_ground_of_regulation_9_is_taken_without_a_flag(office: Office, ground: str) -> None:
    """In Year 10 after the January census."""
    pupil = office.pupil()
    assert rules(leave(pupil, "2026-03-02", ground)) == []
    assert [(r["until"], r["ground"]) for r in pupil.shown()["rolls"]] == [("2026-03-02", ground)]


@pytest.mark.parametrize("ground", ["k", "j", "o", "d"])
def test_only_home_education_is_looked_at_as_off_rolling(office: Office, ground: str) -> None:
    """Year 10 before the January census: who died, is detained or was permanently excluded was not
    removed to home education."""
    pupil = office.pupil()
    assert SIGNAL not in rules(leave(pupil, "2025-11-03", ground))


def test_a_removal_without_a_ground_is_recorded_flagged_and_told_the_la(pupil: Story) -> None:
    """Five school days after Monday 2 March 2026: Monday 9 March, the home LA's."""
    receipt = leave(pupil, "2026-03-02", "none")
    assert receipt["flags"] == [
        {"rule": "roll.no-lawful-ground",
         "detail": "removed without a ground of regulation 9(1)",
         "source": "SI 2024/208 reg. 9(1)"}
    ]  # fmt: skip
    assert pupil.shown()["rolls"][0]["until"] == "2026-03-02"
    owners = {(owner, due) for _kind, owner, due in opened(receipt)}
    assert ("LA856", "2026-03-09") in owners


@pytest.mark.parametrize(
    ("on", "source"),
    [("2024-08-16", "SI 2006/1751 reg. 8(1)"), ("2024-08-19", "SI 2024/208 reg. 9(1)")],
)
def test_a_removal_is_judged_by_the_regulations_of_its_day(
    office: Office, on: str, source: str
) -> None:
    pupil = office.pupil(on="2023-09-04")
    (flag,) = leave(pupil, on, "none")["flags"]
    assert (flag["rule"], flag["source"]) == ("roll.no-lawful-ground", source)


@pytest.mark.parametrize(("left_on", "flags"), [("2026-05-25", [SIGNAL]), ("2026-05-26", [])])
def test_home_education_within_twelve_weeks_of_a_suspension_is_looked_at(
    pupil: Story, left_on: str, flags: list[str]
) -> None:
    """Suspended on Monday 2 March 2026: twelve weeks on is Monday 25 May."""
    pupil.tell("suspension", "2026-03-02", school=SCHOOL, sessions=2, ends_on="2026-03-02",
               reasons=["DB"])  # fmt: skip
    assert rules(leave(pupil, left_on, "f")) == flags


def test_home_education_after_ap_is_looked_at_by_the_home_la(pupil: Story) -> None:
    pupil.tell("placement_started", "2026-03-02", provider=PRU, commissioner=SCHOOL, ref="p",
               reason="behaviour", ends_on="2026-05-01", sessions_per_week=5, intent="return",
               checks_confirmed_on="2026-02-27")  # fmt: skip
    pupil.tell("placement_ended", "2026-05-01", placement="p", end_reason="parental_withdrawal")
    receipt = leave(pupil, "2026-05-05", "f")
    assert rules(receipt) == [SIGNAL]
    assert "LA856" in {owner for _kind, owner, _due in opened(receipt)}


@pytest.mark.parametrize(
    ("born", "left_on", "flags"),
    [
        ("2011-02-03", "2026-01-14", [SIGNAL]),
        ("2011-02-03", "2026-01-15", []),
        ("2011-09-01", "2026-01-14", []),
    ],
    ids=["Year 10 before the census", "on census day", "Year 9"],
)
def test_home_education_in_years_10_and_11_before_the_january_census_is_looked_at(
    office: Office, born: str, left_on: str, flags: list[str]
) -> None:
    """The census is on the third Thursday: 15 January 2026."""
    pupil = office.pupil(date_of_birth=born)
    assert rules(leave(pupil, left_on, "f")) == flags


def test_the_deletion_return_is_due_the_same_day_and_closed_by_telling_the_la(
    pupil: Story,
) -> None:
    receipt = pupil.tell("left_roll", "2026-03-02", school=SCHOOL, ground="g", ref="l")
    assert opened(receipt) == [("deletion_return", SCHOOL, "2026-03-02")]
    told = pupil.tell("notified", "2026-03-02", of="l", to="la", about="decision", method="email",
                      by=SCHOOL)  # fmt: skip
    assert [(f["kind"], f["status"]) for f in told["follow_ups"]["closed"]] == [
        ("deletion_return", "done")
    ]


def test_a_leaver_of_year_11_is_not_returned(office: Office) -> None:
    pupil = office.pupil(date_of_birth="2010-02-03")
    assert opened(leave(pupil, "2026-07-10", "l")) == []


def test_a_pupil_added_in_the_year_is_returned_by_the_fifth_day_after(pupil: Story) -> None:
    """Joined on Thursday 5 March 2026: Tuesday 10, whatever the weekend (days, not school days)."""
    leave(pupil, "2026-03-05", "a", destination=OTHER)
    receipt = pupil.tell("joined_roll", "2026-03-05", school=OTHER, registration="C")
    assert ("new_pupil_return", OTHER, "2026-03-10") in opened(receipt)
    assert pupil.owed("new_pupil_return", on="2026-03-11")[0][3] == "overdue"


def test_before_august_2024_no_return_was_owed(office: Office) -> None:
    pupil = office.pupil(on="2023-09-04")
    pupil.tell("left_roll", "2024-08-16", school=SCHOOL, ground="a")
    pupil.tell("joined_roll", "2024-08-18", school=OTHER, registration="C")
    assert pupil.owed("new_pupil_return", "deletion_return", on="2026-11-20") == []


def test_a_second_main_school_is_flagged_until_the_leave_arrives(pupil: Story) -> None:
    receipt = pupil.tell("joined_roll", "2026-03-02", school=OTHER, registration="M")
    assert rules(receipt) == ["roll.two-main"]
    assert [o for o in opened(receipt) if o[1] == SCHOOL] != []
    late = leave(pupil, "2026-03-02", "a", destination=OTHER)
    assert rules(late) == []
    assert pupil.shown()["flags"] == []


def test_a_subsidiary_registration_is_no_second_main_school(pupil: Story) -> None:
    assert pupil.flags("joined_roll", "2026-03-02", school=PRU, registration="S") == []


def test_a_leave_before_the_spell_began_leaves_it_open(pupil: Story) -> None:
    assert rules(leave(pupil, "2024-08-30", "a")) == ["roll.before-record"]
    assert [r["until"] for r in pupil.shown()["rolls"]] == [None]


def test_a_leave_that_no_join_went_before_is_flagged(pupil: Story) -> None:
    receipt = pupil.tell("left_roll", "2026-03-02", school=SPECIAL, ground="a")
    assert rules(receipt) == ["roll.before-record"]


def test_joining_where_the_pupil_is_already_is_refused(pupil: Story) -> None:
    refused = pupil.refused("joined_roll", "2026-03-02", school=SCHOOL, registration="C")
    assert refused == [("/school", "already_open")]


def test_a_ground_outside_the_list_is_refused(pupil: Story) -> None:
    refused = pupil.refused("left_roll", "2026-03-02", school=SCHOOL, ground="p")
    assert refused == [("/ground", "unknown_code")]
