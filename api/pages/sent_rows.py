"""The rows of a file as people see them in their spreadsheet: numbers from its top, and cells."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from ap_registry.census_in import tables as census
from ap_registry.errors import Unreadable
from ap_registry.ingest.mis_registers import KNOWN as OF_REGISTERS
from ap_registry.ingest.notices import COLUMNS as OF_NOTICES
from ap_registry.ingest.own_files import OWN
from ap_registry.ingest.results import RowError
from ap_registry.ingest.spreadsheets import header_row, read_rows
from api.pages.sent_file import Sent

LONGEST = 60  # characters of a cell that are shown
Rows = Mapping[int, Mapping[str, Any]]


def header_of(sent: Sent) -> int:
    """The row of the header in a spreadsheet, from 1; 0 where the file has none (XML, JSON)."""
    if sent.kind == "ctf" or (sent.kind == "census" and not census.is_table(sent.content[:1000])):
        return 0
    try:
        return header_row(sent.file, known=_known(sent.kind), needed=_needed(sent.kind))
    except Unreadable:
        return 0


def _known(kind: str) -> Collection[str]:
    return {"attendance": OF_REGISTERS, "census": census.columns()}.get(kind, ())


def _needed(kind: str) -> Collection[str]:
    if kind in OWN:
        return OWN[kind].columns[:1]
    return ("type",) if kind == "notices" else ()


def numbered(errors: Iterable[RowError], header: int) -> list[RowError]:
    """As a spreadsheet numbers the rows."""
    return [replace(one, row=one.row + header) for one in errors]


def cells(sent: Sent, numbers: Collection[int]) -> Rows:
    """Of the rows with these numbers (1 follows the header), as far as they are a table's."""
    if sent.kind not in {"notices", "attendance", *OWN} or not numbers:
        return {}
    known = OF_NOTICES if sent.kind == "notices" else None
    rows = read_rows(sent.file, known=known, needed=_needed(sent.kind), likely=_known(sent.kind))
    last = max(numbers)
    found = {}
    for number, row in rows:
        if number > last:
            break
        if number in numbers and isinstance(row, dict):
            found[number] = row
    return found


def said(error: RowError, rows: Rows) -> str:
    """What stands in the cell at fault; empty where that is blank, or no cell is."""
    text = str(rows.get(error.row, {}).get(error.column) or "").strip()
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
