"""Placements of a period: how many there were, how long they are, where pupils are now."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from ap_registry.calendar import SchoolCalendar
from ap_registry.organisations import Organisation
from reports.facts import Facts, Row
from reports.movements.flows import STILL_PLACED, in_order
from reports.movements.happened import Movement, ended, person, started
from reports.statistics import half_up

A_YEAR = 365  # calendar days
BY = ("provider", "setting", "reason", "school", "year_group", "sen_provision", "home_la")
Counts = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A placement open on a day of the period. ``now``: what holds on ``last``."""

    begun: Movement
    ended: Movement | None  # None where it is still open on the last day looked at
    provider: Organisation | None
    calendar: SchoolCalendar  # of the pupil on the first day
    funding: tuple[Row, ...]  # what was agreed for it, by day, then version
    looked_after: bool
    last: date  # its end, or the last day looked at
    now: Mapping[str, str]

    @property
    def open_at_end(self) -> bool:
        return self.ended is None

    @property
    def days(self) -> int:
        """Calendar days so far or in all, the first and the last included."""
        return (self.last - self.begun.on).days + 1

    @property
    def then(self) -> str:
        return STILL_PLACED if self.open_at_end else str(self.begun.row.end_reason)


def stays(facts: Facts, first: date, last: date, school: str | None) -> Iterator[Stay]:
    """``last``: of the period, and not after today; ``school``: for whose report, if for one's."""
    for placement in facts.placements:
        ended_on = placement.ended_on
        if placement.starts_on > last or (ended_on is not None and ended_on < first):
            continue
        over = ended_on is not None and ended_on <= last
        until = ended_on if over else last
        begun = started(facts, placement, school)
        yield Stay(
            begun=begun,
            ended=ended(facts, placement, school) if over else None,
            provider=facts.world.organisations.get(placement.provider),
            calendar=facts.calendar(placement.starts_on),
            funding=tuple(f for f in facts.rows("funding") if f.placement == placement.key),
            looked_after=facts.detail("looked_after", until) == "current",
            last=until,
            now={**begun.of, **person(facts, until)},
        )


def flows_of(found: Iterable[Stay], first: date) -> Iterator[Movement]:
    """What began and ended in the period."""
    for stay in found:
        if stay.begun.on >= first:
            yield stay.begun
        if stay.ended is not None:
            yield stay.ended


def balance(found: Sequence[Stay], first: date) -> Counts:
    """What was open before the period, began and ended in it, and is open on its last day."""
    return {
        "before": sum(one.begun.on < first for one in found),
        "in": sum(one.begun.on >= first for one in found),
        "out": sum(not one.open_at_end for one in found),
        "after": sum(one.open_at_end for one in found),
    }


def current(found: Iterable[Stay]) -> list[Counts]:
    """Open on the last day, by each thing they are counted by on that day."""
    counted: dict[tuple[int, str], list[Stay]] = defaultdict(list)
    for stay in found:
        if stay.open_at_end:
            for number, dimension in enumerate(BY):
                counted[number, stay.now[dimension]].append(stay)
    return [
        {
            "by": BY[number],
            "value": value,
            "placements": len(these),
            "pupils": len({stay.begun.pupil for stay in these}),
            "past_planned_end": sum(_past_end(stay) for stay in these),
            "over_a_year": sum(stay.days > A_YEAR for stay in these),
        }
        for (number, value), these in sorted(
            counted.items(), key=lambda one: (one[0][0], in_order(one[0][1]))
        )
    ]


def _past_end(stay: Stay) -> bool:
    return bool(stay.begun.row.planned_ends_on < stay.last)


def lengths(found: Iterable[Stay]) -> list[Counts]:
    """In calendar days: of those that ended in the period, and so far of those still open."""
    counted: dict[tuple[str, str], list[Stay]] = defaultdict(list)
    for stay in found:
        counted["all", "all"].append(stay)
        for dimension in ("setting", "reason", "provider"):
            counted[dimension, stay.begun.of[dimension]].append(stay)
    return [
        {"by": by, "value": value, **_long(these, open_=False), **_long(these, open_=True)}
        for (by, value), these in sorted(counted.items())
    ]


def _long(found: Sequence[Stay], *, open_: bool) -> Counts:
    days = sorted(stay.days for stay in found if stay.open_at_end is open_)
    of = "open" if open_ else "ended"
    middle = Fraction(days[(len(days) - 1) // 2] + days[len(days) // 2], 2) if days else None
    return {
        of: len(days),
        f"{of}_mean_days": mean_days(days),
        f"{of}_median_days": None if middle is None else half_up(middle, 1),
        f"{of}_longest_days": days[-1] if days else None,
    }


def mean_days(days: Sequence[int]) -> float | None:
    return half_up(Fraction(sum(days), len(days)), 1) if days else None
