"""``census``: a census file of a school or LA beside the registry."""

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ap_registry.census_in.document import Header
from ap_registry.census_in.tables import header_of
from ap_registry.cli.importing import File
from ap_registry.cli.output import Json, Stop, installation, opened, say, write_json
from ap_registry.cli.pupils import note_read, parse_day
from ap_registry.errors import Unreadable

if TYPE_CHECKING:
    from reports.census_compared.told import Compared


def register(app: typer.Typer) -> None:
    app.command("census")(census)


def census(
    file: File,
    offers: Annotated[
        Path | None,
        typer.Option(help="Write the notices that would put the registry right (.csv or .xlsx)."),
    ] = None,
    organisation: Annotated[
        str | None, typer.Option(help="Whose census it is, where the file is a table (CSV, XLSX).")
    ] = None,
    on: Annotated[
        str | None,
        typer.Option(
            help="Of a table: its day (default today); of an LA the next census day from it."
        ),
    ] = None,
    json_: Json = False,
) -> None:
    """Compare a school census or AP census (XML, CSV, XLSX) with the registry.

    Exit 1 where they differ. A table does not say whose it is: name the organisation. Nothing is
    recorded: look through the offered notices, fill in what a census cannot say, leave out what is
    wrong, and send the rest with `import notices`.
    """
    from reports.census_compared.comparing import compare

    day: date | None = parse_day(on)
    with opened(file) as source, installation() as found:
        header = _header(organisation, day, found.registry.today())
        told = compare(found.registry, source, header=header)
        note_read(found, "census", map(str, told.shown))
    if offers is not None:
        _write(told, offers)
    if json_:
        write_json(told.as_json())
    else:
        _tell(told)
    if not told.ok:
        raise Stop(1)


def _header(organisation: str | None, day: date | None, today: date) -> Header | None:
    if organisation is None:
        return None
    return header_of(organisation, day or today, said=day is not None)


def _write(told: "Compared", path: Path) -> None:
    from reports.census_compared.told import offered

    format_ = "xlsx" if path.suffix.lower() == ".xlsx" else "csv"
    try:
        path.write_bytes(offered(told.offers, format_))
    except OSError as error:
        raise Unreadable(f"{path} cannot be written: {error.strerror}.") from error
    say(f"{path}: {len(told.offers)} notices; fill in the blank cells that they need")


def _tell(told: "Compared") -> None:
    for row, words in told.sentences():
        sys.stdout.write(f"{f'pupil {row}: ' if row else ''}{words}\n")
    what = "AP census" if told.kind == "ap" else "School census"
    counted = f"{told.rows} pupils in the file, {told.same} as in the registry"
    if told.not_followed:
        counted += f", {told.not_followed} whom the registry does not follow"
    sys.stdout.write(f"{what} of {told.name} on {told.on}: {counted}\n")
    if not told.on_said:
        say(f"No census day was named: {told.on} was taken (of a table, --on names it).")
    if not told.placements:
        say("The file has no placements: those on record were not compared.")
