"""The cells of two outcome reports that differ, and what a pupil adds to each of them."""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reports.measures import wellbeing
from reports.measures.episode import Place
from reports.outcomes import ORDER, Book
from reports.tallies import Beside, Tally

TABLES = ("rows", "totals", "secondary", "wellbeing")
KEYS = ("provider", "la", "measure", "group", "name")
Address = tuple[tuple[str, str], ...]
# By table and row what is added to each column; equal weights make equal cells.
Weights = dict[tuple[str, Address], dict[str, Hashable]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """``row``: the fields that name it. ``before`` and ``after`` are None where it is missing.

    ``whole``: the row stands in one of the reports only.
    """

    table: str
    row: Address
    column: str
    before: Any
    after: Any
    whole: bool


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Cell]:
    """Table by table in the order of the later report; rows that are gone come last."""
    for table in TABLES:
        old, new = _by_address(before[table]), _by_address(after[table])
        for row in {**new, **old}:
            was, now = old.get(row, {}), new.get(row, {})
            for column in {**now, **was}:
                if column not in KEYS and was.get(column) != now.get(column):
                    yield Cell(
                        table=table,
                        row=row,
                        column=column,
                        before=was.get(column),
                        after=now.get(column),
                        whole=not (was and now),
                    )


def _by_address(rows: list[dict[str, Any]]) -> dict[Address, dict[str, Any]]:
    return {tuple((name, row[name]) for name in KEYS if name in row): row for row in rows}


def weights(book: Book) -> Weights:
    """What these episodes add to each cell of a report."""
    found: Weights = {}
    sides = (("provider", "rows", book.by_provider()), ("la", "totals", book.by_la()))
    for kind, table, tallies in sides:
        for (name, measure, group), tally in tallies.items():
            whose, what = (kind, name), ("measure", measure)
            if tally.places:
                row = (whose, what, *((("group", group),) if group else ()))
                found[table, row] = _of_episodes(tally)
            for figure, beside in tally.beside().items():
                if measure == wellbeing.MEASURE:
                    found["wellbeing", (whose, ("name", figure))] = _of_figure(beside)
                elif measure in ORDER:
                    found["secondary", (whose, what, ("name", figure))] = _of_figure(beside)
    return found


def _of_episodes(tally: Tally) -> dict[str, Hashable]:
    went_well = tally.places[Place.SUCCESS]
    counted = went_well + tally.places[Place.FAILED]
    unknown = (tally.places[Place.UNKNOWN], tally.unknown_within)
    share = (went_well, counted) if counted else None
    return {
        "numerator": went_well,
        "denominator": counted,
        "pending": tally.places[Place.PENDING],
        "unknown": unknown if any(unknown) else None,
        "excluded": tuple(sorted(tally.reasons.items())),
        "coverage": (counted, unknown) if counted or any(unknown) else None,
        "rate": share,
        "low": share,
        "high": share,
    }


def _of_figure(beside: Beside) -> dict[str, Hashable]:
    every = (beside.achieved, beside.pupils, frozenset(beside.values.items()))
    return {"numerator": beside.achieved, "denominator": beside.pupils, "value": every}


def weight(added: Weights, cell: Cell) -> Hashable:
    """What one pupil adds to a cell; where the row comes or goes, to all of it and its groups."""
    if not cell.whole:
        return added.get((cell.table, cell.row), {}).get(cell.column) or None
    parts = (
        (row, frozenset(columns.items()))
        for (table, row), columns in added.items()
        if table == cell.table and row[: len(cell.row)] == cell.row
    )
    return frozenset(parts) or None
