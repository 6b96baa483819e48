"""Which row of a table names its columns: titles and instructions may stand before it."""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from difflib import get_close_matches
from itertools import chain, islice

from ap_registry.errors import Unreadable

# Any other bracket may make another column of it: "(mm/dd/yyyy)", "(days)", "(former)".
_HOW = re.compile(
    r"\s*(\((dd/mm/yy(yy)?|yyyy-mm-dd|half[ -]days?|required|mandatory|optional)\))?[\s*:]*$",
    re.IGNORECASE,
)

SEARCHED = 30  # rows with content
Names = Callable[[Sequence[str]], bool]


def normal(name: object) -> str:
    """A header in any case, with blanks or strokes for underscores.

    Left off are what says how to fill it in: "(dd/mm/yyyy)", a star, a colon.
    """
    text = _HOW.sub("", str(name or "").strip("\ufeff\u200b\u200e\u200f "))
    words: Sequence[str] = text.lower().replace("-", " ").split()
    return "_".join(words)


def naming(known: Collection[str] | None, needed: Collection[str]) -> Names:
    """Whether cells are a header: all columns that are needed, else two that are known."""

    def names(cells: Sequence[str]) -> bool:
        found = {normal(cell) for cell in cells}
        if needed:
            return found.issuperset(needed)
        return bool(known) and len(found & set(known or ())) >= min(2, len(known or ()))

    return names


def with_header(table: Iterator[list[str]], names: Names) -> tuple[list[str], Iterator[list[str]]]:
    """The header and the rows after it; where no row is one, the first with content is taken."""
    before: list[list[str]] = []
    first = -1
    for place, cells in enumerate(islice(table, SEARCHED * 2)):
        if names(cells):
            return _header(cells), table
        before.append(cells)
        if first < 0 and any(map(str.strip, cells)):
            first = place
    if first < 0:
        return _header([]), table
    return _header(before[first]), chain(before[first + 1 :], table)


def _header(cells: Sequence[str]) -> list[str]:
    header = [normal(name) for name in cells]
    names = [name for name in header if name]
    if not names:
        raise Unreadable("The file is empty: its first line must name the columns.")
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise Unreadable(f"The column {twice} stands in the file twice.")
    return header


def near_to(name: str, known: Collection[str]) -> str:
    """Words that offer the column that may be meant by one not known."""
    plain = {one.replace("_", ""): one for one in known}
    near = get_close_matches(re.sub(r"[\W_]", "", name), plain, n=1, cutoff=0.75)
    return f" (did you mean {plain[near[0]]}?)" if near else ""
