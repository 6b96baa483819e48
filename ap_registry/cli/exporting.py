"""``export tables``: all that the registry has of an LA's pupils, for its own analysts."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from ap_registry.cli.ctf import exports
from ap_registry.cli.output import Json, installation, say, write_json, write_table
from ap_registry.cli.pupils import AsAt, note_read, parse_instant

Folder = Annotated[Path, typer.Option("-o", help="The folder; made where it is missing.")]


def register(_app: typer.Typer) -> None:
    exports.command("tables")(give)


def give(
    la: Annotated[str, typer.Option(help="The LA (three digits).")],
    output: Folder,
    as_at: AsAt = None,
    json_: Json = False,
) -> None:
    """A CSV for each table, and datapackage.json that says what is in them (Table Schema)."""
    from reports.tables import export_tables

    code, at = la.strip().upper().removeprefix("LA"), parse_instant(as_at)
    with installation() as found:
        package, pupils = export_tables(found.registry, code, output, at)
        note_read(found, "export tables", [str(pupil) for pupil in pupils])
    if json_:
        write_json(package)
        return
    write_table(("file", "rows"), [(one["path"], one["rows"]) for one in package["resources"]])
    sys.stdout.flush()
    say(f"{len(pupils)} pupils, as known by {package['known_by']}, in {output}")
