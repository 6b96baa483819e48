"""``export notices``: a table of notices on record, to be changed and sent back."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from ap_registry.cli.ctf import exports
from ap_registry.cli.output import Json, installation, say, write_json
from ap_registry.cli.pupils import note_read, parse_day
from ap_registry.cli.report_files import kind_of
from ap_registry.errors import Unreadable
from ap_registry.ingest.changes import rows_on_record
from ap_registry.notices import CATALOGUE
from ap_registry.templates import FORMATS, on_record


def register(_app: typer.Typer) -> None:
    exports.command("notices")(give)


def give(
    type_: Annotated[str, typer.Argument(metavar="TYPE", help="A type of notice.")],
    organisation: Annotated[str, typer.Option(help="Whose notices.")],
    since: Annotated[str | None, typer.Option(help="Those that occurred from this day on.")] = None,
    format_: Annotated[
        str | None,
        typer.Option("--format", help="csv or xlsx; else by the file's name, else xlsx."),
    ] = None,
    output: Annotated[Path | None, typer.Option("-o", help="The file to write.")] = None,
    json_: Json = False,
) -> None:
    """Notices on record as a table; change it, and `import notices` takes what has changed."""
    if type_ not in CATALOGUE:
        raise typer.BadParameter("must be a type of notice", param_hint="TYPE")
    kind = kind_of(format_, output, FORMATS, otherwise="xlsx")
    with installation() as found:
        rows = list(rows_on_record(found.registry, type_, organisation, since=parse_day(since)))
        note_read(found, "export notices", [pupil for pupil, _ in rows])
    if json_:
        write_json({"items": [row for _, row in rows], "next": None})
        return
    made = on_record(type_, [row for _, row in rows], kind)
    if output is None:
        sys.stdout.buffer.write(made)
        return
    try:
        output.write_bytes(made)
    except OSError as error:
        raise Unreadable(f"{output} cannot be written: {error.strerror}.") from error
    say(f"{output}: {len(rows)} notices; change cells, leave row_id, and import the file")
