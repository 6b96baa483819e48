"""What the XML of a sheet says that its values do not: merged cells, formulas never computed."""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from ap_registry.errors import Unreadable

_CHUNK = 1 << 20  # bytes
_OVERLAP = 1 << 14  # of one piece with the next: more than a cell with its formula has
# Looked for before the XML is known to be well-formed: no part of a pattern may run far.
_SAID = rb"[^<>]{0,300}"
_MERGED = re.compile(
    rb"<(?:\w{1,20}:)?mergeCell " + _SAID + rb'ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"'
)
# Of a text that is empty Excel says so: t="str".
_UNKNOWN = re.compile(
    rb"<(\w{1,20}:)?c (?!" + _SAID + rb't="str")' + _SAID + rb'r="([A-Z]{1,3}\d{1,7})"' + _SAID
    + rb">\s?<\1?f(?:\s" + _SAID + rb")?(?:/>|>[^<]{0,8192}</\1?f>)(?:<\1?v\s?/>|<\1?v></\1?v>)?"
    rb"</\1?c>"
)  # fmt: skip
MOST_MERGED = 100_000  # cells


@dataclass(slots=True)
class Merged:
    """For each row, from 1, the rows whose cells it repeats, by column from 0."""

    rows: dict[int, dict[int, int]] = field(default_factory=dict)
    _kept: dict[tuple[int, int], str] = field(default_factory=dict)

    def filled(self, number: int, cells: list[str]) -> list[str]:
        """The row with the values of cells that reach down to it from above; rows in order."""
        for column, first in self.rows.get(number, {}).items():
            cells += [""] * (column + 1 - len(cells))
            if first == number:
                self._kept[first, column] = cells[column]
            else:
                cells[column] = cells[column] or self._kept.get((first, column), "")
        return cells


def merged_cells(archive: zipfile.ZipFile, part: str) -> Merged:
    """Those that reach over several rows; raise Unreadable for a formula without its value."""
    found = Merged()
    count = 0
    for piece in _pieces(archive, part):
        if unknown := _UNKNOWN.search(piece):
            raise Unreadable(
                f"The formula in cell {unknown[2].decode()} was saved without its value: open the"
                " workbook in a spreadsheet program, save it there, and send it again."
            )
        for left, top, _, bottom in _MERGED.findall(piece):
            first, last, column = int(top), int(bottom), _column(left.decode())
            count += last - first
            if count > MOST_MERGED:
                raise Unreadable("The sheet has too many merged cells: send it as CSV.")
            if last > first:
                for row in range(first, last + 1):
                    found.rows.setdefault(row, {})[column] = first
    return found


def _pieces(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """The part, a piece at a time, each with the end of the one before."""
    with archive.open(part) as file:
        before = b""
        while read := file.read(_CHUNK):
            yield before + read
            before = read[-_OVERLAP:]


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
