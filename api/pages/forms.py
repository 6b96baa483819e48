"""A form made from the catalogue: which input each field has, and what came back from it."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from ap_registry.fields import (
    Code,
    Day,
    Destination,
    FieldsOf,
    Kind,
    LaCode,
    Listed,
    Organisation,
    Text,
    Whole,
    YesNo,
)
from ap_registry.notice import NoticeType
from ap_registry.organisation_names import AREA
from api.pages.law import law_of
from api.pages.words import code_words, field_words
from api.problems import HttpProblem

MOST_RADIOS = 6
LONG_TEXT = 1_000
PLACE = "place"
ANOTHER = "?"
"""In the place of a name: none of those offered is meant, and the question is asked again."""
_ALONE = frozenset({"referral.provider"})  # without it nobody is asked
_OF_THE_FORM = frozenset({"csrf", "form", "do", "at", "checking"})
_REFERENCE = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # nothing that is misread on the telephone


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """``kind``: text, number, words, choice (radios), select or several (check boxes).

    ``names``: the organisations that it takes, by a role; None: it names none. ``alone``: it may
    be left out, but so much hangs on it that it has a page of its own.
    """

    name: str
    label: str
    hint: str
    kind: str
    required: bool
    choices: tuple[tuple[str, str], ...] = ()
    law: str = ""
    is_day: bool = False
    names: str | None = None
    alone: bool = False

    def in_words(self, value: str) -> str:
        """What was chosen or written, as people say it."""
        words = dict(self.choices)
        return ", ".join(words.get(part, part) for part in value.split(";")) if words else value


def inputs(kind: NoticeType[Any], on: date) -> list[Input]:
    """The pupil and the day first, the notifier's own reference last; the law as on that day."""
    return [
        _input(kind.name, "upn", Text(), on, required=kind.name != "pupil_registered"),
        _input(kind.name, "occurred_on", Day(), on, required=True),
        *(_input(kind.name, n, s.kind, on, required=s.required) for n, s in kind.fields.items()),
        _input(kind.name, "ref", Text(), on, required=False),
    ]


def _input(notice: str, name: str, kind: Kind, on: date, *, required: bool) -> Input:
    label, hint = field_words(notice, name)
    shape, choices = _shape(name, kind)
    return Input(
        name=name, label=label, hint=hint, kind=shape, required=required, choices=choices,
        law=law_of(notice, name, on), is_day=isinstance(kind, Day),
        names=names_of(kind), alone=f"{notice}.{name}" in _ALONE,
    )  # fmt: skip


def names_of(kind: Kind) -> str | None:
    """Which organisations a field takes: any (empty), of a role, or a place that may be one."""
    if isinstance(kind, Organisation):
        return kind.role
    if isinstance(kind, LaCode):
        return AREA
    return PLACE if isinstance(kind, Destination) else None


def _shape(name: str, kind: Kind) -> tuple[str, tuple[tuple[str, str], ...]]:
    if isinstance(kind, YesNo):
        return "choice", (("true", "Yes"), ("false", "No"))
    if isinstance(kind, Listed) and isinstance(kind.of, Code) and name != "progress":
        return "several", _choices(name, kind.of)
    if isinstance(kind, Code):
        found = _choices(name, kind)
        return ("choice" if len(found) <= MOST_RADIOS else "select"), found
    if isinstance(kind, Whole):
        return "number", ()
    if isinstance(kind, FieldsOf) or isinstance(kind, Text) and kind.private and name != "upn":
        return "words", ()
    return "text", ()


def _choices(name: str, kind: Code) -> tuple[tuple[str, str], ...]:
    """Without the method by which only the registry itself tells somebody."""
    offered = (code for code in kind.codes if (name, code) != ("method", "registry"))
    return tuple((code, code_words(name, code)) for code in offered)


def new_reference() -> str:
    """So that a form sent twice is one notice, and the confirmation has something to quote."""
    return "W-" + "".join(secrets.choice(_REFERENCE) for _ in range(8))


def sent(pairs: Iterable[tuple[str, object]]) -> dict[str, str]:
    """What a browser sent; several boxes of one name become a list as in a cell.

    Lines end as in a notice by program, not as browsers end them.
    """
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        if isinstance(value, str) and value.strip():
            found.setdefault(name, []).append(value.strip().replace("\r\n", "\n"))
    return {name: ";".join(values) for name, values in found.items()}


def id_of(form: Mapping[str, str], name: str) -> UUID:
    """An id that a page wrote into its form itself."""
    try:
        return UUID(form.get(name, ""))
    except ValueError:
        raise HttpProblem(400, "The form is not whole: open the page again.") from None


def notice_of(kind: str, values: Mapping[str, str]) -> dict[str, str]:
    """Without what the form says of itself."""
    given = {name: value for name, value in values.items() if name not in _OF_THE_FORM}
    given.setdefault("ref", values.get("form") or new_reference())
    return {**given, "type": kind}
