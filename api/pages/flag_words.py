"""What is flagged, as a page says it: days in words, organisations by name."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from ap_registry.notice import World
from api.pages.rendering import in_words

_HALVES = {"AM": "in the morning", "PM": "in the afternoon"}
_TOKEN = re.compile(r"\b(?:\d{4}-\d\d-\d\d|\d{6}|[A-Z]{2,4}-?\d\w*|[A-Z]{2,4}-\w+|AM|PM)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clashes:
    """``words``: the last of them; ``more``: how many of the same rule there are besides."""

    pupil_id: str
    upn: str | None
    words: str
    more: int


def plain(detail: str, world: World) -> str:
    return _TOKEN.sub(lambda token: _said(token[0], world), detail)


def _said(token: str, world: World) -> str:
    if token in _HALVES:
        return _HALVES[token]
    found = world.organisation(token)
    return found.name if found else in_words(token) if token[4:5] == "-" else token


def clashes(found: Iterable[Mapping[str, Any]], world: World) -> Iterator[Clashes]:
    """One for each pupil and rule, of rows by rule and pupil."""
    for _, rows in groupby(found, key=itemgetter("rule", "pupil_id")):
        *others, last = rows
        yield Clashes(
            pupil_id=last["pupil_id"], upn=last["upn"], words=plain(last["detail"], world),
            more=len(others),
        )  # fmt: skip
