"""Pupils found by what people type: a name with slips, a day of birth, or both.

Only those whom the reader sees are ever compared, so neither the answer nor how long it takes says
anything of the others.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from rapidfuzz import fuzz, process

from ap_registry.likeness import words_of
from ap_registry.written_days import day_in_file

ALIKE = 75.0  # of 100 (rapidfuzz's ratio): one letter in four or so may differ
BEGUN, LEAST = 92.0, 2  # what a name begins with, of two letters or more


@dataclass(frozen=True, slots=True)
class Known:
    """A pupil whom the reader sees."""

    pupil_id: UUID
    name: str
    born: date | None


@dataclass(frozen=True, slots=True)
class Wanted:
    words: tuple[str, ...]
    born: date | None

    def __bool__(self) -> bool:
        return bool(self.words) or self.born is not None


def read(text: str) -> Wanted:
    """Words of a name, and a day where there is one; the day as ``31/3/2011`` or ``2011-03-31``."""
    born, words = None, []
    for part in text.replace(",", " ").split():
        day = _day(part) if any(c.isdigit() for c in part) else None
        if day is not None:
            born = day
        else:
            words += words_of(part)
    return Wanted(tuple(words), born)


def _day(text: str) -> date | None:
    try:
        return day_in_file(text)
    except ValueError:
        return None


def found(wanted: Wanted, pupils: Iterable[Known], *, at_most: int) -> list[UUID]:
    """The likeliest first, by name where no name was asked for.

    Each word must be like some part of the name.
    """
    held = [one for one in pupils if wanted.born is None or one.born == wanted.born]
    if not wanted.words:
        by_name = sorted(held, key=lambda one: (one.name, one.pupil_id))
        return [one.pupil_id for one in by_name[:at_most]]
    alike = likenesses(wanted.words, [one.name for one in held])
    scored = [
        (-score, one.name, one.pupil_id) for one, score in zip(held, alike, strict=True) if score
    ]
    return [pupil for _, _, pupil in sorted(scored)[:at_most]]


def likenesses(words: Sequence[str], names: Sequence[str]) -> list[float]:
    """How much each name is like the words, each of which must be like some part of it; else 0."""
    parts = [words_of(name) for name in names]
    every = sorted({part for name in parts for part in name})
    likeness = [_likeness(word, every) for word in words]
    return [sum(_scores(likeness, name)) for name in parts]


def _likeness(word: str, every: Sequence[str]) -> dict[str, float]:
    """Of all parts of names those that are like a word, and how much."""
    near = process.extract(word, every, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=None)
    alike = {part: score for part, score, _ in near}
    if len(word) >= LEAST:
        for part in every:
            if part.startswith(word):
                alike[part] = max(alike.get(part, 0.0), BEGUN)
    return alike


def _scores(likeness: Sequence[Mapping[str, float]], name: Sequence[str]) -> list[float]:
    """The best of each word; none where a word is like no part."""
    best = [max((alike.get(part, 0.0) for part in name), default=0.0) for alike in likeness]
    return best if all(best) else []
