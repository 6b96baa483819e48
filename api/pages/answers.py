"""The answers of a form in words, for the page on which they are checked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ap_registry.fields import BadValue, Day, Reading
from ap_registry.identifiers import BadIdentifier, parse_organisation_id
from ap_registry.notice import World
from api.pages.forms import Input
from api.pages.rendering import in_words

_DAY = Day()
_DAY_ONE = date.min  # no day is read beside another


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    name: str
    label: str
    words: str


def answered(fields: Iterable[Input], values: Mapping[str, str], world: World) -> list[Answer]:
    """Of every field that has an answer or needs one."""
    return [
        Answer(name=one.name, label=one.label, words=_words(one, values.get(one.name, ""), world))
        for one in fields
        if one.required or values.get(one.name)
    ]


def _words(field: Input, value: str, world: World) -> str:
    if not value:
        return "not given"
    if field.choices:
        return field.in_words(value)
    if field.is_day:
        return _day(value, world)
    if _is_id(value):
        return "the one that you chose"
    try:
        found = world.organisation(parse_organisation_id(value))
    except BadIdentifier:
        return value
    return f"{found.name} ({value})" if found and field.kind == "text" else value


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
