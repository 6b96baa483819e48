"""What a row of a report counts: episodes by where they stand, and the figures beside them."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from reports.measures import post_16
from reports.measures.episode import (
    EXCLUDED,
    FAILED,
    PENDING,
    SUCCESS,
    UNKNOWN,
    Count,
    Episode,
    Number,
    Part,
    Place,
    Secondary,
    Yes,
)  # fmt: skip
from reports.statistics import Ratio, half_up, mean, median, rate, wilson


@dataclass(slots=True)
class Beside:
    """The parts of one secondary figure."""

    achieved: int = 0
    pupils: int = 0
    values: dict[Ratio, int] = field(default_factory=dict)
    summary: str = ""
    in_totals: bool = True

    def __reduce__(self) -> tuple[Any, ...]:
        """Some ten thousands go from one process to another."""
        return Beside, (self.achieved, self.pupils, self.values, self.summary, self.in_totals)

    def add(self, part: Secondary, times: int) -> None:
        match part:
            case Part(numerator=numerator, denominator=denominator, in_totals=in_totals):
                self.summary = "share"
                self.achieved += numerator * times
                self.pupils += denominator * times
                self.in_totals = in_totals
            case Number(value=value, summary=summary):
                self.summary = summary
                self.values[value] = self.values.get(value, 0) + times
            case Yes(achieved=achieved):
                self.summary = "share"
                self.achieved += achieved * times
                self.pupils += times
            case Count(number=number):
                self.summary = "count"
                self.achieved += number * times

    def merge(self, other: "Beside") -> None:
        self.achieved += other.achieved
        self.pupils += other.pupils
        self.summary, self.in_totals = other.summary, other.in_totals
        values = self.values
        for value, times in other.values.items():
            values[value] = values.get(value, 0) + times

    def row(self) -> dict[str, Any]:
        if self.summary == "count":
            return {"value": self.achieved}
        if self.summary == "share":
            return {
                "numerator": self.achieved,
                "denominator": self.pupils,
                "value": rate(self.achieved, self.pupils),
            }
        summarise = mean if self.summary == "mean" else median
        return {"value": half_up(summarise(self.values), 1)}


@dataclass(slots=True)
class Tally:
    """Episodes of one measure; parts of figures beside it only of those in no group.

    Parts of which many are equal are counted as one: what they come to is reckoned once, for the
    report. The others are added up as they come.
    """

    places: Counter[Place] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    unknown_within: int = 0
    equal: dict[Yes | Count, int] = field(default_factory=dict)
    summed: dict[str, Beside] = field(default_factory=dict)

    def add(self, episode: Episode) -> None:
        if episode.place is not None:
            self.places[episode.place] += 1
            if episode.place is EXCLUDED and episode.reason:
                self.reasons[episode.reason] += 1
            self.unknown_within += episode.counts_unknown
        if episode.group is None:
            equal, summed = self.equal, self.summed
            for part in episode.secondary:
                if isinstance(part, (Yes, Count)):
                    equal[part] = equal.get(part, 0) + 1
                    continue
                beside = summed.get(part.name)
                if beside is None:
                    beside = summed[part.name] = Beside()
                beside.add(part, 1)

    def merge(self, other: "Tally") -> None:
        self.places.update(other.places)
        self.reasons.update(other.reasons)
        self.unknown_within += other.unknown_within
        for part, times in other.equal.items():
            self.equal[part] = self.equal.get(part, 0) + times
        for name, beside in other.summed.items():
            if name not in self.summed:
                self.summed[name] = Beside()
            self.summed[name].merge(beside)

    def beside(self) -> Mapping[str, Beside]:
        """By name."""
        found = defaultdict(Beside, self.summed)
        for part, times in self.equal.items():
            found[part.name].add(part, times)
        return found

    def row(self, measure: str) -> dict[str, Any]:
        numerator = self.places[SUCCESS]
        denominator = numerator + self.places[FAILED]
        within = measure == post_16.MEASURE
        unknown = self.unknown_within if within else self.places[UNKNOWN]
        low, high = wilson(numerator, denominator)
        return {
            "numerator": numerator,
            "denominator": denominator,
            "pending": self.places[PENDING],
            "unknown": unknown,
            "excluded": dict(sorted(self.reasons.items())),
            "coverage": _coverage(denominator, unknown, within=within),
            "rate": rate(numerator, denominator),
            "low": low,
            "high": high,
        }


def _coverage(denominator: int, unknown: int, *, within: bool) -> float | None:
    whole = denominator if within else denominator + unknown
    known = denominator - unknown if within else denominator
    return half_up(Fraction(known, whole), 3) if whole else None
