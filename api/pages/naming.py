"""Organisations that people name in a form: their numbers where no doubt is, else a choice."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ap_registry.likeness import words_of
from ap_registry.notice import World
from ap_registry.organisation_names import AREA, MOST, Meant, meant
from ap_registry.organisations import Organisation
from ap_registry.registry import Registry
from api.pages.forms import ANOTHER, PLACE, Input

_KINDS = {"school": "school", "provider": "provider of AP", "la": "local authority",
          "health": "health partner", "service": "support service", "trust": "trust"}  # fmt: skip


def settled(
    registry: Registry, fields: Sequence[Input], values: Mapping[str, str], near: str | None
) -> tuple[Sequence[Input], dict[str, str]]:
    """The fields, with a choice where a name may mean several; the values, names as numbers.

    ``near``: the person's own organisation, whose area comes first.
    """
    asked = [one for one in fields if one.names is not None and values.get(one.name)]
    if not asked:
        return fields, dict(values)
    with registry.database.connection() as connection:
        world = registry.worlds.fresh(connection)
    area = world.la_of(near)
    found = {one.name: _meant(one, values[one.name], world, area) for one in asked}
    numbers = {
        one.name: number(one, sure) for one in asked if (sure := found[one.name].sure) is not None
    }
    offered = [
        _offered(one, values[one.name], found[one.name], world) if one.name in found else one
        for one in fields
    ]
    return offered, {**values, **numbers}


def _meant(field: Input, text: str, world: World, area: str | None) -> Meant:
    """A place in words stays so, but for the whole name of an organisation."""
    found = meant(text, world, role="" if field.names == PLACE else field.names or "", la=area)
    if field.names != PLACE:
        return found
    whole = found.sure is not None and words_of(text) in ([], words_of(found.sure.name))
    return found if whole else Meant()


def number(field: Input, one: Organisation) -> str:
    """As the field takes it: of an LA the three digits alone where that is what is asked."""
    return one.id.removeprefix("LA") if field.names == AREA else one.id


def _offered(field: Input, text: str, found: Meant, world: World) -> Input:
    if not found.may:
        return field
    also = (
        f" More are like it: {MOST} are listed, those of your own area first. If it is not among"
        " them, choose the last, and write more of its name."
        if found.more
        else ""
    )
    choices = [(number(field, one), told(one, world)) for one in found.may]
    return replace(
        field, kind="choice", choices=(*choices, (ANOTHER, "None of these: ask me again")),
        hint=f"You wrote “{text}”. Which of these do you mean?{also}",
    )  # fmt: skip


def told(one: Organisation, world: World) -> str:
    """By what people tell it from another of its name."""
    area = world.organisation(f"LA{one.la}") if one.la and one.kind != "la" else None
    known = [_KINDS.get(one.kind, one.kind), *([area.name] if area else []), one.id]
    if one.closed_on is not None:
        known.append(f"closed {one.closed_on.day} {one.closed_on:%B %Y}")
    return f"{one.name} ({', '.join(known)})"
