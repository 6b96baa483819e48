"""Terms and closures from small files."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Any, BinaryIO

from ap_registry.calendar import ENGLAND, TermBlock, academic_year
from ap_registry.fields import BadValue, Day, Reading
from ap_registry.identifiers import BadIdentifier, laestab, parse_organisation_id
from ap_registry.ingest.results import BadRow, ImportResult, RowError
from ap_registry.ingest.spreadsheets import read_rows
from ap_registry.ingest.term_blocks import Given, Spoilt, left_out, overlapping
from ap_registry.organisations import Organisation
from ap_registry.store import reference
from ap_registry.store.database import Connection

_DAY = Day()
_READING = Reading(on=date.min, organisation=lambda _name: None, from_file=True)
LONGEST_BLOCK_DAYS = 366  # longer is a year mistyped
TERMS = ("organisation", "starts_on", "ends_on")
CLOSURES = ("organisation", "date", "reason", "removed")
_REMOVED = {"yes": True, "y": True, "true": True, "1": True}
_REMOVED |= {"": False, "no": False, "n": False, "false": False, "0": False}
Names = Mapping[str, Organisation]


def organisations_by_name(connection: Connection, within: str | None = None) -> Names:
    """``within``: only those that lie in this LA, itself among them."""
    found = {
        one.id: one
        for one in reference.all_organisations(connection)
        if within in {None, f"LA{one.la_code}"}
    }
    return {**found, **{one.laestab: one for one in found.values() if one.laestab}}


def organisation_of(row: Mapping[str, Any], names: Names) -> str:
    text = str(row.get("organisation") or "").strip()
    if not text:
        raise BadRow("organisation", "required", "organisation is needed")
    try:
        name = laestab(text) or parse_organisation_id(text)
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
        return _DAY.read(row[column], _READING)
    except BadValue as bad:
        raise BadRow(column, bad.code, f"{column} {bad.detail}") from None


def import_terms(
    connection: Connection,
    file: BinaryIO,
    *,
    today: date,
    clock: datetime | None = None,
    actor: str = "command-line",
    within: str | None = None,
    progress: Callable[[int], None] = lambda rows: None,
) -> ImportResult:
    """Replace each organisation's blocks of the academic years that the file names.

    A row that is refused leaves the organisation's year as it was. ``more["removed"]``: how many
    blocks on record are gone, because the file names their year and not them.
    """
    result = ImportResult()
    given = _given(file, organisations_by_name(connection, within), result, progress)
    present = reference.terms(connection)
    changed: dict[str, list[TermBlock]] = {}
    result.more["removed"] = 0
    for name, blocks in given.items():
        before = present.get(name, [])
        years = {academic_year(b.ends_on) for b in blocks}
        kept = [b for b in before if academic_year(b.ends_on) not in years]
        after = sorted([*blocks, *kept])
        unchanged = sum(b in before for b in blocks)
        result.unchanged += unchanged
        result.created += len(blocks) - unchanged
        result.more["removed"] += len(before) - len(kept) - unchanged
        if after != before:
            changed[name] = after
    if changed:
        reference.write_terms(
            connection, changed, by="REGISTRY", actor=actor, on=today, clock=clock
        )
    return result


def _given(
    file: BinaryIO, names: Names, result: ImportResult, progress: Callable[[int], None]
) -> dict[str, list[TermBlock]]:
    """The blocks that stand, by organisation; all else is refused in ``result``."""
    read: dict[tuple[str, TermBlock], Given] = {}
    spoilt: list[Spoilt] = []
    for number, row in read_rows(file, known=TERMS, needed=TERMS):
        result.rows += 1
        progress(number)
        try:
            found = _block(row, names)
        except BadRow as bad:
            result.refuse(RowError.bad(number, bad))
            spoilt += _spoilt(number, row, names)
            continue
        if found in read:
            result.duplicate += 1
        else:
            read[found] = Given(row=number, organisation=found[0], block=found[1])
    clashes = overlapping([*read.values()])
    spoilt += [found for _error, found in clashes.values()]
    taken: dict[str, list[TermBlock]] = {}
    for one in read.values():
        error = clashes[one.row][0] if one.row in clashes else left_out(one, spoilt)
        if error is None:
            taken.setdefault(one.organisation, []).append(one.block)
        else:
            result.refuse(error)
    result.errors.sort(key=lambda error: error.row)
    return taken


def _spoilt(number: int, row: Mapping[str, Any] | BadRow, names: Names) -> Iterator[Spoilt]:
    """Whose year a refused row leaves as it was; of an organisation not known there is none."""
    if isinstance(row, BadRow):
        yield Spoilt(row=number, organisation=None, years=None)
        return
    years = set()
    try:
        name = organisation_of(row, names)
    except BadRow:
        return
    for column in TERMS[1:]:
        with suppress(BadRow):
            years.add(academic_year(_date(row, column)))
    yield Spoilt(row=number, organisation=name, years=frozenset(years) or None)


def _block(row: Mapping[str, Any] | BadRow, names: Names) -> tuple[str, TermBlock]:
    if isinstance(row, BadRow):
        raise row
    name = organisation_of(row, names)
    block = TermBlock(_date(row, "starts_on"), _date(row, "ends_on"))
    if block.ends_on < block.starts_on:
        raise BadRow("ends_on", "end_before_start", "ends_on must not be before starts_on")
    if (block.ends_on - block.starts_on).days > LONGEST_BLOCK_DAYS:
        raise BadRow("ends_on", "bad_format", "a block of term is shorter than a year")
    return name, block


def import_closures(
    connection: Connection,
    file: BinaryIO,
    *,
    today: date,
    clock: datetime | None = None,
    actor: str = "command-line",
    within: str | None = None,
    progress: Callable[[int], None] = lambda rows: None,
) -> ImportResult:
    """Add closures; a row with ``removed`` = yes takes one back. England's are nobody's within."""
    result = ImportResult()
    names = organisations_by_name(connection, within)
    present = reference.closures(connection)
    said: dict[tuple[str, date], str | None] = {}
    for number, row in read_rows(file, known=CLOSURES, needed=CLOSURES[:2]):
        result.rows += 1
        progress(number)
        try:
            key, reason = _closure(row, names, england=within is None)
        except BadRow as bad:
            result.refuse(RowError.bad(number, bad))
            continue
        held = present.get(key[0], {}).get(key[1])
        if key in said and said[key] == reason:
            result.duplicate += 1
        elif said.get(key, held) == reason:
            result.unchanged += 1
        else:
            result.created += 1
        said[key] = reason
    changes = [
        (name, day, reason)
        for (name, day), reason in said.items()
        if present.get(name, {}).get(day) != reason
    ]
    if changes:
        reference.write_closures(
            connection, changes, by="REGISTRY", actor=actor, on=today, clock=clock
        )
    return result


def _closure(
    row: Mapping[str, Any] | BadRow, names: Names, *, england: bool
) -> tuple[tuple[str, date], str | None]:
    """The day, and why it is closed; None where it is open after all."""
    if isinstance(row, BadRow):
        raise row
    text = str(row.get("organisation") or "").strip().upper()
    name = ENGLAND if england and text == ENGLAND else organisation_of(row, names)
    day = _date(row, "date")
    removed = _REMOVED.get(str(row.get("removed") or "").lower())
    if removed is None:
        raise BadRow("removed", "unknown_code", "removed must be yes or no")
    return (name, day), None if removed else str(row.get("reason") or "closed")
