"""While when a virtual school or a social worker sees a child, among all whom its LA sees."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from ap_registry.access import carers_of
from ap_registry.notice import World
from ap_registry.pupil import Pupil

Seen = tuple[str, UUID, str, date, date | None]  # organisation, what began it, basis, first, last
_SAYING = ("looked_after", "social_worker", "home_la", "care_la")
_WITH_A_SOCIAL_WORKER = frozenset({"cin", "cp"})


@dataclass(frozen=True, slots=True)
class _Stretch:
    """While these details stood; ``last`` None: they stand."""

    event: UUID
    first: date
    last: date | None
    said: Mapping[str, object]


def cared_for(pupil: Pupil, world: World) -> Iterator[Seen]:
    """A looked-after child is its authority's; one known to a social worker, and one once looked
    after, is that of the LA where it lives; one once looked after is also that of the LA where it
    is on roll (domain.md section 0.10)."""
    found: dict[tuple[str, UUID, str], tuple[date, date | None]] = {}
    for organisation, event, basis, first, last in _relations(pupil, world):
        key = organisation, event, basis
        start, end = found.get(key, (first, last))
        found[key] = start, None if last is None or end is None else max(last, end)
    for (organisation, event, basis), (first, last) in found.items():
        yield organisation, event, basis, first, last


def _relations(pupil: Pupil, world: World) -> Iterator[Seen]:
    for stretch in _stretches(pupil):
        home = stretch.said.get("home_la")
        looked_after = stretch.said.get("looked_after")
        if looked_after == "current":
            yield from _all_along(stretch, stretch.said.get("care_la") or home, "looked_after")
        if looked_after == "previous":
            yield from _all_along(stretch, home, "once_looked_after")
            yield from _on_rolls(stretch, pupil, world)
        if stretch.said.get("social_worker") in _WITH_A_SOCIAL_WORKER:
            yield from _all_along(stretch, home, "social_worker")


def _all_along(stretch: _Stretch, la: object, basis: str) -> Iterator[Seen]:
    if la:
        yield carers_of(f"LA{la}"), stretch.event, basis, stretch.first, stretch.last


def _on_rolls(stretch: _Stretch, pupil: Pupil, world: World) -> Iterator[Seen]:
    for spell in pupil.rolls:
        la = world.la_of(spell.school)
        ended = spell.until_on - timedelta(days=1) if spell.until_on else None
        ends = [day for day in (stretch.last, ended) if day is not None]
        first, last = max(stretch.first, spell.occurred_on), min(ends, default=None)
        if la and (last is None or first <= last):
            event = spell.id if spell.occurred_on > stretch.first else stretch.event
            yield carers_of(f"LA{la}"), event, "once_looked_after", first, last


def _stretches(pupil: Pupil) -> Iterator[_Stretch]:
    """One after the other, while anybody cares for the child by them."""
    said: dict[str, object] = {}
    current: _Stretch | None = None
    for details in pupil.details:
        told = {name: details.values[name] for name in _SAYING if details.values.get(name)}
        if told.items() <= said.items():
            continue
        said |= told
        if current and current.first < details.occurred_on:
            last = details.occurred_on - timedelta(days=1)
            yield _Stretch(current.event, current.first, last, current.said)
        current = _Stretch(details.id, details.occurred_on, None, dict(said))
    if current:
        yield current


def spells(pupil: Pupil, name: str) -> Iterator[tuple[date, date | None, object, UUID]]:
    """The stretches during which a detail stood, each with the event that began it."""
    current: tuple[date, object, UUID] | None = None
    for details in pupil.details:
        value = details.values.get(name)
        if value is None or (current and current[1] == value):
            continue
        if current:
            yield current[0], details.occurred_on - timedelta(days=1), current[1], current[2]
        current = (details.occurred_on, value, details.id)
    if current:
        yield current[0], None, current[1], current[2]
