"""The movements report over random worlds equals a count by hand."""

from collections import Counter
from datetime import date, timedelta
from random import Random
from typing import Any

from ap_registry.registry import Registry
from reports.kinds import KINDS
from tests.reports.driving import Driver
from tests.reports.oracle.movements import movements
from tests.reports.oracle.report import Asked
from tests.reports.places import LA_TERMS, SLICES, World, blocks
from tests.reports.teller import Teller

YEARS = ((date(2024, 9, 1), date(2025, 8, 31)), (date(2025, 9, 1), date(2026, 8, 31)))
TERM = (date(2025, 3, 10), date(2026, 1, 20))


class Treasurer(Teller):
    """Also tells what placements cost: from their day, later, changed, or until a day."""

    def tell(self) -> None:
        super().tell()
        placed = [one for one in self.told if one[1] == "placement_started"]
        for ref, _, start in placed:
            for _ in range(self.pick(0, 1, 1, 2)):
                on = start + timedelta(days=self.pick(-3, 0, 0, 10, 40))
                until = {"until": (on + timedelta(days=30)).isoformat()} if self.odds(0.3) else {}
                self.send(
                    "funding_agreed", on, placement=ref, payer="LA856", **until,
                    education=self.pick(450, 512.35), health=self.pick(0, 99.99),
                    social_care=self.pick(0, 0, 20),
                )  # fmt: skip


def world(seed: int) -> World:
    """All terms are known: what is beyond them is counted otherwise, and tried apart."""
    made = World()
    known = [(la, *block) for la, text in LA_TERMS.items() for block in blocks(text)]
    made.terms.append((SLICES[0], known))
    for number in range(14):
        Treasurer(made, Random(seed * 1000 + number), number).tell()
    return made


def found_by(registry: Registry, asked: Asked) -> dict[str, Any]:
    given = {
        "from": asked.first, "to": asked.last, "known_by": asked.known_by, "la": asked.la,
        "provider": asked.provider, "school": None,
    }  # fmt: skip
    return dict(KINDS["movements"].read(registry, given).object)


def flattened(found: dict[str, Any]) -> dict[str, Any]:
    """What the oracle says, from the report."""
    lengths = next((row for row in found["lengths"] if row["by"] == "all"), {})
    flows = {(row["by"], row["value"], way): row[way] for row in found["flows"]
             for way in ("in", "out") if row[way]}  # fmt: skip
    kinds = ("suspension", "permanent_exclusion", "managed_move", "off_site_direction")
    moves: Counter[str] = Counter()
    for row in found["movements"]:
        name = row["movement"].removeprefix("lunchtime_")
        moves[name] += row["count"] if name in kinds else 0
    days = ("ended_mean_days", "ended_median_days", "open_mean_days", "open_median_days")
    return {
        "balance": found["balance"],
        "flows": flows,
        "current": {(row["by"], row["value"]): row["placements"] for row in found["current"]},
        "days": tuple(lengths.get(name) for name in days),
        "pupils": (found["questions"]["pupils_now"], found["questions"]["pupils_in_period"]),
        "spend": {row["provider"]: {part: row[part]
                                    for part in ("education", "health", "social_care")}
                  for row in found["providers"]},
        "exclusions": sorted(row["id"] for row in found["exclusions"]),
        "moves": {name: count for name, count in moves.items() if count},
    }  # fmt: skip


def test_the_report_equals_the_count_by_hand(empty_registry: Registry) -> None:
    driver = Driver(empty_registry)
    facts = driver.send(world(41))
    for first, last in (*YEARS, TERM):
        for narrowed in ({}, {"la": "857"}, {"provider": "100007"}):
            asked = Asked(first=first, last=last, known_by=SLICES[-1], **narrowed)
            found = flattened(found_by(empty_registry, asked))
            assert found == movements(facts, asked), (first, narrowed)
        asked = Asked(first=first, last=last, known_by=SLICES[1])
        assert flattened(found_by(empty_registry, asked)) == movements(facts, asked), first
