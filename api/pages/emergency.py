"""A record opened in an emergency: why, for an hour, and for all to see who are to know."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query
from fastapi.responses import Response

from ap_registry import emergency
from ap_registry.access import Caller
from ap_registry.disclosure import disclosed
from ap_registry.errors import NotFound, Refused
from ap_registry.notice import World
from ap_registry.reading import read_pupil
from ap_registry.registry import Registry
from ap_registry.store import emergencies, queries
from ap_registry.store.database import Connection
from ap_registry.store.emergencies import Opening
from api.deps import TheRegistry, scope_of
from api.opened import Opened
from api.pages.flag_words import plain
from api.pages.rendering import Person, check_form, page, see_other
from api.pages.table_files import Tabled
from api.v1.emergencies import openings

router = APIRouter(prefix="/emergency", route_class=Tabled)
Older = Annotated[str | None, Query(max_length=200)]
Text = Annotated[str, Form(max_length=5_000)]


@router.get("")
def show(registry: TheRegistry, person: Person, opened: Opened, older: Older = None) -> Response:
    """``older``: openings before those of the page that led here."""
    return _page(registry, person, opened, older=older)


def _page(
    registry: Registry, person: Person, opened: Opened, *, pupil: str = "", reason: str = "",
    problems: Sequence[tuple[str, str]] = (), older: str | None = None,
) -> Response:  # fmt: skip
    with registry.database.connection() as connection:
        found, told = openings(connection, registry, person.caller, cursor=older)
        names = _names(connection, registry, person.caller, found)
        opened.note(connection, person.caller, names)
        world = registry.worlds.fresh(connection)
    return page(
        registry, "emergency.html", person, 400 if problems else 200, items=found, names=names,
        problems=problems, pupil=pupil, reason=reason, places=places_of(world, found),
        now=registry.now(), least=emergency.LEAST_REASON, older=told["next"], cursor=older,
    )  # fmt: skip


def _names(
    connection: Connection, registry: Registry, caller: Caller, found: Sequence[Opening]
) -> dict[str, str]:
    """Of pupils whom the caller sees in any case."""
    scope = scope_of(caller, registry.today())
    return queries.names(connection, scope, {one.shown_id for one in found})


def places_of(world: World, found: Sequence[Opening]) -> dict[str, str]:
    """Names of organisations that opened these or were told of them."""
    named = {name for one in found for name in (one.organisation, *one.told)}
    return {name: one.name for name in named if (one := world.organisation(name)) is not None}


@router.post("")
def open_record(
    registry: TheRegistry, person: Person, opened: Opened, pupil: Text = "", reason: Text = "",
    csrf: Text = "",
) -> Response:  # fmt: skip
    """Told to whoever looks after safeguarding in the same transaction."""
    check_form(person, csrf)
    try:
        made = emergency.open_record(
            registry, person.caller, person.account, wanted=pupil, reason=reason
        )
    except (Refused, NotFound) as refused:
        problems = [(one.pointer.lstrip("/"), one.detail) for one in refused.problems]
        return _page(registry, person, opened, pupil=pupil, reason=reason, problems=problems)
    return see_other(f"/emergency/{made}")


@router.get("/{opening}")
def show_record(registry: TheRegistry, person: Person, opened: Opened, opening: UUID) -> Response:
    """All of the record, contacts too, as the pupil's own LA reads it; to read, not to change."""
    with registry.database.connection() as connection:
        found = emergencies.running(connection, opening, person.caller.actor, at=registry.now())
        world = registry.worlds.fresh(connection)
    if found is None:
        return page(registry, "emergency_over.html", person, 404)
    as_la = replace(person.caller, role="la")
    shown = disclosed(read_pupil(registry, found.pupil_id, timeline=True), as_la)
    opened.at_once(person.caller, found.shown_id)
    shown["flags"] = [{**flag, "detail": plain(flag["detail"], world)} for flag in shown["flags"]]
    named = {item["by"] for item in shown["timeline"]}
    named |= {one["school"] for one in shown["rolls"]} | set(found.told)
    named |= {one["provider"] for one in shown["placements"]}
    names = {name: one.name for name in named if (one := world.organisation(name)) is not None}
    return page(
        registry, "emergency_record.html", person, pupil=shown, opening=found, names=names
    )  # fmt: skip
