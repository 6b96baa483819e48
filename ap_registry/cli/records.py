"""``pupil export``, ``erase``, ``hold``, ``release``: what is done with a record as a whole."""

import json
import sys
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from ap_registry import erasing, exporting
from ap_registry.cli.output import Json, Stop, as_json, installation, say, write_json, write_table
from ap_registry.cli.pupils import pupil
from ap_registry.cli.report_files import kind_of
from ap_registry.errors import Unreadable
from ap_registry.installation import Installation
from ap_registry.instants import instant
from ap_registry.store import acts

LIST = "erasures.json"
Name = Annotated[str, typer.Argument(help="The pupil's UPN or id.")]
Reason = Annotated[str, typer.Option(help="Why, and who has decided it; never whom it is about.")]


def register(_app: typer.Typer) -> None:
    pupil.command("export")(export)
    pupil.command("erase")(erase)
    pupil.command("erased")(erased)
    pupil.command("erase-again")(erase_again)
    pupil.command("hold")(hold)
    pupil.command("release")(release)


def export(
    upn: Name,
    for_: Annotated[
        str | None, typer.Option("--for", help="pupil or parent: what they may have.")
    ] = None,
    withhold: Annotated[
        list[str] | None, typer.Option(help="A notice to leave out, by its id; with a --reason.")
    ] = None,
    reason: Annotated[
        list[str] | None, typer.Option(help="Why: one for each --withhold, or one for all.")
    ] = None,
    format_: Annotated[str, typer.Option("--format", help="json or pdf.")] = "",
    output: Annotated[Path | None, typer.Option("-o", help="The file to write.")] = None,
    json_: Json = False,
) -> None:
    """Everything held about a pupil (subject access); that it was exported goes on record."""
    from reports.subject_access import FORMATS, as_pdf

    kind = kind_of(format_, output, FORMATS, json_=json_)
    if for_ not in {None, *exporting.READERS}:
        raise typer.BadParameter("must be pupil or parent", param_hint="--for")
    withheld = _withheld(withhold or [], reason or [])
    with installation() as found:
        told = exporting.export(found.registry, upn, reader=for_, withheld=withheld)
    if output is None and kind == "json":
        write_json(told)
        return
    made = as_pdf(told) if kind == "pdf" else as_json(told)
    if output is None:
        sys.stdout.buffer.write(made)
        return
    output.touch(mode=0o600)
    output.write_bytes(made)
    say(f"Written: {output}")


def _withheld(events: list[str], reasons: list[str]) -> list[exporting.Withheld]:
    if not events and reasons:
        raise typer.BadParameter("say with --withhold what is left out", param_hint="--reason")
    if events and len(reasons) not in {1, len(events)}:
        raise typer.BadParameter("one for each --withhold, or one for all", param_hint="--reason")
    why = reasons * len(events) if len(reasons) == 1 else reasons
    return [
        exporting.Withheld(event=event, reason=said)
        for event, said in zip(events, why, strict=True)
    ]


def erase(upn: Name, reason: Reason, json_: Json = False) -> None:
    """Delete all that says who a pupil is, for good; what happened stays to be counted."""
    with installation() as found:
        told = erasing.erase(found.registry, upn, reason)
        keep_list(found)
    if json_:
        write_json(told)
        return
    sys.stdout.write(
        f"Erased: {told['private_rows']} private parts of notices are gone."
        " See docs/data-protection.md for backups.\n"
    )


def erased(json_: Json = False) -> None:
    """Who was erased, when and why, by id: the list to keep beside the backups."""
    with installation() as found:
        listed = _listed(found)
    if json_:
        write_json({"items": listed, "next": None})
    else:
        columns = ("pupil_id", "at", "reason")
        write_table(columns, [[one[name] for name in columns] for one in listed])


def erase_again(
    list_: Annotated[
        Path | None,
        typer.Argument(metavar="[LIST]", help="As `pupil erased --json` wrote it."),
    ] = None,
    json_: Json = False,
) -> None:
    """After a restore: erase again whom the backup brought back; exit 1 when one is held.

    Without a LIST: the one that is kept in the state folder.
    """
    with installation() as found:
        items = read_list(list_ or found.settings.home / LIST)
        told = erasing.erase_again(found.registry, whom_and_why(items))
        keep_list(found)
    if json_:
        write_json(told)
    else:
        sys.stdout.write(f"{told['erased']} pupils erased again, {len(told['held'])} held\n")
    if told["held"]:
        raise Stop(1)


def read_list(path: Path) -> list[dict[str, str]]:
    """As `pupil erased --json` writes it."""
    try:
        items: list[dict[str, str]] = json.loads(path.read_text())["items"]
        whom_and_why(items)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Unreadable(f"{path} is no list of `pupil erased --json`.") from error
    return items


def whom_and_why(items: list[dict[str, str]]) -> tuple[tuple[UUID, str], ...]:
    return tuple((UUID(one["pupil_id"]), str(one["reason"])) for one in items)


def keep_list(found: Installation) -> None:
    """Who was erased, outside the database: a restored backup does not know.

    Whom the file names and the database does not stays there: to be erased again yet.
    """
    path = found.settings.home / LIST
    listed = _listed(found)
    known = {one["pupil_id"] for one in listed}
    kept = read_list(path) if path.exists() else []
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    items = [*(one for one in kept if one["pupil_id"] not in known), *listed]
    path.write_bytes(as_json({"items": items, "next": None}))


def _listed(found: Installation) -> list[dict[str, str]]:
    with found.database.connection() as connection:
        return [
            {
                "pupil_id": str(one.pupil_id), "event": str(one.event), "at": instant(one.at),
                "actor": one.actor, "reason": one.reason,
            }
            for one in acts.erasures(connection)
        ]  # fmt: skip


def hold(upn: Name, reason: Reason, json_: Json = False) -> None:
    """Keep a pupil from being erased, by command or by retention, until it is released."""
    with installation() as found:
        told = erasing.hold(found.registry, upn, reason)
    if json_:
        write_json(told)
    else:
        sys.stdout.write(f"Held: {told['hold']}\n")


def release(
    upn: Name,
    reason: Reason,
    hold: Annotated[str | None, typer.Option(help="Which, where several stand.")] = None,
    json_: Json = False,
) -> None:
    """End a hold."""
    with installation() as found:
        told = erasing.release(found.registry, upn, reason, hold)
    if json_:
        write_json(told)
    else:
        sys.stdout.write("Released, and held still\n" if told["held"] else "Released\n")
