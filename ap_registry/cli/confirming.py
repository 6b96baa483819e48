"""``confirm``: this list is whole; and who has not said so."""

import sys
from typing import Annotated

import typer

from ap_registry.cli.output import Json, Stop, installation, write_json, write_table
from ap_registry.cli.pupils import parse_day
from ap_registry.confirming import confirm as confirm_list
from ap_registry.confirming import who_confirmed

FINDINGS = 1
COLUMNS = ("organisation", "name", "confirmed_on", "silent")


def register(app: typer.Typer) -> None:
    app.command()(confirm)


def confirm(
    organisation: Annotated[
        str | None, typer.Option(help="The school or provider whose list it is.")
    ] = None,
    on: Annotated[str | None, typer.Option(help="The day (default today).")] = None,
    list_: Annotated[
        bool, typer.Option("--list", help="List who confirmed; exit 1 when any is silent.")
    ] = False,
    la: Annotated[str | None, typer.Option(help="With --list: of this LA, such as 856.")] = None,
    json_: Json = False,
) -> None:
    """These are all our pupils elsewhere, part time and off roll: nil included."""
    if list_ == (organisation is not None) or list_ != (la is not None):
        raise typer.BadParameter("give --organisation, or --list with --la")
    day = parse_day(on)
    with installation() as found:
        today = day or found.registry.today()
        if organisation is not None:
            told = confirm_list(found.registry, organisation, today)
        else:
            code = (la or "").strip().upper().removeprefix("LA")
            told = who_confirmed(found.registry, code, today)
    if json_:
        write_json(told)
    elif organisation is not None:
        sys.stdout.write(f"{told['organisation']} confirmed its list on {told['confirmed_on']}.\n")
    else:
        write_table(COLUMNS, [[one[name] for name in COLUMNS] for one in told["items"]])
        sys.stdout.write(f"{told['confirmed']} of {told['asked']} confirmed.\n")
    if list_ and told["confirmed"] < told["asked"]:
        raise Stop(FINDINGS)
