"""Registers and what they oblige to (domain 1.4 A3 to A5, 1.6 and 2), and part-time timetables.

Spring 2026 of LA 856: 5 January to 13 February, 23 February to 27 March.
"""

from typing import Any

import pytest

from tests.acceptance.office import Office, Story
from tests.world import GARAGE, PRU, SCHOOL

PRESENT = "/ \\"


def week(*days: str) -> str:
    """Five days, each given as one code for both sessions, or as AM and PM parted by a blank."""
    return " ".join(day if " " in day else f"{day} {day}" for day in days)


def marks(pupil: Story, *weeks: tuple[str, str], at: str = SCHOOL) -> dict[str, Any]:
    rows = "".join(f"{pupil.upn},{at},{monday},{codes}\n" for monday, codes in weeks)
    told = pupil.office.ask(
        "import", "attendance", "-", stdin=f"upn,organisation,week,marks\n{rows}"
    )
    assert told["errors"] == []
    return dict(told)


@pytest.fixture
def pupil(office: Office) -> Story:
    return office.pupil()


FULL = week(*[PRESENT] * 5)


def test_ten_unauthorised_sessions_in_ten_school_weeks(pupil: Story) -> None:
    """Two in each of five weeks; the tenth on Monday 9 February 2026. Half-term is no school week.

    Due the fifth school day after: 10 to 13 February, then Monday 23.
    """
    mondays = ("2026-01-12", "2026-01-19", "2026-01-26", "2026-02-02", "2026-02-09")
    code = {"2026-01-12": "G", "2026-01-19": "O", "2026-01-26": "U", "2026-02-02": "N"}
    weeks = [(m, week(code.get(m, "O"), *[PRESENT] * 4)) for m in mondays]
    kind = "unauthorised_10_in_10_weeks"
    marks(pupil, *weeks[:4])
    assert pupil.owed(kind, on="2026-02-09") == []
    marks(pupil, weeks[4])
    assert pupil.owed(kind, on="2026-02-09") == [(kind, SCHOOL, "2026-02-23", "open")]


@pytest.mark.parametrize(("last", "found"), [("2026-03-16", 1), ("2026-03-23", 0)])
def test_the_window_is_ten_school_weeks(pupil: Story, last: str, found: int) -> None:
    """From the week of 5 January 2026 the tenth school week is that of 16 March (half-term out)."""
    marks(pupil, ("2026-01-05", week(*["O"] * 4, PRESENT)), (last, week("O", *[PRESENT] * 4)))
    assert len(pupil.owed("unauthorised_10_in_10_weeks", on=last)) == found


@pytest.mark.parametrize(
    ("absent", "kinds"),
    [(0, []), (1, ["persistent_absence"]), (5, ["persistent_absence", "severe_absence"])],
)
def test_exactly_a_tenth_is_persistent_and_exactly_a_half_severe(
    pupil: Story, absent: int, kinds: list[str]
) -> None:
    """Ten possible sessions, whole numbers compared (vector d)."""
    codes = ["I"] * absent + ["/"] * (10 - absent)
    marks(pupil, ("2026-01-12", " ".join(codes)))
    found = pupil.owed("persistent_absence", "severe_absence", on="2026-01-16")
    assert sorted(k for k, *_ in found) == kinds


def test_one_in_eleven_is_not_persistent(pupil: Story) -> None:
    marks(pupil, ("2026-01-12", "/ \\ / \\ / \\ / \\ / I"), ("2026-01-19", "/ - - - - - - - - -"))
    lapsed = pupil.owed("persistent_absence", on="2026-01-19", status="lapsed")
    assert [status for *_, status in lapsed] == ["lapsed"]


def test_sessions_that_are_not_possible_count_on_neither_side(pupil: Story) -> None:
    """D, Y2, Q and X: nine possible sessions with one absence are too few to judge."""
    marks(pupil, ("2026-01-12", "D / / / / / / / / I"))
    assert pupil.owed("persistent_absence", on="2026-01-16") == []
    marks(pupil, ("2026-01-19", "Y2 Q X D - - - - - /"))
    assert [k for k, *_ in pupil.owed("persistent_absence", on="2026-01-23")] == [
        "persistent_absence"
    ]


def test_a_code_n_is_explained_within_five_school_days(
    own_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """N on Thursday 12 February 2026: 13, then 23 to 26 February. Explained ten minutes later."""
    pupil = own_office.pupil()
    marks(pupil, ("2026-02-09", week(PRESENT, PRESENT, PRESENT, "N", PRESENT)))
    kind = "code_n_reason"
    assert pupil.owed(kind, on="2026-02-26") == [(kind, SCHOOL, "2026-02-26", "open")]
    monkeypatch.setenv("AP_REGISTRY_CLOCK", "2026-11-20T12:10:00Z")
    marks(pupil, ("2026-02-09", week("-", "-", "-", "O", "-")))
    assert pupil.owed(kind, on="2026-11-20", status="done") == [
        (kind, SCHOOL, "2026-02-26", "done")
    ]


@pytest.mark.parametrize(
    ("second", "found"), [(week(*["O"] * 4, PRESENT), 0), (week(*["O"] * 5), 1)]
)
def test_ten_school_days_without_authority_are_returned_to_the_la(
    pupil: Story, second: str, found: int
) -> None:
    marks(pupil, ("2026-01-12", week("G", "N", "O", "U", "O")), ("2026-01-19", second))
    kind = "attendance_return"
    owed = pupil.owed(kind, on="2026-01-23")
    assert owed == [(kind, SCHOOL, "2026-01-31", "open")] * found


@pytest.mark.parametrize(("days", "found"), [(4, 0), (5, 1)])
def test_fifteen_days_of_illness_bring_a_return_and_section_19(
    pupil: Story, days: int, found: int
) -> None:
    """Three weeks apart, cumulative in the school year: 5 + 5 + 4 or 5 days of code I."""
    ill = week(*["I"] * 5)
    last = week(*["I"] * days, *[PRESENT] * (5 - days))
    marks(pupil, ("2026-01-05", ill), ("2026-01-12", FULL), ("2026-01-19", ill),
          ("2026-02-02", last))  # fmt: skip
    owed = sorted(pupil.owed("sickness_return", "section_19", on="2026-02-06"))
    assert (
        owed
        == [
            ("section_19", "LA856", "2026-02-06", "open"),
            ("sickness_return", SCHOOL, "2026-02-06", "open"),
        ]
        * found
        or owed == []
    )
    assert bool(owed) == bool(found)


def test_two_registers_of_one_session_are_read_as_one_mark(pupil: Story) -> None:
    """The main school marks D where the pupil is at the PRU; the PRU's marks stand."""
    pupil.tell("placement_started", "2026-01-12", provider=PRU, commissioner=SCHOOL,
               intent="return", reason="behaviour", ends_on="2026-03-27", sessions_per_week=10,
               checks_confirmed_on="2026-01-09")  # fmt: skip
    marks(pupil, ("2026-01-12", week(*["D"] * 5)))
    assert pupil.owed("severe_absence", on="2026-01-16") == []
    marks(pupil, ("2026-01-12", week(*["O"] * 5)), at=PRU)
    assert [k for k, *_ in pupil.owed("severe_absence", on="2026-01-16")] == ["severe_absence"]


def test_present_on_paper_goes_to_the_school_the_same_day(pupil: Story) -> None:
    """B at the school against an absence on the provider's register (reg. 10 table 2)."""
    pupil.tell("placement_started", "2026-01-12", provider=GARAGE, commissioner=SCHOOL,
               intent="return", reason="behaviour", ends_on="2026-03-27", sessions_per_week=10,
               checks_confirmed_on="2026-01-09")  # fmt: skip
    marks(pupil, ("2026-01-12", week("B", *[PRESENT] * 4)))
    marks(pupil, ("2026-01-12", week("O", *["-"] * 4)), at=GARAGE)
    kind = "present_on_paper"
    assert pupil.owed(kind, on="2026-01-12") == [(kind, SCHOOL, "2026-01-12", "open")]


def test_absent_from_a_placement_the_commissioner_hears_the_same_day(pupil: Story) -> None:
    pupil.tell("placement_started", "2026-01-12", provider=GARAGE, commissioner=SCHOOL,
               intent="return", reason="behaviour", ends_on="2026-03-27", sessions_per_week=10,
               checks_confirmed_on="2026-01-09")  # fmt: skip
    marks(pupil, ("2026-01-12", week(PRESENT, "N", *["-"] * 3)), at=GARAGE)
    kind = "first_day_absence"
    assert pupil.owed(kind, on="2026-01-13") == [(kind, SCHOOL, "2026-01-13", "open")]


@pytest.mark.parametrize(
    ("monday", "code", "problem"),
    [
        ("2024-07-08", "H", None),
        ("2024-07-08", "Y1", "unknown_code"),
        ("2024-09-09", "H", "unknown_code"),
        ("2024-09-09", "Y1", None),
        ("2024-09-09", "C2", None),
        ("2024-07-08", "Y", None),
        ("2024-09-09", "J", "unknown_code"),
        ("2024-09-09", "QQ", "unknown_code"),
    ],
)
def test_a_mark_is_judged_by_the_codes_of_its_day(
    office: Office, monday: str, code: str, problem: str | None
) -> None:
    """Changed on 19 August 2024 (SI 2024/208)."""
    pupil = office.pupil(on="2023-09-04")
    rows = f"upn,organisation,date,session,code\n{pupil.upn},{SCHOOL},{monday},AM,{code}\n"
    told = office.ask("import", "attendance", "-", stdin=rows)
    assert [error["code"] for error in told["errors"]] == ([problem] if problem else [])


def part_time(**more: Any) -> dict[str, Any]:
    return {
        "school": SCHOOL, "sessions_per_week": 5, "ends_on": "2026-04-13",
        "review_on": "2026-03-16", "reason": "Returning after illness", **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("ends_on", "flags"), [("2026-04-13", []), ("2026-04-14", ["part-time.limit"])]
)
def test_a_part_time_timetable_is_planned_for_six_weeks_at_most(
    pupil: Story, ends_on: str, flags: list[str]
) -> None:
    """Six weeks from Monday 2 March 2026 end on Monday 13 April."""
    facts = part_time(ends_on=ends_on)
    assert pupil.flags("part_time_started", "2026-03-02", **facts) == flags


def test_a_part_time_timetable_is_reviewed_and_runs_out(pupil: Story) -> None:
    pupil.tell("part_time_started", "2026-03-02", ref="pt", **part_time())
    review, limit = "part_time_review", "part_time_limit"
    assert pupil.owed(on="2026-03-02") == [
        (review, SCHOOL, "2026-03-16", "open"), (limit, SCHOOL, "2026-04-13", "open"),
    ]  # fmt: skip
    pupil.tell("review_held", "2026-03-13", of="pt", attended=["parent"], by=SCHOOL)
    assert pupil.owed(review, on="2026-03-13") == [(review, SCHOOL, "2026-03-27", "open")]
    assert pupil.owed(limit, on="2026-04-14") == [(limit, SCHOOL, "2026-04-13", "overdue")]
    pupil.tell("part_time_ended", "2026-04-14", school=SCHOOL)
    assert pupil.owed(review, limit, on="2026-04-14") == []


def test_a_second_timetable_at_one_school_is_refused(pupil: Story) -> None:
    pupil.tell("part_time_started", "2026-03-02", **part_time())
    again = pupil.refused("part_time_started", "2026-03-09", **part_time())
    assert again == [("/school", "already_open")]
    pupil.tell("part_time_ended", "2026-03-13", school=SCHOOL)
    ended = pupil.refused("part_time_ended", "2026-03-16", school=SCHOOL)
    assert ended == [("/school", "nothing_open")]
