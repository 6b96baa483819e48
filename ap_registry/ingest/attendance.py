"""Registers from files or calls: read, merged, written by sets, and told row by row."""

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, BinaryIO, TextIO
from uuid import UUID

from ap_registry import codes
from ap_registry.errors import Unreadable
from ap_registry.ingest.mis_registers import rows_of
from ap_registry.ingest.registers import SINGLE, WEEKLY, Allowed, Key, Reader, merge
from ap_registry.ingest.results import BadRow, ImportResult, ResultFile, RowError
from ap_registry.ingest.spreadsheets import Row, read_rows
from ap_registry.registry import Registry
from ap_registry.store import attendance as store
from ap_registry.store import unsettled
from ap_registry.store.attendance_follow_ups import settle_follow_ups
from ap_registry.store.database import Connection

CHUNK_WEEKS = 40_000
_WEEKLY, _SINGLE = frozenset(WEEKLY), frozenset(SINGLE)
_COLUMNS = frozenset({*WEEKLY, *SINGLE})


@dataclass(slots=True)
class Taken:
    """The rows that could be read, a few bytes each: memory hardly grows with the file.

    ``weeks`` numbers the week of marks that a row says, over all chunks; a row that says what an
    earlier one said has it negated.
    """

    rows: "array[int]" = field(default_factory=lambda: array("i"))
    weeks: "array[int]" = field(default_factory=lambda: array("i"))
    marks: "array[int]" = field(default_factory=lambda: array("b"))

    def statuses(self, written: store.Written) -> Iterator[tuple[int, str, int]]:
        """(row, what became of it, how many marks it holds), in order."""
        for row, week, marks in zip(self.rows, self.weeks, self.marks, strict=True):
            number = week if week >= 0 else ~week
            if number in written.unknown:
                yield row, "refused", 0
            elif week < 0:
                yield row, "duplicate", marks
            elif written.changed[number]:
                yield row, "created", marks
            else:
                yield row, "unchanged", marks


@dataclass(slots=True)
class Chunk:
    """Weeks read and not yet laid down, each under its place; numbered from ``first``."""

    first: int
    places: dict[Key, int] = field(default_factory=dict)
    marks: list[str] = field(default_factory=list)

    def add(self, key: Key, marks: str) -> int:
        """Merge; the number of the week, negated where nothing new is said."""
        new = len(self.marks)
        place = self.places.setdefault(key, new)
        if place == new:
            self.marks.append(marks)
            return self.first + place
        before = self.marks[place]
        self.marks[place] = merge(before, marks)
        return self.first + place if self.marks[place] != before else ~(self.first + place)


class Settling:
    """Brings in line what marks oblige to, of some pupils after others; several may at once."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self._found: list[dict[str, list[dict[str, Any]]]] = []

    def settle(self, connection: Connection, pupils: set[UUID]) -> None:
        registry = self.registry
        since = unsettled.clock(connection)
        found = settle_follow_ups(
            connection, registry.worlds, pupils, today=registry.today(), clock=registry.clock
        )
        self._found.append(found)
        unsettled.settled(connection, pupils, since=since)

    def told(self) -> dict[str, list[dict[str, Any]]]:
        """As a receipt lists them, by pupil."""
        return {
            word: sorted(
                (one for found in self._found for one in found[word]), key=itemgetter("pupil_id")
            )
            for word in ("opened", "closed", "moved")
        }


def import_attendance(
    registry: Registry,
    source: BinaryIO | Iterable[Mapping[str, Any]],
    *,
    actor: str = "command-line",
    allowed: Allowed = lambda _organisation: True,
    sees: Callable[[Connection, dict[str, UUID]], set[UUID]] | None = None,
    organisation: str | None = None,
    dry_run: bool = False,
    result_file: TextIO | None = None,
    progress: Callable[[int], None] = lambda rows: None,
) -> ImportResult:
    """Take in either form, in bounded memory; bad rows are named, the others stand.

    ``organisation``: whose register a file of another system is, where its rows do not say.
    ``sees`` narrows the pupils (by UPN) to those that the caller may send marks for. Nothing is
    written of a file that cannot be read to its end.
    """
    result = ImportResult()
    taken = Taken()
    settling = Settling(registry)
    with registry.database.connection() as connection:
        registry.refuse_clock_behind(connection)
        world = registry.worlds.fresh(connection)
        reader = Reader(world, registry.today(), allowed)
        with store.Writer(connection, lend=registry.database.connection, sees=sees) as writer:
            _lay_down(_rows(source, organisation), reader, writer, taken, result, progress)
            written = writer.write(
                actor=actor, clock=registry.clock, dry_run=dry_run, settle=settling.settle
            )
    marks = _tell(result, taken, written, result_file)
    result.more = {"marks": marks, "follow_ups": settling.told()}
    return result


def _rows(
    source: BinaryIO | Iterable[Mapping[str, Any]], organisation: str | None
) -> Iterator[Row]:
    if not hasattr(source, "read"):
        yield from enumerate(map(dict, source), start=1)
        return
    file: BinaryIO = source  # type: ignore[assignment]
    made = rows_of(file, organisation)
    if made is not None:
        yield from made
        return
    rows = read_rows(file, known=_COLUMNS, needed=("upn", "organisation"))
    for number, row in rows:
        if not isinstance(row, BadRow) and not (row.keys() >= _WEEKLY or row.keys() >= _SINGLE):
            raise Unreadable(
                "This is no register: it needs the columns upn, organisation, week, marks"
                " or upn, organisation, date, session, code."
            )
        yield number, row


def _lay_down(
    rows: Iterable[Row],
    reader: Reader,
    writer: store.Writer,
    taken: Taken,
    result: ImportResult,
    progress: Callable[[int], None],
) -> None:
    chunk = Chunk(0)
    for number, row in rows:
        result.rows += 1
        try:
            key, marks = reader.read(row)
        except BadRow as bad:
            result.refuse(RowError.bad(number, bad))
            continue
        taken.rows.append(number)
        taken.weeks.append(chunk.add(key, marks))
        taken.marks.append(10 - marks.count(codes.NO_MARK))
        if len(chunk.marks) >= CHUNK_WEEKS:
            writer.lay_down(chunk.first, list(chunk.places), chunk.marks)
            chunk = Chunk(chunk.first + len(chunk.marks))
            progress(result.rows)
    writer.lay_down(chunk.first, list(chunk.places), chunk.marks)
    progress(result.rows)


def _tell(result: ImportResult, taken: Taken, written: store.Written, file: TextIO | None) -> int:
    """Count, and list in the order of the rows; answer how many marks were taken in."""
    total = 0
    for row, status, marks in taken.statuses(written):
        total += marks
        if status == "refused":
            result.refuse(RowError(row, "upn", "unknown_pupil", "no such pupil is known"))
        else:
            setattr(result, status, getattr(result, status) + 1)
    result.errors.sort(key=lambda error: error.row)
    if file is None:
        return total
    lines = ResultFile(file)
    errors = iter(result.errors)
    error = next(errors, None)
    for row, status, _ in taken.statuses(written):
        while error is not None and error.row <= row:
            lines.refused(error)
            error = next(errors, None)
        if status != "refused":
            lines.taken(row, status)
    for left in (error, *errors) if error else ():
        lines.refused(left)
    return total
