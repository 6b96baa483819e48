"""``reconcile``: each difference, between the rows and the ledger or with a school's own list."""

import sys
from typing import Annotated

import typer

from ap_registry.cli.output import (
    Json,
    Stop,
    installation,
    opened,
    progress_bar,
    write_json,
    write_table,
)
from ap_registry.cli.pupils import parse_day
from ap_registry.reconciling import Reconciled
from ap_registry.reconciling import reconcile as with_list
from ap_registry.store.database import Database
from ap_registry.store.differing import differences
from ap_registry.store.school_list import STATUSES


def register(app: typer.Typer) -> None:
    app.command()(reconcile)


def reconcile(
    file: Annotated[
        str | None,
        typer.Argument(help="With --school: its list, as upn,status,provider,starts_on,ends_on."),
    ] = None,
    school: Annotated[str | None, typer.Option(help="The school whose list FILE is.")] = None,
    on: Annotated[str | None, typer.Option(help="The day of the list (default today).")] = None,
    status: Annotated[
        list[str] | None,
        typer.Option(
            help=f"What it is a list of, where not all rows say it: {', '.join(STATUSES)}."
        ),
    ] = None,
    limit: Annotated[int, typer.Option(help="Name so many differing cells; count all.")] = 10_000,
    json_: Json = False,
) -> None:
    """Name each row that is not what the ledger makes; or compare a school's own list.

    Nothing is changed. Exit 1 where anything differs: `rebuild` puts rows right, notices a list.
    """
    if (file is None) != (school is None):
        raise typer.BadParameter("give a school with --school and the FILE of its list, or neither")
    if set(status or ()) - set(STATUSES):
        raise typer.BadParameter("must be of " + ", ".join(STATUSES), param_hint="--status")
    if file is None or school is None:
        ok = _rows(limit, json_)
    else:
        day = parse_day(on)
        with installation() as found, opened(file) as source:
            told = with_list(
                found.registry, school, source, on=day or found.registry.today(),
                statuses=status or (),
            )  # fmt: skip
        ok = told.ok
        if json_:
            write_json(told.as_json())
        else:
            _tell(told)
    if not ok:
        raise Stop(1)


def _rows(limit: int, json_: bool) -> bool:
    with installation() as found, progress_bar("events") as bar:
        owner = Database(found.servers.database_owner_url, max_size=1)
        try:
            told, listed = differences(owner, limit=limit, progress=bar)
        finally:
            owner.close()
    if json_:
        write_json({
            "ok": told.same, "events": told.events, "rows": told.rows,
            "differences": listed.number, "items": listed.items,
        })  # fmt: skip
        return told.same
    columns = ("table", "pupil_id", "key", "problem", "column", "held", "derived")
    if listed.items:
        write_table(columns, [[one[name] for name in columns] for one in listed.items])
    sys.stdout.write(
        f"{told.events} events make {told.rows} rows; {listed.number} differences are held\n"
    )
    return told.same


def _tell(told: Reconciled) -> None:
    for words, found in (
        ("only in the file", told.only_in_file),
        ("only in the registry", told.only_in_registry),
    ):
        for one in found:
            where = f"row {one.row}: " if one.row else ""
            known = one.pupil or "a pupil not known"
            sys.stdout.write(f"{where}{known} {one.status} {one.provider or ''}: {words}\n")
    for theirs, ours, names in told.differing:
        for name in names:
            sys.stdout.write(
                f"row {theirs.row}: {ours.pupil} {ours.status}: {name} is"
                f" {getattr(theirs, name)} in the file, {getattr(ours, name)} in the registry\n"
            )
    for error in told.errors:
        sys.stdout.write(f"row {error.row}: {error.column}: {error.detail}\n")
    sys.stdout.write(f"{told.rows} rows, {told.same} as in the registry\n")
