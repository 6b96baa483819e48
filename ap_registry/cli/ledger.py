"""``verify`` and ``rebuild``: the ledger, and what is derived from it, computed anew."""

import sys
from typing import Annotated

import typer

from ap_registry.cli.output import Json, Stop, installation, progress_bar, write_json
from ap_registry.store import rebuilding
from ap_registry.store.database import Database
from ap_registry.store.verifying import verify as verify_ledger


def register(app: typer.Typer) -> None:
    app.command()(verify)
    app.command()(rebuild)


def verify(json_: Json = False) -> None:
    """Recompute every digest, leaf and tree head; exit 1 when one is not as recorded."""
    with installation() as found:
        with found.database.connection() as connection:
            found.registry.closed(connection)
        with found.database.snapshot() as connection:
            told = verify_ledger(connection)
    if json_:
        write_json(told.as_json())
    elif told.first_bad is None:
        sys.stdout.write(
            f"{told.events} events as recorded ({told.erased} erased); root {told.root.hex()}\n"
        )
    else:
        bad = told.first_bad
        sys.stdout.write(
            f"{told.bad} of {told.events} events are not as recorded; the first: {bad.problem} of"
            f" seq {bad.seq}, event {bad.event}, pupil {bad.pupil_id}, version {bad.version}\n"
        )
    if told.first_bad is not None:
        raise Stop(1)


def rebuild(
    check: Annotated[bool, typer.Option("--check", help="Only compare; change nothing.")] = False,
    json_: Json = False,
) -> None:
    """Derive every row anew from the ledger and put right what differs.

    With --check: exit 1 where a table holds other rows than the ledger makes.
    """
    with installation() as found, progress_bar("events") as bar:
        owner = Database(found.servers.database_owner_url, max_size=1)
        try:
            told = (rebuilding.check if check else rebuilding.rebuild)(owner, progress=bar)
        finally:
            owner.close()
    if json_:
        write_json(told.as_json())
    else:
        for name, one in sorted(told.tables.items()):
            sys.stdout.write(f"{name}: {one.missing} missing, {one.unexpected} unexpected\n")
        mended = "" if told.same else ", which differed" if check else ", put right"
        sys.stdout.write(f"{told.events} events make {told.rows} rows{mended}\n")
    if check and not told.same:
        raise Stop(1)
