"""Terms and closures from small files."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, BinaryIO

from ap_registry.calendar import ENGLAND, TermBlock, academic_year
from ap_registry.fields import BadValue, Day, Reading
from ap_registry.identifiers import BadIdentifier, is_laestab, parse_organisation_id
from ap_registry.ingest.organisations import BadRow
from ap_registry.ingest.results import ImportResult, RowError
from ap_registry.ingest.spreadsheets import read_rows
from ap_registry.organisations import Organisation
from ap_registry.store import reference
from ap_registry.store.database import Connection

_DAY = Day()
LONGEST_BLOCK_DAYS = 200
Names = Mapping[str, Organisation]


def _names(connection: Connection) -> Names:
    found = {one.id: one for one in reference.all_organisations(connection)}
    return {**found, **{one.laestab: one for one in found.values() if one.laestab}}


def _organisation(row: Mapping[str, Any], names: Names) -> str:
    text = str(row.get("organisation") or "").strip()
    if not text:
        raise BadRow("organisation", "required", "organisation is needed")
    if text.upper() == ENGLAND:
        return ENGLAND
    try:
        name = text.replace("/", "") if is_laestab(text) else parse_organisation_id(text)
    except BadIdentifier as bad:
        raise BadRow("organisation", "unknown_organisation", str(bad)) from None
    if name not in names:
        raise BadRow(
            "organisation", "unknown_organisation", f"{name} is not an organisation on record"
        )
    return names[name].id


def _date(row: Mapping[str, Any], column: str) -> date:
    if not row.get(column):
        raise BadRow(column, "required", f"{column} is needed")
    try:
        reading = Reading(on=date.min, organisation=lambda _name: None, from_file=True)
        return _DAY.read(row[column], reading)
    except BadValue as bad:
        raise BadRow(column, bad.code, f"{column} {bad.detail}") from None


def import_terms(
    connection: Connection,
    file: BinaryIO,
    *,
    today: date,
    clock: datetime | None = None,
    actor: str = "command-line",
    progress: Callable[[int], None] = lambda rows: None,
) -> ImportResult:
    """Replace each organisation's blocks of the academic years that the file names."""
    result = ImportResult()
    names = _names(connection)
    given: dict[str, list[TermBlock]] = {}
    for number, row in read_rows(file, known=("organisation", "starts_on", "ends_on")):
        result.rows = number
        progress(number)
        try:
            name = _organisation(row, names)
            block = TermBlock(_date(row, "starts_on"), _date(row, "ends_on"))
            if block.ends_on < block.starts_on:
                raise BadRow("ends_on", "end_before_start", "ends_on must not be before starts_on")
            if (block.ends_on - block.starts_on).days > LONGEST_BLOCK_DAYS:
                raise BadRow("ends_on", "bad_format", "a term block is shorter than 200 days")
        except BadRow as bad:
            result.refuse(RowError(number, bad.column, bad.code, bad.detail))
            continue
        if block in given.setdefault(name, []):
            result.duplicate += 1
            continue
        given[name].append(block)
    present = reference.terms(connection)
    changed: dict[str, list[TermBlock]] = {}
    for name, blocks in given.items():
        before = present.get(name, [])
        years = {academic_year(b.ends_on) for b in blocks}
        after = sorted([*blocks, *(b for b in before if academic_year(b.ends_on) not in years)])
        result.unchanged += sum(b in before for b in blocks)
        result.created += sum(b not in before for b in blocks)
        if after != before:
            changed[name] = after
    if changed:
        reference.write_terms(
            connection, changed, by="REGISTRY", actor=actor, on=today, clock=clock
        )
    return result


def import_closures(
    connection: Connection,
    file: BinaryIO,
    *,
    today: date,
    clock: datetime | None = None,
    actor: str = "command-line",
    progress: Callable[[int], None] = lambda rows: None,
) -> ImportResult:
    """Add closures; a row with ``removed`` = yes takes one back."""
    result = ImportResult()
    names = _names(connection)
    present = reference.closures(connection)
    changes: list[tuple[str, date, str | None]] = []
    known = ("organisation", "date", "reason", "removed")
    for number, row in read_rows(file, known=known):
        result.rows = number
        progress(number)
        try:
            name, day = _organisation(row, names), _date(row, "date")
            removed = str(row.get("removed") or "").lower() in {"yes", "y", "true", "1"}
            reason = None if removed else str(row.get("reason") or "closed")
        except BadRow as bad:
            result.refuse(RowError(number, bad.column, bad.code, bad.detail))
            continue
        held = present.setdefault(name, {})
        if held.get(day) == reason:
            result.unchanged += 1
            continue
        result.created += 1
        changes.append((name, day, reason))
        if reason is None:
            held.pop(day, None)
        else:
            held[day] = reason
    if changes:
        reference.write_closures(
            connection, changes, by="REGISTRY", actor=actor, on=today, clock=clock
        )
    return result
