"""Headcounts of organisations, and what is known of providers, from small files."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import partial
from typing import Any, BinaryIO

from ap_registry.fields import BadValue, Day, Kind, Reading, Text, Whole
from ap_registry.ingest.calendars import Names, organisation_of, organisations_by_name
from ap_registry.ingest.results import BadRow, ImportResult, RowError
from ap_registry.ingest.spreadsheets import read_rows
from ap_registry.notices import CATALOGUE
from ap_registry.store.database import Connection
from ap_registry.store.sheets import HEADCOUNTS, PROVIDERS, Key, Sheet, present_rows, write_rows

ALL = "all"
BY = (ALL, "nc_year", "sex", "sen_provision", "free_school_meals", "ethnicity")
TEACH = frozenset({"provider", "school", "service"})
_PAST, _WHOLE, _TEXT = Day(past=True), Whole(), Text()
_KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(("as_at", *(name for name in PROVIDERS.values if name.endswith("_on"))), _PAST),
    **dict.fromkeys(("pupils", "places", "teachers", "qualified_teachers"), _WHOLE),
    "qa_words": _TEXT,
}
Read = Callable[[Mapping[str, Any], Names, Reading], dict[str, Any]]


def import_headcounts(
    connection: Connection, file: BinaryIO, *, today: date, clock: datetime | None = None,
    actor: str = "command-line", within: str | None = None,
    progress: Callable[[int], None] = lambda rows: None,
) -> ImportResult:  # fmt: skip
    """A row replaces the number given before for the same day and group."""
    take = partial(_import, sheet=HEADCOUNTS, needed=("organisation", "as_at", "by", "pupils"))
    return take(
        connection, file, read=_headcount, today=today, clock=clock, actor=actor, within=within,
        progress=progress,
    )  # fmt: skip


def import_providers(
    connection: Connection, file: BinaryIO, *, today: date, clock: datetime | None = None,
    actor: str = "command-line", within: str | None = None,
    progress: Callable[[int], None] = lambda rows: None,
) -> ImportResult:  # fmt: skip
    """A row adds to what is known of the provider as at that day; a blank cell erases nothing."""
    take = partial(_import, sheet=PROVIDERS, needed=PROVIDERS.key)
    return take(
        connection, file, read=_provider, today=today, clock=clock, actor=actor, within=within,
        progress=progress,
    )  # fmt: skip


def _import(
    connection: Connection, file: BinaryIO, *, sheet: Sheet, needed: tuple[str, ...], read: Read,
    today: date, clock: datetime | None, actor: str, within: str | None,
    progress: Callable[[int], None],
) -> ImportResult:  # fmt: skip
    result = ImportResult()
    names, present = organisations_by_name(connection, within), present_rows(connection, sheet)
    reading = Reading(on=today, organisation=lambda _name: None, from_file=True, today=today)
    given: dict[Key, dict[str, Any]] = {}
    for number, row in read_rows(file, known=sheet.columns, needed=needed):
        result.rows += 1
        progress(number)
        try:
            if isinstance(row, BadRow):
                raise row
            found = read(row, names, reading)
            key = sheet.key_of(found)
            found = _filled(found, present.get(key))
            _refuse_more_than_all(found)
            if given.get(key, found) != found:
                raise BadRow(sheet.key[-1], "ref_conflict", "the file says otherwise before")
        except BadRow as bad:
            result.refuse(RowError.bad(number, bad))
            continue
        if key in given:
            result.duplicate += 1
        elif present.get(key) == found:
            result.unchanged += 1
        else:
            result.created += 1
        given[key] = found
    new = [row for key, row in given.items() if present.get(key) != row]
    if new:
        write_rows(connection, sheet, new, actor=actor, on=today, clock=clock)
    return result


def _filled(found: dict[str, Any], held: Mapping[str, Any] | None) -> dict[str, Any]:
    if held is None:
        return found
    return {name: held[name] if value is None else value for name, value in found.items()}


def _refuse_more_than_all(found: Mapping[str, Any]) -> None:
    teachers, qualified = found.get("teachers"), found.get("qualified_teachers")
    if teachers is not None and qualified is not None and qualified > teachers:
        raise BadRow(
            "qualified_teachers", "bad_format", "qualified_teachers must not be more than teachers"
        )


def _headcount(row: Mapping[str, Any], names: Names, reading: Reading) -> dict[str, Any]:
    by = str(row.get("by") or "").strip().lower().replace(" ", "_")
    if by not in BY:
        code = "unknown_code" if by else "required"
        raise BadRow("by", code, "by must be one of " + ", ".join(BY))
    return {
        "organisation": organisation_of(row, names),
        "as_at": _needed(row, "as_at", reading),
        "by": by,
        "value": _group(row, by, reading),
        "pupils": _needed(row, "pupils", reading),
        "places": _cell(row, "places", reading),
    }


def _group(row: Mapping[str, Any], by: str, reading: Reading) -> str:
    """In the code that a notice would give; of all pupils it says all."""
    value = str(row.get("value") or "").strip()
    if by == ALL:
        if value.lower() not in {"", ALL}:
            raise BadRow("value", "unknown_code", "value must be all where by is all")
        return ALL
    if not value:
        raise BadRow("value", "required", f"value is needed: which {by}")
    try:
        found = CATALOGUE["pupil_registered"].fields[by].kind.read(value, reading)
    except BadValue as bad:
        raise BadRow("value", bad.code, f"value {bad.detail}") from None
    return str(found).lower() if isinstance(found, bool) else str(found)


def _provider(row: Mapping[str, Any], names: Names, reading: Reading) -> dict[str, Any]:
    try:
        provider = organisation_of({"organisation": row.get("provider")}, names)
    except BadRow as bad:
        words = bad.detail.replace("organisation is needed", "provider is needed")
        raise BadRow("provider", bad.code, words) from None
    if names[provider].kind not in TEACH:
        raise BadRow("provider", "unknown_organisation", f"{provider} provides no education")
    return {
        "provider": provider,
        "as_at": _needed(row, "as_at", reading),
        **{name: _cell(row, name, reading) for name in PROVIDERS.values},
    }


def _needed(row: Mapping[str, Any], column: str, reading: Reading) -> Any:
    found = _cell(row, column, reading)
    if found is None:
        raise BadRow(column, "required", f"{column} is needed")
    return found


def _cell(row: Mapping[str, Any], column: str, reading: Reading) -> Any:
    value = row.get(column)
    if value is None or not str(value).strip():
        return None
    try:
        return _KINDS[column].read(value, reading)
    except BadValue as bad:
        raise BadRow(column, bad.code, f"{column} {bad.detail}") from None
