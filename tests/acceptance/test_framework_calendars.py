"""School days and instants: terms, closures, INSET, late bank holidays, London time, the post.

A permanent exclusion on Monday 2 March 2026 owes education on Monday 9, the sixth school day.
"""

from typing import Any

import pytest

from tests.acceptance.office import Office, Story
from tests.world import OTHER, SCHOOL

KIND = "sixth_day_provision"


@pytest.fixture
def pupil(own_office: Office) -> Story:
    made = own_office.pupil()
    made.tell("permanent_exclusion", "2026-03-02", school=SCHOOL, reasons=["PA"])
    return made


def close(office: Office, *rows: str) -> list[dict[str, Any]]:
    return list(office.bring("closures", "organisation,date,reason\n" + "\n".join(rows))["moved"])


def terms(office: Office, *rows: str) -> dict[str, Any]:
    return dict(office.bring("terms", "organisation,starts_on,ends_on\n" + "\n".join(rows)))


def due(pupil: Story) -> str:
    return str(pupil.owed(KIND, on="2026-03-09")[0][2])


def test_snow_declared_late_moves_what_runs_and_says_what_and_whom(
    own_office: Office, pupil: Story
) -> None:
    """Thursday 5 March closed: the sixth is Tuesday 10, the fifteenth after is Tuesday 24."""
    moved = close(own_office, f"{SCHOOL},2026-03-05,snow")
    told = {(f["kind"], f["owner"], f["was_due_on"], f["due_on"]) for f in moved}
    assert told >= {
        (KIND, "LA856", "2026-03-09", "2026-03-10"),
        ("governors_meeting", SCHOOL, "2026-03-23", "2026-03-24"),
    }
    assert ("2026-03-05", None, "closure") in pupil.counted(KIND, on="2026-03-09")


def test_taken_back_it_moves_back(own_office: Office, pupil: Story) -> None:
    close(own_office, f"{SCHOOL},2026-03-05,snow")
    told = own_office.bring(
        "closures", f"organisation,date,reason,removed\n{SCHOOL},2026-03-05,snow,yes\n"
    )
    assert {(f["kind"], f["due_on"]) for f in told["moved"]} >= {(KIND, "2026-03-09")}
    assert due(pupil) == "2026-03-09"


def test_a_closure_of_another_school_moves_nothing(own_office: Office, pupil: Story) -> None:
    assert close(own_office, f"{OTHER},2026-03-05,snow") == []
    assert due(pupil) == "2026-03-09"


def test_an_inset_day_of_the_school_is_told_as_such(own_office: Office, pupil: Story) -> None:
    close(own_office, f"{SCHOOL},2026-03-06,INSET day")
    assert due(pupil) == "2026-03-10"
    assert ("2026-03-06", None, "inset") in pupil.counted(KIND, on="2026-03-10")


def test_a_bank_holiday_announced_late_is_a_closure_of_england(
    own_office: Office, pupil: Story
) -> None:
    moved = close(own_office, "ENG,2026-03-04,Day of mourning")
    assert {(f["kind"], f["due_on"]) for f in moved} >= {(KIND, "2026-03-10")}
    assert due(pupil) == "2026-03-10"


def test_own_terms_of_a_school_stand_in_place_of_its_las(own_office: Office, pupil: Story) -> None:
    """A school that is on holiday in the week of 2 March has its sixth day on Monday 16."""
    told = terms(own_office, f"{SCHOOL},2026-01-05,2026-02-27", f"{SCHOOL},2026-03-09,2026-03-27")
    assert {(f["kind"], f["due_on"]) for f in told["moved"]} >= {(KIND, "2026-03-16")}
    assert due(pupil) == "2026-03-16"
    days = pupil.counted(KIND, on="2026-03-16")
    assert ("2026-03-06", None, "outside_term") in days
    assert [date for date, n, _why in days if n] == [
        "2026-03-09", "2026-03-10", "2026-03-11", "2026-03-12", "2026-03-13", "2026-03-16",
    ]  # fmt: skip


def test_without_terms_that_reach_monday_to_friday_count_and_are_flagged(
    own_office: Office,
) -> None:
    """LA 857 has no terms: fifteen weekdays after Monday 23 March 2026 reach over Easter."""
    own_office.bring("organisations", "id,kind,name,la\n200001,school,Rutland High,857\n")
    pupil = own_office.pupil(school="200001", home_la="857")
    excluded = {"school": "200001", "reasons": ["PA"]}
    assert pupil.flags("permanent_exclusion", "2026-03-23", **excluded) == ["calendar.missing"]
    assert pupil.owed(KIND, on="2026-03-30") == [(KIND, "LA857", "2026-03-30", "open")]
    told = terms(own_office, "LA857,2026-01-05,2026-03-27", "LA857,2026-04-20,2026-07-17")
    assert {(f["kind"], f["due_on"]) for f in told["moved"]} >= {(KIND, "2026-04-20")}
    assert pupil.shown()["flags"] == []


def test_a_pupil_from_across_the_border_is_counted_by_each_duty_s_own_calendar(
    own_office: Office,
) -> None:
    """School in 856, home in 857 whose spring ends a week earlier: the sixth day is counted by the
    school's days, the twenty days of fair access by the home LA's.
    """
    terms(own_office, "LA857,2026-01-05,2026-03-20", "LA857,2026-04-13,2026-07-17")
    pupil = own_office.pupil(home_la="857")
    pupil.tell("permanent_exclusion", "2026-03-16", school=SCHOOL, reasons=["PA"])
    pupil.tell("fair_access_referral", "2026-03-16", category="d", by="LA857")
    assert pupil.owed(KIND, "fair_access_place", on="2026-03-23") == [
        (KIND, "LA857", "2026-03-23", "open"),
        ("fair_access_place", "LA857", "2026-05-05", "open"),
    ]


def test_today_turns_at_midnight_in_london_not_in_greenwich(
    own_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """23:30 on 30 June 2027 by UTC is half past midnight on 1 July in London."""
    pupil = own_office.pupil()
    early = ("2027-06-30T22:59:59Z", "2027-06-30")
    late = ("2027-06-30T23:00:00Z", "2027-07-01")
    monkeypatch.setenv("AP_REGISTRY_CLOCK", early[0])
    joined = {"school": OTHER, "registration": "S"}
    assert pupil.refused("joined_roll", "2027-07-01", **joined) == [("/occurred_on", "future_date")]
    monkeypatch.setenv("AP_REGISTRY_CLOCK", late[0])
    pupil.tell("joined_roll", "2027-07-01", **joined)


def test_days_are_days_when_the_clocks_change(office: Office) -> None:
    """Clocks go forward on Sunday 29 March 2026 and back on Sunday 25 October: a return of a pupil
    joined on the Thursday before is due on the Tuesday after, five days on.
    """
    for joined_on, due_on in (("2026-03-26", "2026-03-31"), ("2026-10-22", "2026-10-27")):
        pupil = office.pupil()
        pupil.tell("left_roll", joined_on, school=SCHOOL, ground="a", destination=OTHER)
        pupil.tell("joined_roll", joined_on, school=OTHER, registration="C")
        (found,) = pupil.owed("new_pupil_return", on=due_on)
        assert found[2:] == (due_on, "open")


def test_what_was_known_before_a_closure_is_still_shown_as_it_was(
    own_office: Office, pupil: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AP_REGISTRY_CLOCK", "2026-11-21T09:00:00Z")
    close(own_office, f"{SCHOOL},2026-03-05,snow")
    words = ("follow-ups", "--upn", pupil.upn, "--on", "2026-03-09", "--kind", KIND)
    before = own_office.ask(*words, "--as-at", "2026-11-20T18:00:00Z")["items"]
    after = own_office.ask(*words)["items"]
    assert [f["due_on"] for f in (*before, *after)] == ["2026-03-09", "2026-03-10"]


def test_good_friday_and_a_bank_holiday_in_term_are_told_as_such(own_office: Office) -> None:
    """The school keeps term over Easter 2026: of fifteen school days after Thursday 2 April neither
    Good Friday nor Easter Monday is one, nor is Monday 4 May.
    """
    terms(own_office, f"{SCHOOL},2026-01-05,2026-04-10", f"{SCHOOL},2026-04-27,2026-07-17")
    pupil = own_office.pupil()
    pupil.tell("permanent_exclusion", "2026-04-02", school=SCHOOL, reasons=["PA"])
    days = pupil.counted("governors_meeting", on="2026-04-02")
    assert [day for day, _n, why in days if why == "bank_holiday"] == [
        "2026-04-03", "2026-04-06", "2026-05-04",
    ]  # fmt: skip
    assert days[-1] == ("2026-05-12", 15, "school_day")


def test_a_school_may_be_named_by_its_laestab(own_office: Office) -> None:
    gias = (
        "URN,LA (code),LA (name),EstablishmentNumber,EstablishmentName,"
        "TypeOfEstablishment (code),EstablishmentStatus (name)\n"
        "123456,856,Leicester,4012,Dale School,34,Open\n"
    )
    own_office.bring("organisations", gias)
    pupil = own_office.pupil(school="8564012")
    assert [r["school"] for r in pupil.shown()["rolls"]] == ["123456"]
