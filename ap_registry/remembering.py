"""Answers kept for the very same arguments: pupils and what they hold are frozen."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")
T = TypeVar("T")
KEPT = 8


def by_identity(function: Callable[[A, B], T]) -> Callable[[A, B], T]:
    """Remember the last few answers; the arguments are kept with them, so none can be mistaken.

    Threads may lose an answer to each other, and then work it out again.
    """
    kept: tuple[tuple[A, B, T], ...] = ()

    @wraps(function)
    def answer(first: A, second: B) -> T:
        nonlocal kept
        for one in kept:
            if one[0] is first and one[1] is second:
                return one[2]
        found = function(first, second)
        kept = ((first, second, found), *kept[: KEPT - 1])
        return found

    return answer
