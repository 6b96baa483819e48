"""Workbooks to fill in: a sheet of rows with drop-downs, and sheets that say what goes where."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

from ap_registry.templates import Column, cell

SHEET, CODES, COLUMNS = "Notices", "Codes", "Columns"
ROWS = 2_000  # that have drop-downs


def book(columns: Sequence[Column], rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Cells are text throughout, so that no UPN or day is turned into something else."""
    from xlsxwriter import Workbook

    made = io.BytesIO()
    with Workbook(made, {"in_memory": True, "strings_to_formulas": False}) as workbook:
        text = workbook.add_format({"num_format": "@"})
        head = workbook.add_format({"bold": True, "bg_color": "#dbe7f3", "num_format": "@"})
        needed = workbook.add_format({"bold": True, "bg_color": "#f3dbdb", "num_format": "@"})
        sheet = workbook.add_worksheet(SHEET)
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(columns):
            sheet.write_string(0, place, column.name, needed if column.required else head)
            sheet.set_column(place, place, max(12, len(column.name) + 2), text)
        for number, row in enumerate(rows, start=1):
            for place, column in enumerate(columns):
                if value := cell(row.get(column.name)):
                    sheet.write_string(number, place, value, text)
        _codes(workbook, sheet, columns, max(ROWS, len(rows) + 200))
        _described(workbook, columns)
    return made.getvalue()


def _codes(workbook: Any, sheet: Any, columns: Sequence[Column], last: int) -> None:
    """A list for each column with choices: drop-downs point at it, and it says the meanings."""
    chosen = [(place, column) for place, column in enumerate(columns) if column.choices]
    if not chosen:
        return
    listed = workbook.add_worksheet(CODES)
    for number, (place, column) in enumerate(chosen):
        at = number * 3
        listed.write_string(0, at, column.name)
        listed.set_column(at + 1, at + 1, 40)
        for row, (code, meaning) in enumerate(column.choices, start=1):
            listed.write_string(row, at, code)
            listed.write_string(row, at + 1, meaning)
        letters = _letters(at)
        source = f"={CODES}!${letters}$2:${letters}${len(column.choices) + 1}"
        # Where several codes may stand in a cell a list can only help, not forbid.
        told = {"validate": "list", "source": source, "show_error": not column.several}
        sheet.data_validation(1, place, last, place, told)


def _described(workbook: Any, columns: Sequence[Column]) -> None:
    if not any(column.words for column in columns):
        return
    sheet = workbook.add_worksheet(COLUMNS)
    sheet.set_column(0, 2, 30)
    for place, word in enumerate(("name", "needed", "what")):
        sheet.write_string(0, place, word)
    for row, column in enumerate(columns, start=1):
        needed = "yes" if column.required else ""
        for place, word in enumerate((column.name, needed, column.words)):
            sheet.write_string(row, place, word)


def _letters(column: int) -> str:
    from xlsxwriter.utility import xl_col_to_name

    name: str = xl_col_to_name(column)
    return name
