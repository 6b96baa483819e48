"""Nothing that a published dashboard hides can be worked out from what it shows."""

from random import Random
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

from reports.dashboard.published import published
from reports.publishing.symbols import KEPT_BACK as HIDDEN

Row = dict[str, Any]
MEASURE = "pupils_suspended"


def row(numerator: int, denominator: int, **names: str) -> Row:
    return {"measure": MEASURE, **names, "numerator": numerator, "denominator": denominator,
            "rate": 1.0, "low": 0.0, "high": 2.0}  # fmt: skip


def group(numerator: int, denominator: int, value: str) -> Row:
    more = {"others": 90, "relative": 1.0, "relative_low": 0.5, "relative_high": 2.0}
    return {**row(numerator, denominator, by="sen_provision", value=value), **more}


def hidden(las: list[tuple[int, int]], groups: list[tuple[int, int]]) -> tuple[list[Row], ...]:
    """All is what the LAs come to; what the groups leave of it is not stated."""
    whole = (sum(n for n, _ in las), sum(d for _, d in las))
    rows = [row(*whole, area="all", code="all")]
    rows += [row(n, d, area="la", code=str(i)) for i, (n, d) in enumerate(las)]
    told = [group(n, d, str(i)) for i, (n, d) in enumerate(groups)]
    return published(rows, told)


def ways(total: int, cells: list[Any], most_left: int) -> list[float]:
    """By how much each hidden cell may vary, by linear programming: each of them is 1 or more."""
    unknown = [n for n, cell in enumerate(cells) if cell == HIDDEN]
    left = total - sum(cell for cell in cells if cell != HIDDEN)
    ones, bounds = np.ones((1, len(unknown) + 1)), [(1, None)] * len(unknown) + [(0, most_left)]
    found = []
    for place in range(len(unknown)):
        aim = np.zeros(len(unknown) + 1)
        aim[place] = 1
        least, most = (
            linprog(sign * aim, A_eq=ones, b_eq=[left], bounds=bounds).fun * sign
            for sign in (1, -1)
        )
        found.append(most - least)
    return found


@pytest.mark.parametrize("seed", range(25))
def test_no_hidden_count_can_be_worked_out(seed: int) -> None:
    """What is not stated is a part as well: nobody may know that it is nothing, or small."""
    chance = Random(seed)
    sizes = [chance.choice((0, 0, 1, 2, 4, 5, 6, 7, 12, 40)) for _ in range(chance.randint(2, 6))]
    las = [(n, n + chance.choice((0, 8, 300))) for n in sizes]
    rows, _ = hidden(las, [])
    total, parts = rows[0], rows[1:]
    for column in ("numerator", "denominator"):
        cells = [part[column] for part in parts]
        assert not any(cell != HIDDEN and 0 < cell <= 5 for cell in cells), cells
        if total[column] != HIDDEN:
            assert all(free > 0.5 for free in ways(total[column], cells, 0)), (las, cells)


@pytest.mark.parametrize(
    ("groups", "shown"),
    [
        ([(3, 100), (20, 100), (30, 100)], [HIDDEN, HIDDEN, 30]),  # one alone: the next smallest
        ([(0, 100), (20, 100), (33, 100)], [0, 20, 33]),  # nothing is nothing
        ([(1, 100), (1, 100), (51, 100)], [HIDDEN, HIDDEN, HIDDEN]),  # two that must be ones
        ([(20, 100), (30, 100)], [HIDDEN, 30]),  # three are not stated: a part as well
        ([(7, 8), (20, 100), (26, 192)], [HIDDEN, HIDDEN, 26]),  # a few of very few
    ],
)
def test_groups_hide_what_would_tell(groups: list[tuple[int, int]], shown: list[Any]) -> None:
    _, told = hidden([(53, 300)], groups)
    assert [one["numerator"] for one in told] == shown
    for one in told:
        gone = HIDDEN in (one["numerator"], one["denominator"])
        few_unsaid = 0 < 53 - sum(n for n, _ in groups) <= 5
        assert (one["rate"] == HIDDEN) is gone
        assert (one["relative"] == HIDDEN) is (gone or few_unsaid)
        assert (one["others"] == HIDDEN) is (HIDDEN in shown)


def late(on_time: int, owed: int, **area: str) -> list[Row]:
    """Who was not on time is a row of its own, where there is anybody."""
    rows: list[Row] = [{**row(on_time, owed, **area), "measure": "sixth_day_on_time"}]
    if owed > on_time:
        days = {"count": owed - on_time, "mean": 2.0, "median": 2.0, "longest": 9}
        rows.append({"measure": "sixth_day_breach", **area, **days})
    return rows


def test_who_was_late_is_not_told_by_who_was_on_time() -> None:
    """47 of 50 beside a hidden count of three."""
    rows = [*late(147, 150, area="all", code="all"), *late(47, 50, area="la", code="1"),
            *late(100, 100, area="la", code="2")]  # fmt: skip
    found, _ = published(rows, [])
    for on_time, breach in (found[:2], found[2:4]):
        assert breach["count"] == HIDDEN
        assert HIDDEN in (on_time["numerator"], on_time["denominator"])
        assert on_time["rate"] == HIDDEN


@pytest.mark.parametrize("seed", range(12))
def test_nobody_learns_how_many_were_late(seed: int) -> None:
    """Of all LAs and measures together: each cell that is hidden may be another number."""
    chance = Random(seed)
    las = []
    for _ in range(chance.randint(2, 6)):
        on_time, few = chance.choice((0, 1, 4, 6, 12, 40)), chance.choice((0, 0, 1, 3, 5, 8))
        las.append((on_time, on_time + few))
    nowhere = chance.choice((0, 0, 2, 9))  # of no LA, all of them on time
    whole = (sum(n for n, _ in las) + nowhere, sum(d for _, d in las) + nowhere)
    parts = [late(*one, area="la", code=str(i)) for i, one in enumerate(las)]
    rows = [*late(*whole, area="all", code="all"), *(row for part in parts for row in part)]
    told = {(row["code"], row["measure"]): row for row in published(rows, [])[0]}
    cells: list[Any] = []
    for code in ("all", *(str(i) for i in range(len(las)))):
        on_time = told[code, "sixth_day_on_time"]
        breach = told.get((code, "sixth_day_breach"), {"count": 0})
        cells += [on_time["numerator"], on_time["denominator"], breach["count"]]
    assert not any(cell != HIDDEN and 0 < cell <= 5 for cell in cells)
    for number, cell in enumerate(cells):
        if cell == HIDDEN:
            assert width(cells, number, nowhere=bool(nowhere)) > 0.5, (las, cells, number)


def width(cells: list[Any], wanted: int, *, nowhere: bool) -> float:
    """Between the least and the most that it may be: late and on time are all, LAs are all LAs."""
    many = len(cells)
    equal = np.zeros((many // 3 + 3, many + 3))
    for place in range(0, many, 3):
        equal[place // 3, place : place + 3] = (1, -1, 1)
    for column in range(3):
        equal[many // 3 + column, column + 3 : many : 3] = 1
        equal[many // 3 + column, column], equal[many // 3 + column, many + column] = -1, 1
    bounds = [(1, None) if cell == HIDDEN else (cell, cell) for cell in cells]
    bounds += [(0, None if nowhere else 0)] * 3
    aim = np.zeros(many + 3)
    aim[wanted] = 1
    least, most = (
        linprog(sign * aim, A_eq=equal, b_eq=np.zeros(len(equal)), bounds=bounds)
        for sign in (1, -1)
    )
    assert least.status == 0  # what is true is possible
    return float("inf") if most.status == 3 else float(-most.fun - least.fun)


def test_relative_rates_do_not_tell_the_few_who_are_not_stated() -> None:
    """Of 53 pupils three are in no group: the sums of the others would leave them."""
    _, told = hidden([(53, 303)], [(10, 100), (20, 100), (20, 100)])
    assert {one["relative"] for one in told} == {HIDDEN}


def test_what_stands_beside_a_rate_is_hidden_as_its_counts_are() -> None:
    rows = [{**row(20 * n, 100 * n, area=area, code=code), "without_headcount": off}
            for n, area, code, off in ((2, "all", "all", 23), (1, "la", "1", 3),
                                       (1, "la", "2", 20))]  # fmt: skip
    found, told = published(rows, [{**group(20, 100, "E"), "without_headcount": 3}])
    assert [one["without_headcount"] for one in found] == [23, HIDDEN, HIDDEN]
    assert [one["numerator"] for one in found] == [40, 20, 20]
    assert "without_headcount" not in told[0]


def test_sessions_of_few_pupils_are_hidden_however_many() -> None:
    def two(missed: int, of: int, pupils: int, **area: str) -> list[Row]:
        absence = {**row(missed, of, **area), "measure": "absence"}
        return [absence, {**row(pupils // 2, pupils, **area), "measure": "persistent_absence"}]

    rows = [*two(1150, 8380, 31, area="all", code="all"), *two(150, 380, 1, area="la", code="1"),
            *two(400, 4000, 15, area="la", code="2"),
            *two(600, 4000, 15, area="la", code="3")]  # fmt: skip
    found = [one for one in published(rows, [])[0] if one["measure"] == "absence"]
    shown = [(one["numerator"], one["denominator"], one["rate"]) for one in found]
    assert shown[0][:2] == (1150, 8380)
    assert shown[1:3] == [(HIDDEN,) * 3] * 2
    assert shown[3][0] == 600
    assert "pupils" not in found[0]


def test_trusts_and_icbs_are_left_out() -> None:
    rows = [row(20, 100, area=area, code="x") for area in ("all", "la", "trust", "icb")]
    assert [one["area"] for one in published(rows, [])[0]] == ["all", "la"]


def test_days_of_a_few_are_hidden_whole() -> None:
    days = {"measure": "health_wait", "area": "all", "code": "all", "count": 4, "mean": 2.0,
            "median": 2.0, "longest": 9}  # fmt: skip
    ((found,), _) = published([days], [])
    assert [found[name] for name in ("count", "mean", "median", "longest")] == [HIDDEN] * 4
