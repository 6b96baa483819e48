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
from ap_registry.ingest.headers import SEARCHED, Names

LARGEST = 1 << 30  # bytes once unpacked: a million rows of a dozen columns
LARGEST_TEXTS = 1 << 28  # bytes: the shared texts are held in memory
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
            yield from _rows(_table_of(book, names))
    except _DAMAGED as error:
        raise Unreadable("This is not an XLSX workbook that can be read.") from error


def _refuse_bomb(file: BinaryIO) -> None:
    """A small file that unpacks to gigabytes is refused before anything is unpacked."""
    with zipfile.ZipFile(file) as archive:
        sizes = {part.filename: part.file_size for part in archive.infolist()}
    if "xl/workbook.bin" in sizes:
        raise Unreadable("This is a binary workbook (XLSB): save it as XLSX or CSV.")
    if not any(name.startswith("xl/") for name in sizes):
        what = "an OpenDocument file" if "content.xml" in sizes else "an archive, and no workbook"
        raise Unreadable(f"This is {what}: save or unpack its table as XLSX or CSV.")
    if sum(sizes.values()) > LARGEST or sizes.get("xl/sharedStrings.xml", 0) > LARGEST_TEXTS:
        raise Unreadable("This workbook is too large when unpacked: send it as CSV.")
    file.seek(0)


def _table_of(book: Any, names: Names) -> Any:
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    sheets = sheets or list(book.worksheets)
    with_content = []
    for sheet in sheets:
        sheet.reset_dimensions()  # some programs claim a million rows of 16,384 columns
        first = [cells for cells in islice(_rows(sheet), SEARCHED * 2) if any(cells)]
        if any(map(names, first)):
            return sheet
        if first:
            with_content.append(sheet)
    if not with_content:
        raise Unreadable("The workbook is empty: its first row must name the columns.")
    return with_content[0]


def _rows(sheet: Any) -> Iterator[list[str]]:
    for cells in sheet.iter_rows(values_only=True):
        yield [_cell(value) for value in cells]


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
