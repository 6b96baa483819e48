"""Everything that the measures ask of a pupil, read from derived rows as at an instant."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, LiteralString
from uuid import UUID

import psycopg

from ap_registry import codes
from ap_registry.attendance import Week, effective
from ap_registry.calendar import Calendars, SchoolCalendar, academic_year
from ap_registry.organisations import Organisation

AT_ONCE = 2_000
DAY = timedelta(days=1)
MAIN = ("C", "M")
_NONE = UUID(int=0)
_POSSIBLE = frozenset(codes.POSSIBLE_BYTES)
_ATTENDED = frozenset(codes.PRESENT_BYTES + codes.APPROVED_BYTES)
PRESENT = frozenset(codes.PRESENT_BYTES)
C2 = codes.to_byte("C2")


class Row:
    """A derived row; its columns are attributes."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.__dict__.update(values)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)


@dataclass(frozen=True, slots=True)
class World:
    """Organisations and calendars as at the report's instant, and its day."""

    organisations: Mapping[str, Organisation]
    calendars: Calendars
    today: date

    def such_a_school(self, name: str) -> bool:
        """A mainstream or special school."""
        found = self.organisations.get(name)
        return found is not None and found.is_mainstream_or_special

    def is_ap_provider(self, name: str) -> bool:
        found = self.organisations.get(name)
        return found is not None and found.is_ap_provider


@dataclass(frozen=True, slots=True)
class Sessions:
    """Counts over a window, after the clash rule."""

    possible: int
    attended: int
    c2: int

    @property
    def half_absent(self) -> bool:
        """At least 30 possible, and half of them or fewer attended."""
        return self.possible >= 30 and 2 * self.attended <= self.possible


@dataclass
class Facts:
    """One pupil. Lists are in effective order: day, then version."""

    pupil_id: UUID
    world: World
    tables: dict[str, list[Row]] = field(default_factory=dict)
    weeks: list[Week] = field(default_factory=list)

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

    def main_spell(self, on: date) -> Row | None:
        """Of two main schools the later joined, then the later recorded."""
        held = [r for r in self.rows("roll") if r.registration in MAIN and holds(r, on)]
        return max(held, key=lambda r: (r.from_on, r.version), default=None)

    def on_roll(self, on: date) -> bool:
        """On the C or M roll of a mainstream or special school."""
        return any(
            r.registration in MAIN and holds(r, on) and self.world.such_a_school(r.school)
            for r in self.rows("roll")
        )

    def calendar(self, on: date) -> SchoolCalendar:
        """The main school's, else the home LA's, on the anchor day."""
        spell = self.main_spell(on)
        if spell is not None:
            return self.world.calendars.of(spell.school)
        home = self.home_la(on)
        return self.world.calendars.of(f"LA{home}" if home else None)

    def placed_at(self, organisation: str, on: date) -> bool:
        return self.world.is_ap_provider(organisation) and any(
            p.provider == organisation and open_on(p, on) for p in self.placements
        )

    @cached_property
    def _standing(self) -> dict[date, str]:
        """The standing mark of each session, packed by week."""
        by_week: dict[date, list[Week]] = {}
        for week in self.weeks:
            by_week.setdefault(week.week, []).append(week)
        packed: dict[date, str] = {}
        for monday, registers in by_week.items():
            if len(registers) == 1:
                packed[monday] = registers[0].marks
                continue
            cells = [codes.NO_MARK] * 10
            for mark in effective(registers, self.placed_at)[0]:
                cells[2 * (mark.on - monday).days + mark.session] = mark.byte
            packed[monday] = "".join(cells)
        return packed

    def sessions(self, from_on: date, to_on: date) -> Sessions:
        """Over a stretch of dates, both ends included."""
        possible = attended = c2 = 0
        monday = from_on - from_on.weekday() * DAY
        while monday <= to_on:
            marks = self._standing.get(monday)
            if marks is not None:
                start = max(0, (from_on - monday).days)
                stop = min(4, (to_on - monday).days)
                for byte in marks[2 * start : 2 * stop + 2]:
                    if byte in _POSSIBLE:
                        possible += 1
                        attended += byte in _ATTENDED
                        c2 += byte == C2
            monday += 7 * DAY
        return Sessions(possible, attended, c2)

    def register(self, organisation: str, from_on: date, to_on: date) -> Iterator[tuple[date, str]]:
        """(date, byte) of one organisation's own register, in order."""
        for week in self.weeks:
            if week.organisation != organisation or not (from_on - 6 * DAY <= week.week <= to_on):
                continue
            for place, byte in enumerate(week.marks):
                on = week.week + (place // 2) * DAY
                if byte != codes.NO_MARK and from_on <= on <= to_on:
                    yield on, byte

    def possible_at(self, organisation: str, from_on: date, to_on: date) -> int:
        """Possible sessions on an organisation's own register, before the clash rule."""
        return sum(b in _POSSIBLE for _, b in self.register(organisation, from_on, to_on))


def holds(spell: Row, on: date) -> bool:
    """From joining up to, not including, leaving."""
    return bool(spell.from_on <= on and (spell.until_on is None or on < spell.until_on))


def open_on(placement: Row, on: date) -> bool:
    """From start to end, both included."""
    return bool(
        placement.starts_on <= on and (placement.ended_on is None or on <= placement.ended_on)
    )


# table → (columns, order); every one is read as at the report's instant
_TABLES: Mapping[str, tuple[tuple[str, ...], str]] = {
    "detail": (
        ("occurred_on", "version", "birth_year", "home_la", "sen_provision", "nc_year"),
        "occurred_on, version",
    ),
    "roll": (
        ("school", "registration", "from_on", "until_on", "ground", "version"),
        "from_on, version",
    ),
    "exclusion": (
        ("key", "kind", "school", "occurred_on", "undone", "under_review", "version"),
        "occurred_on, version",
    ),
    "direction": (("key", "occurred_on", "version"), "occurred_on, version"),
    "placement": (
        (
            "key", "provider", "reason", "intent", "starts_on", "first_planned_ends_on",
            "planned_ends_on", "ended_on", "end_reason", "destination", "trigger_on", "cause",
            "version",
        ),
        "starts_on, version",
    ),
    "outreach": (
        ("key", "provider", "school", "starts_on", "ended_on", "end_reason", "delivered",
         "version"),
        "starts_on, version",
    ),
    "reintegration": (
        ("school", "placement", "started_on", "ended_on", "outcome", "version"),
        "started_on, version",
    ),
    "assessment_shared": (("placement", "occurred_on"), "occurred_on"),
    "managed_move": (("occurred_on", "version"), "occurred_on, version"),
    "result": (
        ("occurred_on", "qualification", "subject", "grade", "level", "version"),
        "occurred_on, version",
    ),
    "target": (
        ("occurred_on", "qualification", "subject", "level", "version"), "occurred_on, version",
    ),
    "assessment": (
        ("occurred_on", "subject", "instrument", "standard_score", "stage", "version"),
        "occurred_on, version",
    ),
    "offer": (("occurred_on", "activity", "version"), "occurred_on, version"),
    "destination": (("occurred_on", "activity", "version"), "occurred_on, version"),
}  # fmt: skip

_HELD: LiteralString = "from_at <= %(at)s and until_at > %(at)s"
_WHO: LiteralString = f"""
select pupil_id from placement where {_HELD} union select pupil_id from outreach where {_HELD}
union select a.pupil_id from attendance_week a
  where a.from_at <= %(at)s and a.until_at > %(at)s and a.organisation = any(%(providers)s)
 order by 1
"""


def stream(
    connection: psycopg.Connection[Any], world: World, known_by: datetime
) -> Iterator[Facts]:
    """Every pupil with a placement, outreach or a mark at an AP provider; some at a time."""
    providers = [name for name in world.organisations if world.is_ap_provider(name)]
    cursor = connection.cursor(binary=True)
    cursor.execute(_WHO, {"at": known_by, "providers": providers})
    wanted = [row[0] for row in cursor]
    for start in range(0, len(wanted), AT_ONCE):
        yield from _load(connection, world, known_by, wanted[start : start + AT_ONCE])


def _load(
    connection: psycopg.Connection[Any], world: World, known_by: datetime, pupils: list[UUID]
) -> Iterable[Facts]:
    found = {pupil: Facts(pupil, world) for pupil in pupils}
    parameters = {"at": known_by, "pupils": pupils}
    for table, (columns, order) in _TABLES.items():
        cursor = connection.cursor(binary=True)
        cursor.execute(
            f'select pupil_id, {", ".join(columns)} from "{table}"'
            f" where pupil_id = any(%(pupils)s) and {_HELD} order by pupil_id, {order}",
            parameters,
        )
        for row in cursor:
            rows = found[row[0]].tables.setdefault(table, [])
            rows.append(Row(dict(zip(columns, row[1:], strict=True))))
    cursor = connection.cursor(binary=True)
    cursor.execute(
        "select pupil_id, organisation, week, marks from attendance_week"
        f" where pupil_id = any(%(pupils)s) and {_HELD} order by pupil_id, week, organisation",
        parameters,
    )
    for pupil, organisation, week, marks in cursor:
        found[pupil].weeks.append(Week(organisation, week, marks, _NONE))
    return found.values()
