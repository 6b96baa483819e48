"""What placements cost, in three parts, as commissioners agree it in the weeks after the start.

Amounts are invented, of the size that LAs publish; one in ten is never told.
"""

from collections.abc import Mapping
from datetime import date
from random import Random

from ap_registry.demo import organisations
from ap_registry.demo.life import Life

TOLD = 0.9
A_WEEK: Mapping[str, int] = {  # pounds for full time, education, by where
    "urn": 430, "ukprn": 390, "OOT": 520, "OTH": 340, "WBP": 180, "NFE": 210,
}  # fmt: skip
MEDICAL = frozenset({"mental_health", "physical_health"})
FULL_TIME = 10  # sessions a week


def agree(life: Life) -> None:
    """Of every placement of the life; by chance of its own, so that nothing else is changed."""
    placed = [one for _moment, one in life.notices if one["type"] == "placement_started"]
    for number, start in enumerate(placed):
        chance = Random(f"spending {life.area.seed} {life.upn} {number}")
        if chance.random() < TOLD:
            _agree(life, start, chance)


def _agree(life: Life, start: Mapping[str, object], chance: Random) -> None:
    where = str(start.get("setting_type") or "urn")
    share = int(str(start["sessions_per_week"])) / FULL_TIME
    medical = start["reason"] in MEDICAL
    health = 5 * chance.randrange(8, 31) if medical and chance.random() < 0.6 else 0
    care = 5 * chance.randrange(10, 41) if chance.random() < 0.2 else 0
    payer, authority = str(start["commissioner"]), life.area.authority
    from_on = life.after(date.fromisoformat(str(start["occurred_on"])), chance.randrange(1, 9))
    life.note(
        "funding_agreed", from_on, payer, late=chance.randrange(4), placement=str(start["ref"]),
        education=5 * round(A_WEEK[where] * share * chance.uniform(0.85, 1.2) / 5),
        health=health, social_care=care, payer=payer,
        health_payer=organisations.care_board(life.area.la) if health else None,
        care_payer=authority if care else None,
    )  # fmt: skip
