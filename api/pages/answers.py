"""The answers of a form in words, for the page on which they are checked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from ap_registry.notice import World
from ap_registry.organisation_names import meant
from api.pages.days import day
from api.pages.forms import PLACE, Input
from api.pages.heeding import LONGEST, SESSIONS, in_days
from api.pages.rendering import in_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    name: str
    label: str
    words: str


def answered(fields: Iterable[Input], values: Mapping[str, str], world: World) -> list[Answer]:
    """Of every field that has an answer, needs one, or has a page of its own."""
    return [
        Answer(name=one.name, label=one.label, words=_said(one, values, world))
        for one in fields
        if one.required or one.alone or values.get(one.name)
    ]


def _said(field: Input, values: Mapping[str, str], world: World) -> str:
    """Sessions in school days too, but of lunchtimes, which are no halves of days."""
    text = values.get(field.name, "").strip()
    halves = field.name in SESSIONS and values.get("kind") != "lunchtime"
    if halves and text.isdecimal() and len(text) <= LONGEST:
        return in_days(int(text))
    return said(field, values.get(field.name, ""), world)


def said(field: Input, value: str, world: World) -> str:
    """An answer in words; of an organisation its name and its number."""
    if not value:
        return "not given"
    if field.choices:
        return field.in_words(value)
    if field.is_day:
        read = day(value)
        return in_words(read) if read else value
    if _is_id(value):
        return "The notice that you chose"
    if field.names is None:
        return value
    found = meant(value, world, role="" if field.names == PLACE else field.names).sure
    return f"{found.name} ({value})" if found and found.id.endswith(value.upper()) else value


def _is_id(value: str) -> bool:
    try:
        return bool(UUID(value))
    except ValueError:
        return False
