"""Organisations from the GIAS extract of all establishments, or from the registry's small form."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any, BinaryIO

from ap_registry import codes
from ap_registry.errors import Unreadable
from ap_registry.identifiers import BadIdentifier, parse_organisation_id
from ap_registry.ingest.results import ImportResult, RowError
from ap_registry.ingest.spreadsheets import read_rows
from ap_registry.organisations import Organisation
from ap_registry.store import reference
from ap_registry.store.database import Connection

CHUNK = 2_000
KINDS = ("school", "provider", "la", "health", "service", "trust")
SMALL = (
    "id", "kind", "name", "la", "las", "trust", "ukprn", "laestab", "type_code", "setting_type",
    "subcontractor_of", "opened_on", "closed_on", "email",
)  # fmt: skip


class BadRow(Exception):
    """A row that cannot be taken, and why."""

    def __init__(self, column: str, code: str, detail: str) -> None:
        super().__init__(detail)
        self.column, self.code, self.detail = column, code, detail


def import_organisations(
    connection: Connection,
    file: BinaryIO,
    *,
    today: date,
    clock: datetime | None = None,
    actor: str = "command-line",
    progress: Callable[[int], None] = lambda rows: None,
) -> ImportResult:
    """Take in a file; what is on record already changes nothing."""
    result = ImportResult()
    present = {one.id: one for one in reference.all_organisations(connection)}
    fresh: dict[str, Organisation] = {}
    seen: set[str] = set()

    def flush() -> None:
        if fresh:
            reference.write_organisations(
                connection, list(fresh.values()), by="REGISTRY", actor=actor, on=today, clock=clock
            )
            present.update(fresh)
            fresh.clear()

    for number, row in read_rows(file):
        result.rows = number
        try:
            found = _read(row)
        except BadRow as bad:
            result.refuse(RowError(number, bad.column, bad.code, bad.detail))
            continue
        if found is None:
            continue
        if found.id in seen:
            result.duplicate += 1
            continue
        seen.add(found.id)
        if present.get(found.id) == found:
            result.unchanged += 1
        else:
            result.created += 1
            fresh[found.id] = found
            for la in _las_of(found):
                if la.id not in present and la.id not in fresh:
                    fresh[la.id] = la
        if len(fresh) >= CHUNK:
            flush()
        progress(number)
    flush()
    return result


def _read(row: Mapping[str, Any]) -> Organisation | None:
    if "urn" in row and "establishmentname" in row:
        return _gias(row)
    if "id" in row and "kind" in row:
        return _small(row)
    raise Unreadable(
        "This is neither a GIAS extract (URN, EstablishmentName …) nor the registry's own form"
        " (id, kind, name, la …)."
    )


def _las_of(found: Organisation) -> Iterator[Organisation]:
    """An establishment in an LA makes that LA known."""
    if found.la and found.kind != "la":
        name = codes.LA_CODES.get(found.la, f"Local authority {found.la}")
        yield Organisation(id=f"LA{found.la}", kind="la", name=name, la=found.la)


def _gias(row: Mapping[str, Any]) -> Organisation:
    """Closed establishments stay usable: history names them."""
    urn = str(row["urn"]).strip()
    if not re.fullmatch(r"\d{6}", urn):
        raise BadRow("urn", "bad_format", "URN must be six digits")
    type_code = (row.get("typeofestablishment_(code)") or "").lstrip("0") or None
    la = (row.get("la_(code)") or "").zfill(3) if row.get("la_(code)") else None
    number = row.get("establishmentnumber") or ""
    trust = row.get("trusts_(code)") or ""
    return Organisation(
        id=urn,
        kind="provider" if type_code in codes.AP_TYPES else "school",
        name=row.get("establishmentname") or urn,
        la=la,
        trust=f"T-{trust}" if trust.isdigit() else None,
        ukprn=row.get("ukprn") or None,
        laestab=f"{la}{int(number):04d}" if la and number.isdigit() else None,
        type_code=type_code,
        opened_on=_day(row, "opendate"),
        closed_on=_day(row, "closedate"),
    )


def _day(row: Mapping[str, Any], column: str) -> date | None:
    """dd-mm-yyyy or dd/mm/yyyy as GIAS writes it, or ISO."""
    text = str(row.get(column) or "").strip()
    if not text:
        return None
    for pattern in ("%d-%m-%Y", "%d/%m/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text[:10], pattern).date()
        except ValueError:
            continue
    raise BadRow(column, "bad_format", f"{column} must be a date such as 01-09-2024")


def _small(row: Mapping[str, Any]) -> Organisation:
    for column, text in row.items():
        if text and column not in SMALL:
            raise Unreadable(f"The column {column} is not known here.")
    text = str(row.get("id") or "")
    try:
        name = parse_organisation_id(text)
    except BadIdentifier as bad:
        raise BadRow("id", "bad_format" if text else "required", f"id: {bad}") from None
    kind = str(row.get("kind") or "").lower()
    if kind not in KINDS:
        raise BadRow("kind", "unknown_code", "kind must be one of " + ", ".join(KINDS))
    if not row.get("name"):
        raise BadRow("name", "required", "name is needed")
    found = Organisation(
        id=name,
        kind=kind,
        name=str(row["name"]),
        la=_la(row) or (name.removeprefix("LA") if kind == "la" else None),
        las=tuple(p.strip() for p in str(row.get("las") or "").split(";") if p.strip()),
        opened_on=_day(row, "opened_on"),
        closed_on=_day(row, "closed_on"),
        **{
            column: row.get(column) or None
            for column in ("trust", "ukprn", "laestab", "setting_type", "subcontractor_of", "email")
        },
    )
    type_code = str(row.get("type_code") or "").lstrip("0") or None
    return replace(found, type_code=type_code)


def _la(row: Mapping[str, Any]) -> str | None:
    text = str(row.get("la") or "").upper().removeprefix("LA")
    if not text:
        return None
    if not re.fullmatch(r"\d{3}", text):
        raise BadRow("la", "unknown_code", "la must be the three digits of a local authority")
    return text
