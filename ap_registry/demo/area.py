"""One invented LA as the stories see it: who is there, and on which days they are open."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from random import Random

from ap_registry.calendar import Calendars, SchoolCalendar
from ap_registry.demo import organisations
from ap_registry.demo.terms import BLOCKS, inset_days


@dataclass(frozen=True)
class Area:
    """Ids of one LA's organisations; they do not depend on the seed, their names do."""

    seed: int
    la: str

    @cached_property
    def authority(self) -> str:
        return organisations.authority(self.la)

    @cached_property
    def secondaries(self) -> tuple[str, ...]:
        return organisations.secondaries(self.la)

    @cached_property
    def primaries(self) -> tuple[str, ...]:
        return organisations.primaries(self.la)

    @cached_property
    def specials(self) -> tuple[str, ...]:
        return organisations.specials(self.la)

    @cached_property
    def pru(self) -> str:
        return organisations.pru(self.la)

    @cached_property
    def state_ap(self) -> tuple[str, ...]:
        return (self.pru, *organisations.academies(self.la))

    @cached_property
    def unregistered(self) -> Mapping[str, tuple[str, ...]]:
        """By setting: ``ukprn`` or the setting type of the AP census."""
        one, two, three, four, five, six = (
            organisations.unregistered(self.la, n) for n in range(1, 7)
        )
        return {"OTH": (one, two), "OOT": (three,), "ukprn": (four,), "WBP": (five,), "NFE": (six,)}

    @cached_property
    def service(self) -> str:
        return organisations.outreach_service(self.la)

    @cached_property
    def college(self) -> str:
        return organisations.college(self.la)

    @cached_property
    def neighbour(self) -> str:
        return neighbour_of(self.la)

    @cached_property
    def neighbour_school(self) -> str:
        return organisations.secondaries(self.neighbour)[0]

    @cached_property
    def closures(self) -> Mapping[str, tuple[date, ...]]:
        schools = (*self.secondaries, *self.primaries, *self.specials, *self.state_ap)
        return {school: tuple(inset_days(self.seed, school)) for school in schools}

    @cached_property
    def calendars(self) -> Calendars:
        return Calendars(
            terms={self.authority: BLOCKS},
            closures={
                school: dict.fromkeys(days, "INSET") for school, days in self.closures.items()
            },
            la_of=dict.fromkeys(self.closures, self.authority),
        )

    def calendar(self, organisation: str) -> SchoolCalendar:
        """Any other organisation keeps the LA's: all invented LAs have the same terms."""
        known = organisation if organisation in self.closures else self.authority
        return self.calendars.of(known)

    def provider_for(self, rng: Random, setting: str) -> str:
        if setting != "urn":
            return rng.choice(self.unregistered[setting])
        return rng.choices(self.state_ap, [3, 4, 4])[0]


def neighbour_of(la: str) -> str:
    return "857" if la != "857" else "855"


@lru_cache(maxsize=4)
def area(seed: int, la: str) -> Area:
    return Area(seed, la)
