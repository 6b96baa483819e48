"""Answers kept for the very same arguments: pupils and what they hold are frozen."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
KEPT = 4_096
Kept = dict[tuple[object, ...], tuple[object, Any]]
_kept: ContextVar[Kept | None] = ContextVar("kept", default=None)


@contextmanager
def remembering() -> Iterator[None]:
    """Keep answers until the end of the outermost such block: no pupil is held for longer."""
    if _kept.get() is not None:
        yield
        return
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def by_identity(function: Callable[P, T]) -> Callable[P, T]:
    """Remember answers by which objects the arguments are, while ``remembering``.

    They are kept with their answer, so that no other object can take their place. When too many
    are kept all are forgotten.
    """

    @wraps(function)
    def answer(*args: P.args, **named: P.kwargs) -> T:
        kept = _kept.get()
        if kept is None:
            return function(*args, **named)
        key: tuple[object, ...] = (function, *map(id, args))
        if named:
            key = (*key, *((name, id(value)) for name, value in named.items()))
        found = kept.get(key)
        if found is None:
            if len(kept) >= KEPT:
                kept.clear()
            found = kept[key] = ((args, named), function(*args, **named))
        answered: T = found[1]
        return answered

    return answer
