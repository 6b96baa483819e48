"""What a pupil's part of a Common Transfer File says, in the fields of notices."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ap_registry import codes
from ap_registry.ctf.document import CtfPupil, Header, Place, SchoolSpell
from ap_registry.notice import World

MOVED_ON = "a"  # regulation 9(1)(a): registered at another school
_REGISTRATIONS = frozenset("CMSGFO")
Notices = list[dict[str, Any]]
OnRecord = Mapping[str, Any]


@dataclass(slots=True)
class Saying:
    """``by``: who notifies; ``day``: when the file was written; ``not_taken``: what it says that
    no notice can say, counted over the file."""

    world: World
    header: Header
    by: str
    day: date
    not_taken: Counter[str] = field(default_factory=Counter)

    def without_upn(self, pupil: CtfPupil) -> Notices:
        """One notice for the pupil and the roll that is open, if any: it gets an id."""
        rolls = [r for r in self.rolls(pupil, ()) if r["type"] == "joined_roll"]
        last = rolls[-1] if rolls else {"type": "pupil_registered", "occurred_on": self.day}
        self.not_taken["school of a pupil without UPN"] += max(len(rolls) - 1, 0)
        on = str(last["occurred_on"])
        return [{**self.details(pupil), **last, "occurred_on": on, "by": self.by}]

    def details(self, pupil: CtfPupil) -> dict[str, Any]:
        """The fields of pupil_registered; where a file cannot say, home is the LA of the school."""
        found = dict(self._stated(pupil))
        notifier = self.world.organisation(self.by)
        return {
            "home_la": notifier.la_code if notifier else None,
            "sen_provision": "N",
            **({"looked_after": "none"} if pupil.in_care is False else {}),
            **found,
        }

    def _stated(self, pupil: CtfPupil) -> Iterator[tuple[str, Any]]:
        yield "given_name", pupil.forename
        yield "family_name", pupil.surname
        yield "date_of_birth", pupil.born_on.isoformat()
        yield "sex", pupil.sex
        if pupil.sen:
            yield "sen_provision", max(pupil.sen, key=lambda s: s.starts_on or date.min).provision
        if pupil.sen_needs:
            yield from self._known("sen_need", pupil.sen_needs[0], codes.SEN_NEED.codes)
        if pupil.nc_year:
            yield from self._known("nc_year", pupil.nc_year, codes.NC_YEAR)
        if pupil.in_care:
            yield "looked_after", "current"
            if pupil.care_la:
                yield from self._known("care_la", pupil.care_la, codes.HOME_LAS)
        if pupil.ethnicity:
            yield "ethnicity", pupil.ethnicity
        if pupil.first_language:
            yield "first_language", pupil.first_language
        if pupil.meals:
            yield "free_school_meals", any((m.ends_on or self.day) >= self.day for m in pupil.meals)

    def _known(self, name: str, value: str, among: Iterable[str]) -> Iterator[tuple[str, Any]]:
        """A code that is none here must not keep a whole pupil out."""
        if value in among:
            yield name, value
        else:
            self.not_taken[f"unknown code of {name}"] += 1

    def changed(self, pupil: CtfPupil, stem: dict[str, Any], past: OnRecord) -> Notices:
        """What the file says otherwise than the record of that day.

        Nothing of a pupil who was registered here only after the file was written.
        """
        if past["given_name"] is None:
            return []
        new = {name: value for name, value in self._stated(pupil) if past[name] != value}
        if not new:
            return []
        occurred_on = self.day.isoformat()
        return [{**stem, "type": "pupil_details_changed", "occurred_on": occurred_on, **new}]

    def rolls(self, pupil: CtfPupil, held: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
        """Joining and leaving, by day, as far as schools and days are known and not on record."""
        spells = sorted(
            (s for s in pupil.schools if s.entered_on), key=lambda s: s.entered_on or date.min
        )
        self.not_taken["school without a day of entry"] += len(pupil.schools) - len(spells)
        found: Notices = []
        for place, spell in enumerate(spells):
            school = self.organisation(spell.school)
            if school is None:
                self.not_taken["school that is not on record"] += 1
                continue
            later = spells[place + 1].school if place + 1 < len(spells) else self.header.destination
            on_record = next((r for r in held if _same_spell(r, school, spell)), None)
            if on_record is None:
                registration = pupil.enrolment if spell.left_on is None else None
                found.append({
                    "type": "joined_roll", "school": school,
                    "occurred_on": str(spell.entered_on),
                    "registration": registration if registration in _REGISTRATIONS else "C",
                })  # fmt: skip
            if spell.left_on and (on_record is None or on_record["until"] is None):
                found += self._left(spell, school, later)
        yield from sorted(found, key=lambda n: (n["occurred_on"], n["type"] == "joined_roll"))

    def _left(self, spell: SchoolSpell, school: str, later: Place) -> Notices:
        """A ground is only sure where another school follows."""
        if not later.laestab.isdigit() or later.laestab == spell.school.laestab:
            self.not_taken["leaving without a next school: its ground is not known"] += 1
            return []
        then = self.organisation(later)
        return [{
            "type": "left_roll", "school": school, "occurred_on": str(spell.left_on),
            "ground": MOVED_ON, **({"destination": then} if then else {}),
        }]  # fmt: skip

    def organisation(self, place: Place) -> str | None:
        found = self.world.organisation(place.laestab) if place.laestab.isdigit() else None
        return found.id if found else None


def _same_spell(roll: Mapping[str, Any], school: str, spell: SchoolSpell) -> bool:
    """On record already: the same school, and the two periods touch."""
    entered, left = str(spell.entered_on), str(spell.left_on or date.max)
    return bool(
        roll["school"] == school
        and roll["from"] <= left
        and entered <= (roll["until"] or date.max.isoformat())
    )
