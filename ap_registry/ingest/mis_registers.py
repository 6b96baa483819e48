"""Registers as school systems and the aggregators of their data write them: made rows of ours.

A row is a session, as aggregators give it, or a day with AM and PM beside each other, or a week
with ten columns. Other columns (names, forms) are left aside.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta
from itertools import islice, product
from typing import Any, BinaryIO

from ap_registry import codes
from ap_registry.errors import Unreadable
from ap_registry.fields import BadValue, Day, Reading
from ap_registry.ingest.registers import SINGLE, WEEKLY
from ap_registry.ingest.results import BadRow
from ap_registry.ingest.spreadsheets import Row, read_rows

_NAMES: Mapping[str, tuple[str, ...]] = {
    "upn": ("upn", "student_upn", "pupil_upn", "unique_pupil_number", "student.upn"),
    "organisation": (
        "organisation", "urn", "laestab", "school_urn", "school_laestab", "dfe_number",
        "school.urn", "establishment", "provider",
    ),
    "date": ("date", "mark_date", "attendance_date", "session_date", "day"),
    "session": ("session", "am/pm", "session_name", "half_day"),
    "code": (
        "code", "mark", "attendance_code", "attendance_mark", "session_mark", "mark_code",
        "attendance_code.code",
    ),
    "am": ("am", "am_mark", "am_code", "morning", "morning_mark", "session_1"),
    "pm": ("pm", "pm_mark", "pm_code", "afternoon", "afternoon_mark", "session_2"),
    "week": ("week", "week_commencing", "week_beginning", "week_starting", "w/c", "wc"),
}  # fmt: skip
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
_FIELDS = {alias: field for field, aliases in _NAMES.items() for alias in aliases} | {
    name.format(day=day[:length], half=half): f"{number}{half}"
    for (number, day), half, length in product(enumerate(_DAYS), ("am", "pm"), (3, 9))
    for name in ("{day}_{half}", "{day}{half}", "{half}_{day}")
}
KNOWN = frozenset(_FIELDS)  # what columns may be called, ours among them
_SLOTS = [f"{number}{half}" for number in range(5) for half in ("am", "pm")]
_DAY = Day()
_READING = Reading(on=date.min, organisation=lambda _name: None, from_file=True)
LOOKED_AT = 100  # rows, for one that shows the file's columns
Fields = Mapping[str, str]


def rows_of(file: BinaryIO, organisation: str | None) -> Iterator[Row] | None:
    """Rows of ours; None where the file has another form, or ours. ``organisation``: of rows that
    name none."""
    begins = [row for _, row in islice(read_rows(file, likely=_FIELDS), LOOKED_AT)]
    file.seek(0)
    first = next((row for row in begins if not isinstance(row, BadRow)), None)
    if first is None or first.keys() >= {*WEEKLY} or first.keys() >= {*SINGLE}:
        return None
    fields = _fields(first)
    if not _is_register(set(fields.values())):
        return None
    return _made(file, fields, organisation)


def _fields(names: Collection[str]) -> Fields:
    """Our field by the file's column: of several for a field the one listed first above."""
    squashed = {name.replace("_", ""): name for name in names}  # UniquePupilNumber
    found: dict[str, str] = {}
    for alias, field in _FIELDS.items():
        name = squashed.get(alias.replace("_", ""))
        if name is not None and field not in found.values():
            found[name] = field
    return found


def _is_register(found: set[str]) -> bool:
    sessions = found >= {"date", "session", "code"}
    days = "date" in found and bool(found & {"am", "pm"})
    return "upn" in found and (sessions or days or ("week" in found and bool(found & {*_SLOTS})))


def _made(file: BinaryIO, fields: Fields, organisation: str | None) -> Iterator[Row]:
    if organisation is None and "organisation" not in fields.values():
        raise Unreadable("The file does not say whose register it is: give --organisation.")
    for number, row in read_rows(file, likely=_FIELDS):
        if isinstance(row, BadRow):
            yield number, row
            continue
        said = {field: row.get(alias) for alias, field in fields.items()}
        stem = {"upn": said.get("upn"), "organisation": said.get("organisation") or organisation}
        try:
            yield number, {**stem, **_marks(said)}
        except BadRow as bad:
            yield number, bad


def _marks(said: Mapping[str, Any]) -> dict[str, Any]:
    if "session" in said and "code" in said:
        return {name: said[name] for name in ("session", "date", "code")}
    if "week" in said and said.keys() & {*_SLOTS}:
        return {"week": said["week"], "marks": [_mark(said.get(slot)) for slot in _SLOTS]}
    on = _day(said["date"])
    if on.weekday() > 4:
        raise BadRow("date", "bad_format", "date must be a Monday to Friday")
    marks = [codes.NO_MARK] * 10
    start = 2 * on.weekday()
    marks[start : start + 2] = [_mark(said.get("am")), _mark(said.get("pm"))]
    return {"week": (on - timedelta(days=on.weekday())).isoformat(), "marks": marks}


def _mark(value: object) -> str:
    """A blank cell says nothing of the session."""
    return str(value or "").strip() or codes.NO_MARK


def _day(value: object) -> date:
    if value in (None, ""):
        raise BadRow("date", "required", "date is needed")
    try:
        return _DAY.read(value, _READING)
    except BadValue as bad:
        raise BadRow("date", bad.code, f"date {bad.detail}") from None
