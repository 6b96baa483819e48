"""What became of a file, row by row."""

import csv
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from sys import intern
from typing import Any, TextIO

from ap_registry.errors import Near, Problem
from ap_registry.problems import near_as_json

COLUMNS = ("row", "status", "id", "column", "code", "detail")


class BadRow(Exception):
    """A row that cannot be taken, and why; ``column`` is the field at fault."""

    def __init__(self, column: str, code: str, detail: str) -> None:
        super().__init__(detail)
        self.column, self.code, self.detail = column, code, detail


@dataclass(frozen=True, slots=True)
class RowError:
    """``row`` 1 is the first line after the header; ``column`` is the field at fault.

    Words are held once, however many rows they are said of: a file may be wrong in each.
    """

    row: int
    column: str
    code: str
    detail: str
    rule: str | None = None
    source: str | None = None
    near: tuple[Near, ...] = ()

    @classmethod
    def of(cls, row: int, problem: Problem) -> "RowError":
        column = intern(problem.pointer.lstrip("/").split("/")[0])
        detail = intern(problem.detail)
        return cls(row, column, problem.code, detail, problem.rule, problem.source, problem.near)

    @classmethod
    def bad(cls, row: int, bad: BadRow) -> "RowError":
        return cls(row, bad.column, bad.code, intern(bad.detail))

    def as_json(self) -> dict[str, Any]:
        return {
            "row": self.row,
            "column": self.column,
            "code": self.code,
            "detail": self.detail,
            "rule": self.rule,
            "source": self.source,
            **(near_as_json(self.near) if self.near else {}),
        }


class Receipts:
    """Receipts in the order of the rows, kept in a file: a large import answers many."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115

    def add(self, receipt: str) -> None:
        """``receipt``: JSON on one line."""
        self._file.write(receipt + "\n")

    def __del__(self) -> None:
        self._file.close()

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        self._file.seek(0)
        for line in self._file:
            yield json.loads(line)


@dataclass(slots=True)
class ImportResult:
    """Counts, and every error; receipts only where notices were imported.

    ``rows`` are those with content.
    """

    rows: int = 0
    created: int = 0
    unchanged: int = 0
    duplicate: int = 0
    refused: int = 0
    errors: list[RowError] = field(default_factory=list)
    receipts: Iterable[Mapping[str, Any]] = ()
    more: dict[str, Any] = field(default_factory=dict)

    def refuse(self, *errors: RowError) -> None:
        self.refused += 1
        self.errors.extend(errors)

    def counts(self) -> dict[str, int]:
        return {
            "rows": self.rows,
            "created": self.created,
            "unchanged": self.unchanged,
            "duplicate": self.duplicate,
            "refused": self.refused,
        }

    def as_json(self) -> dict[str, Any]:
        return {
            **self.counts(),
            "errors": [error.as_json() for error in self.errors],
            "receipts": list(self.receipts),
            **self.more,
        }


def safe(text: str) -> str:
    """A cell that a spreadsheet would take for a formula gets a leading apostrophe."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


class ResultFile:
    """The CSV of what became of each row; errors take one line each."""

    def __init__(self, file: TextIO) -> None:
        self._writer = csv.writer(file, lineterminator="\n")
        self._writer.writerow(COLUMNS)

    def taken(self, row: int, status: str, id_: str = "") -> None:
        self._writer.writerow((row, status, id_, "", "", ""))

    def refused(self, error: RowError) -> None:
        cells = (error.column, error.code, error.detail)
        self._writer.writerow((error.row, "refused", "", *map(safe, cells)))
