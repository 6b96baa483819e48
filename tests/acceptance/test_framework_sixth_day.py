"""Education during exclusion (domain 1.2): EIA 2006 s.100, EA 1996 s.19, SI 2007/1870, 2014/3216.

School days of LA 856 used here: Monday 2 March 2026 on; half-term 16 to 20 February; Easter from
28 March to 12 April, Good Friday 3 April.
"""

from tests.acceptance.office import Office
from tests.world import OTHER, PRU, SCHOOL

KIND = "sixth_day_provision"


def suspension(days: int, ends_on: str, **more: object) -> dict[str, object]:
    return {"school": SCHOOL, "sessions": 2 * days, "ends_on": ends_on, "reasons": ["PP"], **more}


def test_a_suspension_of_five_days_owes_no_education(office: Office) -> None:
    pupil = office.pupil()
    pupil.tell("suspension", "2026-03-02", **suspension(5, "2026-03-06"))
    assert pupil.owed(KIND, on="2026-03-06") == []


def test_a_suspension_of_six_days_owes_education_by_the_school_on_its_sixth(office: Office) -> None:
    pupil = office.pupil()
    pupil.tell("suspension", "2026-03-02", **suspension(6, "2026-03-09"))
    assert pupil.owed(KIND, on="2026-03-09") == [(KIND, SCHOOL, "2026-03-09", "open")]
    assert pupil.owed(KIND, on="2026-03-10") == [(KIND, SCHOOL, "2026-03-09", "overdue")]


def test_the_count_is_told_day_by_day(office: Office) -> None:
    """From Thursday 12 February 2026, over half-term: 12, 13, then 23 to 26 February."""
    pupil = office.pupil()
    pupil.tell("suspension", "2026-02-12", **suspension(6, "2026-02-26"))
    weekend, holiday, school = "weekend", "outside_term", "school_day"
    assert pupil.counted(KIND, on="2026-02-26") == [
        ("2026-02-12", 1, school), ("2026-02-13", 2, school),
        ("2026-02-14", None, weekend), ("2026-02-15", None, weekend),
        *[(f"2026-02-{day}", None, holiday) for day in range(16, 21)],
        ("2026-02-21", None, weekend), ("2026-02-22", None, weekend),
        ("2026-02-23", 3, school), ("2026-02-24", 4, school), ("2026-02-25", 5, school),
        ("2026-02-26", 6, school),
    ]  # fmt: skip


def test_two_suspensions_with_a_weekend_between_are_one_run_of_six_days(office: Office) -> None:
    """SI 2014/3216: three days to Friday, three from Monday; the second brings the duty."""
    pupil = office.pupil()
    pupil.tell("suspension", "2026-03-04", **suspension(3, "2026-03-06"))
    second = pupil.tell("suspension", "2026-03-09", **suspension(3, "2026-03-11"))
    (found,) = pupil.listed(on="2026-03-11", kind=KIND)
    assert (found["due_on"], found["opened_by"]) == ("2026-03-11", second["event"]["id"])


def test_excluded_for_good_out_of_a_long_suspension_each_owes_from_its_own_sixth_day(
    office: Office,
) -> None:
    """The school arranged from the suspension's sixth day; the LA still has to from its own."""
    pupil = office.pupil()
    pupil.tell("suspension", "2026-03-02", **suspension(10, "2026-03-13"))
    pupil.tell("permanent_exclusion", "2026-03-05", school=SCHOOL, reasons=["PP"])
    assert pupil.owed(KIND, on="2026-03-06") == [
        (KIND, SCHOOL, "2026-03-09", "open"), (KIND, "LA856", "2026-03-12", "open")
    ]  # fmt: skip
    pupil.tell("sixth_day_started", "2026-03-09", provider=PRU,
               exclusion=pupil.listed(on="2026-03-06", kind=KIND)[0]["opened_by"])  # fmt: skip
    assert pupil.owed(KIND, on="2026-03-12") == [(KIND, "LA856", "2026-03-12", "open")]


def test_one_school_day_between_breaks_the_run(office: Office) -> None:
    pupil = office.pupil()
    pupil.tell("suspension", "2026-03-04", **suspension(3, "2026-03-06"))
    pupil.tell("suspension", "2026-03-10", **suspension(3, "2026-03-12"))
    assert pupil.owed(KIND, on="2026-03-13") == []


def test_a_run_is_the_same_when_its_first_half_is_told_last(office: Office) -> None:
    pupil = office.pupil()
    pupil.tell("suspension", "2026-03-09", **suspension(3, "2026-03-11"))
    late = pupil.tell("suspension", "2026-03-04", **suspension(3, "2026-03-06"))
    opened = [f["kind"] for f in late["follow_ups"]["opened"]]
    assert KIND in opened
    assert pupil.owed(KIND, on="2026-03-11") == [(KIND, SCHOOL, "2026-03-11", "open")]


def test_a_suspension_that_meets_a_permanent_exclusion_shares_one_duty(office: Office) -> None:
    """Five days from Monday 2 March; permanently excluded on Monday 9: its first day is the sixth.
    The home LA owes what a permanent exclusion brings."""
    pupil = office.pupil(home_la="857")
    pupil.tell("suspension", "2026-03-02", **suspension(5, "2026-03-06"))
    pupil.tell("permanent_exclusion", "2026-03-09", school=SCHOOL, reasons=["PA"])
    assert pupil.owed(KIND, on="2026-03-09") == [(KIND, "LA857", "2026-03-09", "open")]


def test_lunchtimes_bring_no_duty(office: Office) -> None:
    pupil = office.pupil()
    lunch = {"school": SCHOOL, "kind": "lunchtime", "reasons": ["DB"]}
    pupil.tell("suspension", "2026-03-02", sessions=10, ends_on="2026-03-13", **lunch)
    assert pupil.owed(KIND, on="2026-03-13") == []


def test_the_home_la_owes_it_to_a_pupil_suspended_from_a_pru(office: Office) -> None:
    pupil = office.pupil(school=PRU)
    facts = {**suspension(6, "2026-03-09"), "school": PRU}
    pupil.tell("suspension", "2026-03-02", **facts)
    assert pupil.owed(KIND, on="2026-03-09") == [(KIND, "LA856", "2026-03-09", "open")]


def test_education_on_the_sixth_day_is_in_time_and_a_day_later_is_flagged(office: Office) -> None:
    """Permanently excluded on Thursday 26 March 2026: days 26, 27, then 13 to 16 April."""
    for began, flags in (("2026-04-16", []), ("2026-04-17", ["sixth-day.late"])):
        pupil = office.pupil()
        pupil.tell("permanent_exclusion", "2026-03-26", school=SCHOOL, reasons=["PA"])
        assert pupil.flags("sixth_day_started", began, provider=PRU, by="LA856") == flags
        assert pupil.owed(KIND, on="2026-04-17", status="done") == [
            (KIND, "LA856", "2026-04-16", "done")
        ]


def test_a_placement_that_arises_from_a_referral_about_it_is_the_education(office: Office) -> None:
    pupil = office.pupil()
    pupil.tell("permanent_exclusion", "2026-03-02", school=SCHOOL, reasons=["PA"], ref="px")
    pupil.tell("referral", "2026-03-03", route="permanent_exclusion", provider=PRU, about="px",
               objectives=["Learn"], by="LA856", ref="r")  # fmt: skip
    placed = pupil.tell(
        "placement_started", "2026-03-09", provider=PRU, commissioner="LA856",
        reason="permanent_exclusion", ends_on="2026-07-10", sessions_per_week=10, intent="return",
        arising_from="r", checks_confirmed_on="2026-03-05",
    )  # fmt: skip
    closed = [(f["kind"], f["due_on"], f["status"]) for f in placed["follow_ups"]["closed"]]
    assert closed == [(KIND, "2026-03-09", "done")]


def test_reinstated_the_duty_lapses(office: Office) -> None:
    pupil = office.pupil()
    pupil.tell("permanent_exclusion", "2026-03-02", school=SCHOOL, reasons=["PA"])
    pupil.tell("governors_decision", "2026-03-05", decision="reinstated")
    assert pupil.owed(KIND, on="2026-03-20", status="lapsed") == [
        (KIND, "LA856", "2026-03-09", "lapsed")
    ]


def test_corrected_to_five_days_it_lapses_and_back_to_six_it_is_owed_again(office: Office) -> None:
    pupil = office.pupil()
    pupil.tell("suspension", "2026-03-02", ref="s", **suspension(6, "2026-03-09"))
    five = {"ends_on": "2026-03-06", "sessions": 10}
    pupil.tell("correction", "2026-03-04", of="s", fields=five, reason="Miscounted", by=SCHOOL)
    assert pupil.owed(KIND, on="2026-03-09") == []
    six = {"ends_on": "2026-03-09", "sessions": 12}
    pupil.tell("correction", "2026-03-05", of="s", fields=six, reason="Not so", by=SCHOOL)
    assert pupil.owed(KIND, on="2026-03-09") == [(KIND, SCHOOL, "2026-03-09", "open")]


def test_two_schools_have_two_counts(office: Office) -> None:
    """Five days by one school and, after a move, one day by the next: nobody owes a sixth day."""
    pupil = office.pupil()
    pupil.tell("suspension", "2026-03-02", **suspension(5, "2026-03-06"))
    pupil.tell("left_roll", "2026-03-07", school=SCHOOL, ground="a", destination=OTHER)
    pupil.tell("joined_roll", "2026-03-07", school=OTHER, registration="C")
    facts = {**suspension(1, "2026-03-09"), "school": OTHER}
    pupil.tell("suspension", "2026-03-09", **facts)
    assert pupil.owed(KIND, on="2026-03-10") == []


def test_parents_know_where_it_is_forty_eight_hours_before(office: Office) -> None:
    """Sixth day Monday 9 March: Saturday 7 March, unless told."""
    pupil = office.pupil()
    pupil.tell("permanent_exclusion", "2026-03-02", school=SCHOOL, reasons=["PA"], ref="px",
               decided_on="2026-03-02")  # fmt: skip
    kind = "day_six_notice"
    assert pupil.owed(kind, on="2026-03-07") == [(kind, SCHOOL, "2026-03-07", "open")]
    pupil.tell("notified", "2026-03-06", of="px", to="parent", about="day_six_education",
               method="email", by=SCHOOL)  # fmt: skip
    assert pupil.owed(kind, on="2026-03-09") == []


def test_a_pupil_who_lives_in_wales_is_taken_and_named_to_its_home_la(office: Office) -> None:
    """Powys (666) is not on record here; what it owes is listed with its number all the same."""
    pupil = office.pupil(home_la="666")
    pupil.tell("permanent_exclusion", "2026-03-02", school=SCHOOL, reasons=["PA"])
    assert pupil.owed(KIND, on="2026-03-09") == [(KIND, "LA666", "2026-03-09", "open")]


def test_reinstated_by_a_date_the_pupil_is_owed_education_until_then(office: Office) -> None:
    """Governors reinstate at once or by a date (reg. 24(2)(b)): here from Wednesday 11 March."""
    pupil = office.pupil()
    pupil.tell("permanent_exclusion", "2026-03-02", school=SCHOOL, reasons=["PA"])
    pupil.tell("governors_decision", "2026-03-05", decision="reinstated",
               reinstated_on="2026-03-11")  # fmt: skip
    assert pupil.owed(KIND, on="2026-03-10") == [(KIND, "LA856", "2026-03-09", "overdue")]
    assert pupil.owed(KIND, on="2026-03-11") == []
    meeting = "reintegration_meeting"
    assert pupil.owed(meeting, on="2026-03-11") == [(meeting, SCHOOL, "2026-03-11", "open")]
