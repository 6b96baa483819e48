"""A file in which some days have the month first: none of its other days can be trusted."""

import re
from collections.abc import Sequence
from datetime import date

from ap_registry.errors import Unreadable

END = "\x1f"  # of a cell, in a row as one text: looked through at once, where cells are many
# A reference such as 04/26/0017 is no day, nor a note that begins with one: a time may follow.
DAY = re.compile(
    rf"{END}(\d{{1,2}})([/-])(\d{{1,2}})\2(?:(?:19|20)\d\d|\d\d)(?={END}|[T ] *\d)", re.ASCII
)


class DayOrder:
    """Which row has a day with the month first, and which one that may be read either way."""

    def __init__(self) -> None:
        self._month_first = self._either = 0

    def look(self, number: int, row: str) -> None:
        """``row``: each cell between two END."""
        for one, _, two in DAY.findall(row):
            if int(one) > 12 or one == two:
                continue
            if int(two) > 12:
                self._month_first = self._month_first or number
            else:
                self._either = self._either or number

    def settle(self) -> None:
        """Raise Unreadable where a program put the month first, and hid it in other rows."""
        if self._month_first and self._either:
            raise Unreadable(
                f"Row {self._month_first} after the header has a day with the month before it, such"
                f" as 9/13/2025: the day in row {self._either} may then be another one too. Write"
                " all days of the file as 2025-09-13 or 13/09/2025."
            )


_TEXT = re.compile(r"\s*(\d{1,2})/(\d{1,2})/\d{4}\b.*", re.ASCII)
_LOW, _HIGH, _TEXT_LOW, _TEXT_HIGH = 1, 2, 4, 8


class MixedDays:
    """Columns of a sheet in which only days up to the twelfth are dates, and the others are text.

    So does a program leave them that puts the month first: of 13/09/2025 it makes no date, and of
    03/09/2025 the 9th of March.
    """

    def __init__(self) -> None:
        self._seen: dict[int, int] = {}

    def look(self, cells: Sequence[object]) -> None:
        for column, value in enumerate(cells):
            if isinstance(value, date):
                if value.day != value.month:
                    self._see(column, _LOW if value.day <= 12 else _HIGH)
            elif isinstance(value, str) and "/" in value[:3] and (parts := _TEXT.fullmatch(value)):
                self._see(column, _TEXT_LOW if int(parts[1]) <= 12 else _TEXT_HIGH)

    def _see(self, column: int, kind: int) -> None:
        self._seen[column] = self._seen.get(column, 0) | kind

    def settle(self) -> None:
        """Raise Unreadable for such a column."""
        if (_LOW | _TEXT_HIGH) in self._seen.values():
            raise Unreadable(
                "In a column of the sheet days up to the 12th are dates and later ones are text: a"
                " program that puts the month first has read them, and may have changed the former."
                " Take the days from the source anew, and save them as text such as 2025-09-13."
            )
