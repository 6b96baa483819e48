"""A table as a page shows it, saved as a file: read from the page, so that both say the same.

For pages whose tables are written by hand: ``?table=`` names the id of one. Lists of work have
files of their own, longer than the page (``tables.file_of``).
"""

from collections.abc import Callable, Coroutine
from html.parser import HTMLParser
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from fastapi.routing import APIRoute

from api.pages.tables import as_csv
from api.problems import HttpProblem

SMALL = frozenset({"small", "hint", "tag"})  # small print: set off from the text before it
LEFT_OUT = frozenset({"hidden", "error"})
EMPTY = frozenset({"input", "br", "img"})
APART = "\0"  # before small print
Pair = tuple[str, str | None]


class Tabled(APIRoute):
    """Answers with a table of the page, where one is asked for by its id."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        shown = super().get_route_handler()

        async def handler(request: Request) -> Response:
            answer = await shown(request)
            name = request.query_params.get("table")
            if name is None or request.method != "GET" or answer.status_code != 200:
                return answer
            if answer.media_type != "text/html":
                raise HttpProblem(404, "This is a file: it has no table that is saved by itself.")
            rows = rows_of(bytes(answer.body).decode(), name)
            if not rows:
                raise HttpProblem(404, "This page has no such table just now.")
            return as_csv(name, rows)

        return handler


def rows_of(page: str, name: str) -> list[list[str]]:
    """Of the table with this id, its header first; without columns in which nothing is written,
    nor can be chosen."""
    reader = _Reader(name)
    reader.feed(page)
    rows, columns = reader.rows, range(len(reader.rows[0]) if reader.rows else 0)
    written = [n for n in columns if n in reader.chosen or any(row[n] for row in rows[1:])]
    return [[row[n] for n in written] for row in rows]


class _Reader(HTMLParser):
    """Text of cells; of a choice what is chosen; what is for a screen alone is left out."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.chosen: set[int] = set()  # columns with a choice in them
        self._name = name
        self._inside = False
        self._cell: list[str] | None = None
        self._quiet: list[str] = []  # open elements from the first that is left out on

    def handle_starttag(self, tag: str, attrs: list[Pair]) -> None:
        given = dict(attrs)
        if tag == "table":
            self._inside = given.get("id") == self._name
        if not self._inside or tag in EMPTY:
            return
        if tag == "option" and self._quiet[-1:] == ["option"]:  # the last was not closed
            self._quiet.pop()
        if tag == "select" and self._cell is not None:
            self.chosen.add(len(self.rows[-1]))
        classes = set((given.get("class") or "").split())
        if self._quiet or _is_left_out(tag, classes, given):
            self._quiet.append(tag)
        elif tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"}:
            self._cell = []
        elif classes & SMALL and self._cell is not None:
            self._cell.append(APART)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._quiet:
            del self._quiet[self._quiet.index(tag) :]
        elif self._quiet and tag == "select":
            self._quiet.clear()
        elif tag == "table":
            self._inside = False
        elif self._cell is not None and tag in {"td", "th"}:
            parts = (" ".join(part.split()) for part in "".join(self._cell).split(APART))
            self.rows[-1].append(" – ".join(filter(None, parts)))
            self._cell = None

    def handle_data(self, data: str) -> None:
        if self._cell is not None and not self._quiet:
            self._cell.append(data)


def _is_left_out(tag: str, classes: set[str], given: dict[str, str | None]) -> bool:
    """Buttons, what one may do about a row, and what is not chosen."""
    return (
        bool(classes & LEFT_OUT)
        or given.get("aria-hidden") == "true"
        or (tag == "a" and "small" in classes)
        or tag in {"form", "caption", "label", "progress"}
        or (tag == "option" and "selected" not in given)
    )
