"""``ledger``: the keys that sign it, and what is exported for those who check it."""

import sys

import typer

from ap_registry.cli.output import Json, installation, write_json, write_table
from ap_registry.store import heads
from ap_registry.store.sequencer import rotate as rotate_key

ledger = typer.Typer(no_args_is_help=True, help="The keys that sign the ledger.")
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
def keys(json_: Json = False) -> None:
    """Every public key that signed the ledger, and when."""
    with installation() as found, found.database.connection() as connection:
        items = heads.keys(connection)
    if json_:
        write_json({"items": items})
    else:
        write_table(COLUMNS, [[key[name] for name in COLUMNS] for key in items])
