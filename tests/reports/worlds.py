"""Random worlds for the oracle: nasty histories aimed at the boundaries of the definition.

A world is made from its seed alone; each pupil from the seed and its number, so that a
disagreement can be looked at with one pupil.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from random import Random

from tests.reports.measuring import measure
from tests.reports.places import LA_TERMS, OWN_TERMS, PRU, SLICES, World, blocks
from tests.reports.teller import Teller


def make(seed: int, pupils: Iterable[int] = range(12)) -> World:
    chance = Random(seed)
    world = World()
    _calendars(world, chance)
    for number in pupils:
        teller = Teller(world, Random(seed * 1000 + number), number)
        teller.tell()
        measure(teller, Random(f"{seed} {number}"))
    return world


def _calendars(world: World, chance: Random) -> None:
    sent = []
    for la, text in LA_TERMS.items():
        kept = blocks(text)
        if chance.random() < 0.3:
            kept = kept[: -chance.randint(1, 4)]
        sent += [(la, first, last) for first, last in kept]
    if chance.random() < 0.3:
        sent = [b for b in sent if b[0] != "LA856" or b[1].year > 2023]
    world.terms.append((SLICES[0], sent))
    for owner in ("100001", PRU, "100003"):
        if chance.random() < 0.3:
            own = [(owner, first, last) for first, last in blocks(OWN_TERMS)]
            world.terms.append((chance.choice(SLICES[:5]), own))
    for _ in range(chance.randint(0, 5)):
        owner = chance.choice(("LA856", "LA857", "100001", PRU, "100002", "ENG"))
        day = date(2025, 1, 6) + timedelta(days=chance.randint(0, 600))
        at = chance.randint(0, 4)
        world.closures.append((SLICES[at], owner, day, False))
        if chance.random() < 0.3:
            world.closures.append((SLICES[at + 1], owner, day, True))
