"""What every measure answers: episodes, each in one place, and figures beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from reports.statistics import Ratio


class Place(StrEnum):
    """Where an episode counts; pending and unknown are outside the denominator."""

    EXCLUDED = "excluded"
    PENDING = "pending"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SUCCESS = "success"


# By these names: each look-up of an attribute of an Enum takes a quarter of a microsecond.
EXCLUDED, PENDING, FAILED, UNKNOWN, SUCCESS = Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Both days included; ``today`` is the London day of ``known_by``."""

    from_on: date
    to_on: date
    today: date

    def holds(self, day: date | None) -> bool:
        return day is not None and self.from_on <= day <= self.to_on


# An episode and its parts are tuples: a report of England makes some millions of them.


class Yes(NamedTuple):
    """One pupil's part in a secondary proportion."""

    name: str
    achieved: bool


class Part(NamedTuple):
    """One pupil's part in a secondary proportion of sessions; some are of providers only."""

    name: str
    numerator: int
    denominator: int
    in_totals: bool = True


class Number(NamedTuple):
    """One episode's part in a secondary mean or median."""

    name: str
    value: Ratio
    summary: str  # mean or median


class Count(NamedTuple):
    """Something counted beside the measure."""

    name: str
    number: int = 1


Secondary = Yes | Part | Number | Count


class Episode(NamedTuple):
    """One pupil's episode at a provider. ``counts_unknown``: unknown, yet in the denominator (O5).

    ``place`` None: only its secondary figures count. ``reason``: the rule by which it counts as it
    does (``reports.outcome_rules``). ``once``: the key by which totals count it one time only (O4,
    O5: the pupil). ``subject``: the event that began it; ``since`` and ``until``: the days looked
    at, None those of the period.
    """

    measure: str
    provider: str
    la: str | None
    place: Place | None
    reason: str | None = None
    group: str | None = None
    counts_unknown: bool = False
    once: str | None = None
    secondary: Sequence[Secondary] = ()
    subject: UUID | None = None
    since: date | None = None
    until: date | None = None
