"""Activities after Year 11 as an LA's client database (NCCIS) lists them, as notices."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, BinaryIO, TextIO

from ap_registry.access import COMMAND_LINE, Caller
from ap_registry.errors import Unreadable
from ap_registry.ingest.notices import import_notices
from ap_registry.ingest.results import BadRow, ImportResult
from ap_registry.ingest.spreadsheets import Row, read_rows
from ap_registry.registry import Registry
from ap_registry.store import reference

# The database's products name their columns differently; the first that a file has is taken.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "upn": ("upn", "unique_pupil_number", "pupil_upn"),
    "activity": (
        "activity", "activity_code", "current_activity", "current_activity_code", "nccis_code",
        "destination_code", "code",
    ),
    "occurred_on": (
        "occurred_on", "activity_start_date", "start_date", "activity_date", "started_on",
        "starts_on", "date", "as_at",
    ),
    "organisation": (
        "organisation", "establishment", "establishment_urn", "establishment_name", "urn",
        "ukprn", "provider", "employer",
    ),
    "by": ("by", "la", "lead_la", "la_code", "lea_code"),
    "ref": ("ref",),
    "note": ("note",),
}  # fmt: skip
_NEEDED = ("upn", "activity")
_CODE = re.compile(r"([0-9]{3})(?![0-9])")  # words may stand behind


def import_nccis(
    registry: Registry, file: BinaryIO, *, caller: Caller = COMMAND_LINE, on: date | None = None,
    dry_run: bool = False, result_file: TextIO | None = None, receipts: bool = False,
    progress: Callable[[int], None] = lambda rows: None,
) -> ImportResult:  # fmt: skip
    """Each row becomes ``destination_recorded``; ``on``: the day of rows that have none."""
    with registry.database.connection() as connection:
        ukprns = {one.ukprn: one.id for one in reference.all_organisations(connection) if one.ukprn}
    return import_notices(
        registry,
        _notices(read_rows(file), on, ukprns),
        caller=caller,
        dry_run=dry_run,
        result_file=result_file,
        receipts=receipts,
        progress=progress,
    )


def _notices(rows: Iterable[Row], on: date | None, ukprns: Mapping[str, str]) -> Iterator[Row]:
    """Other columns say what the registry does not keep: characteristics, contacts, plans."""
    for number, row in rows:
        if isinstance(row, BadRow):
            yield number, row
            continue
        missing = [name for name in _NEEDED if not any(one in row for one in COLUMNS[name])]
        if missing:
            raise Unreadable(
                f"The file has no column {' or '.join(missing)}: it may be called "
                + " or ".join(COLUMNS[missing[0]])
                + "."
            )
        yield number, _notice(row, on, ukprns)


def _notice(row: Mapping[str, Any], on: date | None, ukprns: Mapping[str, str]) -> dict[str, Any]:
    found = {name: _first(row, names) for name, names in COLUMNS.items()}
    code = _CODE.match(found["activity"])
    organisation = found["organisation"]
    said = {
        **found,
        "type": "destination_recorded",
        "activity": code[1] if code else found["activity"],
        "occurred_on": found["occurred_on"] or (on.isoformat() if on else ""),
        "organisation": ukprns.get(organisation, organisation),
        "by": f"LA{found['by']}" if re.fullmatch(r"[0-9]{3}", found["by"]) else found["by"],
    }
    return {name: value for name, value in said.items() if value}


def _first(row: Mapping[str, Any], names: Iterable[str]) -> str:
    return next((str(row[name]).strip() for name in names if row.get(name)), "")
