"""Answers kept for the very same arguments: pupils and what they hold are frozen."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
KEPT = 4_096


def by_identity(function: Callable[P, T]) -> Callable[P, T]:
    """Remember answers by which objects the arguments are.

    They are kept with their answer, so that no other object can take their place. When too many
    are kept all are forgotten; what two threads work out at once is the same.
    """
    kept: dict[tuple[object, ...], tuple[object, T]] = {}

    @wraps(function)
    def answer(*args: P.args, **named: P.kwargs) -> T:
        key = (*map(id, args), *((name, id(value)) for name, value in named.items()))
        found = kept.get(key)
        if found is None:
            if len(kept) >= KEPT:
                kept.clear()
            found = kept[key] = ((args, named), function(*args, **named))
        return found[1]

    return answer
