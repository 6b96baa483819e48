"""``pupil show``, ``follow-ups`` and ``clock explain``: what is on record and what is owed."""

import sys
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from typing import Annotated, Any
from uuid import UUID

import typer

from ap_registry.access import COMMAND_LINE
from ap_registry.cli.output import Json, Stop, installation, write_json, write_table
from ap_registry.errors import NotFound, Problem
from ap_registry.framework import ACROSS_PUPILS, framework
from ap_registry.installation import Installation
from ap_registry.reading import clock_explained, read_pupil
from ap_registry.store import owing, queries, reads, reference, who
from ap_registry.store.database import Connection

pupil = typer.Typer(no_args_is_help=True, help="One pupil.")
clock = typer.Typer(no_args_is_help=True, help="Legal clocks.")


def register(app: typer.Typer) -> None:
    app.add_typer(pupil, name="pupil")
    app.add_typer(clock, name="clock")
    app.command("follow-ups")(follow_ups)


def parse_day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text} is not a date such as 2025-03-31") from None


def parse_instant(text: str | None) -> datetime | None:
    """An ISO instant; a bare date is the end of that day in London."""
    from ap_registry.calendar import LONDON

    if text is None:
        return None
    try:
        if len(text) == 10:
            day = date.fromisoformat(text) + timedelta(days=1)
            end = datetime(day.year, day.month, day.day, tzinfo=LONDON)
            return end - timedelta(microseconds=1)
        found = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text} is not an instant such as 2025-03-31T12:00:00Z") from None
    return found if found.tzinfo else found.replace(tzinfo=LONDON)


AsAt = Annotated[str | None, typer.Option("--as-at", help="As recorded by this instant.")]
On = Annotated[str | None, typer.Option("--on", help="As effective on this day (default today).")]


def find_pupil(found: Installation, name: str, as_at: datetime | None) -> UUID:
    """By UPN, present or former, or by id; in whose record the pupil was by an instant."""
    with found.database.connection() as connection:
        pupil_id = who.pupil_named(connection, name, as_at)
    if pupil_id is None:
        raise NotFound((Problem("/upn", "not_found", "no such pupil is known"),))
    return pupil_id


def note_read(found: Installation, command: str, pupils: Iterable[str | None]) -> None:
    """Whoever runs commands opens records too."""
    with found.database.connection() as connection:
        reads.note(
            connection, COMMAND_LINE, what=command, pupils=pupils, at=found.registry.now()
        )  # fmt: skip


@pupil.command("show")
def show(upn: str, as_at: AsAt = None, on: On = None, json_: Json = False) -> None:
    """A pupil and the timeline."""
    known_by = parse_instant(as_at)
    with installation() as found:
        pupil_id = find_pupil(found, upn, known_by)
        shown = read_pupil(
            found.registry, pupil_id, on=parse_day(on), as_at=known_by, timeline=True
        )
        note_read(found, "pupil show", [shown["id"]])
    if json_:
        write_json(shown)
        return
    names = (shown["given_name"], shown["family_name"], shown["upn"])
    sys.stdout.write(" ".join(str(n) for n in names if n) + "\n")
    for item in shown["timeline"]:
        mark = "" if item["status"] == "effective" else f"  [{item['status']}]"
        sys.stdout.write(f"  {item['occurred_on']}  {item['sentence']}{mark}\n")
    for flag in shown["flags"]:
        sys.stdout.write(f"  flag {flag['rule']}: {flag['detail']}\n")


def follow_ups(
    on: On = None,
    owner: Annotated[str | None, typer.Option(help="Only this organisation's.")] = None,
    status: Annotated[
        str | None, typer.Option(help="overdue, open, done or lapsed (default: open and overdue).")
    ] = None,
    upn: Annotated[str | None, typer.Option(help="Only this pupil's.")] = None,
    kind: Annotated[str | None, typer.Option(help="Only of this kind.")] = None,
    as_at: AsAt = None,
    json_: Json = False,
) -> None:
    """What is owed, by due day; exit 1 when any is overdue."""
    if status not in {None, "overdue", "open", "done", "lapsed"}:
        raise typer.BadParameter("must be overdue, open, done or lapsed", param_hint="--status")
    known_by = parse_instant(as_at)
    with installation() as found:
        pupil_id = find_pupil(found, upn, known_by) if upn else None
        with found.database.connection() as connection:
            _check_filters(connection, owner, kind)
            listed = owing.follow_ups(
                connection,
                queries.Scope(everything=True),
                on=parse_day(on) or found.registry.today(),
                as_at=found.registry.as_at(connection, known_by),
                owners=[owner] if owner else None,
                status=status,
                kind=kind,
                pupil=pupil_id,
            )
        note_read(found, "follow-ups", (item["pupil_id"] for item in listed))
    if json_:
        write_json({"items": listed, "next": None})
    else:
        columns = ("due_on", "status", "kind", "owner", "upn", "id")
        write_table(columns, [[one[name] for name in columns] for one in listed])
    if any(one["status"] == "overdue" for one in listed):
        raise Stop(1)


def _check_filters(connection: Connection, owner: str | None, kind: str | None) -> None:
    """A name mistyped must not look like nothing owed."""
    if owner is not None and not (
        any(reference.all_organisations(connection, names=[owner])) or owner.startswith("LA")
    ):
        raise typer.BadParameter(f"{owner} is not an organisation on record", param_hint="--owner")
    kinds = {clock["kind"] for clock in framework()["clocks"]} | ACROSS_PUPILS.keys()
    if kind is not None and kind not in kinds:
        near = get_close_matches(kind, kinds, n=1)
        meant = f": did you mean {near[0]}?" if near else ""
        raise typer.BadParameter(
            f"{kind} is no kind of follow-up{meant} (docs/framework.md lists them)",
            param_hint="--kind",
        )


@clock.command("explain")
def explain(follow_up: str, json_: Json = False) -> None:
    """Every day from the start to the due day, counted or skipped, and why."""
    try:
        key = UUID(follow_up)
    except ValueError:
        raise typer.BadParameter("must be the id of a follow-up") from None
    with installation() as found:
        told: dict[str, Any] = clock_explained(found.registry, key)
    if json_:
        write_json(told)
        return
    sys.stdout.write(f"{told['kind']}: due {told['due_on']} ({told['rule']})\n{told['source']}\n")
    if told["outcome"] is not None:
        sys.stdout.write(f"{told['outcome']} on {told['closed_on']}\n")
    if (held := told["adjusted"]) is not None:
        sys.stdout.write(f"{held['value']} as {held['la']} has set it: {held['reason']}\n")
    rows = [
        [d["date"], d["n"] if d["counted"] else "–", d["why"], d["detail"]] for d in told["days"]
    ]
    write_table(("date", "n", "why", "detail"), rows)
