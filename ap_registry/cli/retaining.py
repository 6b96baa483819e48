"""``retention preview`` and ``retention carry-out``: whose record need not be kept any more."""

import sys
from datetime import date
from typing import Annotated

import typer

from ap_registry import retention as keeping
from ap_registry.cli.output import Json, Stop, installation, write_json, write_table
from ap_registry.cli.pupils import On, parse_day
from ap_registry.cli.records import keep_list

retention = typer.Typer(no_args_is_help=True, help="Retention periods; nothing goes by itself.")
Reason = Annotated[str, typer.Option(help="Who has decided it.")]


def register(app: typer.Typer) -> None:
    app.add_typer(retention, name="retention")


@retention.command("preview")
def preview(on: On = None, json_: Json = False) -> None:
    """Whose retention period is over, by id; exit 1 when anybody's is who is not held."""
    with installation() as found:
        day: date = parse_day(on) or found.registry.today()
        over = keeping.preview(found.registry, day)
    counts = keeping.counted(over)
    if json_:
        items = [one.as_json() for one in over]
        write_json({"on": day.isoformat(), "counts": counts, "items": items, "next": None})
    else:
        rows = [[one.due_on, one.rule, "held" if one.held else "", one.pupil_id] for one in over]
        write_table(("due_on", "rule", "", "pupil_id"), rows)
    if counts.keys() - {"held"}:
        raise Stop(1)


@retention.command("carry-out")
def carry_out(reason: Reason, on: On = None, json_: Json = False) -> None:
    """Erase whom preview lists, but for those who are held."""
    with installation() as found:
        day = parse_day(on) or found.registry.today()
        told = keeping.carry_out(found.registry, day, reason)
        keep_list(found)
    if json_:
        write_json(told)
        return
    sys.stdout.write(
        f"{told['erased']} pupils erased ({told['private_rows']} private parts of notices),"
        f" {len(told['held'])} held\n"
    )
