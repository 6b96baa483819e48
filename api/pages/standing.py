"""A notice as it stands, as a form shows it, and what a person has edited in that form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ap_registry.access import Caller
from ap_registry.disclosure import disclosed
from ap_registry.errors import NotFound, Problem
from ap_registry.fields import BadValue, Day, FieldsOf, Reading, Reference
from ap_registry.ingest.changes import reading_in, value_of
from ap_registry.notices import CATALOGUE
from ap_registry.reading import read_pupil
from ap_registry.registry import Registry
from ap_registry.store.sessions import SignedIn
from api.deps import find_pupil
from api.opened import Reader
from api.pages import forms, refusals

ACTS = frozenset({"correction", "void"})
_WHY = ("reason", "evidence")
WAS = "was."
"""Before a field's name: what the field held on the page that the person was looking at."""
_NONE = NotFound((Problem("", "not_found", "there is no such notice that you may put right"),))


def may_put_right(item: Mapping[str, Any], caller: Caller) -> bool:
    """Their own; an LA and the administrator also others'."""
    mine = item["by"] in caller.organisations or caller.role in {"la", "admin"}
    return mine and item["type"] not in ACTS and item["status"] != "void"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A notice as it stands, of a pupil whom the person sees. ``version``: of the whole record."""

    registry: Registry
    person: SignedIn
    pupil: Mapping[str, Any]
    item: Mapping[str, Any]
    fields: Sequence[forms.Input]

    @property
    def now(self) -> dict[str, str]:
        """What its fields hold, as a form writes them."""
        held = {**self.item["data"], "occurred_on": self.item["occurred_on"]}
        return {
            one.name: _written(held.get(one.name), day=one.is_day)
            for one in self.fields
            if one.name not in _WHY
        }


def _written(value: object, *, day: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return ";".join(str(part) for part in value)
    return refusals.day_first(str(value)) if day else str(value)


def find(registry: Registry, person: SignedIn, opened: Reader, pupil: str, event: str) -> Standing:
    pupil_id, seen = find_pupil(registry, person.caller, pupil)
    last = seen.until_on
    found = read_pupil(registry, pupil_id, on=last, timeline=True, last=last)
    told = disclosed(found, person.caller)
    item = next((one for one in told["timeline"] if one["id"] == event), None)
    if item is None or not may_put_right(item, person.caller):
        raise _NONE
    opened.at_once(person.caller, told["id"])
    kind, act = CATALOGUE[item["type"]], forms.inputs(CATALOGUE["void"], registry.today())
    plain = {
        name
        for name, spec in kind.fields.items()
        if not isinstance(spec.kind, Reference | FieldsOf)
    }
    fields = [
        one for one in forms.inputs(kind, registry.today()) if one.name in plain | {"occurred_on"}
    ]
    fields += [replace(one, law="") for one in act if one.name in _WHY and one.name not in plain]
    return Standing(registry=registry, person=person, pupil=told, item=item, fields=fields)


def shown(found: Standing, values: Mapping[str, str]) -> dict[str, str]:
    """What the fields held on the page that was sent; without one, what they hold."""
    if "version" not in values:
        return found.now
    return {name: values.get(WAS + name, "") for name in found.now}


def changed(found: Standing, values: Mapping[str, str]) -> dict[str, str]:
    """What the person has edited, not what others have since."""
    with found.registry.database.connection() as connection:
        reading = reading_in(found.registry.worlds.fresh(connection))
    held_then = shown(found, values)
    return {
        one.name: values.get(one.name, "")
        for one in found.fields
        if one.name in held_then
        and _meant(found, one, values.get(one.name, ""), reading)
        != _meant(found, one, held_then[one.name], reading)
    }


def _meant(found: Standing, field: forms.Input, text: str, reading: Reading) -> object:
    """Boxes have no order; what cannot be read is told apart as it is written, to be refused."""
    spec = CATALOGUE[found.item["type"]].fields.get(field.name)
    try:
        value = value_of(text, spec.kind if spec else Day(), reading)
    except BadValue:
        return text
    return frozenset(value) if field.kind == "several" and isinstance(value, tuple) else value


def looked_at_anew(
    found: Standing, values: Mapping[str, str], changes: Mapping[str, str]
) -> dict[str, str]:
    """The record as it is now with what the person has edited: sent again, it is taken."""
    kept = {n: v for n, v in values.items() if n != "version" and not n.startswith(WAS)}
    return {**kept, **found.now, **changes}
