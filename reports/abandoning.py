"""A report that nobody wants any more is left off between two of its parts."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class Abandoned(Exception):
    """Whoever asked for it wants it no more."""


_UNWANTED: ContextVar[Callable[[], bool] | None] = ContextVar("unwanted", default=None)


@contextmanager
def while_wanted(unwanted: Callable[[], bool]) -> Iterator[None]:
    """What is made within asks ``unwanted`` from part to part: it must be cheap."""
    token = _UNWANTED.set(unwanted)
    try:
        yield
    finally:
        _UNWANTED.reset(token)


def go_on() -> None:
    """Between two parts of a report; raise Abandoned where it is wanted no more."""
    unwanted = _UNWANTED.get()
    if unwanted is not None and unwanted():
        raise Abandoned
