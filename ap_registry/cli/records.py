"""``pupil erase``, ``hold`` and ``release``: what is done with a pupil's record as a whole."""

import sys
from typing import Annotated

import typer

from ap_registry import erasing
from ap_registry.cli.output import Json, installation, write_json, write_table
from ap_registry.cli.pupils import pupil
from ap_registry.instants import instant
from ap_registry.store import acts

Name = Annotated[str, typer.Argument(help="The pupil's UPN or id.")]
Reason = Annotated[str, typer.Option(help="Why, and who has decided it; never whom it is about.")]


def register(_app: typer.Typer) -> None:
    pupil.command("erase")(erase)
    pupil.command("erased")(erased)
    pupil.command("hold")(hold)
    pupil.command("release")(release)


def erase(upn: Name, reason: Reason, json_: Json = False) -> None:
    """Delete all that says who a pupil is, for good; what happened stays to be counted."""
    with installation() as found:
        told = erasing.erase(found.registry, upn, reason)
    if json_:
        write_json(told)
        return
    sys.stdout.write(
        f"Erased: {told['private_rows']} private parts of notices are gone."
        " See docs/data-protection.md for backups.\n"
    )


def erased(json_: Json = False) -> None:
    """Who was erased, when and why, by id: the list to keep beside the backups."""
    with installation() as found, found.database.connection() as connection:
        listed = [
            {
                "pupil_id": str(one.pupil_id), "event": str(one.event), "at": instant(one.at),
                "actor": one.actor, "reason": one.reason,
            }
            for one in acts.erasures(connection)
        ]  # fmt: skip
    if json_:
        write_json({"items": listed, "next": None})
    else:
        write_table(("pupil_id", "at", "reason"), [
            [one["pupil_id"], one["at"], one["reason"]] for one in listed
        ])  # fmt: skip


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
