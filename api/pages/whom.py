"""Whom a notice is about, by a name: people know their pupils by it, and not by a number."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ap_registry import searching
from ap_registry.likeness import words_of
from ap_registry.notice import NoticeType
from ap_registry.registry import Registry
from ap_registry.store import searching as stored
from ap_registry.store.queries import Found
from ap_registry.store.sessions import SignedIn
from api.deps import scope_of
from api.opened import Reader
from api.pages.forms import ANOTHER, Input
from api.pages.rendering import in_words

MOST = 8
_NUMBER = re.compile(r"\S*\d\S*")  # a UPN, with whatever slip; a name has no digits


def is_name(text: str) -> bool:
    return bool(text) and text != ANOTHER and not _NUMBER.fullmatch(text)


def found_by_name(
    registry: Registry, person: SignedIn, opened: Reader, kind: NoticeType[Any],
    fields: Sequence[Input], values: dict[str, str],
) -> tuple[Sequence[Input], dict[str, str]]:  # fmt: skip
    """The whole name of one pupil becomes its number; anything else a choice of those like it."""
    text = values.get("upn", "")
    if text == ANOTHER:
        return fields, {name: value for name, value in values.items() if name != "upn"}
    if not is_name(text) or kind.name == "pupil_registered":
        return fields, values
    rows = _rows(registry, person, opened, text)
    asked = set(words_of(text))
    whole = [row for row in rows if asked == set(words_of(row["name"]))]
    if len(whole) == len(rows) == 1 and rows[0]["upn"]:
        return fields, {**values, "upn": rows[0]["upn"]}
    choices = [
        (r["upn"], f"{r['name']}, born {in_words(r['born'])}, {r['upn']}") for r in rows if r["upn"]
    ]
    return [_choice(one, text, choices) if one.name == "upn" else one for one in fields], values


def _rows(registry: Registry, person: SignedIn, opened: Reader, text: str) -> Found:
    """Those whom the person sees, the likeliest first; a form names only who has a UPN."""
    scope = scope_of(person.caller, registry.today())
    wanted = searching.read(text.replace("\x00", ""))
    if not wanted:
        return []
    with registry.database.connection() as connection:
        seen = stored.seen(connection, scope, wanted.born)
        ids = searching.found(wanted, seen, at_most=MOST)
        rows = stored.shown(connection, scope, ids)
    opened.at_once(person.caller, *(row["id"] for row in rows))
    return rows


def _choice(field: Input, text: str, choices: Sequence[tuple[str, str]]) -> Input:
    if not choices:
        return field
    return replace(
        field, kind="choice", choices=(*choices, (ANOTHER, "None of these: ask me again")),
        hint=f"You wrote “{text}”. Which pupil do you mean?",
    )  # fmt: skip
