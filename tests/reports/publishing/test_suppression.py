"""No number that is kept back can be worked out from what is published."""

from time import process_time
from typing import Any

import pytest

from reports.publishing.published import published
from reports.publishing.suppression import Equation, Tables
from tests.reports.publishing.attack import CLOSE, Attack
from tests.reports.publishing.crowds import book, nation, report


@pytest.mark.parametrize(("seed", "pupils"), [(1, 60), (2, 160), (3, 400)])
def test_a_linear_programme_recovers_no_number_that_is_kept_back(seed: int, pupils: int) -> None:
    made = book(seed, pupils)
    true = report(made)
    attack = Attack.on(published(true, made), true)
    hidden = attack.hidden()
    assert len(hidden) > 20
    for name in set(hidden) - attack.seen_to_vary():
        low, high = attack.range_of(name)
        assert high - low >= 1 - CLOSE, (name, attack.true[name], low, high)
        assert low - CLOSE <= attack.true[name] <= high + CLOSE


def test_nor_how_many_did_not_go_well_where_these_are_few() -> None:
    made = book(5, 40)
    true = report(made)
    attack = Attack.on(published(true, made), true)
    few = [
        (name, (*name[:-1], "n"))
        for name in attack.known
        if name[-1] == "d" and 1 <= attack.true[name] - attack.true[(*name[:-1], "n")] <= 5
    ]
    assert few
    for whole, some in few:
        low, high = attack.range_of_rest(whole, some)
        assert high - low >= 1 - CLOSE, whole


def test_the_work_grows_as_the_country() -> None:
    """About a second."""
    made = nation(4, 150, pupils_each=40)
    true = report(made)
    began = process_time()
    published(true, made)
    assert process_time() - began < 4


def test_many_providers_of_several_las_give_nothing_away() -> None:
    made = nation(4, 24)
    true = report(made)
    attack = Attack.on(published(true, made), true)
    still = sorted(set(attack.hidden()) - attack.seen_to_vary(), key=repr)
    for name in still[:: max(1, len(still) // 20)]:
        low, high = attack.range_of(name)
        assert high - low >= 1 - CLOSE, (name, attack.true[name], low, high)


def test_the_programme_does_recover_what_only_the_small_are_kept_back_from() -> None:
    """Else it would prove nothing."""
    made = book(2)
    true = report(made)
    attack = Attack.on(_small_only(true), true)
    ranges = (attack.range_of(name) for name in attack.hidden())
    assert any(high - low < CLOSE for low, high in ranges)


def _small_only(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _small_only(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_small_only(one) for one in value]
    return "c" if isinstance(value, int) and 1 <= value <= 5 else value


def kept_back(values: dict[str, int], *equations: tuple[str, str]) -> str:
    tables = Tables(
        values={(name,): value for name, value in values.items()},
        equations=[
            Equation(total=(total,), parts=tuple((part,) for part in parts))
            for total, parts in equations
        ],
    )
    return "".join(sorted(name for (name,) in tables.suppressed()))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"a": 3, "b": 7, "c": 9, "t": 19}, "ab"),  # the next smallest goes with it
        ({"a": 3, "b": 4, "c": 9, "t": 16}, "ab"),  # two are enough
        ({"a": 1, "b": 1, "c": 9, "t": 11}, "abc"),  # both known to be over 0: 2 is 1 and 1
        ({"a": 3, "b": 0, "c": 0, "t": 3}, "at"),  # noughts stand: the total is the same number
        ({"a": 6, "b": 0, "c": 9, "t": 15}, ""),
    ],
)
def test_what_goes_with_a_small_number(values: dict[str, int], expected: str) -> None:
    assert kept_back(values, ("t", "abc")) == expected


def test_a_number_of_two_tables_is_kept_back_in_both() -> None:
    values = {"a": 3, "b": 7, "c": 8, "d": 20, "r": 10, "s": 28, "u": 11, "v": 27, "t": 38}
    found = kept_back(values, ("r", "ab"), ("s", "cd"), ("u", "ac"), ("v", "bd"), ("t", "rs"))
    assert found == "abcd"
