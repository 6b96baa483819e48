"""CSV as people send it: any encoding, separator and line end, read a line at a time."""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import chain, dropwhile, islice
from typing import BinaryIO

from ap_registry.errors import Unreadable
from ap_registry.ingest.headers import MOST, SEARCHED, Names

ABOVE = SEARCHED * 2  # lines, blank ones too, among which the header may stand
_SEPARATORS = (",", ";", "\t", "|")
_SAID = re.compile(r"sep=(.)\s*", re.IGNORECASE)  # a first line that Excel writes and reads
_MARKS = {
    b"\xff\xfe\x00\x00": "utf-32", b"\x00\x00\xfe\xff": "utf-32", b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig",
}  # fmt: skip
LONGEST_LINE = 1 << 20  # characters: what has longer lines is no table, and would fill memory


def _as(code_page: str, error: UnicodeError) -> tuple[str, int]:
    """What is no UTF-8 was written, or pasted into the file, by an older program."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    part = error.object[error.start : error.end]
    return part.decode(code_page, errors="replace"), error.end


codecs.register_error("as-cp1252", partial(_as, "cp1252"))
codecs.register_error("as-mac-roman", partial(_as, "mac-roman"))


def encoding_of(head: bytes) -> str:
    """By its byte order mark, else by the pattern of zero bytes, else UTF-8 or cp1252 mixed."""
    for mark, name in _MARKS.items():
        if head.startswith(mark):
            return name
    if len(head) >= 4 and head[1] == head[3] == 0 and head[0] and head[2]:
        return "utf-16-le"
    if len(head) >= 4 and head[0] == head[2] == 0 and head[1] and head[3]:
        return "utf-16-be"
    return "utf-8"


def text_lines(file: BinaryIO, head: bytes) -> Iterator[str]:
    """Lines with their ends; raise Unreadable for what is no text."""
    encoding = encoding_of(head)
    of_mac = b"\r" in head and b"\n" not in head  # the line ends of its programs until 2016
    page = "as-mac-roman" if of_mac else "as-cp1252"
    errors = page if encoding.startswith("utf-8") else "replace"
    text = io.TextIOWrapper(file, encoding=encoding, errors=errors, newline="")
    number = 0
    try:
        while line := text.readline(LONGEST_LINE):
            number += 1
            if "\x00" in line:
                raise Unreadable(
                    f"Line {number} holds a character that no text has, so this is not a CSV"
                    " file. Open it in the program it comes from, save it there as CSV or XLSX,"
                    " and send that."
                )
            if len(line) >= LONGEST_LINE:
                raise Unreadable(f"Line {number} is too long: this is not a table.")
            yield line
    finally:
        with suppress(ValueError):  # the file may be closed before this generator is
            text.detach()


class Cut(list[str]):
    """The cells of a last line that has no end."""


def csv_rows(file: BinaryIO, head: bytes, names: Names) -> Iterator[list[str]]:
    """Cells; the separator is the one by which some line of the first is a header.

    Where none is, it is the one that the first line with content has most of.
    """
    ended = _ends_with_a_line(file)
    lines = text_lines(file, head)
    first = [*dropwhile(lambda line: not line.strip(), islice(lines, ABOVE))]
    said = _SAID.fullmatch(first[0]) if first else None
    separator = said[1] if said else _separator(first, names)
    csv.field_size_limit(LONGEST_LINE)
    reader = csv.reader(
        chain(first[1:] if said else first, lines),
        delimiter=separator, skipinitialspace=True, strict=True,
    )  # fmt: skip
    try:
        yield from reader if ended else _last_cut(reader)
    except csv.Error as error:
        raise Unreadable(
            f"Line {reader.line_num} cannot be read as CSV ({error}): look for a quotation mark"
            " that is not closed or not doubled."
        ) from error


def _ends_with_a_line(file: BinaryIO) -> bool:
    file.seek(max(0, file.seek(0, io.SEEK_END) - 4))
    last = file.read().rstrip(b"\x00")  # of UTF-16
    file.seek(0)
    return last.endswith((b"\n", b"\r"))


def _last_cut(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    before: list[str] | None = None
    for cells in rows:
        if before is not None:
            yield before
        before = cells
    if before is not None:
        yield Cut(before)


def _separator(lines: Sequence[str], names: Names) -> str:
    for line in lines:
        for separator in _SEPARATORS:
            if line.count(separator) >= MOST:
                continue
            if names([cell.strip(' "\r\n') for cell in line.split(separator)]):
                return separator
    return max(_SEPARATORS, key=lines[0].count) if lines else _SEPARATORS[0]
