"""``import nccis``: files as other systems write them."""

from typing import Annotated

import typer

from ap_registry.cli.importing import DryRun, File, Result, imports, result_file, tell
from ap_registry.cli.output import Json, installation, opened, progress_bar
from ap_registry.cli.pupils import parse_day
from ap_registry.ingest.nccis import import_nccis

On = Annotated[str | None, typer.Option("--on", help="The day of rows that have none.")]


def register(_app: typer.Typer) -> None:
    imports.command("nccis")(nccis)


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
