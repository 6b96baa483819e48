"""Who does which duty at an organisation, from a small file."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, BinaryIO

from ap_registry.ingest.calendars import Names, organisation_of, organisations_by_name
from ap_registry.ingest.results import BadRow, ImportResult, RowError
from ap_registry.ingest.spreadsheets import read_rows
from ap_registry.people import DUTIES, Person
from ap_registry.store.database import Connection
from ap_registry.store.people import COLUMNS, present_people, write_people
from ap_registry.written_names import says_nothing

MOST_HOURS = 100
_NUMBER = re.compile(r"\+?[\d ()]{6,25}")
_NO_NOUGHT = re.compile(r"(?!0|44)\d{9,10}", re.ASCII)  # a spreadsheet's number has no 0 before it
_ADDRESS = re.compile(r"[^@\s<>,;:\"“”‘’]+@[\w-]+(\.[\w-]+)+")
LONGEST_ADDRESS = 254


def import_people(
    connection: Connection,
    file: BinaryIO,
    *,
    today: date,
    clock: datetime | None = None,
    actor: str = "command-line",
    within: str | None = None,
    progress: Callable[[int], None] = lambda rows: None,
) -> ImportResult:
    """A row replaces whoever did that duty there; duties that the file leaves out stay."""
    result = ImportResult()
    names, present = organisations_by_name(connection, within), present_people(connection)
    given: dict[tuple[str, str], Person] = {}
    for number, row in read_rows(file, known=COLUMNS, needed=COLUMNS[:4]):
        result.rows += 1
        progress(number)
        try:
            found = _person(row, names)
            key = found.organisation, found.duty
            if given.get(key, found) != found:
                raise BadRow("duty", "ref_conflict", "the file names somebody else for it before")
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
    new = [one for key, one in given.items() if present.get(key) != one]
    if new:
        write_people(connection, new, actor=actor, on=today, clock=clock)
    return result


def _person(row: Mapping[str, Any] | BadRow, names: Names) -> Person:
    if isinstance(row, BadRow):
        raise row
    duty = str(row.get("duty") or "").lower().replace(" ", "_")
    if duty not in DUTIES:
        code = "unknown_code" if duty else "required"
        raise BadRow("duty", code, "duty must be one of " + ", ".join(DUTIES))
    return Person(
        organisation=organisation_of(row, names),
        duty=duty,
        name=_text(row, "name"),
        email=_email(row, "email"),
        deputy_name=str(row.get("deputy_name") or "") or None,
        deputy_email=_email(row, "deputy_email") if row.get("deputy_email") else None,
        phone=_phone(row, "phone") if row.get("phone") else None,
        hours=_hours(row, "hours") if row.get("hours") else None,
    )


def _text(row: Mapping[str, Any], column: str) -> str:
    text = str(row.get(column) or "").strip()
    if not text:
        raise BadRow(column, "required", f"{column} is needed")
    if says_nothing(text):
        raise BadRow(column, "bad_format", f"{column} says nothing: leave the row out until known")
    return text


def _phone(row: Mapping[str, Any], column: str) -> str:
    text = _text(row, column)
    if not _NUMBER.fullmatch(text):
        raise BadRow(column, "bad_format", f"{column} must be one number such as 0116 496 0000")
    if _NO_NOUGHT.fullmatch(text.replace(" ", "")):
        words = f"{column} seems to have lost the 0 before it: write it as text, 0116 496 0000"
        raise BadRow(column, "bad_format", words)
    return text


def _hours(row: Mapping[str, Any], column: str) -> str:
    text = _text(row, column)
    if len(text) > MOST_HOURS or not text.isprintable():
        words = f"{column} must be one line of at most {MOST_HOURS} letters"
        raise BadRow(column, "bad_format", words)
    return text


def _email(row: Mapping[str, Any], column: str) -> str:
    text = _text(row, column)
    text = re.sub(r"^mailto:", "", text, flags=re.IGNORECASE)
    if len(text) > LONGEST_ADDRESS or not text.isprintable() or not _ADDRESS.fullmatch(text):
        raise BadRow(column, "bad_format", f"{column} must be one address such as name@example.org")
    return text


READS: Mapping[str, Callable[[Mapping[str, Any], str], str]] = {
    "name": _text, "phone": _phone, "hours": _hours, "email": _email,
}  # fmt: skip
"""How a cell of each column is read; what is wrong with it is a ``BadRow``."""
