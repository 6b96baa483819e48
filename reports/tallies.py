"""What a row of a report counts: episodes by where they stand, and the figures beside them."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from reports.measures import post_16
from reports.measures.episode import Count, Episode, Number, Part, Place, Secondary, Yes
from reports.statistics import Ratio, half_up, mean, median, rate, wilson


@dataclass(slots=True)
class Beside:
    """The parts of one secondary figure."""

    achieved: int = 0
    pupils: int = 0
    values: Counter[Ratio] = field(default_factory=Counter)
    summary: str = ""
    in_totals: bool = True

    def add(self, part: Secondary) -> None:
        match part:
            case Yes(achieved=achieved):
                self.summary = "share"
                self.achieved += achieved
                self.pupils += 1
            case Part(numerator=numerator, denominator=denominator, in_totals=in_totals):
                self.summary = "share"
                self.achieved += numerator
                self.pupils += denominator
                self.in_totals = in_totals
            case Number(value=value, summary=summary):
                self.summary = summary
                self.values[value] += 1
            case Count(number=number):
                self.summary = "count"
                self.achieved += number

    def merge(self, other: "Beside") -> None:
        self.summary = other.summary
        self.in_totals = other.in_totals
        self.achieved += other.achieved
        self.pupils += other.pupils
        if other.values:
            self.values.update(other.values)

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
    """Episodes of one measure; figures beside it only of those in no group."""

    places: Counter[Place] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    unknown_within: int = 0
    beside: defaultdict[str, Beside] = field(default_factory=lambda: defaultdict(Beside))

    def add(self, episode: Episode) -> None:
        if episode.place is not None:
            self.places[episode.place] += 1
            if episode.place is Place.EXCLUDED and episode.reason:
                self.reasons[episode.reason] += 1
            self.unknown_within += episode.counts_unknown
        if episode.group is None:
            beside = self.beside
            for part in episode.secondary:
                beside[part.name].add(part)

    def merge(self, other: "Tally") -> None:
        self.places.update(other.places)
        self.reasons.update(other.reasons)
        self.unknown_within += other.unknown_within
        for name, beside in other.beside.items():
            self.beside[name].merge(beside)

    def row(self, measure: str) -> dict[str, Any]:
        numerator = self.places[Place.SUCCESS]
        denominator = numerator + self.places[Place.FAILED]
        within = measure == post_16.MEASURE
        unknown = self.unknown_within if within else self.places[Place.UNKNOWN]
        low, high = wilson(numerator, denominator)
        return {
            "numerator": numerator,
            "denominator": denominator,
            "pending": self.places[Place.PENDING],
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
