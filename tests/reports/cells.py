"""What stands in the rows of a report's file, to be read as a person would."""

import csv
import re
from html import unescape
from io import BytesIO, StringIO

from openpyxl import load_workbook

_ROW = re.compile("<tr[ >].*?</tr>", re.DOTALL)
_CELL = re.compile("<t[dh][ >].*?</t[dh]>", re.DOTALL)
_TAG = re.compile("<[^>]+>")


def cells_of(file: bytes, format: str) -> list[set[str]]:
    """Of an html, xlsx or csv file, as texts; a number without what is for the eye."""
    if format == "xlsx":
        book = load_workbook(BytesIO(file))
        rows = (row for sheet in book for row in sheet.iter_rows(values_only=True))
        return [{str(cell) for cell in row if cell is not None} for row in rows]
    if format == "csv":
        return [set(row) for row in csv.reader(StringIO(file.decode("utf-8-sig")))]
    return [
        {_plain(unescape(_TAG.sub("", cell))) for cell in _CELL.findall(row)}
        for row in _ROW.findall(file.decode())
    ]


def _plain(cell: str) -> str:
    return re.sub(r"(?<=\d),(?=\d{3})|\s*%$", "", cell.strip())
