"""Pupils found by what people type."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from ap_registry.likeness import plain_lines, words_of
from ap_registry.searching import ALIKE, BEGUN, LEAST, Known, found, likenesses, read

NAMES = ("Ann Example", "Seán O'Brien-Smith", "Anna Sample", "")
PUPILS = Known(NAMES, b"".join(UUID(int=number).bytes for number in (1, 2, 3, 4)))


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("Ann Example", [1, 3]),  # the likeliest first
        ("example, ann", [1, 3]),
        ("exampel", [1]),
        ("ann", [1, 3]),
        ("sean obrien", [2]),
        ("smi", [2]),
        ("3/2/2011", [4, 1, 3, 2]),  # of those born then, whom the database has chosen
        ("2011-02-03 sampel", [3]),
        ("zebra", []),
        ("ann zebra", []),
    ],
)
def test_a_slip_of_the_hand_does_no_harm(typed: str, numbers: list[int]) -> None:
    assert [pupil.int for pupil in found(read(typed), PUPILS, at_most=9)] == numbers


def test_a_day_is_read_however_it_is_written() -> None:
    asked = [read(text).born for text in ("3/2/2011", "2011-02-03 sampel", "ann 4/2/2011", "ann")]
    assert asked == [date(2011, 2, 3), date(2011, 2, 3), date(2011, 2, 4), None]


@pytest.mark.parametrize("day", ["5 May 2012", "5th of May 2012", "05 may 2012", "5 May, 2012"])
def test_a_day_is_read_as_pages_write_it(day: str) -> None:
    for typed in (f"Ann {day} Example", f"{day} ann example"):
        assert (read(typed).words, read(typed).born) == (("ann", "example"), date(2012, 5, 5))
    assert read("May 2012").born is None
    assert read("Sunita 3/2/2013").words == ("sunita",)


LETTERS = st.sampled_from("aábcnÑ -'\nx")
TEXTS = st.lists(st.text(LETTERS, max_size=9), max_size=9)


@given(
    names=TEXTS, words=st.lists(st.text("abcnx", min_size=1, max_size=7), min_size=1, max_size=2)
)
def test_nobody_is_missed_whom_a_look_at_each_name_finds(
    names: list[str], words: list[str]
) -> None:
    assert likenesses(words, names) == [
        (place, pytest.approx(sum(scores)))
        for place, name in enumerate(names)
        if all(scores := [how_like(word, words_of(name)) for word in words])
    ]


def how_like(word: str, parts: list[str]) -> float:
    likest = max((fuzz.ratio(word, part, score_cutoff=ALIKE) for part in parts), default=0.0)
    begins = len(word) >= LEAST and any(part.startswith(word) for part in parts)
    return max(likest, BEGUN if begins else 0.0)


@given(TEXTS)
def test_many_names_are_made_plain_as_each_is(texts: list[str]) -> None:
    lines = plain_lines(texts).split("\n") if texts else []
    assert [line.split() for line in lines] == [words_of(text) for text in texts]


@pytest.mark.parametrize("typed", ["", " , ", "''"])
def test_nothing_typed_wants_nobody(typed: str) -> None:
    assert not read(typed)


def test_words_of_ascii_are_those_that_the_long_way_makes() -> None:
    """A name with a sign beyond ASCII goes the long way; that sign is then left out."""
    for text in ("Anne-Marie O'Brien", " de  la\tTour ", "X2 Æ?", "", "JOHN.SMITH 3rd"):
        assert words_of(text) == words_of(f"{text}\u2019")
