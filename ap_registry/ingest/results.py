"""What became of a file, row by row."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TextIO

from ap_registry.errors import Problem


@dataclass(frozen=True, slots=True)
class RowError:
    """``row`` 1 is the first line after the header; ``column`` is the field at fault."""

    row: int
    column: str
    code: str
    detail: str
    rule: str | None = None
    source: str | None = None

    @classmethod
    def of(cls, row: int, problem: Problem) -> "RowError":
        column = problem.pointer.lstrip("/").split("/")[0]
        return cls(row, column, problem.code, problem.detail, problem.rule, problem.source)

    def as_json(self) -> dict[str, Any]:
        return {
            "row": self.row,
            "column": self.column,
            "code": self.code,
            "detail": self.detail,
            "rule": self.rule,
            "source": self.source,
        }


@dataclass(slots=True)
class ImportResult:
    """Counts, and every error; receipts only where notices were imported."""

    rows: int = 0
    created: int = 0
    unchanged: int = 0
    duplicate: int = 0
    refused: int = 0
    errors: list[RowError] = field(default_factory=list)
    receipts: list[Mapping[str, Any]] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)

    def refuse(self, *errors: RowError) -> None:
        self.refused += 1
        self.errors.extend(errors)

    def write_errors(self, file: TextIO) -> None:
        """The errors as CSV, a line each."""
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("row", "status", "id", "column", "code", "detail"))
        for error in self.errors:
            writer.writerow((error.row, "refused", "", error.column, error.code, error.detail))

    def as_json(self) -> dict[str, Any]:
        return {
            "rows": self.rows,
            "created": self.created,
            "unchanged": self.unchanged,
            "duplicate": self.duplicate,
            "refused": self.refused,
            "errors": [error.as_json() for error in self.errors],
            "receipts": list(self.receipts),
            **self.more,
        }
