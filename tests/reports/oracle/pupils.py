"""One pupil with everything that the five outcomes ask of it."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from tests.reports.oracle.days import Calendar, calendar_of
from tests.reports.oracle.facts import Facts
from tests.reports.oracle.registers import Registers
from tests.reports.oracle.story import Fact, Stay, Story


@dataclass(frozen=True, kw_only=True)
class Period:
    first: date
    last: date
    today: date

    def holds(self, on: date | None) -> bool:
        return on is not None and self.first <= on <= self.last


@dataclass(frozen=True, kw_only=True)
class Result:
    """What came of one episode: success, failed, unknown, pending or why it was excluded."""

    provider: str
    la: str | None
    outcome: str
    group: str | None = None


class Pupil:
    def __init__(self, facts: Facts, story: Story) -> None:
        self.facts, self.story = facts, story

    @cached_property
    def registers(self) -> Registers:
        return Registers(self.facts, self.story)

    def calendar(self, anchor: date) -> Calendar:
        """Of the main school on the anchor day; with none, of the home LA on that day."""
        school = self.story.main_school(anchor)
        home = self.story.stood("home_la", anchor)
        name = school or (f"LA{home}" if home else None)
        if name is None or name not in self.facts.organisations:
            return Calendar(())
        if name not in self.facts.calendars:
            self.facts.calendars[name] = calendar_of(self.facts, name)
        found: Calendar = self.facts.calendars[name]
        return found

    def on_school_roll(self, on: date) -> bool:
        """On a C or M roll of a mainstream or special school."""
        return any(self.facts.is_school(s.school) for s in self.story.main_spells(on))

    def placed_on(self, on: date, but: Stay | None = None) -> bool:
        return any(p.open_on(on) for p in self.story.placements() if but is None or p.id != but.id)

    def standing(self, *types: str, first: date, last: date) -> list[Fact]:
        """Exclusions dated in the stretch that are not undone."""
        return [
            f for f in self.story.of(*types) if first <= f.on <= last
            and not self.story.undone(f.id)
        ]  # fmt: skip
