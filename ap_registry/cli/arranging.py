"""``setting set`` and ``setting list``: what an LA has arranged with the registry."""

import sys
from typing import Annotated

import typer

from ap_registry.arrangements import Arrangement, Arrangements
from ap_registry.arranging import arrange
from ap_registry.cli.output import Json, installation, write_json, write_table
from ap_registry.cli.pupils import parse_day
from ap_registry.errors import Problem, Refused
from ap_registry.identifiers import la_id
from ap_registry.store.arrangements import read_arrangements

setting = typer.Typer(no_args_is_help=True, help="What an LA has arranged, from a day on.")
COLUMNS = ("organisation", "name", "from", "value", "basis")


def register(app: typer.Typer) -> None:
    app.add_typer(setting, name="setting")


@setting.command("set")
def set_(
    la: Annotated[str, typer.Argument(help="The LA, such as LA856.")],
    name: Annotated[str, typer.Argument(help="notices, lists, words or health.")],
    value: Annotated[
        str, typer.Argument(help="registry or on; off ends it. Of words: complementary_provision.")
    ],
    from_: Annotated[
        str | None, typer.Option("--from", help="The first day (default: today).")
    ] = None,
    basis: Annotated[
        str | None, typer.Option(help="By what law; health partners are told only with one.")
    ] = None,
    json_: Json = False,
) -> None:
    """notices registry: filing tells the LA. lists on: lists are confirmed by each half-term.

    words complementary_provision: what pages for families call alternative provision.
    health on: health partners are told of placements.
    """
    from_on = parse_day(from_)
    with installation() as found, found.database.connection() as connection:
        arranged = Arrangement(
            organisation=la_id(la),
            name=name,
            from_on=from_on or found.registry.today(),
            value=value,
            basis=basis,
        )
        arrange(found.registry, connection, arranged)
        _tell(read_arrangements(connection), arranged.organisation, json_)


@setting.command("list")
def list_(
    la: Annotated[str | None, typer.Argument(help="Only of this LA.")] = None, json_: Json = False
) -> None:
    """What is arranged, from which day on."""
    with installation() as found, found.database.connection() as connection:
        of_la = la_id(la) if la else None
        if of_la and found.registry.worlds.fresh(connection).organisation(of_la) is None:
            raise _refused("/la", "unknown_organisation", f"{of_la} is no LA on record")
        _tell(read_arrangements(connection), of_la, json_)


def _refused(pointer: str, code: str, detail: str) -> Refused:
    return Refused((Problem(pointer, code, detail),))


def _tell(found: Arrangements, la: str | None, as_json: bool) -> None:
    listed = [
        (one.organisation, one.name, one.from_on.isoformat(), one.value, one.basis)
        for those in found.values()
        for one in those
        if la in {None, one.organisation}
    ]
    if as_json:
        write_json({"items": [dict(zip(COLUMNS, row, strict=True)) for row in listed]})
    elif listed:
        write_table(COLUMNS, listed)
    else:
        sys.stdout.write("Nothing is arranged.\n")
