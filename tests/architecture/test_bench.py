"""What ``make bench`` prints."""

from tests.bench import BenchRow
from tests.bench.__main__ import PARTS, table


def row(ratio: float) -> BenchRow:
    return BenchRow(name="one notice", ratio=ratio, goal=2.0, absolute="7 a second")


def test_a_ratio_under_its_goal_is_marked() -> None:
    assert list(table([row(2.0), row(1.99)])) == [
        "      name        ratio  goal  absolute",
        "ok    one notice   2.00  2.00  7 a second",
        "SLOW  one notice   1.99  2.00  7 a second",
    ]


def test_parts_are_found_by_being_there() -> None:
    assert "attendance" in PARTS
