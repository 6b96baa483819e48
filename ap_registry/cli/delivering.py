"""``deliveries``: what was sent, what failed, and sending it again."""

import sys
from typing import Annotated
from uuid import UUID

import typer

from ap_registry.cli.output import Json, Stop, installation, write_json, write_table
from ap_registry.errors import NotFound, Problem
from ap_registry.store.deliveries import deliveries, send_again

FINDINGS = 1
COLUMNS = ("created_at", "status", "to_organisation", "duty", "items", "channel", "failed", "id")


def register(app: typer.Typer) -> None:
    app.command("deliveries")(list_)


def list_(
    words: Annotated[
        list[str] | None, typer.Argument(help="resend ID: send a failed message again.")
    ] = None,
    failed: Annotated[bool, typer.Option("--failed", help="Only those that failed.")] = False,
    json_: Json = False,
) -> None:
    """Messages, the newest first; exit 1 when any has failed. ``resend ID`` sends one again."""
    if words:
        _resend(words, json_)
        return
    with installation() as found, found.database.connection() as connection:
        listed = deliveries(connection, failed=failed)
    if json_:
        write_json({"items": listed})
    else:
        write_table(COLUMNS, [[one[name] for name in COLUMNS] for one in listed])
    if any(one["status"] == "failed" for one in listed):
        raise Stop(FINDINGS)


def _resend(words: list[str], as_json: bool) -> None:
    try:
        verb, message = words
        named = UUID(message)
    except ValueError:
        raise typer.BadParameter("say: deliveries resend ID") from None
    if verb != "resend":
        raise typer.BadParameter("say: deliveries resend ID")
    with installation() as found, found.database.connection() as connection:
        if not send_again(connection, named):
            raise NotFound((Problem("", "not_found", "no message of that id has failed"),))
    if as_json:
        write_json({"id": str(named), "status": "waiting"})
    else:
        sys.stdout.write("It will be sent again.\n")
