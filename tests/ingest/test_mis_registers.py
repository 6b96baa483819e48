"""Registers in the shapes of schools' own systems and of those who gather from them."""

import io
from datetime import date

import pytest

from ap_registry.errors import Unreadable
from ap_registry.ingest.attendance import import_attendance
from ap_registry.ingest.results import ImportResult
from ap_registry.registry import Registry
from ap_registry.store import who
from ap_registry.store.marks_held import weeks_of
from tests.world import PUPIL, SCHOOL, register_pupil

MONDAY = date(2026, 3, 2)
A_SESSION = rf"""Student UPN,Forename,Attendance Date,AM/PM,Attendance Mark,School URN
{PUPIL},Ann,02/03/2026,AM,/,{SCHOOL}
{PUPIL},Ann,02/03/2026,Afternoon,\,{SCHOOL}
{PUPIL},Ann,04/03/2026,am,I,{SCHOOL}
"""
IN_CAMEL_CASE = A_SESSION.replace("Student UPN", "UniquePupilNumber").replace(
    "Attendance Date", "AttendanceDate").replace("School URN", "SchoolURN")  # fmt: skip
A_DAY = rf"""Attendance report for Year 10,,,,
Printed 9 March 2026,,,,
UPN,Legal Surname,Mark Date,AM,PM
{PUPIL},Example,2026-03-02,/,\
{PUPIL},Example,2026-03-04,I,
"""
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri")
DAYS = ";".join(f"{day} {half}" for day in WEEKDAYS for half in ("AM", "PM"))
A_WEEK = rf"""UPN;Reg;Week Commencing;{DAYS}
{PUPIL};10B;02/03/2026;/;\;;;I;;;;;
"""


def send(registry: Registry, text: str, organisation: str | None = SCHOOL) -> ImportResult:
    return import_attendance(registry, io.BytesIO(text.encode()), organisation=organisation)


@pytest.mark.parametrize("text", [A_SESSION, IN_CAMEL_CASE, A_DAY, A_WEEK])
def test_each_shape_says_the_same_marks(registry: Registry, text: str) -> None:
    register_pupil(registry)
    result = send(registry, text, None if "URN\n" in text else SCHOOL)
    assert (result.refused, result.more["marks"]) == (0, 3)
    with registry.database.connection() as connection:
        pupil = who.pupil_named(connection, PUPIL)
        assert pupil is not None
        assert weeks_of(connection, [pupil]) == {(SCHOOL, MONDAY): "/\\--I-----"}
    assert send(registry, text).created == 0


def test_a_first_row_that_cannot_be_read_hides_no_shape(registry: Registry) -> None:
    register_pupil(registry)
    header, *rows = A_SESSION.splitlines()
    told = send(registry, "\n".join((header, f"{rows[0]},rang, no answer", *rows[1:])), None)
    assert [(e.row, e.code) for e in told.errors] == [(1, "bad_format")]
    assert told.created == 2


def test_rows_that_are_wrong_are_named_the_others_stand(registry: Registry) -> None:
    register_pupil(registry)
    wrong = (
        A_DAY + f"{PUPIL},Example,2026-03-07,/,/\n{PUPIL},Example,,/,/\n{PUPIL},E,3/3/2026,Q?,\n"
    )
    result = send(registry, wrong)
    assert result.created == 2
    assert [(e.row, e.column, e.code) for e in result.errors] == [
        (3, "date", "bad_format"), (4, "date", "required"), (5, "marks", "unknown_code"),
    ]  # fmt: skip


def test_whose_register_it_is_must_be_said(registry: Registry) -> None:
    with pytest.raises(Unreadable, match="--organisation"):
        send(registry, A_DAY, None)
