"""A document as a workbook: what it says, a typed sheet for each table, and its notes."""

import re
from datetime import date, datetime
from io import BytesIO
from typing import Any

import xlsxwriter

from ap_registry.ingest.results import safe
from reports.abandoning import go_on
from reports.document import Cell, Column, Document, Facts, Table
from reports.writing.cells import NUMBERS, in_words
from reports.writing.facts import lines
from reports.writing.rows import all_tables

MOST_LETTERS = 31  # of a sheet's name
NARROWEST, WIDEST = 8, 60  # characters
_FORMATS: dict[str, dict[str, Any]] = {
    "text": {"text_wrap": True},
    "code": {"num_format": "@"},
    "integer": {"num_format": "#,##0"},
    "decimal": {"num_format": "#,##0.0"},
    "hundredths": {"num_format": "#,##0.00"},
    "rate": {"num_format": '0.0" %"'},
    "share": {"num_format": "0.000"},
    "money": {"num_format": "£#,##0.00"},
    "date": {"num_format": "d mmmm yyyy", "align": "left"},
    "value": {"text_wrap": True, "align": "left", "num_format": "#,##0.###"},
}
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")


def as_workbook(document: Document) -> bytes:
    """Dated by ``known_by``: the same bytes whenever it is made. No cell is ever a formula."""
    made = BytesIO()
    known_by = datetime.fromisoformat(document.known_by).replace(tzinfo=None)
    book = xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties(
        {"title": document.title, "subject": document.subtitle, "created": known_by}
    )
    sheets = _sheet_names(document)
    _about(book, document, sheets)
    for table in all_tables(document):
        _table(book, table, sheets[table.id])
    _notes(book, document)
    book.close()
    return made.getvalue()


def _sheet_names(document: Document) -> dict[str, str]:
    """By a table's id; cut to what a sheet may bear, and told apart where that makes two one."""
    found: dict[str, str] = {}
    taken = {"about", "notes", "history"}  # the last is forbidden by Excel
    for table in all_tables(document):
        stem = _FORBIDDEN.sub(" ", table.id.replace("_", " ")).strip()[:MOST_LETTERS].strip()
        name, number = stem, 1
        while name.lower() in taken:
            number += 1
            name = f"{stem[: MOST_LETTERS - len(str(number)) - 1]} {number}"
        taken.add(name.lower())
        found[table.id] = name
    return found


def _about(book: Any, document: Document, sheets: dict[str, str]) -> None:
    """Everything that is said, in its order, with the sheet in which each table stands."""
    sheet = book.add_worksheet("About")
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 80)
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    bold = book.add_format({"bold": True, "valign": "top", "text_wrap": True})
    heading = book.add_format({"bold": True, "font_size": 13})
    for row, (first, second, look) in enumerate(_said(document, sheets)):
        sheet.write_string(row, 0, safe(first), heading if look == "heading" else bold)
        if second:
            sheet.write_string(row, 1, safe(second), wrap)


def _said(document: Document, sheets: dict[str, str]) -> list[tuple[str, str, str]]:
    told = [(document.title, "", "heading"), (document.subtitle, "", "bold")]
    if document.names_pupils:
        told.append(("This report names pupils.", "Do not pass it on.", "bold"))
    told += [("", paragraph, "") for paragraph in document.lead]
    for section in document.sections:
        told.append((section.title, "", "heading"))
        for part in section.parts:
            if isinstance(part, Table):
                told.append((part.caption, f"Sheet “{sheets[part.id]}”", "bold"))
            elif isinstance(part, Facts):
                told += [(term, said, "bold") for term, said in lines(part)]
            else:
                told.append(("", part if isinstance(part, str) else part.words, ""))
    told.append(("Known by", document.known_by, "bold"))
    told.append(("Ledger", f"{document.ledger['size']} entries", "bold"))
    told.append(("Its root", str(document.ledger["root"]), "bold"))
    return told


def _table(book: Any, table: Table, name: str) -> None:
    """Its head frozen and with a filter on it; the caption stands in the print header."""
    sheet = book.add_worksheet(name)
    head: dict[str, Any] = {"bold": True, "text_wrap": True, "bottom": 1, "valign": "top"}
    heads = {True: book.add_format({**head, "align": "right"}), False: book.add_format(head)}
    days = book.add_format({**_FORMATS["date"], "valign": "top"})
    go_on()
    for number, column in enumerate(table.columns):
        look = book.add_format({**_FORMATS[column.kind], "valign": "top"})
        sheet.set_column(number, number, _width(table, column), look)
        sheet.write_string(0, number, safe(column.title), heads[column.kind in NUMBERS])
        for line, cells in enumerate(table.rows, start=1):
            value = cells.get(column.key)
            as_it_is = days if isinstance(value, date) else look
            _cell(sheet, line, number, value=value, look=as_it_is)
    sheet.freeze_panes(1, 1)
    if table.rows:
        sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
    sheet.repeat_rows(0)
    sheet.fit_to_pages(1, 0)
    if len(table.columns) > 6:
        sheet.set_landscape()
    sheet.set_header("&L" + table.caption[:200].replace("&", "&&"))


def _cell(sheet: Any, line: int, number: int, *, value: Cell, look: Any) -> None:
    if value is None:
        sheet.write_blank(line, number, None, look)
    elif isinstance(value, str):
        sheet.write_string(line, number, safe(value), look)
    elif isinstance(value, date):
        sheet.write_datetime(line, number, datetime(value.year, value.month, value.day), look)
    else:
        sheet.write_number(line, number, value, look)


def _width(table: Table, column: Column) -> float:
    words = [column.title, *(in_words(row.get(column.key), column) for row in table.rows)]
    return min(max(NARROWEST, *(len(text) + 2 for text in words)), WIDEST)


def _notes(book: Any, document: Document) -> None:
    sheet = book.add_worksheet("Notes")
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    bold = book.add_format({"bold": True, "valign": "top", "text_wrap": True})
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 100)
    sheet.write_string(0, 0, "Term", bold)
    sheet.write_string(0, 1, "Meaning", bold)
    sheet.freeze_panes(1, 0)
    for row, (term, said) in enumerate(document.notes, start=1):
        sheet.write_string(row, 0, safe(term), bold)
        sheet.write_string(row, 1, safe(said), wrap)
