"""Everything that the measures ask of a pupil, read from derived rows as at an instant."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from operator import attrgetter
from typing import Any, Protocol
from uuid import UUID

from ap_registry import codes
from ap_registry.calendar import Calendars, SchoolCalendar, academic_year
from ap_registry.organisations import Organisation
from reports.marks import Register, Sessions, standing

MAIN = ("C", "M")
PRESENT = frozenset(codes.PRESENT_BYTES)
_JOINED = attrgetter("from_on", "version")


class Row(Protocol):
    """A derived row; its columns are attributes."""

    def __getattr__(self, name: str) -> Any: ...


@dataclass(frozen=True)
class World:
    """Organisations and calendars as at the report's instant, and its day.

    ``only``: those that were read for it; None: all.
    """

    organisations: Mapping[str, Organisation]
    calendars: Calendars
    today: date
    only: frozenset[str] | None = None

    @cached_property
    def such_schools(self) -> frozenset[str]:
        """Mainstream and special schools."""
        found = self.organisations.values()
        return frozenset(one.id for one in found if one.is_mainstream_or_special)

    @cached_property
    def ap_providers(self) -> frozenset[str]:
        return frozenset(one.id for one in self.organisations.values() if one.is_ap_provider)

    def such_a_school(self, name: str) -> bool:
        """A mainstream or special school."""
        return name in self.such_schools

    def is_ap_provider(self, name: str) -> bool:
        return name in self.ap_providers

    def supports_schools(self, name: str) -> bool:
        """Outreach is support by an AP provider or an LA support service."""
        found = self.organisations.get(name)
        return found is not None and (found.is_ap_provider or found.kind == "service")


@dataclass
class Facts:
    """One pupil. Lists are in effective order: day, then version."""

    pupil_id: UUID
    world: World
    tables: dict[str, list[Row]] = field(default_factory=dict)
    registers: dict[str, Register] = field(default_factory=dict)

    def rows(self, table: str) -> list[Row]:
        return self.tables.get(table, [])

    @cached_property
    def placements(self) -> list[Row]:
        """Placements that happened: one that ended with ``error`` never did."""
        return [p for p in self.rows("placement") if p.end_reason != "error"]

    @cached_property
    def outreach(self) -> list[Row]:
        return [o for o in self.rows("outreach") if o.end_reason != "error"]

    def detail(self, name: str, on: date) -> Any:
        """What stood that day; before the first record, the first recorded."""
        value = None
        for row in self.rows("detail"):
            found = getattr(row, name)
            if row.occurred_on > on and value is not None:
                break
            if found is not None:
                value = found
        return value

    def home_la(self, on: date) -> str | None:
        found: str | None = self.detail("home_la", on)
        return found

    def year_group(self, on: date) -> int | None:
        """Year of the date less the academic year of birth, less five; a stated year carries on."""
        year = academic_year(on)
        stated = [
            (academic_year(r.occurred_on), r.nc_year)
            for r in self.rows("detail")
            if r.nc_year is not None and academic_year(r.occurred_on) <= year
        ]
        if stated:
            recorded, number = stated[-1]
            return int(number) + year - recorded
        born = self.detail("birth_year", on)
        return None if born is None else year - int(born) - 5

    @cached_property
    def main_spells(self) -> Sequence[Row]:
        """On a C or M roll; the later joined, then the later recorded, first."""
        found = [r for r in self.rows("roll") if r.registration in MAIN]
        found.sort(key=_JOINED, reverse=True)
        return found

    def main_spell(self, on: date) -> Row | None:
        """Of two main schools the later joined, then the later recorded."""
        for spell in self.main_spells:
            if holds(spell, on):
                return spell
        return None

    def on_roll(self, on: date) -> bool:
        """On the C or M roll of a mainstream or special school."""
        such = self.world.such_schools
        return any(spell.school in such and holds(spell, on) for spell in self.main_spells)

    def calendar(self, on: date) -> SchoolCalendar:
        """The main school's, else the home LA's, on the anchor day."""
        spell = self.main_spell(on)
        if spell is not None:
            return self.world.calendars.of(spell.school)
        home = self.home_la(on)
        return self.world.calendars.of(f"LA{home}" if home else None)

    def _placed(self, organisation: str) -> Iterator[tuple[date, date | None]]:
        """While when a placement at an AP provider of that name was open."""
        if self.world.is_ap_provider(organisation):
            for placement in self.placements:
                if placement.provider == organisation:
                    yield placement.starts_on, placement.ended_on

    @cached_property
    def _standing(self) -> Register:
        return standing(list(self.registers.items()), self._placed)

    def sessions(self, from_on: date, to_on: date) -> Sessions:
        """Over a stretch of dates, both ends included."""
        if not self.registers:
            return Sessions(0, 0, 0)
        return self._standing.sessions(from_on, to_on)

    def absences(self, from_on: date, to_on: date) -> tuple[int, int, int]:
        """Possible sessions, authorised and unauthorised absences, after the clash rule."""
        if not self.registers:
            return 0, 0, 0
        return self._standing.absences(from_on, to_on)

    def register(self, organisation: str, from_on: date, to_on: date) -> Iterator[tuple[date, str]]:
        """(date, byte) of one organisation's own register, in order."""
        found = self.registers.get(organisation)
        return iter(()) if found is None else found.each(from_on, to_on)

    def possible_at(self, organisation: str, from_on: date, to_on: date) -> int:
        """Possible sessions on an organisation's own register, before the clash rule."""
        found = self.registers.get(organisation)
        return 0 if found is None else found.sessions(from_on, to_on).possible


def holds(spell: Row, on: date) -> bool:
    """From joining up to, not including, leaving."""
    return bool(spell.from_on <= on and (spell.until_on is None or on < spell.until_on))


def open_on(placement: Row, on: date) -> bool:
    """From start to end, both included."""
    return bool(
        placement.starts_on <= on and (placement.ended_on is None or on <= placement.ended_on)
    )
