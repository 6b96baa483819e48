"""What placements cost in a period, in the three parts: education, health, social care."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from reports.facts import Row
from reports.movements.happened import NOT_SAID
from reports.movements.stays import Stay
from reports.statistics import half_up

PARTS = ("education", "health", "social_care")
SCHOOL_DAYS = 5  # of a week, for which amounts are agreed
DAY = timedelta(days=1)


@dataclass(slots=True)
class Cost:
    """Pounds in all and, of what is open, a week; placements with and without an amount."""

    parts: dict[str, Fraction] = field(default_factory=lambda: dict.fromkeys(PARTS, Fraction()))
    weekly: Fraction = Fraction()
    placements: int = 0
    without: int = 0

    def row(self) -> dict[str, Any]:
        return {
            **{part: half_up(amount, 2) for part, amount in self.parts.items()},
            "total": half_up(sum(self.parts.values(), Fraction()), 2),
            "weekly_now": half_up(self.weekly, 2),
            "placements": self.placements,
            "without_amount": self.without,
        }


@dataclass(slots=True, kw_only=True)
class Spend:
    """By provider and by who pays; ``all`` together."""

    all: Cost = field(default_factory=Cost)
    providers: defaultdict[str, Cost] = field(default_factory=lambda: defaultdict(Cost))
    payers: defaultdict[str, Cost] = field(default_factory=lambda: defaultdict(Cost))


def spend(found: Iterable[Stay], first: date) -> Spend:
    """An amount a week counts a fifth of it for each school day on which it held."""
    made = Spend()
    for stay in found:
        held = [*_held(stay, first)]
        for cost in (made.all, made.providers[stay.begun.row.provider]):
            cost.placements += 1
            cost.without += not held
        for funding, days, now in held:
            for part in PARTS:
                weekly = Fraction(str(getattr(funding, part)))
                amount = weekly * days / SCHOOL_DAYS
                paying = made.payers[_payer(funding, part)] if weekly else Cost()
                for cost in (made.all, made.providers[stay.begun.row.provider], paying):
                    cost.parts[part] += amount
                    cost.weekly += weekly if now else 0
    return made


def _payer(funding: Row, part: str) -> str:
    named = {"health": funding.health_payer, "social_care": funding.care_payer}
    return str(named.get(part, funding.payer) or NOT_SAID)


def _held(stay: Stay, first: date) -> Iterator[tuple[Row, int, bool]]:
    """Each amount, the school days in the period on which it held, and whether it does now.

    It holds from its day until its last day or the next amount; the first from the start on.
    """
    agreed = _one_a_day(stay.funding)
    for number, funding in enumerate(agreed):
        start = stay.begun.on if number == 0 else funding.occurred_on
        until = min(stay.last, funding.until_on or date.max)
        if number + 1 < len(agreed):
            until = min(until, agreed[number + 1].occurred_on - DAY)
        start = max(start, first)
        if start <= until:
            now = stay.open_at_end and until == stay.last
            yield funding, stay.calendar.known_days(start, until), now


def _one_a_day(rows: Iterable[Row]) -> Sequence[Row]:
    """Of several of one day the last recorded."""
    return list({row.occurred_on: row for row in rows}.values())
