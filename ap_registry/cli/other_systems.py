"""``import nccis`` and ``import history``: files as other systems write them."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from ap_registry.cli.importing import DryRun, File, Result, imports, result_file, tell
from ap_registry.cli.output import Json, installation, opened, progress_bar
from ap_registry.cli.pupils import parse_day
from ap_registry.ingest.mapping import read_mapping
from ap_registry.ingest.nccis import import_nccis
from ap_registry.ingest.past import import_history

On = Annotated[str | None, typer.Option("--on", help="The day of rows that have none.")]


def register(_app: typer.Typer) -> None:
    imports.command("nccis")(nccis)
    imports.command("history")(history)


def nccis(
    file: File,
    on: On = None,
    dry_run: DryRun = False,
    result: Result = None,
    json_: Json = False,
) -> None:
    """What pupils do after Year 11: UPN, NCCIS activity code, start date, establishment."""
    with (
        opened(file) as handle,
        result_file(result) as target,
        installation() as found,
        progress_bar("activities") as bar,
    ):
        told = import_nccis(
            found.registry, handle, on=parse_day(on), dry_run=dry_run, result_file=target,
            receipts=json_, progress=bar,
        )  # fmt: skip
    tell(told, json_)


def history(
    file: File,
    mapping: Annotated[Path, typer.Option(help="The TOML file that says what each column is.")],
    dry_run: DryRun = False,
    json_: Json = False,
) -> None:
    """Past placements from a spreadsheet, by a mapping file; --dry-run explains each row."""
    with opened(str(mapping)) as described:
        read = read_mapping(described)
    with opened(file) as handle, installation() as found, progress_bar("notices") as bar:
        told = import_history(found.registry, handle, read, dry_run=dry_run, progress=bar)
    if dry_run and not json_:
        for line in told.more["lines"]:
            sys.stdout.write(f"row {line['row']}: {_explained(line['notices'])}\n")
    tell(told, json_)


def _explained(notices: list[dict[str, Any]]) -> str:
    parts = [
        " ".join(part for part in (one["type"] or "row", one["occurred_on"]) if part)
        + (f" refused: {'; '.join(one['errors'])}" if one["errors"] else "")
        for one in notices
    ]
    return ", ".join(parts) or "nothing to record"
