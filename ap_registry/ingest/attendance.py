"""Registers from files: the weekly and the single form, read into packed weeks."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, BinaryIO
from uuid import UUID

from ap_registry import codes
from ap_registry.errors import Unreadable
from ap_registry.fields import BadValue, Day, Reading
from ap_registry.identifiers import BadIdentifier, parse_upn
from ap_registry.ingest.organisations import BadRow
from ap_registry.ingest.results import ImportResult, RowError
from ap_registry.ingest.spreadsheets import read_rows
from ap_registry.notice import World
from ap_registry.registry import Registry
from ap_registry.store import attendance as store
from ap_registry.store.attendance_follow_ups import settle_follow_ups
from ap_registry.store.database import Connection

CHUNK_WEEKS = 40_000
WEEKLY = frozenset({"upn", "organisation", "week", "marks"})
SINGLE = frozenset({"upn", "organisation", "date", "session", "code"})
EMPTY = codes.NO_MARK * 10
_READING = Reading(on=date.min, organisation=lambda _name: None, from_file=True)
_DAY = Day()
Key = tuple[str, str, date]
Allowed = Callable[[str], bool]


@dataclass(slots=True)
class Chunk:
    """Weeks read and not yet written; ``rows`` remembers which rows each came from."""

    weeks: dict[Key, str] = field(default_factory=dict)
    rows: dict[Key, list[int]] = field(default_factory=dict)

    def add(self, row: int, key: Key, marks: str) -> None:
        before = self.weeks.get(key)
        self.weeks[key] = marks if before is None else merge(before, marks)
        self.rows.setdefault(key, []).append(row)


def merge(old: str, new: str) -> str:
    """The later mark stands; ``-`` never erases."""
    if codes.NO_MARK not in new:
        return new
    return "".join(o if n == codes.NO_MARK else n for o, n in zip(old, new, strict=True))


class Reader:
    """Reads rows of either form; what repeats (weeks, marks, UPNs) is judged once."""

    def __init__(self, world: World, today: date, allowed: Allowed) -> None:
        self.world = world
        self.today = today
        self.allowed = allowed
        self._upns: dict[str, str] = {}
        self._organisations: dict[str, str] = {}
        self._weeks: dict[str, date] = {}
        self._marks: dict[tuple[str, date], tuple[str, int]] = {}

    def read(self, row: Mapping[str, Any]) -> tuple[Key, str, int]:
        """Key, packed marks, number of marks; raise BadRow."""
        if "marks" in row:
            week = self._week(row)
            packed, count = self._packed(str(row.get("marks") or ""), week)
        else:
            week, packed, count = self._single(row)
        return (self._upn(row), self._organisation(row), week), packed, count

    def _upn(self, row: Mapping[str, Any]) -> str:
        text = str(row.get("upn") or "")
        found = self._upns.get(text)
        if found is None:
            if not text:
                raise BadRow("upn", "required", "upn is needed")
            try:
                found = self._upns[text] = parse_upn(text)
            except BadIdentifier as bad:
                raise BadRow("upn", bad.code, str(bad)) from None
        return found

    def _organisation(self, row: Mapping[str, Any]) -> str:
        text = str(row.get("organisation") or "").strip()
        found = self._organisations.get(text)
        if found is None:
            if not text:
                raise BadRow("organisation", "required", "organisation is needed")
            known = self.world.organisation(text.upper())
            if known is None:
                raise BadRow(
                    "organisation", "unknown_organisation",
                    f"{text} is not an organisation on record",
                )  # fmt: skip
            if not self.allowed(known.id):
                raise BadRow("organisation", "forbidden", "you may send only your own register")
            found = self._organisations[text] = known.id
        return found

    def _date(self, row: Mapping[str, Any], column: str) -> date:
        if not row.get(column):
            raise BadRow(column, "required", f"{column} is needed")
        try:
            return _DAY.read(row[column], _READING)
        except BadValue as bad:
            raise BadRow(column, bad.code, f"{column} {bad.detail}") from None

    def _week(self, row: Mapping[str, Any]) -> date:
        text = str(row.get("week") or "")
        found = self._weeks.get(text)
        if found is None:
            found = self._date(row, "week")
            if found.weekday() != 0:
                raise BadRow("week", "bad_format", "week must be a Monday")
            if found > self.today:
                raise BadRow("week", "future_date", "week must not be in the future")
            self._weeks[text] = found
        return found

    def _packed(self, text: str, week: date) -> tuple[str, int]:
        found = self._marks.get((text, week))
        if found is None:
            marks = text.split()
            if len(marks) != 10:
                raise BadRow(
                    "marks", "bad_format",
                    f"marks must be ten codes from Monday AM to Friday PM, not {len(marks)}",
                )  # fmt: skip
            packed = "".join(
                self._byte(code, week + timedelta(days=place // 2), "marks")
                for place, code in enumerate(marks)
            )
            found = packed, 10 - packed.count(codes.NO_MARK)
            self._marks[text, week] = found
        return found

    def _byte(self, code: str, on: date, column: str) -> str:
        name = code.upper()
        if not codes.is_valid_mark(name, on):
            raise BadRow(column, "unknown_code", f"{code} is no attendance code on {on}")
        if on > self.today and name not in {codes.NO_MARK, "#"}:
            raise BadRow(column, "future_date", f"{on} is in the future: use - there")
        return codes.to_byte(name)

    def _single(self, row: Mapping[str, Any]) -> tuple[date, str, int]:
        on = self._date(row, "date")
        if on > self.today:
            raise BadRow("date", "future_date", "date must not be in the future")
        if on.weekday() > 4:
            raise BadRow("date", "bad_format", "date must be a Monday to Friday")
        session = str(row.get("session") or "").upper()
        if session not in {"AM", "PM"}:
            raise BadRow("session", "unknown_code", "session must be AM or PM")
        if not row.get("code"):
            raise BadRow("code", "required", "code is needed")
        place = 2 * on.weekday() + (session == "PM")
        byte = self._byte(str(row["code"]).strip(), on, "code")
        packed = EMPTY[:place] + byte + EMPTY[place + 1 :]
        return on - timedelta(days=on.weekday()), packed, int(byte != codes.NO_MARK)


def import_attendance(
    registry: Registry,
    source: BinaryIO | Iterable[Mapping[str, Any]],
    *,
    actor: str = "command-line",
    allowed: Allowed = lambda _organisation: True,
    sees: Callable[[Connection, dict[str, UUID]], set[UUID]] | None = None,
    dry_run: bool = False,
    progress: Callable[[int], None] = lambda rows: None,
) -> ImportResult:
    """Take in either form, in bounded memory; bad rows are named, the others stand.

    ``sees`` narrows the pupils (by UPN) to those that the caller may send marks for.
    """
    result = ImportResult(more={"marks": 0, "follow_ups": {"opened": 0, "closed": 0}})
    chunk = Chunk()
    touched: set[UUID] = set()
    with registry.database.connection() as connection:
        world = registry.worlds.fresh(connection)
        reader = Reader(world, registry.today(), allowed)
        writer = store.Writer(connection, world, actor=actor, clock=registry.clock, sees=sees)
        for number, row in _rows(source):
            result.rows = number
            try:
                key, marks, count = reader.read(row)
            except BadRow as bad:
                result.refuse(RowError(number, bad.column, bad.code, bad.detail))
                continue
            result.more["marks"] += count
            chunk.add(number, key, marks)
            if len(chunk.weeks) >= CHUNK_WEEKS:
                touched |= _flush(writer, chunk, result, dry_run=dry_run)
                chunk = Chunk()
                progress(number)
        touched |= _flush(writer, chunk, result, dry_run=dry_run)
        if not dry_run:
            opened, closed = settle_follow_ups(
                connection, world, touched, today=registry.today(), clock=registry.clock,
            )  # fmt: skip
            result.more["follow_ups"] = {"opened": opened, "closed": closed}
    result.errors.sort(key=lambda e: e.row)
    progress(result.rows)
    return result


def _rows(
    source: BinaryIO | Iterable[Mapping[str, Any]],
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    if not hasattr(source, "read"):
        yield from enumerate(source, start=1)
        return
    rows = read_rows(source, known=WEEKLY | SINGLE)  # type: ignore[arg-type]
    for number, row in rows:
        if number and not (row.keys() >= WEEKLY or row.keys() >= SINGLE):
            raise Unreadable(
                "This is no register: it needs the columns upn, organisation, week, marks"
                " or upn, organisation, date, session, code."
            )
        yield number, row


def _flush(
    writer: store.Writer, chunk: Chunk, result: ImportResult, *, dry_run: bool
) -> frozenset[UUID]:
    if not chunk.weeks:
        return frozenset()
    written = writer.write(chunk.weeks, dry_run=dry_run)
    for key, rows in chunk.rows.items():
        if key[0] in written.unknown:
            result.more["marks"] -= 10 - chunk.weeks[key].count(codes.NO_MARK)
            for row in rows:
                result.refuse(RowError(row, "upn", "unknown_pupil", "no such pupil is known"))
        elif key in written.unchanged:
            result.unchanged += len(rows)
        else:
            result.created += len(rows)
    return written.pupils
