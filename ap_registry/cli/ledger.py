"""``verify``: the ledger, recomputed."""

import sys

import typer

from ap_registry.cli.output import Json, Stop, installation, write_json
from ap_registry.store.verifying import verify as verify_ledger


def register(app: typer.Typer) -> None:
    app.command()(verify)


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
