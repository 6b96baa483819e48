"""One mark for each session from all registers: the clash rule of outcomes.md.

A mark that is no possible session yields to one that is; of two possible ones the register of the
AP provider with an open placement stands; else the better one counts.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from ap_registry import codes

SESSIONS = 10  # in a packed week: Monday AM to Friday PM
_CLASS: Mapping[str, str] = {found.byte: found.klass for found in codes.ATTENDANCE.values()}
_RANK = {"present": 0, "approved": 1, "authorised": 2, "unauthorised": 3}
_ATTENDED = frozenset({"present", "approved"})
_ABSENT = frozenset({"authorised", "unauthorised"})
ON_PAPER = frozenset("BK")


_AFTER = tuple(timedelta(days=place // 2) for place in range(SESSIONS))


class Week(NamedTuple):
    """Ten marks of one register, one byte each; ``event`` recorded them."""

    organisation: str
    week: date
    marks: str
    event: UUID


@dataclass(frozen=True, slots=True)
class Mark:
    """The mark that stands for a session: ``session`` 0 is AM, 1 is PM."""

    on: date
    session: int
    byte: str
    klass: str
    organisation: str
    event: UUID


@dataclass(frozen=True, slots=True)
class Clash:
    """Two registers that differ on a session: by which rule, and whose mark (``organisation``)."""

    on: date
    session: int
    rule: str
    detail: str
    organisation: str


class Standing(NamedTuple):
    """The marks that stand for a week; ``registers`` one for all places, or one for each."""

    week: date
    marks: str
    registers: tuple[str, ...]

    def register(self, place: int) -> str:
        return self.registers[0] if len(self.registers) == 1 else self.registers[place]

    def day(self, place: int) -> date:
        return self.week + _AFTER[place]


def together(records: Iterable[Sequence[Week]]) -> list[Week]:
    """The registers of a pupil's several records as one's: the first record's mark stands."""
    found: dict[tuple[date, str], Week] = {}
    for weeks in records:
        for week in weeks:
            first = found.setdefault((week.week, week.organisation), week)
            if first is not week:
                pairs = zip(first.marks, week.marks, strict=True)
                marks = "".join(b if a == codes.NO_MARK else a for a, b in pairs)
                found[week.week, week.organisation] = first._replace(marks=marks)
    return list(found.values())


PlacedAt = Callable[[str, date], bool]


def _by_week(weeks: Iterable[Week]) -> list[tuple[date, list[Week]]]:
    found: dict[date, list[Week]] = {}
    for week in weeks:
        found.setdefault(week.week, []).append(week)
    return sorted(found.items())


def effective(weeks: Iterable[Week], placed_at: PlacedAt) -> tuple[list[Mark], list[Clash]]:
    """The standing marks in order, and the sessions on which registers differ."""
    marks: list[Mark] = []
    clashes: list[Clash] = []
    for monday, registers in _by_week(weeks):
        for place in range(SESSIONS):
            found = _marks(registers, monday, place)
            if len(found) == 1:
                marks.append(found[0])
            elif found:
                marks.append(_standing(found, placed_at))
                clashes.extend(_clashes(found, placed_at))
    return marks, clashes


def standing(weeks: Iterable[Week], placed_at: PlacedAt) -> tuple[list[Standing], list[Clash]]:
    """As ``effective``, packed: a week with one register is taken as it is."""
    found = list(weeks)
    if len({week.week for week in found}) == len(found):
        found.sort(key=attrgetter("week"))
        return [Standing(only.week, only.marks, (only.organisation,)) for only in found], []
    packed: list[Standing] = []
    clashes: list[Clash] = []
    for monday, registers in _by_week(found):
        if len(registers) == 1:
            only = registers[0]
            packed.append(Standing(monday, only.marks, (only.organisation,)))
            continue
        marks, more = effective(registers, placed_at)
        clashes += more
        places = {2 * (mark.on - monday).days + mark.session: mark for mark in marks}
        packed.append(
            Standing(
                monday,
                "".join(places[n].byte if n in places else codes.NO_MARK for n in range(SESSIONS)),
                tuple(places[n].organisation if n in places else "" for n in range(SESSIONS)),
            )
        )
    return packed, clashes


def _marks(registers: Sequence[Week], monday: date, place: int) -> list[Mark]:
    on = monday + timedelta(days=place // 2)
    return [
        Mark(on, place % 2, w.marks[place], _CLASS[w.marks[place]], w.organisation, w.event)
        for w in registers
        if w.marks[place] != codes.NO_MARK
    ]


def _standing(found: Sequence[Mark], placed_at: PlacedAt) -> Mark:
    return min(
        found,
        key=lambda m: (
            m.klass not in _RANK,
            not placed_at(m.organisation, m.on),
            _RANK.get(m.klass, 4),
            m.organisation,
        ),
    )


def _half(mark: Mark) -> str:
    return f"{mark.on} {'PM' if mark.session else 'AM'}"


def _clashes(found: Sequence[Mark], placed_at: PlacedAt) -> Iterator[Clash]:
    """Present and approved activity are one class; what is no possible session clashes never."""
    possible = [m for m in found if m.klass in _RANK]
    classes = {"attended" if m.klass in _ATTENDED else m.klass for m in possible}
    if len(classes) > 1:
        which = " against ".join(sorted(m.organisation for m in possible))
        last = possible[-1]
        yield Clash(
            last.on, last.session, "attendance.clash", f"{_half(last)}: {which}", last.organisation
        )
    absent = next(
        (m for m in possible if m.klass in _ABSENT and placed_at(m.organisation, m.on)), None
    )
    for mark in possible:
        if (
            absent is not None
            and mark.byte in ON_PAPER
            and mark.organisation != absent.organisation
        ):
            yield Clash(
                mark.on,
                mark.session,
                "attendance.present-on-paper",
                f"{_half(mark)}: {mark.byte} at {mark.organisation},"
                f" absent at {absent.organisation}",
                mark.organisation,
            )
