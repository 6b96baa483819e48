"""Which earlier notice a form names: chosen from the pupil's record in words, not by an id."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from ap_registry.access import FAMILY
from ap_registry.disclosure import disclosed
from ap_registry.duty_names import duty_words
from ap_registry.errors import NotFound
from ap_registry.fields import Reference
from ap_registry.notice import NoticeType, World
from ap_registry.reading import read_pupil
from ap_registry.registry import Registry
from ap_registry.store import owing
from ap_registry.store.sessions import SignedIn
from api.deps import find_pupil, scope_of
from api.opened import Reader
from api.pages.forms import Input
from api.pages.rendering import in_words

ACTS = frozenset({"correction", "void", "follow_up_done", "pupils_merged", "merge_undone"})
FOLLOW_UP = "follow_up"
Item = Mapping[str, Any]


def chosen(
    registry: Registry, person: SignedIn, opened: Reader, kind: NoticeType[Any],
    fields: Sequence[Input], values: Mapping[str, str],
) -> tuple[Sequence[Input], dict[str, str]]:  # fmt: skip
    """With what the person may see of the pupil to choose from; a ``ref`` typed becomes its id.

    What is named and not among them stays as it was written.
    """
    named = {name: spec.kind for name, spec in kind.fields.items()}
    asked = [one for one in fields if isinstance(named.get(one.name), Reference)]
    upn = values.get("upn", "")
    if not upn or not (asked or FOLLOW_UP in named):
        return fields, dict(values)
    try:
        pupil, seen = find_pupil(registry, person.caller, upn)
    except NotFound:
        return fields, dict(values)
    opened.at_once(person.caller, pupil)
    whole, items, world = _timeline(registry, person, pupil, seen.until_on)
    offered: dict[str, Sequence[tuple[str, str]]] = {}
    found = dict(values)
    for one in asked:
        told = _fitting(items, named[one.name])
        found |= _by_ref(one.name, values.get(one.name, ""), told)
        found |= _by_way_of(one.name, values.get(one.name, ""), items, told)
        heard = _heard(found.get(one.name, ""), person.caller.role, whole, items, world)
        offered[one.name] = [*heard, *((item["id"], said(item, world)) for item in told)]
    if FOLLOW_UP in named:
        offered[FOLLOW_UP] = _open(registry, person, pupil, world)
    return [
        _offering(one, named.get(one.name), offered.get(one.name, ()), found) for one in fields
    ], found


def _timeline(
    registry: Registry, person: SignedIn, pupil: UUID, last: date | None
) -> tuple[list[Item], list[Item], World]:
    """All that is on record; and what the person is shown of it, the latest first."""
    found = read_pupil(registry, pupil, on=last, timeline=True, last=last)
    shown = disclosed(found, person.caller)
    with registry.database.connection() as connection:
        world = registry.worlds.fresh(connection)
    items = [item for item in reversed(shown["timeline"]) if item["status"] != "void"]
    return found["timeline"], items, world


def _heard(
    value: str, role: str, whole: Sequence[Item], items: Sequence[Item], world: World
) -> Iterator[tuple[str, str]]:
    """By what the person was told, a notice that is not shown: in words of what it told of."""
    seen = {item["id"]: item for item in items}
    for item in whole if value not in seen else ():
        told = item["type"] == "notified" and item["data"].get("to") == role
        if told and item["id"] == value:
            of = seen.get(item["data"].get("of"))
            on = in_words(item["occurred_on"])
            yield value, said(of, world) if of else f"What you were told on {on}"


def _fitting(items: Iterable[Item], kind: object) -> list[Item]:
    types = kind.types if isinstance(kind, Reference) else ()
    return [one for one in items if one["type"] in types or not types and one["type"] not in ACTS]


def _by_ref(name: str, text: str, items: Iterable[Item]) -> dict[str, str]:
    told = [item["id"] for item in items if text and item["ref"] == text]
    return {name: told[0]} if len(told) == 1 else {}


def _by_way_of(name: str, text: str, items: Iterable[Item], told: Iterable[Item]) -> dict[str, str]:
    """Of a later notice about the same, such as an earlier review: what that one names."""
    ids = {item["id"] for item in told}
    by = next((item for item in items if item["id"] == text and text not in ids), None)
    meant = str(by["data"].get(name, "")) if by else ""
    return {name: meant} if meant in ids else {}


def said(item: Item, world: World) -> str:
    """Its day, what it says, and who told it."""
    teller = world.organisation(item["by"])
    by = FAMILY.get(item["by"]) or (teller.name if teller else item["by"])
    ref = f", {item['ref']}" if item["ref"] else ""
    return f"{in_words(item['occurred_on'])}: {item['sentence']} (told by {by}{ref})"


def _open(registry: Registry, person: SignedIn, pupil: UUID, world: World) -> list[tuple[str, str]]:
    today = registry.today()
    with registry.database.connection() as connection:
        owed = owing.follow_ups(connection, scope_of(person.caller, today), on=today, pupil=pupil)
    told = []
    for one in owed:
        if one["status"] in {"open", "overdue"}:
            owner = world.organisation(one["owner"])
            by = owner.name if owner else one["owner"]
            told.append(
                (one["id"], f"{duty_words(one['kind'])}: {by}, by {in_words(one['due_on'])}")
            )
    return told


def _offering(
    field: Input, kind: object, choices: Sequence[tuple[str, str]], values: Mapping[str, str]
) -> Input:
    """A list, with nothing chosen where the field may be left out."""
    value = values.get(field.name, "")
    if not choices or (value and value not in dict(choices)):
        return field
    only = isinstance(kind, Reference) and kind.default_open
    hint = dict(choices).get(value) or ("Leave out if only one is open" if only else "")
    return replace(field, kind="select", choices=tuple(choices), hint=hint)
