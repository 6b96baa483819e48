"""The dashboard with small numbers kept back, to be published (outcomes.md, suppression).

A count of 1 to 5 is ``c``, and so is all of a row of fewer than ten; as many more go with them as
``publishing.suppression`` finds that it takes. Trusts and ICBs cut across LAs, so that their rows
would tell what is kept back: they are left out.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from reports.dashboard.counts import BESIDE, KNOWN, Counts, counts_in, place_of
from reports.publishing.marks import LEAST
from reports.publishing.symbols import KEPT_BACK

_RELATIVE = ("relative", "relative_low", "relative_high")
_FOLLOWS = ("rate", "low", "high", *_RELATIVE, "others", "mean",
            "median", "longest")  # fmt: skip
Row = dict[str, Any]


def published(rows: Sequence[Row], groups: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Rows of all and of LAs, and those of groups."""
    kept = [dict(row) for row in rows if row["area"] in {"all", "la"}]
    # of groups it is the total of none, and would tell what is hidden with what is counted
    told = [{name: value for name, value in row.items() if name != BESIDE} for row in groups]
    counts = Counts.of(kept, told)
    hidden = counts.tables().suppressed()
    for row in (*kept, *told):
        few = 0 < row.get("denominator", LEAST) < LEAST
        gone = [
            n for n in counts_in(row) if counts.keys[place_of(row), row["measure"], n] in hidden
        ]
        if few or set(gone) - {BESIDE}:
            _hide([row], _FOLLOWS)
        row.update(dict.fromkeys(gone, KEPT_BACK))
    for measure, by in dict.fromkeys((row["measure"], row["by"]) for row in told):
        mine = [row for row in told if (row["measure"], row["by"]) == (measure, by)]
        known = {counts.keys.get(((by, KNOWN), measure, n)) for n in ("numerator", "denominator")}
        _hide_beside(mine, known_hidden=bool(known & hidden))
    return kept, told


def _hide_beside(rows: Sequence[Row], *, known_hidden: bool) -> None:
    """What others come to, and the relative rates, would tell what all that is said comes to."""
    few = [row for row in rows if isinstance(row["others"], int) and row["others"] < LEAST]
    _hide(rows if known_hidden else few, _RELATIVE)
    if known_hidden or any(KEPT_BACK in row.values() for row in rows):
        _hide(rows, ("others",))


def _hide(rows: Iterable[Row], names: Iterable[str]) -> None:
    for row in rows:
        row.update((name, KEPT_BACK) for name in names if row.get(name) is not None)
