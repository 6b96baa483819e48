"""First days of absence from AP, the watch on a return, and presence on paper (domain 1.6, 9)."""

import pytest

from ap_registry.registry import Registry
from tests.core.owed import closed, follow_ups, owed
from tests.core.registers import mark, mark_one
from tests.world import GARAGE, OTHER, SCHOOL, notify, register_pupil


@pytest.fixture
def school(registry: Registry) -> Registry:
    register_pupil(registry)
    return registry


def place(registry: Registry, commissioner: str = SCHOOL, on: str = "2025-09-01") -> None:
    notify(registry, "placement_started", on, provider=GARAGE, commissioner=commissioner,
           reason="behaviour", ends_on="2025-12-19", sessions_per_week=10, intent="return",
           checks_confirmed_on="2025-08-27")  # fmt: skip


@pytest.mark.parametrize("commissioner", [SCHOOL, "LA856"])
def test_the_commissioner_hears_of_an_unexplained_absence_the_same_day(
    school: Registry, commissioner: str
) -> None:
    place(school, commissioner)
    mark(school, "/", "2025-09-08", at=GARAGE)
    mark(school, "N", "2025-09-09", "2025-09-11", at=GARAGE)
    assert owed(school, "first_day_absence") == [(commissioner, "2025-09-09", "overdue")]


@pytest.mark.parametrize("code", ["I", "G", "U"])
def test_an_absence_of_which_something_is_known_is_no_first_day(
    school: Registry, code: str
) -> None:
    place(school)
    mark(school, code, "2025-09-09", at=GARAGE)
    assert owed(school, "first_day_absence") == []


def test_an_absence_from_no_placement_is_no_first_day(school: Registry) -> None:
    place(school, on="2025-09-10")
    mark(school, "O", "2025-09-09", at=GARAGE)
    mark(school, "O", "2025-09-10", at=SCHOOL)
    assert owed(school, "first_day_absence") == []


def test_a_pupil_who_is_back_was_heard_of(school: Registry) -> None:
    place(school)
    mark(school, "O", "2025-09-09", "2025-09-10", at=GARAGE)
    mark(school, "/", "2025-09-11", at=GARAGE)
    assert closed(school, "first_day_absence") == [("done", "2025-09-11")]


def test_a_mark_put_right_explains_the_absence(school: Registry) -> None:
    place(school)
    mark(school, "N", "2025-09-09", at=GARAGE)
    mark(school, "I", "2025-09-09", at=GARAGE)
    assert [one["status"] for one in follow_ups(school, "first_day_absence")] == ["done"]


def test_each_absence_has_its_first_day(school: Registry) -> None:
    place(school)
    mark(school, "O", "2025-09-09", at=GARAGE)
    mark(school, "/", "2025-09-10", at=GARAGE)
    mark(school, "O", "2025-09-11", at=GARAGE)
    assert owed(school, "first_day_absence") == [
        (SCHOOL, "2025-09-09", "done"),
        (SCHOOL, "2025-09-11", "overdue"),
    ]


def test_presence_on_paper_is_put_to_the_school_whose_mark_it_is(school: Registry) -> None:
    place(school)
    mark(school, "O", "2025-09-09", at=GARAGE)
    mark(school, "B", "2025-09-09")
    assert owed(school, "present_on_paper") == [(SCHOOL, "2025-09-09", "overdue")]
    mark(school, "D", "2025-09-09")
    assert [one["status"] for one in follow_ups(school, "present_on_paper")] == ["done"]


def test_presence_on_both_registers_is_presence(school: Registry) -> None:
    place(school)
    mark(school, "/", "2025-09-09", at=GARAGE)
    mark(school, "B", "2025-09-09")
    assert owed(school, "present_on_paper") == []


def come_back(registry: Registry, on: str = "2025-10-06") -> None:
    notify(registry, "reintegration_started", on, school=OTHER)


@pytest.mark.parametrize(("absent", "due"), [(3, []), (4, ["2025-10-27"])])
def test_attendance_under_85_percent_of_ten_days_is_looked_at(
    school: Registry, absent: int, due: list[str]
) -> None:
    """Ten days to Friday 17 October, the eve of half-term: 17 of 20 sessions are just 85 %."""
    come_back(school)
    mark(school, "/", "2025-10-06", "2025-10-17")
    for half, day in list(zip(("AM", "PM") * 2, ("06", "06", "09", "09"), strict=True))[:absent]:
        mark_one(school, "I", f"2025-10-{day}", half)
    assert [day for _, day, _ in owed(school, "return_watch_attendance")] == due


def test_nine_days_are_too_few_to_judge(school: Registry) -> None:
    come_back(school)
    mark(school, "I", "2025-10-06", "2025-10-16")
    assert owed(school, "return_watch_attendance") == []


def test_attendance_that_is_back_up_is_looked_at_no_more(school: Registry) -> None:
    come_back(school)
    mark(school, "/", "2025-10-06", "2025-10-30")
    mark(school, "I", "2025-10-06", "2025-10-07")
    assert closed(school, "return_watch_attendance") == [("lapsed", "2025-10-27")]


@pytest.mark.parametrize(("half", "found"), [("AM", []), ("PM", [(OTHER, "2025-10-27")])])
def test_three_unauthorised_sessions_on_end_are_looked_at(
    school: Registry, half: str, found: list[tuple[str, str]]
) -> None:
    """Thursday PM and Friday AM and PM before half-term: due the Monday after it."""
    come_back(school)
    mark(school, "/", "2025-10-13", "2025-10-15")
    mark_one(school, "O", "2025-10-16", "PM")
    mark_one(school, "O", "2025-10-17", "AM")
    if half == "PM":
        mark_one(school, "U", "2025-10-17", "PM")
    watched = owed(school, "return_watch_unauthorised")
    assert [(owner, due) for owner, due, _ in watched] == found


def test_absence_before_the_return_is_not_watched(school: Registry) -> None:
    mark(school, "O", "2025-09-29", "2025-10-03")
    come_back(school)
    mark(school, "/", "2025-10-06")
    assert owed(school, "return_watch_unauthorised") == []


def test_the_end_of_a_reintegration_ends_the_watch(school: Registry) -> None:
    come_back(school)
    mark(school, "O", "2025-10-06", "2025-10-07")
    notify(school, "reintegration_ended", "2025-10-10", by=OTHER, outcome="broke_down")
    assert closed(school, "return_watch_unauthorised") == [("lapsed", "2025-10-10")]


@pytest.mark.parametrize(
    ("on", "due"),
    [("2025-10-03", []), ("2025-10-06", ["2025-10-07"]), ("2025-10-17", ["2025-10-27"])],
)
def test_a_suspension_during_a_reintegration_is_looked_at(
    school: Registry, on: str, due: list[str]
) -> None:
    come_back(school)
    notify(school, "suspension", on, school=SCHOOL, sessions=2, ends_on=on, reasons=["PP"])
    watched = owed(school, "return_watch_suspension")
    assert [(owner, day) for owner, day, _ in watched] == [(OTHER, day) for day in due]


def test_a_suspension_taken_back_is_not(school: Registry) -> None:
    come_back(school)
    sent = notify(school, "suspension", "2025-10-08", school=SCHOOL, sessions=2,
                  ends_on="2025-10-08", reasons=["PP"])  # fmt: skip
    notify(school, "void", "2025-10-09", by=SCHOOL, of=sent["event"]["id"], reason="wrong pupil")
    assert [one["status"] for one in follow_ups(school, "return_watch_suspension")] == ["lapsed"]
