"""XLSX workbooks: the values that a person sees, of the sheet that holds the table."""

import warnings
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

from ap_registry.errors import Unreadable
from ap_registry.ingest.day_order import MixedDays
from ap_registry.ingest.headers import SEARCHED, Names, normal
from ap_registry.ingest.sheet_parts import Merged, merged_cells

LARGEST = 1 << 30  # bytes once unpacked: a million rows of a dozen columns
LARGEST_TEXTS = 1 << 28  # bytes: the shared texts are held in memory
# What is made of nothing but repetition: tables shrink to a twentieth, hardly ever to a hundredth.
PACKED, THINNEST = 1 << 26, 250
WIDE, MOST_WIDE = 1_000, 2_000_000  # columns; cells in rows that are wider
MOST_BLANK = 50_000  # rows one after the other: somebody has given a format to all of a sheet
_STRICT = b"http://purl.oclc.org/ooxml"
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, ParseError, KeyError, ValueError, IndexError, OSError,
    TypeError, AttributeError, EOFError, RuntimeError,
)  # fmt: skip


def workbook_rows(file: BinaryIO, names: Names) -> Iterator[list[str]]:
    """Of the first visible sheet that has a header among its first rows, else with content."""
    from openpyxl import load_workbook

    try:
        _refuse_bomb(file)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl on styles and validation that it drops
            book = load_workbook(file, read_only=True, data_only=True)  # type: ignore[arg-type]
            yield from _filled(file, _table_of(book, names))
    except _DAMAGED as error:
        raise Unreadable("This is not an XLSX workbook that can be read.") from error


def _refuse_bomb(file: BinaryIO) -> None:
    """A small file that unpacks to gigabytes is refused before anything is unpacked."""
    with zipfile.ZipFile(file) as archive:
        sizes = {part.filename: part.file_size for part in archive.infolist()}
        packed = sum(part.compress_size for part in archive.infolist())
        strict = "xl/workbook.xml" in sizes and _STRICT in archive.open("xl/workbook.xml").read(
            4096
        )
    if "xl/workbook.bin" in sizes:
        raise Unreadable("This is a binary workbook (XLSB): save it as XLSX or CSV.")
    if not any(name.startswith("xl/") for name in sizes):
        what = "an OpenDocument file" if "content.xml" in sizes else "an archive, and no workbook"
        raise Unreadable(f"This is {what}: save or unpack its table as XLSX or CSV.")
    whole, texts = sum(sizes.values()), sizes.get("xl/sharedStrings.xml", 0)
    thin = whole > PACKED and whole > THINNEST * packed
    if whole > LARGEST or texts > LARGEST_TEXTS or thin:
        raise Unreadable("This workbook is too large when unpacked: send it as CSV.")
    if strict:
        raise Unreadable("This is a Strict Open XML workbook: save it as an Excel workbook (XLSX).")
    file.seek(0)


def _table_of(book: Any, names: Names) -> Any:
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    sheets = sheets or list(book.worksheets)
    begins: list[tuple[Any, list[list[str]]]] = []
    for sheet in sheets:
        sheet.reset_dimensions()  # some programs claim a million rows of 16,384 columns
        first = [[*map(_cell, c)] for c in islice(_rows(sheet), SEARCHED * 2) if any(c)]
        if first:
            begins.append((sheet, first))
    if not begins:
        raise Unreadable("The workbook is empty: its first row must name the columns.")
    headed = ((sheet, cells) for sheet, first in begins for cells in first if names(cells))
    found, header = next(headed, (begins[0][0], begins[0][1][0]))
    columns = {*map(normal, header)} - {""}
    alike = [sheet.title for sheet, first in begins if _has_a_header(first, columns)]
    if len(alike) > 1 and found.title in alike:
        raise Unreadable(
            f"Several sheets have such a table ({', '.join(alike)}): put all rows on one, or send"
            " each sheet as a file of its own."
        )
    return found


def _has_a_header(rows: list[list[str]], columns: set[str]) -> bool:
    enough = max(2, len(columns) / 2)
    return any(len(columns.intersection(map(normal, cells))) >= enough for cells in rows)


def _rows(sheet: Any) -> Iterator[tuple[Any, ...]]:
    blank = wide = 0
    for cells in sheet.iter_rows(values_only=True):
        wide += len(cells) if len(cells) > WIDE else 0
        if wide > MOST_WIDE:
            raise Unreadable(
                f"The sheet {sheet.title} has cells in column {len(cells):,}: delete the columns"
                " to the right of the table, or save it as CSV."
            )
        blank = 0 if any(cells) else blank + 1
        if blank > MOST_BLANK:
            raise Unreadable(
                f"The sheet {sheet.title} has over {MOST_BLANK:,} blank rows one after the other:"
                " delete them, or save it as CSV."
            )
        yield cells


def _filled(file: BinaryIO, sheet: Any) -> Iterator[list[str]]:
    """Rows as a person sees them: a merged cell stands in each row to which it reaches."""
    with zipfile.ZipFile(file) as archive:
        merged: Merged = merged_cells(archive, sheet._worksheet_path)
    days = MixedDays()
    for number, cells in enumerate(_rows(sheet), start=1):
        days.look(cells)
        yield merged.filled(number, [*map(_cell, cells)])
    days.settle()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
