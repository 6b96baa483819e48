"""The answers of a form in words, for the page on which they are checked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ap_registry.fields import BadValue, Day, Reading
from ap_registry.notice import World
from ap_registry.organisation_names import meant
from api.pages.forms import PLACE, Input
from api.pages.rendering import in_words

_DAY = Day()
_DAY_ONE = date.min  # no day is read beside another


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    name: str
    label: str
    words: str


def answered(fields: Iterable[Input], values: Mapping[str, str], world: World) -> list[Answer]:
    """Of every field that has an answer, needs one, or has a page of its own."""
    return [
        Answer(name=one.name, label=one.label, words=said(one, values.get(one.name, ""), world))
        for one in fields
        if one.required or one.alone or values.get(one.name)
    ]


def said(field: Input, value: str, world: World) -> str:
    """An answer in words; of an organisation its name and its number."""
    if not value:
        return "not given"
    if field.choices:
        return field.in_words(value)
    if field.is_day:
        return _day(value, world)
    if _is_id(value):
        return "the one that you chose"
    if field.names is None:
        return value
    found = meant(value, world, role="" if field.names == PLACE else field.names).sure
    return f"{found.name} ({value})" if found and found.id.endswith(value.upper()) else value


def _day(value: str, world: World) -> str:
    reading = Reading(on=_DAY_ONE, organisation=world.organisation, from_file=True)
    try:
        return in_words(_DAY.read(value, reading))
    except BadValue:
        return value


def _is_id(value: str) -> bool:
    try:
        return bool(UUID(value))
    except ValueError:
        return False
