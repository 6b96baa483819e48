"""A table as a page shows it and as a file: of the same cells, so that neither says more."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Annotated

from fastapi import Query
from fastapi.responses import Response

from ap_registry.ingest.results import safe

SHOWN = 100  # rows of a page
MOST_IN_FILE = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """``more``: small print under the text; ``actions`` (address, words) are on the page alone.

    ``about``: what the actions are about, for who hears the page; the text where it is empty.
    """

    text: str
    link: str | None = None
    tag: str = ""
    more: str = ""
    actions: tuple[tuple[str, str], ...] = ()
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """``rows`` may be one more than are shown: there are more. ``empty``: what to do then."""

    name: str
    caption: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]
    empty: str

    @property
    def shown(self) -> Sequence[tuple[Cell, ...]]:
        return self.rows[:SHOWN]

    @property
    def more(self) -> bool:
        return len(self.rows) > SHOWN


Format = Annotated[str, Query(pattern="^(csv)?$")]
"""What a list is asked for as: a page, or the file of its table."""


def pupil_cell(pupil_id: str, name: str, upn: str | None) -> Cell:
    return Cell(text=name or "Name erased", link=f"/pupils/{pupil_id}", more=upn or "no UPN yet")


def limit_of(format: str) -> int:
    """One more than is shown, so that a page can say that there is more."""
    return MOST_IN_FILE if format == "csv" else SHOWN + 1


def file_of(table: Table) -> Response:
    return as_csv(table.name, [table.columns, *(map(_text, row) for row in table.rows)])


def as_csv(name: str, rows: Iterable[Iterable[str]]) -> Response:
    """In UTF-8 with its mark, as spreadsheets want it; no cell is taken for a formula."""
    made = StringIO()
    csv.writer(made, lineterminator="\r\n").writerows([safe(cell) for cell in row] for row in rows)
    return Response(
        "\ufeff" + made.getvalue(), media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )  # fmt: skip


def _text(cell: Cell) -> str:
    return " – ".join(filter(None, (cell.text, cell.tag, cell.more)))
