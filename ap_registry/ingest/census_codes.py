"""DfE's codes for our words, as an LA gives them: organisation,field,word,dfe_code,from_on."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, BinaryIO

from ap_registry.arrangements import Arrangement, in_force
from ap_registry.census_codes import CODE, FIELDS, named
from ap_registry.fields import BadValue, Day, Reading
from ap_registry.ingest.calendars import Names, organisation_of, organisations_by_name
from ap_registry.ingest.results import BadRow, ImportResult, RowError
from ap_registry.ingest.spreadsheets import read_rows
from ap_registry.store.arrangements import read_arrangements, write_arrangement
from ap_registry.store.database import Connection

COLUMNS = ("organisation", "field", "word", "dfe_code", "from_on")
_DAY = Day()
_READING = Reading(on=date.min, organisation=lambda _name: None, from_file=True)


def import_codes(
    connection: Connection, file: BinaryIO, *, today: date, clock: datetime | None = None,
    actor: str = "command-line", progress: Callable[[int], None] = lambda rows: None,
) -> ImportResult:  # fmt: skip
    """A row holds from its day on; one without a code says nothing and erases nothing."""
    result = ImportResult()
    names, present = organisations_by_name(connection), read_arrangements(connection)
    given: dict[tuple[str, str, date], Arrangement] = {}
    for number, row in read_rows(file, known=COLUMNS, needed=COLUMNS[:4]):
        result.rows += 1
        progress(number)
        try:
            found = _code(row, names, today)
        except BadRow as bad:
            result.refuse(RowError.bad(number, bad))
            continue
        if not found.value:
            result.unchanged += 1
            continue
        key = found.organisation, found.name, found.from_on
        if given.get(key, found) != found:
            words = "the file gives another code for it before"
            result.refuse(RowError.bad(number, BadRow("dfe_code", "ref_conflict", words)))
            continue
        held = in_force(present, found.organisation, found.name, found.from_on)
        if key in given:
            result.duplicate += 1
        elif held is not None and held.value == found.value:
            result.unchanged += 1
        else:
            result.created += 1
            write_arrangement(connection, found, actor=actor, on=today, clock=clock)
        given[key] = found
    return result


def _code(row: Mapping[str, Any] | BadRow, names: Names, today: date) -> Arrangement:
    if isinstance(row, BadRow):
        raise row
    organisation = organisation_of(row, names)
    if names[organisation].kind != "la":
        raise BadRow("organisation", "unknown_organisation", f"{organisation} is no LA")
    field = _text(row, "field").lower()
    if field not in FIELDS:
        raise BadRow("field", "unknown_code", "field must be one of " + ", ".join(FIELDS))
    word = _text(row, "word").lower().replace(" ", "_")
    if word not in FIELDS[field]:
        raise BadRow("word", "unknown_code", "word must be one of " + ", ".join(FIELDS[field]))
    code = _text(row, "dfe_code").upper()
    if code and not CODE.fullmatch(code):
        raise BadRow("dfe_code", "bad_format", "dfe_code must be up to six letters and figures")
    return Arrangement(
        organisation=organisation, name=named(field, word), from_on=_from(row, today), value=code
    )


def _text(row: Mapping[str, Any], column: str) -> str:
    return str(row.get(column) or "").strip()


def _from(row: Mapping[str, Any], today: date) -> date:
    if not _text(row, "from_on"):
        return today
    try:
        return _DAY.read(row["from_on"], _READING)
    except BadValue as bad:
        raise BadRow("from_on", bad.code, f"from_on {bad.detail}") from None
