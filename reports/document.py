"""A report as people read it: titled sections of words, tables and drawings.

Each report makes one such document from its figures; ``reports.writing`` turns any document into
a page, PDF, spreadsheet or CSV. JSON is the report's own object, not this.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, NamedTuple

from markupsafe import Markup

# How a cell is typed in a spreadsheet, aligned and written: ``rate`` is in per cent with one
# decimal, ``share`` is 0 to 1 with three, ``money`` in pounds, ``code`` text that must never be
# taken for a number (UPN, URN), ``value`` a number, date or words, each as what it is.
Kind = Literal[
    "text", "code", "integer", "decimal", "hundredths", "rate", "share", "money", "date", "value"
]  # fmt: skip
Cell = str | int | float | date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """``key`` names the cell in a row and the column in CSV; ``title`` heads it for people."""

    key: str
    title: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The first column heads each row. ``id`` is unique in its document and names a sheet.

    ``detail``: what only some look up: folded away on a page, left to the files for programs in
    print. ``opens``, by row: of which column which query leads to what is behind its number; led to
    only from our own pages.
    """

    id: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Cell]]
    empty: str = "None."  # said instead of a table without rows
    links: Mapping[str, str] = field(default_factory=dict)  # row's first cell -> page of it
    detail: bool = False
    opens: Sequence[Mapping[str, str]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """An SVG made by us, readable in grey, and what it shows in words; its table stands by it."""

    title: str
    svg: Markup
    words: str


class Amount(NamedTuple):
    """A number or date that stands in words: of what it is, and in what unit."""

    of: str
    value: Cell
    unit: str = ""


class Fact(NamedTuple):
    """``amounts``: what stands in words, for files that programs read."""

    term: str
    said: Cell
    amounts: Sequence[Amount] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Terms and what is to be said of each: a summary list; in sheets and CSV a table of it."""

    items: Sequence[tuple[str, Cell] | Fact]


Part = str | Table | Drawing | Facts  # a str is a paragraph


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading and what stands under it; ``new_page`` starts one in print."""

    id: str
    title: str
    parts: Sequence[Part] = ()
    new_page: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """``name`` is the file's stem. ``notes``: definitions and cautions, a sheet of their own.

    ``names_pupils`` says on each page that it is not to be passed on. ``known_by`` is an instant
    (UTC, ISO), also the date that a PDF and a spreadsheet bear, so that their bytes are the same
    whenever they are made. ``ledger``: size and root. ``data``: what pages say in sentences, as
    tables for a spreadsheet and CSV alone.
    """

    name: str
    title: str
    subtitle: str
    lead: Sequence[str]
    sections: Sequence[Section]
    notes: Sequence[tuple[str, str]] = ()
    known_by: str
    ledger: Mapping[str, Any]
    names_pupils: bool = False
    data: Sequence[Table] = ()
