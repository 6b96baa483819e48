"""``verify`` and ``rebuild``: the ledger, and what is derived from it, computed anew."""

import sys
from typing import Annotated

import typer

from ap_registry import proofs
from ap_registry.cli.output import Json, Stop, installation, progress_bar, write_json
from ap_registry.errors import Unreadable
from ap_registry.store import rebuilding
from ap_registry.store.database import Connection, Database
from ap_registry.store.exporting import Disagreement, disagreements
from ap_registry.store.verifying import Verified
from ap_registry.store.verifying import verify as verify_ledger


def register(app: typer.Typer) -> None:
    app.command()(verify)
    app.command()(rebuild)


def verify(
    proof: Annotated[
        list[str] | None,
        typer.Option(help="An export, or an answer of /api/v1/ledger/…, to hold against it."),
    ] = None,
    json_: Json = False,
) -> None:
    """Recompute every digest, leaf and tree head; exit 1 when one is not as recorded."""
    documents = _documents(proof or [])
    with installation() as found:
        with found.database.connection() as connection:
            found.registry.closed(connection)
        with found.database.snapshot() as connection:
            told = verify_ledger(connection)
            wrong = _disagreements(connection, documents)
            told = told.and_of_proofs(connection, [(one.seq, one.problem) for one in wrong])
    if json_:
        words = [one.words for one in wrong]
        write_json(
            told.as_json() | ({"proof": {"ok": not wrong, "problems": words}} if proof else {})
        )
    else:
        _say(told)
        for one in wrong:
            sys.stdout.write(f"{one.problem}: {one.words}\n")
    if told.first_bad is not None:
        raise Stop(1)


def _documents(paths: list[str]) -> list[object]:
    try:
        return proofs.read(paths)
    except proofs.Bad as bad:
        raise Unreadable(str(bad)) from bad


def _disagreements(connection: Connection, documents: list[object]) -> list[Disagreement]:
    try:
        return list(disagreements(connection, documents))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unreadable(f"The proof is not what it should be: {error}.") from error


def _say(told: Verified) -> None:
    if told.first_bad is None:
        sys.stdout.write(
            f"{told.events} events as recorded ({told.erased} erased); root {told.root.hex()}\n"
        )
        return
    bad = told.first_bad
    sys.stdout.write(
        f"{told.bad} of {told.events} events are not as recorded; the first: {bad.problem} of"
        f" seq {bad.seq}, event {bad.event}, pupil {bad.pupil_id}, version {bad.version}\n"
    )


def rebuild(
    check: Annotated[bool, typer.Option("--check", help="Only compare; change nothing.")] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on where the last one was interrupted.")
    ] = False,
    json_: Json = False,
) -> None:
    """Derive every row anew from the ledger and put right what differs.

    With --check: exit 1 where a table holds other rows than the ledger makes.
    """
    with installation() as found, progress_bar("events") as bar:
        owner = Database(found.servers.database_owner_url, max_size=2)
        try:
            told = (
                rebuilding.check(owner, progress=bar)
                if check
                else rebuilding.rebuild(owner, resume=resume, progress=bar)
            )
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
