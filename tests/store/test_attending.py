"""Whether a pupil still has sessions to come in a week."""

from datetime import date

import pytest

from ap_registry import codes
from ap_registry.store.attending import Attending

MONDAY, FRIDAY = date(2026, 11, 16), date(2026, 11, 20)


@pytest.mark.parametrize(
    ("marks", "sessions", "full"),
    [
        (r"/ \ / \ - - - - - -", 4, True),
        (r"/ \ / - - - - - - -", 4, False),
        (r"/ \ / X - - - - - -", 4, False),
        ("/ \\ - - - - - - / \\", 4, False),  # Friday's own are none of other days
        (r"/ \ / \ / \ / \ - -", 10, False),
    ],
    ids=["all", "one left", "one not required", "of the day itself", "every session"],
)
def test_nothing_is_expected_once_the_other_days_have_all_sessions(
    marks: str, sessions: int, full: bool
) -> None:
    week = "".join(codes.to_byte(code) for code in marks.split())
    pupil = Attending(
        id="p", upn="u", given_name="Ann", family_name="Ash", sessions_per_week=sessions,
        spells=((MONDAY, FRIDAY),), weeks={MONDAY: week},
    )  # fmt: skip
    assert pupil.full(FRIDAY) is full
