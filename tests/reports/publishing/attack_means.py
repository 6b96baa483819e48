"""An outsider who knows of how many each mean is: mean times number adds up to that of all."""

from collections.abc import Mapping
from typing import Any

from scipy.optimize import linprog

Who = tuple[str, str]
ALL: Who = ("la", "all")
MOST = 100  # points by which attendance may change
ROUNDED = 0.05


def mean_changes_kept_back(
    published: Mapping[str, Any], true: Mapping[str, Any]
) -> dict[Who, tuple[int, float]]:
    """Of each mean change that is kept back of how many it is, and within how wide a range."""
    sizes = {who: row["denominator"] for who, row in _rows(true, "c2_adjusted").items()}
    known = {who: row["value"] for who, row in _rows(published, "mean_change").items()}
    whose = list(known)
    sums = [[(who[0] == side and who != ALL) - (who == ALL) for who in whose]
            for side in ("provider", "la")
            if sum(sizes[who] for who in whose if who[0] == side and who != ALL) == sizes[ALL]
            ]  # fmt: skip
    bounds = [_bounds(known[who], sizes[who]) for who in whose]
    found = {}
    for number, who in enumerate(whose):
        if known[who] == "c":
            low, high = (_least(sign, number, sums, bounds) for sign in (1, -1))
            found[who] = sizes[who], (-high - low) / sizes[who]
    return found


def _bounds(value: Any, size: int) -> tuple[float, float]:
    if value == "c":
        return -MOST * size, MOST * size
    return (value - ROUNDED) * size, (value + ROUNDED) * size


def _least(sign: int, number: int, sums: list[list[int]], bounds: Any) -> float:
    aims = [0] * len(bounds)
    aims[number] = sign
    found = linprog(aims, A_eq=sums, b_eq=[0] * len(sums), bounds=bounds, method="highs")
    assert found.status == 0, found.message
    return float(found.fun)


def _rows(report: Mapping[str, Any], name: str) -> dict[Who, Mapping[str, Any]]:
    return {
        ("provider", row["provider"]) if "provider" in row else ("la", row["la"]): row
        for row in report["secondary"]
        if row["name"] == name
    }
