"""What was seen, added up by area and by group."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any
from uuid import UUID

from reports.dashboard.areas import Area, Areas
from reports.dashboard.headcounts import Headcounts
from reports.dashboard.measures import MEASURES, OF_ROLL, RANGED
from reports.dashboard.seen import Seen
from reports.statistics import half_up, rate, wilson

PER = 100


@dataclass(slots=True)
class Tally:
    """Of one measure in one area or group. ``off``: at schools without a headcount, in no rate."""

    yes: int = 0
    of: int = 0
    off: int = 0
    pupils: set[UUID] = field(default_factory=set)
    days: list[int] = field(default_factory=list)

    def add(self, one: Seen, *, counted: bool) -> None:
        if not counted:
            self.off += one.yes
            return
        self.yes += one.yes
        self.of += one.of
        self.pupils.add(one.pupil)
        if one.days is not None:
            self.days.append(one.days)

    def counts(self, measure: str, on_roll: int) -> tuple[int, int]:
        """Numerator and denominator."""
        match MEASURES[measure].sort:
            case "rate":
                return self.yes, on_roll
            case "of_roll":
                return len(self.pupils), on_roll
        return self.yes, self.of

    def row(self, measure: str, on_roll: int) -> dict[str, Any]:
        sort = MEASURES[measure].sort
        if sort == "days":
            return _days(self.days)
        yes, of = self.counts(measure, on_roll)
        wrong = sort != "rate" and yes > of  # a headcount of fewer pupils than it befell
        low, high = wilson(yes, of) if sort in RANGED and not wrong else (None, None)
        share = None if wrong else rate(yes, of)
        made = {
            "numerator": yes,
            "denominator": of,
            "rate": per_100(yes, of) if sort == "rate" else share,
            "low": low,
            "high": high,
        }
        return {**made, "without_headcount": self.off} if measure in OF_ROLL else made


def per_100(times: int, on_roll: int) -> float | None:
    """To two decimals, as the DfE publishes it; times may be more than pupils."""
    return half_up(Fraction(PER * times, on_roll), 2) if on_roll else None


def _days(days: list[int]) -> dict[str, Any]:
    found = sorted(days)
    if not found:
        return {"count": 0, "mean": None, "median": None, "longest": None}
    middle = Fraction(found[(len(found) - 1) // 2] + found[len(found) // 2], 2)
    return {
        "count": len(found),
        "mean": half_up(Fraction(sum(found), len(found)), 1),
        "median": half_up(middle, 1),
        "longest": found[-1],
    }


@dataclass(slots=True, kw_only=True)
class Book:
    """``areas``: by area and measure; ``groups``: of everything, by group, value and measure."""

    within: Areas
    headcounts: Headcounts
    areas: defaultdict[tuple[Area, str], Tally] = field(default_factory=lambda: defaultdict(Tally))
    groups: defaultdict[tuple[str, str, str], Tally] = field(
        default_factory=lambda: defaultdict(Tally)
    )

    def take(self, found: Iterable[Seen]) -> None:
        for one in found:
            areas = self.within.of(one.la, one.school)
            if not areas:
                continue
            of_roll = one.measure in OF_ROLL
            counted = not of_roll or self.headcounts.has(one.school)
            for area in areas:
                self.areas[area, one.measure].add(one, counted=counted)
            for by, value in one.groups.items():
                counted = not of_roll or self.headcounts.has(one.school, by)
                self.groups[by, value, one.measure].add(one, counted=counted)
