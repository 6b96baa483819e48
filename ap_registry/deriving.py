"""What clocks and tables make of a pupil, made anew only where what they read has changed."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from ap_registry.notice import Case, Clock, Entry, Flag, FollowUp, World, nothing
from ap_registry.pupil import EMPTY, Pupil

Read = tuple[tuple[str, object], ...]
_FIELDS = frozenset(one.name for one in fields(Pupil))


class Watched(Pupil):
    """A pupil that knows which of its fields were read: each is taken over when first asked for."""

    __slots__ = ("_of", "_read")

    _of: Pupil
    _read: list[tuple[str, object]]

    def __getattr__(self, name: str) -> Any:
        if name not in _FIELDS:
            raise AttributeError(name)
        value = getattr(self._of, name)
        object.__setattr__(self, name, value)
        self._read.append((name, value))
        return value


def watch(pupil: Pupil) -> Watched:
    seen = object.__new__(Watched)
    object.__setattr__(seen, "_of", pupil)
    object.__setattr__(seen, "_read", [])
    return seen


def what_was_read(seen: Watched) -> Read:
    return tuple(seen._read)


def is_same(read: Read, pupil: Pupil) -> bool:
    """Whether a pupil holds the very values that were read of another."""
    return all(getattr(pupil, name) is value for name, value in read)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flagged:
    """The flags of one entry, and what they rest on of the pupil as it is in the end."""

    read: Read
    flags: tuple[Flag, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """The follow-ups of one clock, and all that they rest on besides the world."""

    read: Read
    owed: tuple[FollowUp, ...]


def derive(
    clocks: Sequence[Clock], pupil: Pupil, world: World, earlier: Iterable[Derived]
) -> tuple[Derived, ...]:
    """By clock; ``earlier`` (or the pupil of whom nothing is known) is kept where it would be
    the same: a clock reads nothing but a pupil's fields, and the world.
    """
    held = tuple(earlier) or _of_nobody(clocks, world)
    return tuple(
        kept if is_same(kept.read, pupil) else _derive(clock, pupil, world)
        for clock, kept in zip(clocks, held, strict=True)
    )


def flag(
    flags: Callable[[Case[Any]], Iterable[Flag]], entry: Entry[Any], before: Pupil, *,
    pupil: Pupil, world: World, earlier: Flagged | None,
) -> Flagged:  # fmt: skip
    """What an entry flags; ``earlier``: for the very same ``before``, kept where it is the same."""
    if flags is nothing:
        return _UNFLAGGED
    if earlier is not None and is_same(earlier.read, pupil):
        return earlier
    seen = watch(pupil)
    found = tuple(flags(Case(entry=entry, before=before, pupil=seen, world=world)))
    return Flagged(read=what_was_read(seen), flags=found)


_UNFLAGGED = Flagged(read=(), flags=())


def _derive(clock: Clock, pupil: Pupil, world: World) -> Derived:
    seen = watch(pupil)
    owed = tuple(clock.derive(seen, world))
    return Derived(read=what_was_read(seen), owed=owed)


def _of_nobody(clocks: Sequence[Clock], world: World) -> tuple[Derived, ...]:
    """Worked out once for each world: it is asked of every pupil."""
    global _nobody
    held = _nobody
    if held is None or held[0] is not clocks or held[1] is not world:
        held = _nobody = clocks, world, tuple(_derive(clock, EMPTY, world) for clock in clocks)
    return held[2]


_nobody: tuple[Sequence[Clock], World, tuple[Derived, ...]] | None = None
