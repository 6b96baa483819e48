"""Tables as people send them: CSV in any encoding and separator, XLSX, JSON Lines."""

import json
from collections.abc import Collection, Iterator, Sequence
from typing import Any, BinaryIO

from ap_registry.errors import Unreadable
from ap_registry.ingest.results import BadRow
from ap_registry.ingest.text_tables import csv_rows, encoding_of, text_lines
from ap_registry.ingest.workbooks import normal, workbook_rows

Cells = dict[str, Any]
Row = tuple[int, Cells | BadRow]
_SNIFF_BYTES = 1 << 16
_TAILS = (".0", " 00:00:00")
_NO_TABLE = {
    b"\xd0\xcf\x11\xe0": "an old Excel workbook, or one with a password: save it as XLSX or CSV",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a packed file: unpack it first",
}


def read_rows(
    file: BinaryIO,
    *,
    format: str | None = None,
    known: Collection[str] | None = None,
    needed: Collection[str] = (),
) -> Iterator[Row]:
    """(row number, cells by header), lazily; row 1 follows the header, blank rows are skipped.

    ``known`` names the columns that may be: another one with content refuses the whole file.
    ``needed`` names those without which it is another kind of file. A row that cannot be read is
    answered as a BadRow in its place; raise Unreadable where that is so of the file.
    """
    head = file.read(_SNIFF_BYTES)
    file.seek(0)
    kind = format or _kind(head)
    if kind == "jsonl":
        yield from _json_lines(text_lines(file, head))
    elif kind == "xlsx":
        yield from _checked(workbook_rows(file, known), known, needed)
    else:
        yield from _checked(csv_rows(file, head), known, needed)


def _kind(head: bytes) -> str:
    if not head.strip():
        raise Unreadable("The file is empty: its first line must name the columns.")
    refuse_no_table(head)
    if head.startswith(b"PK\x03\x04"):
        if b"word/" in head:
            raise Unreadable("This is a Word document: save it as CSV or XLSX.")
        return "xlsx"
    start = head.decode(encoding_of(head), errors="ignore").lstrip()
    if start.startswith("["):
        raise Unreadable("This is a JSON array: send JSON Lines, one object on each line.")
    return "jsonl" if start.startswith("{") else "csv"


def refuse_no_table(head: bytes) -> None:
    """Raise Unreadable, with its name, for a kind of file that is neither table nor text."""
    for mark, words in _NO_TABLE.items():
        if head.startswith(mark):
            raise Unreadable(f"This is {words}.")


def _checked(
    table: Iterator[list[str]], known: Collection[str] | None, needed: Collection[str]
) -> Iterator[Row]:
    header = _header(next((cells for cells in table if any(map(str.strip, cells))), []))
    missing = [name for name in needed if name not in header]
    if missing:
        raise Unreadable(f"The file has no column {' or '.join(missing)}.")
    strange = {
        place: f"column {name}" if name else f"column {place + 1}, which has no name,"
        for place, name in enumerate(header)
        if not name or (known is not None and name not in known)
    }
    whole = all(header)
    blank = [""] * len(header)
    for number, cells in enumerate(table, start=1):
        texts = [*map(str.strip, cells)]
        whole_row = "".join(texts)
        if not whole_row:
            continue
        if any(tail in whole_row for tail in _TAILS):
            texts = [*map(_plain, texts)]
        if len(texts) > len(header) and any(texts[len(header) :]):
            yield number, BadRow(
                "", "bad_format",
                "the row has more cells than the header has columns: put quotation marks around"
                " a cell that holds the separator",
            )  # fmt: skip
            continue
        for place, words in strange.items():
            if place < len(texts) and texts[place]:
                raise Unreadable(f"The {words} is not known here: remove it, or correct its name.")
        texts += blank[len(texts) :]
        if whole:
            yield number, dict(zip(header, texts, strict=False))
        else:
            yield number, {name: texts[place] for place, name in enumerate(header) if name}


def _header(cells: Sequence[str]) -> list[str]:
    header = [normal(name) for name in cells]
    names = [name for name in header if name]
    if not names:
        raise Unreadable("The file is empty: its first line must name the columns.")
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise Unreadable(f"The column {twice} stands in the file twice.")
    return header


def _plain(text: str) -> str:
    """Without what spreadsheets add to whole numbers and to dates."""
    if text.endswith(".0"):
        return text[:-2] if text[:-2].isdigit() else text
    return text.removesuffix(_TAILS[1])


def _json_lines(lines: Iterator[str]) -> Iterator[Row]:
    """One object a line; a file in which no line is one is no JSON Lines."""
    found = False
    last: BadRow | None = None
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if not text:
            continue
        row = _json_line(text)
        if isinstance(row, BadRow):
            last = row
        else:
            found = True
        yield number, row
    if not found:
        raise Unreadable(f"This is not JSON Lines: {last.detail if last else 'it is empty'}.")


def _json_line(text: str) -> Cells | BadRow:
    try:
        value = json.loads(text)
        if "\\u" in text:
            value = _without_nul(value)
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return BadRow("", "bad_format", "the line is not JSON")
    if not isinstance(value, dict):
        return BadRow("", "bad_format", "the line is not a JSON object")
    return value


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, list):
        return [_without_nul(part) for part in value]
    if isinstance(value, dict):
        return {key.replace("\x00", ""): _without_nul(part) for key, part in value.items()}
    return value
