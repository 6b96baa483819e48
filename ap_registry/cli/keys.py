"""``ledger``: the keys that sign it, and what is exported for whoever checks it."""

import sys
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from ap_registry.cli.output import Json, installation, write_json, write_table
from ap_registry.reading import newest_head
from ap_registry.store import exporting, heads
from ap_registry.store.sequencer import rotate as rotate_key

ledger = typer.Typer(no_args_is_help=True, help="The keys that sign the ledger, and its exports.")
COLUMNS = ("key_id", "public_key", "from", "until")


def register(app: typer.Typer) -> None:
    app.add_typer(ledger, name="ledger")


@ledger.command()
def rotate(json_: Json = False) -> None:
    """Sign with another key from now on; the old ones stay published."""
    with installation() as found, found.database.connection() as connection:
        follows = rotate_key(connection, found.clock, found.signer)
    if json_:
        write_json({"key_id": follows})
    else:
        sys.stdout.write(f"The ledger is signed with key {follows}.\n")


@ledger.command()
def export(
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="A folder of exports, one a day.")
    ] = None,
    event: Annotated[
        list[UUID] | None, typer.Option(help="Prove too that the ledger holds this event.")
    ] = None,
    json_: Json = False,
) -> None:
    """Write the signed head, the keys, and the proof that the ledger only grew since the last.

    With -o: into a file of today, beside the program that checks it; without, to stdout.
    """
    if output is not None and event:
        raise typer.BadParameter("--event is for stdout: leave out -o")
    with installation() as found, found.database.connection() as connection:
        head = newest_head(found.registry, connection)
        if output is None:
            write_json(exporting.export(connection, head, events=event or ()))
            return
        path = exporting.export_into(connection, output, head, found.registry.today())
    if json_:
        write_json({"file": str(path), "size": head.size, "root": head.root.hex()})
    else:
        sys.stdout.write(f"{path}\n")


@ledger.command()
def keys(json_: Json = False) -> None:
    """Every public key that signed the ledger, and when."""
    with installation() as found, found.database.connection() as connection:
        items = heads.keys(connection)
    if json_:
        write_json({"items": items})
    else:
        write_table(COLUMNS, [[key[name] for name in COLUMNS] for key in items])
