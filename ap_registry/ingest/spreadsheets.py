"""Tables as people send them: CSV in any encoding and separator, XLSX, JSON Lines."""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, BinaryIO

from ap_registry.errors import Unreadable

Row = tuple[int, dict[str, Any]]
_SEPARATORS = (",", ";", "\t")
_ENCODINGS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}
_SNIFF_BYTES = 1 << 16


def read_rows(
    file: BinaryIO, *, format: str | None = None, known: Iterable[str] | None = None
) -> Iterator[Row]:
    """(row number, cells by header), lazily; row 1 follows the header, blank rows are skipped.

    ``known`` names the columns that may be: another one with content refuses the whole file.
    """
    head = file.read(_SNIFF_BYTES)
    file.seek(0)
    kind = format or _kind(head)
    if kind == "xlsx":
        return _checked(_xlsx(file), known)
    if kind == "jsonl":
        return _jsonl(file)
    return _checked(_csv(file, head), known)


def _kind(head: bytes) -> str:
    if head.startswith(b"PK\x03\x04"):
        return "xlsx"
    if head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{"):
        return "jsonl"
    return "csv"


def normal(name: object) -> str:
    """A header in any case, with blanks or strokes for underscores."""
    return str(name or "").strip().lower().replace(" ", "_").replace("-", "_")


def _encoding(head: bytes) -> str:
    for mark, name in _ENCODINGS.items():
        if head.startswith(mark):
            return name
    if head[1:2] == b"\x00" and head[3:4] == b"\x00":
        return "utf-16-le"
    try:
        head[: head.rfind(b"\n") + 1].decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def text_lines(file: BinaryIO, head: bytes) -> Iterator[str]:
    """Lines as text; a file that is UTF-8 only at its beginning is read on as cp1252."""
    encoding = _encoding(head)
    if encoding.startswith("utf-16"):
        yield from io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="")
        return
    for number, line in enumerate(file):
        if number == 0 and encoding == "utf-8-sig":
            line = line.removeprefix(b"\xef\xbb\xbf")
        try:
            yield line.decode("cp1252" if encoding == "cp1252" else "utf-8")
        except UnicodeDecodeError:
            yield line.decode("cp1252", errors="replace")


def _csv(file: BinaryIO, head: bytes) -> Iterator[Sequence[Any]]:
    lines = (line.replace("\x00", "") for line in text_lines(file, head))
    first = next(lines, "")
    separator = max(_SEPARATORS, key=first.count)

    def again() -> Iterator[str]:
        yield first
        yield from lines

    csv.field_size_limit(1 << 20)
    try:
        yield from csv.reader(again(), delimiter=separator)
    except csv.Error as error:
        raise Unreadable(f"This is not a CSV file that can be read ({error}).") from error


def _xlsx(file: BinaryIO) -> Iterator[Sequence[Any]]:
    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(file.read()), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        for cells in sheet.iter_rows(values_only=True):
            yield [_cell(value) for value in cells]
    except (zipfile.BadZipFile, KeyError, ValueError, IndexError, OSError) as error:
        raise Unreadable("This is not an XLSX workbook that can be read.") from error


def _cell(value: object) -> object:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _checked(table: Iterator[Sequence[Any]], known: Iterable[str] | None) -> Iterator[Row]:
    header = [normal(name) for name in next(table, [])]
    if not any(header):
        raise Unreadable("The file is empty: its first line must name the columns.")
    names = [name for name in header if name]
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise Unreadable(f"The column {twice} stands in the file twice.")
    allowed = set(known) if known is not None else None
    for number, cells in enumerate(table, start=1):
        texts = [cell.strip() if isinstance(cell, str) else cell for cell in cells]
        if not any(texts):
            continue
        row = {name: text for name, text in zip(header, texts, strict=False) if name}
        if any(texts[len(header) :]):
            raise Unreadable(f"Row {number} has more cells than the header has columns.")
        if allowed is not None:
            for name, text in row.items():
                if text and name not in allowed:
                    raise Unreadable(f"The column {name} is not known here.")
        yield number, row


def _jsonl(file: BinaryIO) -> Iterator[Row]:
    for number, line in enumerate(file, start=1):
        text = line.removeprefix(b"\xef\xbb\xbf").strip()
        if not text:
            continue
        try:
            value = json.loads(text)
        except ValueError as error:
            raise Unreadable(f"Line {number} is not JSON ({error}).") from error
        if not isinstance(value, dict):
            raise Unreadable(f"Line {number} is not a JSON object.")
        yield number, value
