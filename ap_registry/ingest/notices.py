"""Notices from CSV, XLSX or JSON Lines: each pupil's rows by day, over the whole file."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, BinaryIO, TextIO

import psycopg

from ap_registry.access import COMMAND_LINE, Caller
from ap_registry.fields import BadValue, Day, Reading
from ap_registry.ingest.results import ImportResult, RowError
from ap_registry.ingest.spreadsheets import read_rows
from ap_registry.notices import CATALOGUE
from ap_registry.registry import Outcome, Registry
from ap_registry.sent import ENVELOPE
from ap_registry.store import database

CHUNK = 400
COLUMNS = ENVELOPE | frozenset(name for kind in CATALOGUE.values() for name in kind.fields)
_DAY = Day()
Row = tuple[int, dict[str, Any]]


def import_notices(
    registry: Registry,
    file: BinaryIO,
    *,
    caller: Caller = COMMAND_LINE,
    format: str | None = None,
    dry_run: bool = False,
    amend: str | None = None,
    result_file: TextIO | None = None,
    receipts: bool = False,
    progress: Callable[[int], None] = lambda rows: None,
) -> ImportResult:
    """Take in a file in bounded memory; one bad row does not spoil the others.

    Rows are laid down in a temporary table first, so that those of one pupil can be taken by day
    however the file is sorted.
    """
    result = ImportResult()
    counted: dict[bytes, int] = {}
    kept: list[tuple[int, Mapping[str, Any]]] = []
    with database.connect(registry.database.url) as connection:
        _lay_down(connection, file, format, result)
        for chunk in _chunks(connection):
            outcomes = registry.record_many(
                [row for _, row in chunk],
                caller,
                each=True,
                dry_run=dry_run,
                from_file=format != "jsonl",
                amend=amend,
                counted=counted,
            )
            counted.clear()  # a content belongs to one pupil, and a pupil to one chunk
            for (number, _), outcome in zip(chunk, outcomes, strict=True):
                _count(result, number, outcome)
                if receipts and outcome.receipt is not None:
                    kept.append((number, outcome.receipt))
            if result_file is not None:
                _keep(connection, chunk, outcomes)
            progress(len(chunk))
        result.errors.sort(key=lambda error: error.row)
        result.receipts = [receipt for _, receipt in sorted(kept, key=lambda pair: pair[0])]
        if result_file is not None:
            _write_results(connection, result_file)
    return result


def _lay_down(
    connection: psycopg.Connection[Any], file: BinaryIO, format: str | None, result: ImportResult
) -> None:
    connection.execute(
        "create temporary table sent (number int, pupil text, occurred_on text, body text)"
    )
    connection.execute(
        "create temporary table told (number int, status text, id text, columns text,"
        " code text, detail text)"
    )
    reading = Reading(on=date.min, organisation=lambda _name: None, from_file=True)
    with connection.cursor() as cursor, cursor.copy("copy sent from stdin") as copy:
        for number, row in read_rows(file, format=format, known=COLUMNS):
            result.rows = number
            pupil = str(row.get("upn") or row.get("pupil_id") or f"~{number:09}").strip().upper()
            try:
                day = _DAY.read(row.get("occurred_on"), reading).isoformat()
            except BadValue:
                day = "9999"
            body = {name: value for name, value in row.items() if value not in (None, "")}
            copy.write_row((number, pupil, day, json.dumps(body)))


def _chunks(connection: psycopg.Connection[Any]) -> Iterator[list[Row]]:
    """Whole pupils, some hundred rows at a time."""
    chunk: list[Row] = []
    last = None
    with connection.cursor(name="sent_rows", withhold=True) as cursor:
        cursor.itersize = 2_000
        cursor.execute(
            'select number, pupil, body from sent order by pupil collate "C",'
            ' occurred_on collate "C", number'
        )
        for number, pupil, body in cursor:
            if len(chunk) >= CHUNK and pupil != last:
                yield chunk
                chunk = []
            chunk.append((number, json.loads(body)))
            last = pupil
    if chunk:
        yield chunk


def _count(result: ImportResult, number: int, outcome: Outcome) -> None:
    if outcome.status == "refused":
        result.refuse(*(RowError.of(number, problem) for problem in outcome.problems))
        return
    setattr(result, outcome.status, getattr(result, outcome.status) + 1)


def _keep(connection: psycopg.Connection[Any], chunk: list[Row], outcomes: list[Outcome]) -> None:
    with connection.cursor() as cursor, cursor.copy("copy told from stdin") as copy:
        for (number, _), outcome in zip(chunk, outcomes, strict=True):
            event: Mapping[str, Any] = (outcome.receipt or {}).get("event", {})
            if not outcome.problems:
                copy.write_row((number, outcome.status, event.get("id"), None, None, None))
            for problem in outcome.problems:
                error = RowError.of(number, problem)
                copy.write_row(
                    (number, outcome.status, None, error.column, error.code, error.detail)
                )


def safe(text: str) -> str:
    """A cell that a spreadsheet would take for a formula gets a leading apostrophe."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def _write_results(connection: psycopg.Connection[Any], file: TextIO) -> None:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(("row", "status", "id", "column", "code", "detail"))
    with connection.cursor(name="told_rows", withhold=True) as cursor:
        cursor.execute("select number, status, id, columns, code, detail from told order by number")
        for row in cursor:
            writer.writerow([safe(v) if isinstance(v, str) else v for v in row])
