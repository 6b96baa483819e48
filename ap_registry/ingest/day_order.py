"""A file in which some days have the month first: none of its other days can be trusted."""

import re

from ap_registry.errors import Unreadable

END = "\x1f"  # of a cell, in a row as one text: looked through at once, where cells are many
_DAY = re.compile(rf"{END}(\d{{1,2}})([/-])(\d{{1,2}})\2(?:\d{{4}}|\d\d)(?=[{END} T])", re.ASCII)


class DayOrder:
    """Which row has a day with the month first, and which one that may be read either way."""

    def __init__(self) -> None:
        self._month_first = self._either = 0

    def look(self, number: int, row: str) -> None:
        """``row``: each cell between two END."""
        for one, _, two in _DAY.findall(row):
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
                f"Row {self._month_first} has a day with the month before the day, such as"
                f" 9/13/2025: the day in row {self._either} may then be another one too. Write all"
                " days of the file as 2025-09-13 or 13/09/2025."
            )
