"""The dashboard with small numbers hidden, to be published (outcomes.md, suppression).

A count of 1 to 5 is ``c``, and so is all of a row of fewer than ten. Where that could be worked
out from a total, the next smallest counts are hidden too. Trusts and ICBs cut across LAs, so that
their rows would tell what is hidden: they are left out.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reports.dashboard.measures import MEASURES

HIDDEN = "c"
MOST_SMALL, FEWEST = 5, 10
COUNTS = ("numerator", "denominator", "count")
BESIDE = "without_headcount"
_RELATIVE = ("relative", "relative_low", "relative_high")
_FOLLOWS = ("rate", "low", "high", *_RELATIVE, "others", "mean",
            "median", "longest")  # fmt: skip
Row = dict[str, Any]


def published(rows: Sequence[Row], groups: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Rows of all and of LAs, and those of groups."""
    kept = [{**row, **_pupils(row, rows)} for row in rows if row["area"] in {"all", "la"}]
    # of groups it is the total of none, and would tell what is hidden with what is counted
    told = [{name: value for name, value in row.items() if name != BESIDE} for row in groups]
    totals = {row["measure"]: dict(row) for row in kept if row["area"] == "all"}
    for measure, total in totals.items():
        las = [row for row in kept if row["measure"] == measure and row["area"] == "la"]
        _hide(las, total)
        mine = [row for row in told if row["measure"] == measure]
        for by in dict.fromkeys(row["by"] for row in mine):
            _hide([row for row in mine if row["by"] == by], total)
    _hide_alone(row for row in kept if row["area"] == "all")
    for row in kept:
        row.pop("pupils", None)
    return kept, told


def _pupils(row: Mapping[str, Any], rows: Sequence[Row]) -> Mapping[str, int]:
    """Of how many pupils sessions are, of which each has many."""
    if MEASURES[row["measure"]].sort != "sessions":
        return {}
    counted = (
        one["denominator"] for one in rows
        if one["measure"] == "persistent_absence"
        and (one["area"], one["code"]) == (row["area"], row["code"])
    )  # fmt: skip
    return {"pupils": next(counted, 0)}


def _hide(rows: Sequence[Row], total: Mapping[str, Any]) -> None:
    """Parts of a total. What they leave of it (not stated) stands in no row, and may be small too:

    ``others`` and the relative rates would tell it, as they tell what other rows come to.
    """
    true, unstated = [dict(row) for row in rows], False
    for column in (*COUNTS, BESIDE):
        if column not in total or not all(column in row for row in true):
            continue
        parts = [row[column] for row in true]
        rest_is_small = 0 < total[column] - sum(parts) <= MOST_SMALL
        unstated |= rest_is_small
        small = {n for n, row in enumerate(true) if _is_small(row, column)}
        for number in _hidden(parts, small, rest_is_small=rest_is_small):
            rows[number][column] = HIDDEN
    if any(HIDDEN in row.values() for row in rows):
        _hide_all(rows, ("others",))
    few = [row for row, was in zip(rows, true, strict=True) if was.get("others", FEWEST) < FEWEST]
    _hide_all(rows if unstated else few, _RELATIVE)
    _follow(rows)


def _hide_all(rows: Iterable[Row], names: Iterable[str]) -> None:
    for row in rows:
        row.update((name, HIDDEN) for name in names if row.get(name) is not None)


def _hidden(parts: Sequence[int], small: set[int], *, rest_is_small: bool) -> set[int]:
    """Those that are small, and more of the smallest until none can be worked out.

    One alone is the total less the others; and so are all where each of them must be 1.
    """
    hidden = set(small)
    others = sorted((n for n, part in enumerate(parts) if part and n not in small),
                    key=lambda n: (parts[n], n))  # fmt: skip
    while others and (_told(parts, hidden) if hidden else rest_is_small):
        hidden.add(others.pop(0))
    return hidden


def _told(parts: Sequence[int], hidden: set[int]) -> bool:
    return len(hidden) == 1 or sum(parts[n] for n in hidden) == len(hidden)


def _is_small(row: Mapping[str, Any], column: str) -> bool:
    """Nothing is nothing, and stays so; but that one pupil missed nothing tells of that one."""
    if row.get("pupils", FEWEST) < FEWEST:
        return True
    few = row.get("denominator", row.get("count", 0)) < FEWEST
    return bool(row[column]) and (row[column] <= MOST_SMALL or few)


def _hide_alone(rows: Iterable[Row]) -> None:
    for row in rows:
        hidden = [name for name in (*COUNTS, BESIDE) if name in row and _is_small(row, name)]
        row.update(dict.fromkeys(hidden, HIDDEN))
        _follow([row])


def _follow(rows: Iterable[Row]) -> None:
    """What is worked out from a hidden count is hidden with it; so is a rate of a few."""
    for row in rows:
        counts = [row[column] for column in COUNTS if column in row]
        few = row.get("denominator", FEWEST)
        if HIDDEN in counts or (few and few < FEWEST):
            _hide_all([row], _FOLLOWS)
