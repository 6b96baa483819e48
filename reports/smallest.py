"""The least that is needed: of several causes those that together bring something about."""

from collections.abc import Callable, Sequence

Holds = Callable[[frozenset[int]], bool]


def smallest(size: int, holds: Holds) -> list[int]:
    """Of ``range(size)``, with all of which ``holds``, a part with which it still does.

    Of two that would each do it the earlier is taken. None of the part can be left out, but where
    more undo what fewer do. U. Junker, QuickXplain (AAAI 2004): few trials where few are needed.
    """
    if holds(frozenset()):
        return []
    return sorted(_needed(frozenset(), range(size), holds, tried=True))


def _needed(given: frozenset[int], causes: Sequence[int], holds: Holds, *, tried: bool) -> set[int]:
    """``tried``: what is given is known not to be enough by itself."""
    if not tried and holds(given):
        return set()
    if len(causes) == 1:
        return set(causes)
    first, second = causes[: len(causes) // 2], causes[len(causes) // 2 :]
    later = _needed(given.union(first), second, holds, tried=False)
    earlier = _needed(given.union(later), first, holds, tried=not later)
    return later | earlier
