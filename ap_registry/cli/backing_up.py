"""``backup`` and ``restore``: the whole registry in one encrypted file, and back."""

import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import psycopg
import typer

from ap_registry.backing_up.dumping import back_up
from ap_registry.backing_up.passphrases import beside, to_open, to_seal
from ap_registry.backing_up.restoring import How, Restored
from ap_registry.backing_up.restoring import restore as put_back
from ap_registry.cli.output import (
    Json,
    Stop,
    installation,
    opened,
    progress_bar,
    say,
    write_json,
)
from ap_registry.cli.records import LIST, read_list, whom_and_why
from ap_registry.errors import SetupError, Unavailable
from ap_registry.installation import servers
from ap_registry.settings import Settings, read_settings
from ap_registry.store.database import trouble


def register(app: typer.Typer) -> None:
    app.command()(backup)
    app.command()(restore)


def backup(
    file: Annotated[Path, typer.Argument(help="Where to write it.")],
    force: Annotated[bool, typer.Option(help="Write over a file of that name.")] = False,
    json_: Json = False,
) -> None:
    """Write all that the registry holds, at one instant, into an encrypted file."""
    if file.exists() and not force:
        raise SetupError(f"{file} exists", "Name another file, or write over it with --force.")
    with installation() as found, progress_bar("bytes") as bar:
        own = not found.settings.backup_passphrase
        with suppress(Unavailable), found.database.connection() as connection:
            found.registry.closed(connection)  # what stays without its place is backed up too
        passphrase = to_seal(found.settings, file)
        manifest = back_up(found.servers.database_owner_url, file, passphrase, bar)
    size = file.stat().st_size
    told: dict[str, Any] = {
        "file": str(file), "bytes": size, **manifest.as_json(),
        "key_file": str(beside(file)) if own else None,
    }  # fmt: skip
    if json_:
        write_json(told)
    else:
        sys.stdout.write(f"{file}: {manifest.events:,} events of {manifest.pupils:,} pupils,"
                         f" root {manifest.head['root']} ({size:,} bytes)\n")  # fmt: skip
    if own:
        say(f"Nobody opens it without {beside(file)}, and anybody who has both: keep them apart.")


def restore(
    file: Annotated[str, typer.Argument(help="What `backup` wrote; - is stdin.")],
    replace: Annotated[
        bool, typer.Option(help="Give up all that this registry holds, for good.")
    ] = False,
    accept_damage: Annotated[
        bool, typer.Option(help="Keep it though its ledger is not as recorded.")
    ] = False,
    erasures: Annotated[
        Path | None,
        typer.Option(help="Whom to erase again, as `pupil erased --json` wrote it."),
    ] = None,
    json_: Json = False,
) -> None:
    """Bring back what a backup holds, into an empty registry, and verify it; all or nothing.

    Pupils erased since it was taken are erased again: those of the state folder's list (or of
    --erasures), and of a registry that is replaced. Exit 1 where the ledger in it is not as
    recorded (nothing is restored then), where rows differ from what it makes (`rebuild` puts those
    right), or where a pupil to be erased is held.
    """
    settings = read_settings()
    how = How(
        replace=replace, damaged=accept_damage, erasures=_erasures(settings, erasures),
        clock=settings.clock,
    )  # fmt: skip
    with opened(file) as source, progress_bar("rows") as bar:
        passphrase = to_open(settings, None if file == "-" else Path(file))
        try:
            told = put_back(
                servers(settings).database_owner_url, source, passphrase, how, progress=bar
            )
        except psycopg.OperationalError as error:
            what, cure = trouble(error)
            raise SetupError(f"Nothing was restored: {what}", cure) from error
    if json_:
        write_json(told.as_json())
    else:
        _tell(told, kept=told.whole or accept_damage)
    if not told.ok:
        raise Stop(1)


def _erasures(settings: Settings, given: Path | None) -> tuple[tuple[UUID, str], ...]:
    path = given or settings.home / LIST
    return whom_and_why(read_list(path)) if given or path.exists() else ()


def _tell(told: Restored, *, kept: bool) -> None:
    manifest = told.manifest
    sys.stdout.write(
        f"{'Restored' if kept else 'NOT restored'}: the registry of {manifest.taken_at},"
        f" {manifest.events:,} events of {manifest.pupils:,} pupils\n"
    )
    if told.whole:
        sys.stdout.write(f"The ledger is as recorded; root {told.verified.root.hex()}\n")
    else:
        bad = told.verified.first_bad
        sys.stdout.write(
            f"The ledger is not as recorded ({bad.problem if bad else 'other root'});"
            " --accept-damage keeps it nevertheless\n"
        )
    again = told.erased_again
    if again["erased"] or again["held"]:
        held = ", ".join(again["held"]) or "none"
        sys.stdout.write(f"Erased again: {again['erased']}; held, and not erased: {held}\n")
    for name, one in sorted(told.rebuilt.tables.items()):
        sys.stdout.write(f"{name}: {one.missing} missing, {one.unexpected} unexpected: rebuild\n")
