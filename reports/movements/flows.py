"""How many came in and went out, by each thing they are counted by; and from where to where."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from reports.movements.happened import DIMENSIONS, IN, NOT_SAID, OUT, Movement

STILL_PLACED = "still_placed"
Row = dict[str, Any]


def flows(moved: Sequence[Movement]) -> list[Row]:
    """By dimension and value how many placements began (``in``) and ended (``out``)."""
    counted: dict[str, dict[str, Counter[str]]] = defaultdict(dict)
    for movement in moved:
        if movement.flow is None:
            continue
        for dimension, value in movement.of.items():
            counted[dimension].setdefault(value, Counter())[movement.flow] += 1
    return [
        {"by": dimension, "value": value, IN: both[IN], OUT: both[OUT]}
        for dimension in DIMENSIONS
        for value, both in sorted(counted[dimension].items(), key=lambda one: in_order(one[0]))
    ]


def in_order(value: str) -> tuple[bool, int, str]:
    """Numbers by their size, before words; what was not said comes last."""
    return value == NOT_SAID, int(value) if value.isdigit() and len(value) < 3 else 99, value


def links(stays: Iterable[tuple[Movement, str]]) -> list[Row]:
    """Of the placements of a period: how each came about, the setting, and what came next."""
    counted = Counter((begun.of["route"], begun.of["setting"], then) for begun, then in stays)
    return [
        {"route": route, "setting": setting, "next": then, "placements": number}
        for (route, setting, then), number in sorted(counted.items())
    ]


def movements_by_kind(moved: Iterable[Movement]) -> list[Row]:
    counted: dict[str, Counter[UUID]] = defaultdict(Counter)
    for movement in moved:
        counted[movement.kind][movement.pupil] += 1
    return [
        {"movement": kind, "count": pupils.total(), "pupils": len(pupils)}
        for kind, pupils in sorted(counted.items())
    ]


def left_rolls(moved: Iterable[Movement]) -> list[Row]:
    """Leavings by their ground (2024 Regulations reg. 9(1))."""
    grounds = Counter(one.row.ground or NOT_SAID for one in moved if one.kind == "left_roll")
    return [{"ground": ground, "count": number} for ground, number in sorted(grounds.items())]


def exclusions(moved: Iterable[Movement], erased: frozenset[UUID]) -> Iterator[Mapping[str, Any]]:
    """Each that stands. Of an erased pupil only that there was one: nobody is to find it by day."""
    found = [one for one in moved if one.kind in _EXCLUSIONS]
    for one in sorted(found, key=lambda one: (one.on, one.row.version, str(one.row.key))):
        gone = one.pupil in erased
        yield {
            "id": None if gone else str(one.row.key),
            "kind": one.row.kind,
            "school": one.row.school,
            "occurred_on": None if gone else one.on.isoformat(),
            "ends_on": one.row.ends_on.isoformat() if one.row.ends_on and not gone else None,
            "sessions": one.row.sessions,
            "reasons": list(one.row.reasons or ()),
            "status": one.row.status,
        }


_EXCLUSIONS = frozenset({"suspension", "lunchtime_suspension", "permanent_exclusion"})
