"""Notices from CSV, XLSX or JSON Lines: each pupil's rows by day, over the whole file."""

import heapq
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from hashlib import sha256
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any, BinaryIO, LiteralString, NamedTuple, TextIO
from uuid import UUID

from ap_registry.access import COMMAND_LINE, Caller
from ap_registry.answering import Outcome
from ap_registry.fields import BadValue, Day, Reading
from ap_registry.ingest.changes import ROW_ID, Changes
from ap_registry.ingest.headers import normal
from ap_registry.ingest.results import BadRow, ImportResult, Receipts, ResultFile, RowError
from ap_registry.ingest.spreadsheets import Row, read_rows
from ap_registry.notices import CATALOGUE
from ap_registry.registry import Registry
from ap_registry.sent import ENVELOPE
from ap_registry.store import codec, database
from ap_registry.store.database import Connection

CHUNK = 400
COLUMNS = (
    ENVELOPE | {ROW_ID} | frozenset(name for kind in CATALOGUE.values() for name in kind.fields)
)
LAST = "9999-12-31"  # rows without a day that can be read come last, to be refused
_DAY = Day()
_READING = Reading(on=date.min, organisation=lambda _name: None, from_file=True)
Line = tuple[int, dict[str, Any]]


class Told(NamedTuple):
    """What became of a row that was not refused."""

    row: int
    status: str
    id: str
    receipt: str | None


def import_notices(
    registry: Registry,
    source: BinaryIO | Iterable[Row],
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

    ``source``: a file, or rows as another form of file has them, made notices of.
    Rows with a ``row_id`` are of a table that went out: what they change becomes corrections.
    Rows are laid down in a temporary table first, so that those of one pupil can be taken by day
    however the file is sorted, and nothing is recorded of a file that cannot be read to its end.
    """
    result = ImportResult()
    listed = receipts or result_file is not None
    with database.connect(registry.database.url) as connection:
        left = _lay_down(
            connection, _rows(source, format), result, Changes(registry, caller, amend)
        )
        if listed:
            _keep_unchanged(connection, left)
        done = result.refused
        for chunk in _chunks(connection):
            outcomes = registry.record_many(
                [row for _, row in chunk],
                caller,
                each=True,
                dry_run=dry_run,
                from_file=True,
                amend=amend,
                counted={},  # a pupil belongs to one chunk
                receipts=receipts,
            )
            for (number, _), outcome in zip(chunk, outcomes, strict=True):
                _count(result, number, outcome)
            if listed:
                _keep(connection, chunk, outcomes, dry_run=dry_run)
            done += len(chunk)
            progress(done)
        result.errors.sort(key=lambda error: error.row)
        if listed:
            _tell(connection, result, result_file, receipts=receipts)
    return result


def _rows(source: BinaryIO | Iterable[Row], format: str | None) -> Iterator[Row]:
    if not hasattr(source, "read"):
        yield from source
        return
    yield from read_rows(source, format=format, known=COLUMNS, needed=("type",))  # type: ignore[arg-type]


def _lay_down(
    connection: Connection, rows: Iterable[Row], result: ImportResult, changes: Changes
) -> list[tuple[int, str]]:
    """Answer the rows of notices on record that nothing changes, by number and id."""
    left: list[tuple[int, str]] = []
    connection.execute(
        "create temporary table sent (number int, pupil text, other text, brings boolean,"
        " occurred_on date, body text)"
    )
    connection.execute(
        "create temporary table told (number int, status text, id text, receipt text)"
    )
    with connection.cursor() as cursor, cursor.copy("copy sent from stdin") as copy:
        for number, row in rows:
            result.rows += 1
            if isinstance(row, BadRow):
                result.refuse(RowError.bad(number, row))
                continue
            body = {name: value for name, value in row.items() if value not in (None, "")}
            if (type_ := normal(body.get("type"))) in CATALOGUE:
                body["type"] = type_
            if ROW_ID in body:
                try:
                    event, correction = changes.of(body)
                except BadRow as bad:
                    result.refuse(RowError.bad(number, bad))
                    continue
                if correction is None:
                    result.unchanged += 1
                    left.append((number, event))
                    continue
                body = correction
            brings = "new_upn" in body
            copy.write_row(
                (number, _pupil(body), _other(body), brings, _day(body), json.dumps(body))
            )
    connection.execute(_LINKED)
    return left


def _keep_unchanged(connection: Connection, left: Iterable[tuple[int, str]]) -> None:
    with connection.cursor() as cursor, cursor.copy("copy told from stdin") as copy:
        for number, event in left:
            copy.write_row((number, "unchanged", event, None))


def _pupil(row: Mapping[str, Any]) -> str:
    """What brings the rows of one pupil together; of those that name none, the equal ones."""
    if upn := str(row.get("upn", "")).strip():
        return upn.upper().encode(errors="replace").decode()
    try:
        return str(UUID(str(row["pupil_id"]).strip()))
    except (KeyError, ValueError):
        text = json.dumps(row, sort_keys=True)
        return f"~{sha256(text.encode()).hexdigest()}"


def _other(row: Mapping[str, Any]) -> str | None:
    """The UPN by which a row says that its pupil is known too."""
    named = row.get("new_upn") or row.get("other_upn")
    if named is None and (other := row.get("other_pupil_id")):
        return str(other).strip().lower()
    return str(named).strip().upper().encode(errors="replace").decode() if named else None


# Rows that name one pupil by several UPNs belong together, and a row by a UPN that the file itself
# brings comes after the row that brings it. A merge brings none: it names a pupil known before.
_LINKED: LiteralString = """
create temporary table linked as
with recursive claimed as (
  select s.pupil as upn, s.other, c.pupil_id::text as known, o.pupil_id::text as known_other,
         s.occurred_on, s.brings
    from sent s left join upn_claim c on c.upn = s.pupil left join upn_claim o on o.upn = s.other
   where s.other is not null),
pairs as (
  select coalesce(known, upn) as one, coalesce(known_other, other) as two from claimed),
edges as (select one, two from pairs union select two, one from pairs),
reached as (
  select one as pupil, one as key from edges
  union select e.two, r.key from reached r join edges e on e.one = r.pupil),
firsts as (select pupil, min(key collate "C") as key from reached group by pupil)
select f.pupil, f.key,
       (select min(c.occurred_on) from claimed c
         where c.brings and c.other = f.pupil and c.known_other is null) as brought_on
  from firsts f
"""


def _day(row: Mapping[str, Any]) -> str:
    try:
        return _DAY.read(row.get("occurred_on"), _READING).isoformat()
    except BadValue:
        return LAST


def _chunks(connection: Connection) -> Iterator[list[Line]]:
    """Whole pupils, some hundred rows at a time; every UPN of a pupil brings it to one place."""
    chunk: list[Line] = []
    with connection.cursor(name="sent_rows", withhold=True) as cursor:
        cursor.itersize = 2_000
        cursor.execute(
            "select coalesce(k.key, c.pupil_id::text, s.pupil) as pupil, s.number, s.body"
            "  from sent s left join upn_claim c on c.upn = s.pupil"
            "  left join linked k on k.pupil = coalesce(c.pupil_id::text, s.pupil)"
            ' order by coalesce(k.key, c.pupil_id::text, s.pupil) collate "C",'
            " greatest(s.occurred_on, k.brought_on), k.brought_on is not null, s.number"
        )
        for _, rows in groupby(cursor, key=itemgetter(0)):
            if len(chunk) >= CHUNK:
                yield chunk
                chunk = []
            chunk += ((number, json.loads(body)) for _, number, body in rows)
    if chunk:
        yield chunk


def _count(result: ImportResult, number: int, outcome: Outcome) -> None:
    if outcome.status == "refused":
        result.refuse(*(RowError.of(number, problem) for problem in outcome.problems))
        return
    setattr(result, outcome.status, getattr(result, outcome.status) + 1)


def _keep(
    connection: Connection, chunk: list[Line], outcomes: list[Outcome], *, dry_run: bool
) -> None:
    """Until all rows are done; a dry run names no event that will never be."""
    with connection.cursor() as cursor, cursor.copy("copy told from stdin") as copy:
        for (number, _), outcome in zip(chunk, outcomes, strict=True):
            if outcome.status == "refused":
                continue
            event = "" if dry_run and outcome.status != "unchanged" else str(outcome.event_id)
            receipt = codec.encode(outcome.receipt).decode() if outcome.receipt else None
            copy.write_row((number, outcome.status, event, receipt))


def _tell(
    connection: Connection, result: ImportResult, file: TextIO | None, *, receipts: bool
) -> None:
    """In the order of the rows: the result file and the receipts."""
    lines = ResultFile(file) if file is not None else None
    kept = Receipts()
    with connection.cursor(name="told_rows", withhold=True) as cursor:
        cursor.execute("select number, status, id, receipt from told order by number")
        good: Iterator[Told] = (Told(*row) for row in cursor)
        merged: Iterator[Told | RowError] = heapq.merge(good, result.errors, key=attrgetter("row"))
        for found in merged:
            if isinstance(found, RowError):
                if lines is not None:
                    lines.refused(found)
                continue
            if lines is not None:
                lines.taken(found.row, found.status, found.id)
            if receipts and found.receipt:
                kept.add(found.receipt)
    result.receipts = kept
