"""``import ctf`` and ``export ctf``: a pupil's Common Transfer File in and out."""

import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from ap_registry.cli.importing import DryRun, File, Result, imports, result_file, tell
from ap_registry.cli.output import Json, installation, opened, progress_bar, say, write_json
from ap_registry.cli.pupils import On, find_pupil, note_read, parse_day
from ap_registry.ctf.document import Header, file_name
from ap_registry.ctf.making import make_ctf
from ap_registry.ctf.taking import import_ctf
from ap_registry.ctf.writing import write_ctf
from ap_registry.errors import Unreadable

exports = typer.Typer(no_args_is_help=True, help="Write a file for another system.")


def register(app: typer.Typer) -> None:
    imports.command("ctf")(take)
    exports.command("ctf")(give)
    app.add_typer(exports, name="export")


def take(
    file: File,
    by: Annotated[
        str | None, typer.Option(help="Who notifies (default: the receiving school).")
    ] = None,
    dry_run: DryRun = False,
    result: Result = None,
    json_: Json = False,
) -> None:
    """A Common Transfer File: its pupils, their schools and their marks as ordinary notices."""
    with (
        opened(file) as handle,
        result_file(result) as target,
        installation() as found,
        progress_bar("pupils") as bar,
    ):
        told = import_ctf(
            found.registry, handle, by=by, dry_run=dry_run, result_file=target, progress=bar
        )
    if not json_:
        for word in ("notices", "not_taken"):
            for name, number in told.more[word].items():
                say(f"{word.replace('_', ' ')}: {number} × {name}")
    tell(told, json_)


def give(
    upn: Annotated[str, typer.Argument(help="The pupil's UPN or id.")],
    to: Annotated[str | None, typer.Option(help="The receiving school, where known.")] = None,
    from_: Annotated[
        str | None, typer.Option("--from", help="The sending school (default: the main one).")
    ] = None,
    on: On = None,
    output: Annotated[
        Path | None, typer.Option("-o", help="A file, or the folder for one (default: here).")
    ] = None,
    json_: Json = False,
) -> None:
    """A Common Transfer File 25.0 named LLLEEEE_CTF_LLLEEEE_nnn.xml; says what it leaves out."""
    day: date | None = parse_day(on)
    with installation() as found:
        pupil_id = find_pupil(found, upn, None)
        made = make_ctf(found.registry, pupil_id, source=from_, destination=to, on=day)
        note_read(found, "export ctf", [str(pupil_id)])
    path = _path(output or Path(), made.ctf.header)
    try:
        path.write_bytes(write_ctf(made.ctf))
    except OSError as error:
        raise Unreadable(f"{path} cannot be written: {error.strerror}.") from error
    if json_:
        write_json({"file": str(path), "left_out": made.left_out})
        return
    sys.stdout.write(f"{path}\n")
    for name, number in made.left_out.items():
        say(f"not in the file, which has no place for it: {number} × {name}")


def _path(output: Path, header: Header) -> Path:
    """As named, or the first number not taken in the folder."""
    if not output.is_dir():
        return output
    numbered = (output / file_name(header, number) for number in range(1, 1000))
    free = next((path for path in numbered if not path.exists()), None)
    if free is None:
        raise Unreadable(f"{output} holds 999 such files already: name another folder.")
    return free
