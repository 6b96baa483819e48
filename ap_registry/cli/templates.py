"""``template``: a table to fill in, with an example and its codes."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from ap_registry.cli.output import Json, say, write_json
from ap_registry.cli.report_files import kind_of
from ap_registry.errors import Unreadable
from ap_registry.notices import CATALOGUE
from ap_registry.templates import FORMATS, SMALL, columns, example_rows, template


def register(app: typer.Typer) -> None:
    app.command("template")(give)


def give(
    type_: Annotated[str, typer.Argument(help="A type of notice, or organisations, terms, …")],
    format_: Annotated[
        str | None, typer.Option("--format", help="csv or xlsx; else by the file's name, else csv.")
    ] = None,
    empty: Annotated[bool, typer.Option("--empty", help="Without the row of example.")] = False,
    output: Annotated[Path | None, typer.Option("-o", help="The file to write.")] = None,
    json_: Json = False,
) -> None:
    """A table to fill in for one type of notice or small file; XLSX has drop-downs for codes."""
    if type_ not in CATALOGUE and type_ not in SMALL:
        known = ", ".join((*CATALOGUE, *SMALL))
        raise typer.BadParameter(f"must be one of {known}", param_hint="TYPE")
    kind = kind_of(format_, output, FORMATS, otherwise="csv")
    if json_:
        named = [one.name for one in columns(type_)] if type_ in CATALOGUE else SMALL[type_][0]
        listed = named.split(",") if isinstance(named, str) else named
        write_json({"columns": listed, "examples": example_rows(type_)})
        return
    made = template(type_, kind, empty=empty)
    if output is None:
        sys.stdout.buffer.write(made)
        return
    try:
        output.write_bytes(made)
    except OSError as error:
        raise Unreadable(f"{output} cannot be written: {error.strerror}.") from error
    say(f"{output}: the example row is invented, remove it before you send the file")
