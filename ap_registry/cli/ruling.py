"""``rule list`` and ``rule set``: the numbers of the framework, and those that an LA has set."""

import sys
from datetime import date
from typing import Annotated, Any

import typer

from ap_registry import adjustments
from ap_registry.adjusting import Wanted, adjust, adjusted
from ap_registry.adjustments import Adjustment, by_rule
from ap_registry.cli.output import Json, installation, write_json, write_table
from ap_registry.cli.pupils import parse_day
from ap_registry.framework import describe_rule
from ap_registry.identifiers import la_id
from ap_registry.rules import IDS, Rule, in_force

rules = typer.Typer(no_args_is_help=True, help="The rules, and the numbers that an LA has set.")
COLUMNS = ("rule", "value", "unit", "statutory", "status", "from", "set by")


def register(app: typer.Typer) -> None:
    app.add_typer(rules, name="rule")


@rules.command("list")
def list_(
    la: Annotated[str | None, typer.Option(help="As this LA has set them, such as LA856.")] = None,
    on: Annotated[str | None, typer.Option(help="As in force on a day (default: today).")] = None,
    json_: Json = False,
) -> None:
    """Every rule in force on a day, its number and where it comes from."""
    of_la = la_id(la) if la else None
    with installation() as found:
        day = parse_day(on) or found.registry.today()
        set_by_las = adjusted(found.registry, of_la)
    standing = (in_force(rule_id, day) for rule_id in sorted(IDS))
    items = [_item(one, of_la, day, set_by_las) for one in standing if one is not None]
    if json_:
        write_json({"items": items})
    else:
        write_table(COLUMNS, [_row(item) for item in items])


@rules.command("set")
def set_(
    la: Annotated[str, typer.Argument(help="The LA, such as LA856.")],
    rule_id: Annotated[str, typer.Argument(metavar="RULE", help="Such as part-time.limit.")],
    value: Annotated[str, typer.Argument(help="In the rule's own unit; default sets it back.")],
    reason: Annotated[str, typer.Option(help="Why; no names.")],
    from_: Annotated[
        str | None, typer.Option("--from", help="The first day (default: today).")
    ] = None,
    source: Annotated[str | None, typer.Option(help="Where the LA decided it.")] = None,
    json_: Json = False,
) -> None:
    """Set a number for what organisations in an LA owe; a law that was verified is refused."""
    wanted = Wanted(
        la=la, rule=rule_id, value=value, from_on=parse_day(from_), reason=reason, source=source
    )
    with installation() as found:
        told = adjust(found.registry, wanted)
    if json_:
        write_json(told)
        return
    one = told["adjustment"]
    number = "as the registry has it" if one["value"] is None else one["value"]
    sys.stdout.write(f"{one['rule']} in {one['la']} from {one['from']}: {number}\n")
    for moved in told["moved"]:
        sys.stdout.write(
            f"  moved: {moved['kind']} {moved['id']} due {moved['due_on']},"
            f" was {moved['was_due_on']} ({moved['owner']})\n"
        )


def _item(standing: Rule, la: str | None, on: date, found: list[Adjustment]) -> dict[str, Any]:
    """A rule as on a day, with what the LA has set for that day and at any time."""
    mine = [one for one in found if one.rule == standing.id]
    held = adjustments.standing(by_rule(mine), la, standing.id, on) if la else None
    return {**describe_rule(standing, mine), "stands": adjustments.describe(held) if held else None}


def _row(item: dict[str, Any]) -> tuple[Any, ...]:
    held = item["stands"]
    return (
        item["id"],
        held["value"] if held else item["value"],
        item["unit"],
        "law" if item["statutory"] else "local",
        item["status"],
        held["from"] if held else item["in_force_from"],
        held["la"] if held else None,
    )
