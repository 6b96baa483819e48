"""Absence thresholds: whole weeks are stepped over, and it makes no difference."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from ap_registry.attendance import Standing
from ap_registry.attendance_follow_ups import owed
from ap_registry.attendance_owed import Answerable
from ap_registry.calendar import SchoolCalendar, academic_year

SCHOOL = "100001"
FIRST = date(2025, 8, 18)  # the year turns on Monday 1 September; and in mid-week a year later
SHARES = {"persistent_absence": 10, "severe_absence": 2}


def session_by_session(weeks: Sequence[Standing], share: int) -> Iterator[tuple[date, date | None]]:
    """The rule as it is written, a mark at a time."""
    year, possible, absent = None, 0, 0
    opened: date | None = None
    for week in weeks:
        for place, byte in enumerate(week.marks):
            on = week.day(place)
            if byte == "-":
                continue
            if academic_year(on) != year:
                year, possible, absent = academic_year(on), 0, 0
            possible, absent = possible + 1, absent + (byte in "IO")
            over = possible >= 10 and absent * share >= possible
            if over and opened is None:
                opened = on
            elif not over and opened is not None:
                yield opened, on
                opened = None
    if opened is not None:
        yield opened, None


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.just("/" * 10), st.just("-" * 10), st.text("//////IO-", min_size=10, max_size=10)
        ),
        max_size=70,
    )
)
def test_thresholds_are_those_of_every_single_session(marks: list[str]) -> None:
    weeks = [Standing(FIRST + timedelta(weeks=n), ten, (SCHOOL,)) for n, ten in enumerate(marks)]
    whose = Answerable(SCHOOL, SchoolCalendar(SCHOOL))
    found = {
        (one.kind, one.opened_on, one.closed_on)
        for one in owed(UUID(int=1), weeks, (), lambda _on, _register: whose, {})
        if one.kind in SHARES
    }
    assert found == {
        (kind, *spell)
        for kind, share in SHARES.items()
        for spell in session_by_session(weeks, share)
    }
