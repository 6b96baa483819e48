"""A document's tables as CSV, one under the other: ``table`` names each, columns by their keys."""

import csv
from io import StringIO

from ap_registry.ingest.results import safe
from reports.abandoning import go_on
from reports.document import Cell, Document, Table
from reports.writing.facts import facts_table


def as_rows(document: Document) -> bytes:
    """A lone table stands by itself, without the first column; else what is said stands first.

    A text that looks like a formula is quoted.
    """
    tables = tables_of(document)
    if len(tables) != 1:
        tables = all_tables(document)
    keys = list(dict.fromkeys(column.key for table in tables for column in table.columns))
    head = keys if len(tables) == 1 else ["table", *keys]
    text = StringIO()
    lines = csv.DictWriter(text, head, restval="", lineterminator="\n", extrasaction="ignore")
    lines.writeheader()
    for table in tables:
        go_on()
        for row in table.rows:
            cells = {column.key: _plain(row.get(column.key)) for column in table.columns}
            lines.writerow({**cells, "table": table.id} if len(tables) > 1 else cells)
    return text.getvalue().encode()


def tables_of(document: Document) -> list[Table]:
    shown = [
        part for section in document.sections for part in section.parts if isinstance(part, Table)
    ]
    return [*shown, *document.data]


def all_tables(document: Document) -> list[Table]:
    """Also one of what summary lists say, before the others."""
    facts = facts_table(document)
    return [*([facts] if facts else []), *tables_of(document)]


def _plain(value: Cell) -> str:
    if isinstance(value, str):
        return safe(value)
    return "" if value is None else str(value)
