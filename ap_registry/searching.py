"""Pupils found by what people type: a name with slips, a day of birth, or both.

Only those whom the reader sees are ever compared, so neither the answer nor how long it takes says
anything of the others.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from rapidfuzz import fuzz, process

from ap_registry.likeness import plain_lines, words_of
from ap_registry.written_days import day_in_file

ALIKE = 75.0  # of 100 (rapidfuzz's ratio): one letter in four or so may differ
BEGUN, LEAST = 92.0, 2  # what a name begins with, of two letters or more


@dataclass(frozen=True, slots=True)
class Known:
    """Pupils whom the reader sees: their names, and their ids, each of sixteen bytes, in a row."""

    names: Sequence[str]
    ids: bytes

    def id_of(self, place: int) -> UUID:
        return UUID(bytes=self.ids[16 * place : 16 * place + 16])


@dataclass(frozen=True, slots=True)
class Wanted:
    words: tuple[str, ...]
    born: date | None

    def __bool__(self) -> bool:
        return bool(self.words) or self.born is not None


def read(text: str) -> Wanted:
    """Words of a name, and a day where there is one.

    The day as ``31/3/2011``, ``2011-03-31``, or as pages write it: ``31 March 2011``.
    """
    born, words, parts = None, [], text.replace(",", " ").split()
    while parts:
        day, length = _day(parts)
        if day is not None:
            born = day
        else:
            words += words_of(parts[0])
        parts = parts[length:]
    return Wanted(tuple(words), born)


def _day(parts: Sequence[str]) -> tuple[date | None, int]:
    """The day with which they begin, and of how many parts it is; the longest first.

    One of several parts begins and ends with a number: ``Sunita 3/2/2011`` names no weekday.
    """
    for length in (4, 3, 1):  # "5th of May 2012"
        taken = parts[:length]
        written = any(c.isdigit() for c in taken[0]) and taken[-1][-1].isdigit()
        if written and len(taken) == length:
            try:
                day = day_in_file(" ".join(taken))
            except ValueError:
                day = None
            if day is not None:
                return day, length
    return None, 1


def found(wanted: Wanted, pupils: Known, *, at_most: int) -> list[UUID]:
    """The likeliest first, by name where no name was asked for.

    Each word must be like some part of the name.
    """
    names, numbers = pupils.names, range(len(pupils.names))
    scored = likenesses(wanted.words, names) if wanted.words else [(n, 0.0) for n in numbers]
    best = sorted((-score, names[n], pupils.id_of(n)) for n, score in scored)
    return [pupil for _, _, pupil in best[:at_most]]


def likenesses(words: Sequence[str], names: Sequence[str]) -> list[tuple[int, float]]:
    """Of the names those that are like the words, by their places, and how much.

    Each word must be like some part of the name. The names are looked through as one text, each
    part between blanks: to part ten thousand of them costs more than all else.
    """
    text = f" {plain_lines(names)}\n".replace("\n", " \n ")
    every = list(set(text.split()))
    alike = [_likeness(word, text, every) for word in words]
    rarest, near = min(zip(words, alike, strict=True), key=lambda one: len(one[1]))
    likely = _lines(text, sorted(_places(text, rarest, near)))
    return [(n, sum(scores)) for n, parts in likely if (scores := _scores(alike, parts))]


def _likeness(word: str, text: str, every: Sequence[str]) -> dict[str, float]:
    """Of all parts of names those that are like a word, and how much."""
    near = process.extract(word, every, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=None)
    alike = {part: score for part, score, _ in near}
    if len(word) >= LEAST:
        for place in _each(text, f" {word}"):
            part = text[place + 1 : text.index(" ", place + 1)]
            alike[part] = max(alike.get(part, 0.0), BEGUN)
    return alike


def _places(text: str, word: str, alike: Iterable[str]) -> Iterator[int]:
    """Where the parts that are like a word stand; what begins with it is found in one go."""
    begun = len(word) >= LEAST
    if begun:
        yield from _each(text, f" {word}")
    for part in alike:
        if not (begun and part.startswith(word)):
            yield from _each(text, f" {part} ")


def _each(text: str, sought: str) -> Iterator[int]:
    place = text.find(sought)
    while place >= 0:
        yield place
        place = text.find(sought, place + 1)


def _lines(text: str, places: Iterable[int]) -> Iterator[tuple[int, list[str]]]:
    """The lines in which these places, in their order, are: number and parts of each, once."""
    number = end = 0
    for place in places:
        if place >= end:
            number += text.count("\n", end, place)
            begin = text.rfind("\n", 0, place) + 1
            end = text.index("\n", place)
            yield number, text[begin:end].split()


def _scores(likeness: Sequence[Mapping[str, float]], name: Sequence[str]) -> list[float]:
    """The best of each word; none where a word is like no part."""
    best = [max((alike.get(part, 0.0) for part in name), default=0.0) for alike in likeness]
    return best if all(best) else []
