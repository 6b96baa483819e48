"""Of several causes the least that bring something about."""

from hypothesis import given
from hypothesis import strategies as st

from reports.smallest import smallest


def test_none_is_needed_where_it_holds_anyway() -> None:
    assert smallest(5, lambda kept: True) == []


def test_of_two_that_would_each_do_the_earlier() -> None:
    assert smallest(6, lambda kept: bool(kept & {1, 4})) == [1]


@given(st.lists(st.frozensets(st.integers(0, 8), min_size=1, max_size=4), min_size=1, max_size=4))
def test_nothing_of_it_can_be_left_out(ways: list[frozenset[int]]) -> None:
    def holds(kept: frozenset[int]) -> bool:
        return any(way <= kept for way in ways)

    found = frozenset(smallest(9, holds))
    assert (holds(found), [n for n in found if holds(found - {n})]) == (True, [])
