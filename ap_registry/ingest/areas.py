"""ONS codes of LAs, from a table such as the DfE's: la_code,ons_code,la_name,region,from."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, BinaryIO

from ap_registry.areas import LA_CODE, ONS_CODE, ONS_FROM, REGION, REGIONS
from ap_registry.arrangements import Arrangement, in_force
from ap_registry.fields import BadValue, Day, Reading
from ap_registry.ingest.calendars import organisations_by_name
from ap_registry.ingest.results import BadRow, ImportResult, RowError
from ap_registry.ingest.spreadsheets import read_rows
from ap_registry.store.arrangements import read_arrangements, write_arrangement
from ap_registry.store.database import Connection

NEEDED = ("la_code", "ons_code")
COLUMNS = (*NEEDED, "la_name", "region", "operational_from")
_DAY = Day()
_READING = Reading(on=date.min, organisation=lambda _name: None, from_file=True)
_BY_NAME = {name.casefold(): code for code, name in REGIONS.items()}


def import_areas(
    connection: Connection, file: BinaryIO, *, today: date, clock: datetime | None = None,
    actor: str = "command-line", progress: Callable[[int], None] = lambda rows: None,
) -> ImportResult:  # fmt: skip
    """A row of an LA that is not on record is passed over: the table is of all England."""
    result = ImportResult()
    known, present = organisations_by_name(connection), read_arrangements(connection)
    for number, row in read_rows(file, known=COLUMNS, needed=NEEDED):
        result.rows += 1
        progress(number)
        try:
            told = list(_told(row))
        except BadRow as bad:
            result.refuse(RowError.bad(number, bad))
            continue
        new = [
            one for one in told
            if one.organisation in known and one.value != _held(present, one)
        ]  # fmt: skip
        for one in new:
            write_arrangement(connection, one, actor=actor, on=today, clock=clock)
        result.created += bool(new)
        result.unchanged += not new
    return result


def _held(present: Any, one: Arrangement) -> str | None:
    found = in_force(present, one.organisation, one.name, one.from_on)
    return found.value if found else None


def _told(row: Mapping[str, Any] | BadRow) -> Iterator[Arrangement]:
    if isinstance(row, BadRow):
        raise row
    la, code, region = (_text(row, name) for name in ("la_code", "ons_code", "region"))
    if not (la.isdigit() and len(la) == 3):
        raise BadRow("la_code", "bad_format", "la_code must be three digits, such as 856")
    if not ONS_CODE.fullmatch(code):
        raise BadRow("ons_code", "bad_format", "ons_code must be E and eight digits")
    from_on = _from(row)
    yield Arrangement(organisation=f"LA{la}", name=LA_CODE, from_on=from_on, value=code)
    if region:
        found = region if region in REGIONS else _BY_NAME.get(region.casefold())
        if found is None:
            words = "region must be one of " + ", ".join(REGIONS.values())
            raise BadRow("region", "unknown_code", words)
        yield Arrangement(organisation=f"LA{la}", name=REGION, from_on=from_on, value=found)


def _text(row: Mapping[str, Any], column: str) -> str:
    return str(row.get(column) or "").strip()


def _from(row: Mapping[str, Any]) -> date:
    if not _text(row, "operational_from"):
        return ONS_FROM
    try:
        return _DAY.read(row["operational_from"], _READING)
    except BadValue as bad:
        raise BadRow("operational_from", bad.code, f"operational_from {bad.detail}") from None
