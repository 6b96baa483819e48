"""``matching list``, ``matching decide``, ``quality``: pupils who may be one, other doubts."""

import sys
from datetime import date
from typing import Annotated
from uuid import UUID

import typer

from ap_registry.access import COMMAND_LINE
from ap_registry.cli.output import Json, Stop, installation, write_json, write_table
from ap_registry.cli.pupils import note_read, parse_day
from ap_registry.likeness import Details
from ap_registry.matching import Pair, Wanted, decide, pairs
from ap_registry.quality import inbox
from ap_registry.registry import Registry
from ap_registry.store.queries import Scope

matching = typer.Typer(no_args_is_help=True, help="Pupils who may be one: a person decides.")
La = Annotated[str | None, typer.Option(help="Only what this LA sees, such as LA856.")]


def register(app: typer.Typer) -> None:
    app.add_typer(matching, name="matching")
    app.command("quality")(quality)


def _scope(registry: Registry, la: str | None) -> Scope:
    names = (la.strip().upper(),) if la else ()
    return Scope(organisations=names, everything=not names, today=registry.today())


@matching.command("list")
def list_(
    la: La = None,
    settled: Annotated[
        bool, typer.Option("--settled", help="Those decided to be different pupils instead.")
    ] = False,
    json_: Json = False,
) -> None:
    """Two pupils on record who may be one, the likeliest first, with reasons; exit 1 when any."""
    with installation() as found, found.database.connection() as connection:
        listed = pairs(found.registry, connection, _scope(found.registry, la), settled=settled)
        ids = [str(person.id) for pair in listed for person in (pair.kept, pair.other)]
        note_read(found, "matching list", ids)
    if json_:
        write_json({"items": [pair.as_json() for pair in listed], "next": None})
    else:
        write_table(("score", "pupil", "other", "why"), [_row(pair) for pair in listed])
    if listed and not settled:
        raise Stop(1)


def _row(pair: Pair) -> tuple[object, ...]:
    pupils = (f"{one.upn or 'no UPN'} {one.id}" for one in (pair.kept, pair.other))
    return (pair.likeness.score, *pupils, "; ".join(pair.likeness.reasons))


@matching.command("decide")
def decide_(
    decision: Annotated[str, typer.Argument(help="same, different, or open (ask again).")],
    pupil: Annotated[str, typer.Argument(help="The pupil's id; of two, the one to be kept.")],
    other: Annotated[
        str | None, typer.Argument(help="The other pupil's id: same merges the two.")
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Kept with the merge.")] = None,
    organisation: Annotated[
        str | None, typer.Option(help="Whose files and notices mean the pupil, where no OTHER.")
    ] = None,
    sent_upn: Annotated[str, typer.Option(help="The UPN as it was sent.")] = "",
    given_name: Annotated[str | None, typer.Option(help="As it was sent.")] = None,
    family_name: Annotated[str | None, typer.Option(help="As it was sent.")] = None,
    born: Annotated[str | None, typer.Option(help="The day of birth as it was sent.")] = None,
    json_: Json = False,
) -> None:
    """Remember a decision: of two pupils, or of whom what an organisation sends means."""
    day: date | None = parse_day(born)
    wanted = Wanted(
        pupil=_id(pupil, "PUPIL"), other=_id(other, "OTHER") if other else None,
        decision=decision, reason=reason, organisation=organisation, sent_upn=sent_upn,
        sent=Details(given_name=given_name, family_name=family_name, date_of_birth=day),
    )  # fmt: skip
    with installation() as found:
        told = decide(found.registry, COMMAND_LINE, wanted)
    if json_:
        write_json(told)
    else:
        sys.stdout.write(f"{decision}: remembered\n")


def _id(text: str, name: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise typer.BadParameter(
            "must be an id as matching list shows it", param_hint=name
        ) from None


def quality(la: La = None, json_: Json = False) -> None:
    """What in the record wants looking at: pairs, clashes, organisations; exit 1 when any does."""
    with installation() as found:
        listed = inbox(found.registry, _scope(found.registry, la))
        note_read(found, "quality", listed.pupils())
    if json_:
        write_json(listed.as_json())
    else:
        rows: list[tuple[object, ...]] = [("pair", *_row(p)[1:3], _row(p)[3]) for p in listed.pairs]
        rows += [("clash", c["pupil_id"], c["rule"], c["detail"]) for c in listed.clashes]
        rows += [
            ("unknown organisation", u["name"], u["by"], f"{u['times']} times")
            for u in listed.unknown
        ]
        rows += [
            ("closed", c["organisation"], c["closed_on"], f"{c['pupils']} pupils still there")
            for c in listed.closed
        ]
        write_table(("what", "which", "of", "why"), rows)
    if listed.size:
        raise Stop(1)
