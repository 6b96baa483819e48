"""How wide the columns of a printed table are, by what stands in them."""

from collections.abc import Sequence

from reports.document import Column
from reports.writing.cells import NUMBERS

NARROW = NUMBERS | {"code", "date"}  # as wide as what stands in them
MOST = 60  # characters: a longer text may take more lines
BESIDE = 2  # characters: the space about a cell


def shares(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], line: int
) -> list[float | None]:
    """Of what narrow columns leave of a ``line`` (in characters); None: as wide as it needs.

    First each has room for its longest word, then for its longest text as far as that goes, and
    what is left is theirs in the same measure.
    """
    texts = _texts(columns, rows)
    words = [n for n, column in enumerate(columns) if column.kind not in NARROW]
    least = {n: _word(texts[n]) for n in words}
    wanted = {n: max(least[n], min(MOST, _longest(texts[n]))) for n in words}
    rest = max(0, line - needed(columns, rows))
    more = sum(wanted.values()) - sum(least.values())
    part = min(1.0, rest / more) if more else 0.0
    given = {n: least[n] + (wanted[n] - least[n]) * part for n in words}
    return [given.get(n) for n in range(len(columns))]


def needed(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> int:
    """Characters on a line, so that no number, date or word is broken."""
    of = zip(columns, _texts(columns, rows), strict=True)
    return sum(_longest(one) if column.kind in NARROW else _word(one) for column, one in of)


def _texts(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> list[list[str]]:
    return [[column.title, *(row[n] for row in rows)] for n, column in enumerate(columns)]


def _longest(texts: Sequence[str]) -> int:
    return max(map(len, texts), default=0) + BESIDE


def _word(texts: Sequence[str]) -> int:
    return max((len(word) for text in texts for word in text.split()), default=0) + BESIDE
