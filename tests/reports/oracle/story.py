"""The effective history of one pupil, and what it says of a day."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tests.reports.oracle.days import academic_year
from tests.reports.oracle.facts import Event, Facts

NOT_A_SUBJECT = {"arising_from", "about"}
NAMING = {"exclusion", "placement", "referral", "direction", "outreach", "reintegration", "of"}


@dataclass(frozen=True, kw_only=True)
class Fact:
    """An effective event: corrections applied."""

    id: str
    type: str
    version: int
    on: date
    fields: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.fields.get(name)


@dataclass(frozen=True, kw_only=True)
class Spell:
    """On a roll from ``first`` up to, not including, ``until``."""

    school: str
    registration: str
    first: date
    version: int
    until: date | None = None

    def holds(self, on: date) -> bool:
        return self.first <= on and (self.until is None or on < self.until)


@dataclass(frozen=True, kw_only=True)
class Stay:
    """A placement or outreach: both ends inclusive."""

    start: Fact
    end: Fact | None

    @property
    def id(self) -> str:
        return self.start.id

    @property
    def first(self) -> date:
        return self.start.on

    @property
    def last(self) -> date | None:
        return self.end.on if self.end else None

    @property
    def reason_of_end(self) -> str | None:
        return self.end["end_reason"] if self.end else None

    def open_on(self, on: date) -> bool:
        return self.first <= on and (self.last is None or on <= self.last)


@dataclass(kw_only=True)
class Story:
    pupil: str
    facts: list[Fact]
    voided: dict[str, Event] = field(default_factory=dict)

    def of(self, *types: str) -> Iterator[Fact]:
        return (f for f in self.facts if f.type in types)

    def named(self, event: str | None) -> Fact | None:
        return next((f for f in self.facts if f.id == event), None)

    def stood(self, name: str, on: date) -> Any:
        """A detail on that day; before the first record of it, the first recorded."""
        said = [
            (f.on, f[name])
            for f in self.of("pupil_registered", "pupil_details_changed")
            if f[name] is not None
        ]
        by_then = [value for when, value in said if when <= on]
        return by_then[-1] if by_then else said[0][1] if said else None

    def year_group(self, on: date) -> int | None:
        year = academic_year(on)
        stated: dict[int, int] = {}
        for f in self.of("pupil_registered", "pupil_details_changed"):
            if str(f["nc_year"] or "").isdigit():
                stated[academic_year(f.on)] = int(f["nc_year"])
        years = [y for y in stated if y <= year]
        if years:
            return stated[max(years)] + year - max(years)
        born = self.stood("date_of_birth", on)
        return None if born is None else year - academic_year(date.fromisoformat(born)) - 5

    def spells(self) -> list[Spell]:
        open_: dict[str, Spell] = {}
        done: list[Spell] = []
        for f in self.of("joined_roll", "left_roll"):
            before = open_.pop(f["school"], None)
            if before is not None:
                done.append(Spell(**{**before.__dict__, "until": f.on}))
            if f.type == "joined_roll":
                open_[f["school"]] = Spell(
                    school=f["school"], registration=f["registration"], first=f.on,
                    version=f.version,
                )  # fmt: skip
        return [*done, *open_.values()]

    def main_spells(self, on: date) -> list[Spell]:
        return [s for s in self.spells() if s.registration in {"C", "M"} and s.holds(on)]

    def main_school(self, on: date) -> str | None:
        """Of two, the later joined, then the later recorded."""
        held = sorted(self.main_spells(on), key=lambda s: (s.first, s.version))
        return held[-1].school if held else None

    def placements(self) -> list[Stay]:
        return self._stays("placement_started", "placement_ended", "placement")

    def outreach(self) -> list[Stay]:
        return self._stays("outreach_started", "outreach_ended", "outreach")

    def _stays(self, started: str, ended: str, names: str) -> list[Stay]:
        """One that ended with ``error`` never happened."""
        found = []
        for start in self.of(started):
            ends = [f for f in self.of(ended) if f[names] == start.id]
            stay = Stay(start=start, end=ends[-1] if ends else None)
            if stay.reason_of_end != "error":
                found.append(stay)
        return found

    def undone(self, exclusion: str) -> bool:
        """Voided, cancelled, reinstated, or quashed unless upheld again afterwards."""
        if exclusion in self.voided:
            return True
        quashed = False
        for f in self.facts:
            if f["exclusion"] != exclusion:
                continue
            if f.type == "exclusion_cancelled":
                return True
            if f.type == "governors_decision" and f["decision"] == "reinstated":
                return True
            if f.type == "review_decision" and f["decision"] == "quashed":
                quashed = True
            if f.type == "governors_decision" and f["decision"] == "upheld":
                quashed = False
        return quashed


def stories(facts: Facts) -> list[Story]:
    by_pupil: dict[str, list[Event]] = {}
    for event in facts.events:
        by_pupil.setdefault(event.pupil, []).append(event)
    return [story(pupil, events) for pupil, events in by_pupil.items()]


def story(pupil: str, events: list[Event]) -> Story:
    """Corrections applied in recorded order, voided events dropped, then effective order."""
    events = sorted(events, key=lambda e: e.version)
    voided: set[str] = set()
    for event in reversed(events):
        if event.type == "void" and event.id not in voided:
            voided.add(event.fields["of"])
    found = []
    for event in events:
        if event.id in voided or event.type in {"void", "correction"}:
            continue
        on, fields = event.occurred_on, dict(event.fields)
        for later in events:
            stands = later.type == "correction" and later.id not in voided
            if stands and later.fields["of"] == event.id:
                fields.update(later.fields["fields"])
        if "occurred_on" in fields:
            on = date.fromisoformat(fields.pop("occurred_on"))
        if any(fields.get(name) in voided for name in NAMING):
            continue
        found.append(
            Fact(id=event.id, type=event.type, version=event.version, on=on, fields=fields)
        )
    # The contract, section 8: on one day leave comes before join.
    found.sort(key=lambda f: (f.on, f.type != "left_roll", f.version))
    return Story(pupil=pupil, facts=found, voided={e.id: e for e in events if e.id in voided})
