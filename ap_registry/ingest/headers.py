"""Which row of a table names its columns: titles and instructions may stand before it."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from difflib import get_close_matches
from itertools import chain, islice

from ap_registry.errors import Unreadable

# Any other bracket may make another column of it: "(mm/dd/yyyy)", "(days)", "(former)".
_HOW = re.compile(
    r"\((dd/mm/yy(yy)?|yyyy-mm-dd|half[ -]days?|required|mandatory|optional)\)$", re.IGNORECASE
)
LONGEST = 200  # characters of a name: what is longer is a text, and is no column of ours
MOST = 16_384  # columns that a spreadsheet can have

SEARCHED = 30  # rows with content
Names = Callable[[Sequence[str]], bool]


def normal(name: object) -> str:
    """A header in any case, with blanks or strokes for underscores.

    Left off are what says how to fill it in: "(dd/mm/yyyy)", a star, a colon.
    """
    text = " ".join(str(name or "").strip("\ufeff\u200b\u200e\u200f ").split()).rstrip(" *:")
    text = _HOW.sub("", text).rstrip(" *:")
    words: Sequence[str] = text[:LONGEST].lower().replace("-", " ").split()
    return "_".join(words)


def naming(known: Collection[str] | None, needed: Collection[str]) -> Names:
    """Whether cells are a header: all columns that are needed, else two that are known."""

    def names(cells: Sequence[str]) -> bool:
        if len(cells) > MOST:
            return False
        found = {normal(cell) for cell in cells if cell and len(cell) < LONGEST}
        if needed:
            return found.issuperset(needed)
        return bool(known) and len(found & set(known or ())) >= min(2, len(known or ()))

    return names


def with_header(table: Iterator[list[str]], names: Names) -> tuple[list[str], Iterator[list[str]]]:
    """The header and the rows after it; where no row is one, the first with content is taken."""
    begun, place = _begun(table, names)
    if place < 0:
        return _header([]), table
    return _header(begun[place]), chain(begun[place + 1 :], table)


def header_place(table: Iterator[list[str]], names: Names) -> int:
    """Which row ``with_header`` takes, from 0; -1 where none has content."""
    return _begun(table, names)[1]


def _begun(table: Iterator[list[str]], names: Names) -> tuple[list[list[str]], int]:
    """The rows read to find the header, and its place among them."""
    begun: list[list[str]] = []
    first = -1
    for place, cells in enumerate(islice(table, SEARCHED * 2)):
        begun.append(cells)
        if names(cells):
            return begun, place
        if first < 0 and any(map(str.strip, cells)):
            first = place
    return begun, first


def _header(cells: Sequence[str]) -> list[str]:
    if len(cells) > MOST:
        raise Unreadable(f"The first row has more than {MOST:,} cells: this is not a table.")
    header = [normal(name) for name in cells]
    names = [name for name in header if name]
    if not names:
        raise Unreadable("The file is empty: its first line must name the columns.")
    if len(set(names)) != len(names):
        ((twice, _),) = Counter(names).most_common(1)
        raise Unreadable(f"The column {twice} stands in the file twice.")
    return header


class Again:
    """Sees a header among the rows: files were put one after the other."""

    def __init__(
        self, header: Sequence[str], known: Collection[str], needed: Collection[str]
    ) -> None:
        self._header, self._needed = header, needed
        self._begins = {_begin(name) for name in (*header, *known)} - {""}
        self._first = {one[:2] for one in self._begins} | {
            f"\ufeff{one[0]}" for one in self._begins
        }
        letters = "".join(one[0] for one in self._begins)
        self.letters = frozenset(f"\ufeff{letters}{letters.upper()}")  # with which one may begin

    def stands_in(self, cells: Sequence[str], number: int) -> bool:
        """Whether it is the same one; raise Unreadable for one that is not."""
        first = cells[0]
        if first[:2].lower() not in self._first or _begin(first) not in self._begins:
            return False
        names = [*map(normal, cells)]
        if names == self._header:
            return True
        ours = set(self._header).intersection(names) - {""}
        if len(ours) < max(2, len([*filter(None, names)]) / 2) or not ours.issuperset(self._needed):
            return False
        raise Unreadable(
            f"Row {number} after the header is another header, of other columns or in another"
            " order: send each table as a file of its own."
        )


def _begin(name: str) -> str:
    return name.lstrip("\ufeff")[:4].lower().replace("_", " ").strip(" *:")


def near_to(name: str, known: Collection[str]) -> str:
    """Words that offer the column that may be meant by one not known."""
    plain = {one.replace("_", ""): one for one in known}
    near = get_close_matches(re.sub(r"[\W_]", "", name), plain, n=1, cutoff=0.75)
    return f" (did you mean {plain[near[0]]}?)" if near else ""
