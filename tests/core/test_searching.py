"""Pupils found by what people type."""

from datetime import date
from uuid import UUID

import pytest

from ap_registry.likeness import words_of
from ap_registry.searching import Known, found, read

PUPILS = [
    Known(UUID(int=1), "Ann Example", date(2011, 2, 3)),
    Known(UUID(int=2), "Seán O'Brien-Smith", date(2010, 5, 1)),
    Known(UUID(int=3), "Anna Sample", date(2011, 2, 3)),
    Known(UUID(int=4), "", None),
]


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("Ann Example", [1, 3]),  # the likeliest first
        ("example, ann", [1, 3]),
        ("exampel", [1]),
        ("ann", [1, 3]),
        ("sean obrien", [2]),
        ("smi", [2]),
        ("3/2/2011", [1, 3]),
        ("2011-02-03 sampel", [3]),
        ("ann 4/2/2011", []),
        ("zebra", []),
        ("ann zebra", []),
    ],
)
def test_a_slip_of_the_hand_does_no_harm(typed: str, numbers: list[int]) -> None:
    assert [pupil.int for pupil in found(read(typed), PUPILS, at_most=9)] == numbers


@pytest.mark.parametrize("typed", ["", " , ", "''"])
def test_nothing_typed_wants_nobody(typed: str) -> None:
    assert not read(typed)


def test_words_of_ascii_are_those_that_the_long_way_makes() -> None:
    """A name with a sign beyond ASCII goes the long way; that sign is then left out."""
    for text in ("Anne-Marie O'Brien", " de  la\tTour ", "X2 Æ?", "", "JOHN.SMITH 3rd"):
        assert words_of(text) == words_of(f"{text}\u2019")
