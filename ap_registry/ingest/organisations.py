"""Organisations from the GIAS extract of all establishments, or from the registry's small form."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, BinaryIO

from ap_registry import codes
from ap_registry.errors import Unreadable
from ap_registry.identifiers import BadIdentifier, laestab, parse_organisation_id
from ap_registry.ingest.links import looked_at, take_links
from ap_registry.ingest.results import BadRow, ImportResult, RowError
from ap_registry.ingest.spreadsheets import Row, read_rows
from ap_registry.organisations import Organisation
from ap_registry.store import reference
from ap_registry.store.database import Connection
from ap_registry.written_days import day_in_file
from ap_registry.written_names import says_nothing

CHUNK = 2_000
KINDS = ("school", "provider", "la", "health", "service", "trust")
SMALL = (
    "id", "kind", "name", "la", "las", "trust", "ukprn", "laestab", "type_code", "setting_type",
    "subcontractor_of", "opened_on", "closed_on", "email", "predecessors",
)  # fmt: skip
# What an extract says by a blank cell too: none. Columns that it lacks stay as they are.
GIAS = {
    "la": "la_(code)",
    "trust": "trusts_(code)",
    "ukprn": "ukprn",
    "laestab": "establishmentnumber",
    "type_code": "typeofestablishment_(code)",
    "opened_on": "opendate",
    "closed_on": "closedate",
}
NO_LA = "000"  # GIAS: does not apply
Changes = dict[str, Any]


@dataclass(slots=True)
class Known:
    """Organisations on record, as this file has changed them so far; ``new`` are to be written."""

    present: dict[str, Organisation]
    laestabs: dict[str, str]
    new: dict[str, Organisation]

    @classmethod
    def on_record(cls, connection: Connection) -> "Known":
        present = {one.id: one for one in reference.all_organisations(connection)}
        laestabs = {one.laestab: one.id for one in present.values() if one.laestab}
        return cls(present, laestabs, {})

    def take(self, found: Organisation) -> bool:
        """Whether it says something new."""
        if self.present.get(found.id) == found:
            return False
        self.present[found.id] = self.new[found.id] = found
        return True


def import_organisations(
    connection: Connection,
    file: BinaryIO,
    *,
    today: date,
    clock: datetime | None = None,
    actor: str = "command-line",
    progress: Callable[[int], None] = lambda rows: None,
) -> ImportResult:
    """Take in a file; what is on record already changes nothing, a blank cell erases nothing.

    Or the links between establishments, as GIAS publishes them beside its extract.
    """
    known = Known.on_record(connection)
    links, rows = looked_at(read_rows(file))
    if links:
        result = take_links(rows, known.present, known.take, progress)
    else:
        result = _take_rows(rows, known, progress)
    new = list(known.new.values())
    for start in range(0, len(new), CHUNK):
        reference.write_organisations(
            connection, new[start : start + CHUNK], by="REGISTRY", actor=actor, on=today,
            clock=clock,
        )  # fmt: skip
    return result


def _take_rows(rows: Iterable[Row], known: Known, progress: Callable[[int], None]) -> ImportResult:
    result = ImportResult()
    seen: dict[str, Organisation] = {}
    around: dict[str, Organisation] = {}
    for number, row in rows:
        result.rows += 1
        progress(number)
        try:
            found = _read(row, known)
            if seen.get(found.id, found) != found:
                raise BadRow("id", "ref_conflict", "the file says something else of it before")
        except BadRow as bad:
            result.refuse(RowError.bad(number, bad))
            continue
        if found.id in seen:
            result.duplicate += 1
        elif known.take(found):
            result.created += 1
        else:
            result.unchanged += 1
        seen[found.id] = found
        assert not isinstance(row, BadRow)
        around |= {one.id: one for one in _around(found, row)}
    for one in around.values():
        if one.id not in known.present:
            known.take(one)
    return result


def _read(row: Mapping[str, Any] | BadRow, known: Known) -> Organisation:
    if isinstance(row, BadRow):
        raise row
    if wrong := next((name for name, text in row.items() if not isinstance(text, str)), None):
        raise BadRow(wrong, "bad_format", f"{wrong} must be text: send a table (CSV or XLSX)")
    if "urn" in row and "establishmentname" in row:
        return _gias(row, known)
    if "id" in row and "kind" in row:
        return _small(row, known)
    raise Unreadable(
        "This is neither a GIAS extract (URN, EstablishmentName …) nor the registry's own form"
        " (id, kind, name, la …)."
    )


def _around(found: Organisation, row: Mapping[str, Any]) -> Iterator[Organisation]:
    """An establishment makes its LA and its trust known."""
    if found.la and found.kind != "la":
        name = codes.LA_CODES.get(found.la) or row.get("la_(name)")
        yield Organisation(
            id=f"LA{found.la}", kind="la", name=name or f"Local authority {found.la}", la=found.la
        )
    if found.trust:
        name = row.get("trusts_(name)") or f"Trust {found.trust.removeprefix('T-')}"
        yield Organisation(id=found.trust, kind="trust", name=name)


def _gias(row: Mapping[str, Any], known: Known) -> Organisation:
    """Closed establishments stay usable: history names them."""
    urn = str(row["urn"])
    if not re.fullmatch(r"[0-9]{6}", urn):
        raise BadRow("urn", "bad_format" if urn else "required", "URN must be six digits")
    la, number = str(row.get("la_(code)") or ""), str(row.get("establishmentnumber") or "")
    la = la.zfill(3) if re.fullmatch(r"[0-9]{1,3}", la) else ""
    trust = str(row.get("trusts_(code)") or "")
    type_code = str(row.get("typeofestablishment_(code)") or "").lstrip("0")
    told = {
        "la": la if la != NO_LA else None,
        "trust": f"T-{trust}" if re.fullmatch(r"[0-9]{1,8}", trust) else None,
        "ukprn": row.get("ukprn"),
        "laestab": f"{la}{int(number):04}" if la and re.fullmatch(r"[0-9]{1,4}", number) else None,
        "type_code": type_code,
        "opened_on": _day(row, "opendate"),
        "closed_on": _day(row, "closedate"),
    }
    changes = {name: value or None for name, value in told.items() if GIAS[name] in row}
    kind = "provider" if type_code in codes.AP_TYPES else "school"
    if GIAS["type_code"] not in row and urn in known.present:
        kind = known.present[urn].kind
    return _changed(known, urn, kind, row["establishmentname"] or urn, changes)


def _changed(known: Known, id_: str, kind: str, name: str, changes: Changes) -> Organisation:
    before = known.present.get(id_) or Organisation(id=id_, kind=kind, name=name)
    return replace(before, kind=kind, name=name, **changes)


def _day(row: Mapping[str, Any], column: str) -> date | None:
    """dd-mm-yyyy as GIAS writes it, or as offices do."""
    text = str(row.get(column) or "").strip()
    if not text:
        return None
    with suppress(ValueError):
        if found := day_in_file(text):
            return found
    raise BadRow(column, "bad_format", f"{column} must be a date such as 2024-09-01")


def _small(row: Mapping[str, Any], known: Known) -> Organisation:
    for column, text in row.items():
        if text and column not in SMALL:
            raise Unreadable(f"The column {column} is not known here.")
    id_ = _id(row, "id", known)
    kind = str(row.get("kind") or "").lower()
    if kind not in KINDS:
        code = "unknown_code" if kind else "required"
        raise BadRow("kind", code, "kind must be one of " + ", ".join(KINDS))
    name = str(row.get("name") or "")
    if not name or says_nothing(name):
        raise BadRow("name", "required", "name is needed")
    las = tuple(_la_code("las", part) for part in str(row.get("las") or "").split(";") if part)
    before = str(row.get("predecessors") or "").split(";")
    told = {
        "la": _la_code("la", str(row["la"])) if row.get("la") else _own_la(id_, kind),
        "las": las,
        "predecessors": tuple(
            _id({"predecessors": one}, "predecessors", known) for one in before if one.strip()
        ),
        "trust": _id(row, "trust", known) if row.get("trust") else None,
        "subcontractor_of": (
            _id(row, "subcontractor_of", known) if row.get("subcontractor_of") else None
        ),
        "type_code": _figures(row, "type_code", r"[0-9]{1,3}").lstrip("0"),
        "setting_type": _setting_type(row),
        "opened_on": _day(row, "opened_on"),
        "closed_on": _day(row, "closed_on"),
        "ukprn": _figures(row, "ukprn", r"[0-9]{8}"),
        "laestab": laestab(_figures(row, "laestab", r"[0-9]{3}[/ \u00a0-]?[0-9]{4}")),
        "email": row.get("email"),
    }
    changes = {column: value for column, value in told.items() if value}
    found = _changed(known, id_, kind, name, changes)
    if found.opened_on and found.closed_on and found.closed_on < found.opened_on:
        raise BadRow("closed_on", "end_before_start", "closed_on must not be before opened_on")
    return found


def _figures(row: Mapping[str, Any], column: str, pattern: str) -> str:
    text = str(row.get(column) or "").strip()
    if text and not re.fullmatch(pattern, text):
        raise BadRow(column, "bad_format", f"{column} is no such number: look at its figures")
    return text


def _own_la(id_: str, kind: str) -> str | None:
    return id_.removeprefix("LA") if kind == "la" else None


def _id(row: Mapping[str, Any], column: str, known: Known) -> str:
    """An identifier; a LAESTAB of an establishment on record is understood."""
    text = str(row.get(column) or "").strip()
    if number := laestab(text):
        found = known.laestabs.get(number)
        if found is None:
            raise BadRow(column, "unknown_organisation", f"{text} is not on record: give the URN")
        return found
    try:
        return parse_organisation_id(text)
    except BadIdentifier as bad:
        code = bad.code if text else "required"
        raise BadRow(column, code, f"{column}: {bad}") from None


def _la_code(column: str, text: str) -> str:
    code = text.strip().upper().removeprefix("LA")
    if not re.fullmatch(r"[0-9]{3}", code):
        raise BadRow(column, "unknown_code", f"{column}: three digits of a local authority")
    return code


def _setting_type(row: Mapping[str, Any]) -> str:
    text = str(row.get("setting_type") or "").upper()
    if text and text not in codes.SETTING_TYPE:
        listed = ", ".join(codes.SETTING_TYPE)
        raise BadRow("setting_type", "unknown_code", f"setting_type must be one of {listed}")
    return text
