"""What a measure sees of one pupil, and whom it counts for."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from reports.facts import Facts

NOT_SAID = "not_stated"
# As headcounts have them, and what only the registry knows.
OF_HEADCOUNTS = ("sen_provision", "free_school_meals", "ethnicity", "nc_year", "sex")
GROUPS = (*OF_HEADCOUNTS, "looked_after", "social_worker", "young_carer")
_DETAILS = tuple(name for name in GROUPS if name not in {"nc_year", "sex"})
Groups = Mapping[str, str]


class Seen(NamedTuple):
    """``yes`` of ``of``, or a number of ``days``; ``school``: whose pupil it was then."""

    measure: str
    pupil: UUID
    la: str | None
    school: str | None
    groups: Groups
    yes: int = 1
    of: int = 0
    days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A period; ``last``: of it, and not after what was known. ``today``: of what was known."""

    first: date
    last: date
    today: date

    def holds(self, day: date | None) -> bool:
        return day is not None and self.first <= day <= self.last

    def meets(self, start: date, end: date | None) -> bool:
        return start <= self.last and (end is None or end >= self.first)


See = Callable[[Facts, Span], Iterator[Seen]]


def seen(
    facts: Facts, measure: str, on: date, *, school: str | None = None, yes: bool | int = True,
    of: int = 1, days: int | None = None,
) -> Seen:  # fmt: skip
    """Of a pupil by its home LA and main school that day.

    Where ``school`` is named, that school did it, and it counts for the LA in which that lies.
    """
    spell = facts.main_spell(on)
    known = facts.world.organisations.get(school) if school else None
    return Seen(
        measure=measure,
        pupil=facts.pupil_id,
        la=known.la if known and known.la else facts.home_la(on),
        school=school or (spell.school if spell else None),
        groups=groups(facts, on),
        yes=int(yes),
        of=of,
        days=days,
    )


def groups(facts: Facts, on: date) -> Groups:
    year = facts.year_group(on)
    return {
        **{name: _said(facts.detail(name, on)) for name in _DETAILS},
        "sex": _sex(facts),
        "nc_year": NOT_SAID if year is None else str(year) if year > 0 else "R",
    }


def _sex(facts: Facts) -> str:
    """As last recorded; not said where unknown, erased, or another in a record merged into it."""
    said = {row.sex for row in facts.rows("identity")} - {None, "U"}
    return said.pop() if len(said) == 1 else NOT_SAID


def _said(value: object) -> str:
    if value is None:
        return NOT_SAID
    return str(value).lower() if isinstance(value, bool) else str(value)
