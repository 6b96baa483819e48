"""A school's own list against the registry: who is in one of them alone, and what differs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, BinaryIO
from uuid import UUID

from ap_registry.calendar import academic_year
from ap_registry.errors import Problem, Refused
from ap_registry.fields import BadValue, Day, Reading
from ap_registry.identifiers import BadIdentifier, parse_upn
from ap_registry.ingest.calendars import Names, organisation_of, organisations_by_name
from ap_registry.ingest.results import BadRow, RowError
from ap_registry.ingest.spreadsheets import read_rows
from ap_registry.registry import Registry
from ap_registry.store import who
from ap_registry.store.database import Connection
from ap_registry.store.school_list import STATUSES, Listed, listed

COLUMNS = ("upn", "status", "provider", "starts_on", "ends_on")
_COMPARED = ("provider", "starts_on", "ends_on")
_DAY = Day()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """``differing``: a line of the file and the registry's, with the columns that differ."""

    school: str
    on: date
    statuses: tuple[str, ...]
    rows: int
    same: int
    only_in_file: tuple[Listed, ...]
    only_in_registry: tuple[Listed, ...]
    differing: tuple[tuple[Listed, Listed, tuple[str, ...]], ...]
    errors: tuple[RowError, ...]

    @property
    def ok(self) -> bool:
        return not (self.only_in_file or self.only_in_registry or self.differing or self.errors)

    def as_json(self) -> dict[str, Any]:
        return {
            "ok": self.ok, "school": self.school, "on": self.on.isoformat(),
            "statuses": list(self.statuses), "rows": self.rows, "same": self.same,
            "only_in_file": [
                {**_json(one), "known": one.pupil is not None} for one in self.only_in_file
            ],
            "only_in_registry": [_json(one) for one in self.only_in_registry],
            "differing": [
                {
                    **_json(ours), "row": theirs.row,
                    "columns": [
                        {"column": name, "file": _plain(theirs, name),
                         "registry": _plain(ours, name)}
                        for name in names
                    ],
                }
                for theirs, ours, names in self.differing
            ],
            "errors": [error.as_json() for error in self.errors],
        }  # fmt: skip


def reconcile(
    registry: Registry, school: str, file: BinaryIO, *, on: date, statuses: Sequence[str] = ()
) -> Reconciled:
    """``statuses``: what it is a list of; by default of what its rows say, or of the roll.

    A blank cell is not compared. Of pupils off roll only those who left in the academic year are
    missed in a file.
    """
    with registry.database.snapshot() as connection:
        names = organisations_by_name(connection)
        try:
            place = organisation_of({"organisation": school}, names)
        except BadRow as bad:
            raise Refused((Problem("/school", bad.code, bad.detail),)) from None
        theirs, errors, rows = _read(connection, file, names)
        asked = tuple(s for s in STATUSES if s in (statuses or {one.status for one in theirs}))
        asked = asked or STATUSES[:1]
        ours = list(listed(connection, place, on, asked))
    return _matched(
        [one for one in theirs if one.status in asked], ours, school=place, on=on, statuses=asked,
        errors=errors, rows=rows,
    )  # fmt: skip


def _matched(
    theirs: list[Listed], ours: list[Listed], *, school: str, on: date, statuses: tuple[str, ...],
    errors: tuple[RowError, ...], rows: int,
) -> Reconciled:  # fmt: skip
    """Lines of one pupil and status belong together: the most alike first."""
    left: dict[tuple[UUID | None, str], list[Listed]] = {}
    for one in ours:
        left.setdefault((one.pupil, one.status), []).append(one)
    alone, differing, same = [], [], 0
    for one in theirs:
        alike = [(_differing(one, other), other) for other in left.get((one.pupil, one.status), ())]
        if not alike:
            alone.append(one)
            continue
        columns, found = min(alike, key=lambda pair: len(pair[0]))
        left[one.pupil, one.status].remove(found)
        if columns:
            differing.append((one, found, columns))
        else:
            same += 1
    since = date(academic_year(on), 9, 1)
    missed = (
        one
        for lines in left.values()
        for one in lines
        if one.status != "off_roll" or (one.starts_on or on) >= since
    )
    return Reconciled(
        school=school, on=on, statuses=statuses, rows=rows, same=same, errors=errors,
        only_in_file=tuple(alone), only_in_registry=tuple(missed), differing=tuple(differing),
    )  # fmt: skip


def _differing(theirs: Listed, ours: Listed) -> tuple[str, ...]:
    """Columns that the file fills in otherwise."""
    return tuple(
        name
        for name in _COMPARED
        if getattr(theirs, name) is not None and getattr(theirs, name) != getattr(ours, name)
    )


def _read(
    connection: Connection, file: BinaryIO, names: Names
) -> tuple[list[Listed], tuple[RowError, ...], int]:
    reading = Reading(on=date.max, organisation=lambda _name: None, from_file=True, today=date.max)
    found, errors, rows = [], [], 0
    for number, row in read_rows(file, known=COLUMNS, needed=("upn",)):
        rows += 1
        try:
            if isinstance(row, BadRow):
                raise row
            found.append(_line(number, row, names, reading))
        except BadRow as bad:
            errors.append(RowError.bad(number, bad))
    return _named(connection, found), tuple(errors), rows


def _line(number: int, row: dict[str, Any], names: Names, reading: Reading) -> Listed:
    try:
        upn = parse_upn(str(row.get("upn") or ""))
    except BadIdentifier as bad:
        raise BadRow("upn", bad.code, "upn is not right: look at its letters and digits") from None
    status = str(row.get("status") or STATUSES[0]).strip().lower().replace(" ", "_")
    if status not in STATUSES:
        raise BadRow("status", "unknown_code", "status must be one of " + ", ".join(STATUSES))
    provider = None
    if str(row.get("provider") or "").strip():
        try:
            provider = organisation_of({"organisation": row["provider"]}, names)
        except BadRow as bad:
            raise BadRow("provider", bad.code, bad.detail) from None
    return Listed(
        pupil=None, upn=upn, status=status, provider=provider, row=number,
        starts_on=_day(row, "starts_on", reading), ends_on=_day(row, "ends_on", reading),
    )  # fmt: skip


def _day(row: dict[str, Any], column: str, reading: Reading) -> date | None:
    if not str(row.get(column) or "").strip():
        return None
    try:
        day: date = _DAY.read(row[column], reading)
    except BadValue as bad:
        raise BadRow(column, bad.code, f"{column} {bad.detail}") from None
    return day


def _named(connection: Connection, lines: Iterable[Listed]) -> list[Listed]:
    """With the pupils that their UPNs name, present or former, merged ones as who is kept."""
    return [replace(one, pupil=who.pupil_named(connection, one.upn or "")) for one in lines]


def _json(one: Listed) -> dict[str, Any]:
    return {
        "row": one.row, "pupil_id": one.pupil and str(one.pupil), "upn": one.upn,
        "status": one.status, **{name: _plain(one, name) for name in _COMPARED},
    }  # fmt: skip


def _plain(one: Listed, column: str) -> str | None:
    value = getattr(one, column)
    return value.isoformat() if isinstance(value, date) else value
