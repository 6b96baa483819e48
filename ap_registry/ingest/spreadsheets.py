"""Tables as people send them: CSV in any encoding and separator, XLSX, JSON Lines."""

import json
import re
import unicodedata
from collections.abc import Collection, Iterator
from itertools import islice, takewhile
from typing import Any, BinaryIO

from ap_registry.errors import Unreadable
from ap_registry.ingest.day_order import DAY, END, DayOrder
from ap_registry.ingest.headers import Again, header_place, naming, near_to, with_header
from ap_registry.ingest.kinds import SNIFF_BYTES, kind_of
from ap_registry.ingest.results import BadRow
from ap_registry.ingest.text_tables import ABOVE, Cut, csv_rows, text_lines
from ap_registry.ingest.workbooks import workbook_rows

Cells = dict[str, Any]
Row = tuple[int, Cells | BadRow]
_TAILS = (".0", ".00", " 00:00:00")
_APOSTROPHE, _FORMULA = f"{END}'", f'{END}="'
_TENTHS, _HUNDREDTHS, _MIDNIGHT = (tail + END for tail in _TAILS)
_NOUGHT = f"0{END}"  # with which each of these ends
_UNSEEN = "\u200b\u200c\u200d\u200e\u200f\u202a\u202c\u2060\ufeff\u00ad \t\u00a0"
UPN = 13  # characters
# A spreadsheet's mark for "text": what we write before what might be a formula, and what people
# put before long numbers.
_MARKED = re.compile(r"'(?=[=+\-@\t\r]|[A-Za-z]?[0-9]{5})")


def read_rows(
    file: BinaryIO,
    *,
    format: str | None = None,
    known: Collection[str] | None = None,
    needed: Collection[str] = (),
    likely: Collection[str] = (),
) -> Iterator[Row]:
    """(row number, cells by header), lazily; row 1 follows the header, blank rows are skipped.

    ``known`` names the columns that may be: another one with content refuses the whole file.
    ``needed`` names those without which it is another kind of file, ``likely`` those by which the
    header is found where others may stand in it. A row that cannot be read is
    answered as a BadRow in its place; raise Unreadable where that is so of the file.
    """
    head = file.read(SNIFF_BYTES)
    file.seek(0)
    kind = format or kind_of(head)
    names = naming(known or likely, needed)
    if kind == "jsonl":
        yield from _json_lines(text_lines(file, head))
    elif kind == "xlsx":
        yield from _checked(*with_header(workbook_rows(file, names), names), known, needed)
    else:
        yield from _checked(*with_header(csv_rows(file, head, names), names), known, needed)


def header_row(file: BinaryIO, *, known: Collection[str] = (), needed: Collection[str] = ()) -> int:
    """The row of the header as a spreadsheet numbers it, from 1; 0 where a file has none.

    Added to a number of ``read_rows``, it gives the row that people see.
    """
    head = file.read(SNIFF_BYTES)
    file.seek(0)
    kind, names = kind_of(head), naming(known, needed)
    if kind == "jsonl":
        return 0
    if kind == "xlsx":
        return header_place(workbook_rows(file, names), names) + 1
    return _blank_above(file, head) + header_place(csv_rows(file, head, names), names) + 1


def _blank_above(file: BinaryIO, head: bytes) -> int:
    """How many lines there are before the first with content, which reading passes over."""
    begun = islice(text_lines(file, head), ABOVE)
    blank = sum(1 for _ in takewhile(lambda line: not line.strip(), begun))
    file.seek(0)
    return blank


def _checked(
    header: list[str],
    table: Iterator[list[str]],
    known: Collection[str] | None,
    needed: Collection[str],
) -> Iterator[Row]:
    missing = [name for name in needed if name not in header]
    if missing:
        raise Unreadable(f"The file has no column {' or '.join(missing)}.")
    names = header if known is None else known
    strange = [n for n, name in enumerate(header) if not name or name not in names]
    whole, width = all(header), len(header)
    again, order = Again(header, known or (), needed), DayOrder()
    blank = [""] * width
    upns = [n for n, name in enumerate(header) if name.endswith("upn")]
    for number, cells in enumerate(table, start=1):
        texts = [*map(str.strip, cells)]
        whole_row = END.join(("", *texts, ""))
        if len(whole_row) == len(texts) + 1 or (
            texts[0][:1] in again.letters and again.stands_in(texts, number)
        ):
            continue
        if DAY.search(whole_row):
            order.look(number, whole_row)
        if not whole_row.isascii():
            texts = [text.strip(_UNSEEN) for text in texts]
        if (
            _APOSTROPHE in whole_row or _FORMULA in whole_row or _NOUGHT in whole_row
            and (_TENTHS in whole_row or _HUNDREDTHS in whole_row or _MIDNIGHT in whole_row)
        ):  # fmt: skip
            texts = [*map(_plain, texts)]
        for place in upns:
            if place < len(texts) and (len(texts[place]) != UPN or not texts[place].isascii()):
                texts[place] = _closed_up(texts[place])
        if len(texts) != width:
            if bad := _misfit(texts, width, cut=isinstance(cells, Cut)):
                yield number, bad
                continue
            texts += blank[len(texts) :]
        for place in strange:
            if texts[place]:
                raise Unreadable(_not_known(place, header[place], known or ()))
        if whole:
            yield number, dict(zip(header, texts, strict=False))
        else:
            yield number, {name: texts[place] for place, name in enumerate(header) if name}
    order.settle()


def _misfit(texts: list[str], width: int, *, cut: bool) -> BadRow | None:
    """What is wrong with a row of more or fewer cells than the header, where anything is."""
    if any(texts[width:]):
        return BadRow(
            "", "bad_format",
            "the row has more cells than the header has columns: put quotation marks around"
            " a cell that holds the separator",
        )  # fmt: skip
    if cut and len(texts) < width:
        return BadRow(
            "", "bad_format",
            "the last row has fewer cells than the header and no line end, as if the file were"
            " cut off: send it whole",
        )  # fmt: skip
    return None


def _not_known(place: int, name: str, known: Collection[str]) -> str:
    column = f"column {name}" if name else f"column {place + 1}, which has no name,"
    near = near_to(name, known)
    return f"The {column} is not known here{near}: remove it, or correct its name."


def _closed_up(text: str) -> str:
    """A UPN without the blanks and unseen marks that came with it, in plain letters."""
    return "".join(
        c for c in unicodedata.normalize("NFKC", text)
        if not c.isspace() and unicodedata.category(c) != "Cf"
    )  # fmt: skip


def _plain(text: str) -> str:
    """Without what spreadsheets add to whole numbers, to dates and before texts."""
    if text[:1] == "'" and _MARKED.match(text):
        text = text[1:]
    if text[:2] == '="' and text[-1:] == '"' and len(text) > 2:
        return text[2:-1]
    for tail in _TAILS[:2]:
        if text.endswith(tail) and text[: -len(tail)].isdigit():
            return text[: -len(tail)]
    return text.removesuffix(_TAILS[2])


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
        why = last.detail if last else "it is empty"
        raise Unreadable(f"This is not JSON Lines, an object on each line: {why}.")


def _json_line(text: str) -> Cells | BadRow:
    try:
        value = json.loads(text, object_pairs_hook=_once)
        if "\\u" in text:
            value = _without_nul(value)
            json.dumps(value, ensure_ascii=False).encode()
    except BadRow as twice:
        return twice
    except (ValueError, RecursionError):
        return BadRow("", "bad_format", "the line is not JSON")
    if not isinstance(value, dict):
        return BadRow("", "bad_format", "the line is not a JSON object")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadRow("", "bad_format", "the line says the same field twice")
    return found


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, list):
        return [_without_nul(part) for part in value]
    if isinstance(value, dict):
        return {key.replace("\x00", ""): _without_nul(part) for key, part in value.items()}
    return value
