"""Organisations, calendars and what LAs set and arrange, through time, as the ledger tells it."""

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, LiteralString, TypeVar
from uuid import uuid5

import msgspec

from ap_registry.adjustments import Adjustment, by_rule
from ap_registry.arrangements import Arrangement, by_name
from ap_registry.calendar import ENGLAND, Calendars, SchoolCalendar, TermBlock
from ap_registry.notice import World
from ap_registry.organisations import Organisation
from ap_registry.provider_checks import Checked
from ap_registry.store import codec
from ap_registry.store.adjustments import adjustment_of
from ap_registry.store.arrangements import arrangement_of
from ap_registry.store.database import Connection
from ap_registry.store.reference import NAMESPACE
from ap_registry.store.sheets import PROVIDERS, SHEETS, Sheet
from ap_registry.store.worlds import health_partners

Position = tuple[int, datetime, datetime]
"""Where in the one order: seq, then (of what has none yet) instants recorded and written."""
UNSEQUENCED = 2**62
WORLDS = 64
T = TypeVar("T")

_SAID: LiteralString = (
    "e.stream = 2 and e.type in ('organisation_recorded.v1', 'terms_recorded.v1',"
    " 'closure_recorded.v1', 'rule_adjusted.v1', 'provider_checked.v1', 'headcount_recorded.v1',"
    " 'arrangement_recorded.v1')"
)
_FACTS: LiteralString = f"""
select coalesce(l.seq, %(unsequenced)s), e.recorded_at, coalesce(u.written_at, e.recorded_at),
       coalesce(l.known_at, e.recorded_at), e.type, e.data::text, p.data::text
  from event e
  left join log l using (pupil_id, stream, version)
  left join unsequenced u using (pupil_id, stream, version)
  left join event_private p using (pupil_id, stream, version)
 where {_SAID} and (%(streams)s::uuid[] is null or e.pupil_id = any(%(streams)s))
 order by 1, 2, 3, e.pupil_id, e.version
"""

_BESIDES: LiteralString = """
select 'LA' || la from organisation where id = any(%(named)s) and la is not null
 union select id from organisation where kind = 'health'
"""


class Told(Generic[T]):
    """What was said of one thing, each from a number on."""

    __slots__ = ("_numbers", "values")

    def __init__(self) -> None:
        self._numbers: list[int] = []
        self.values: list[tuple[datetime, T]] = []

    def add(self, number: int, at: datetime, value: T) -> None:
        self._numbers.append(number)
        self.values.append((at, value))

    def last(self, number: int) -> int:
        """The number of what stood at ``number``; 0 where nothing had been said."""
        place = bisect_right(self._numbers, number)
        return self._numbers[place - 1] if place else 0

    def at(self, number: int) -> T | None:
        place = bisect_right(self._numbers, number)
        return self.values[place - 1][1] if place else None


@dataclass
class Atlas:
    """Everything said of organisations, calendars and what LAs set, numbered in the one order.

    ``rows``: of the sheets, by table and key.
    """

    positions: list[Position] = field(default_factory=list)
    organisations: dict[str, Told[Organisation]] = field(default_factory=dict)
    terms: dict[str, Told[tuple[TermBlock, ...]]] = field(default_factory=dict)
    closures: dict[str, Told[Mapping[date, str]]] = field(default_factory=dict)
    laestabs: dict[str, Told[Organisation]] = field(default_factory=dict)
    closed: dict[tuple[str, date], Told[str | None]] = field(default_factory=dict)
    rows: dict[tuple[Any, ...], Told[tuple[Any, ...]]] = field(default_factory=dict)
    checks: dict[str, Told[Mapping[str, Checked]]] = field(default_factory=dict)
    calendars: dict[tuple[str, int], SchoolCalendar] = field(default_factory=dict)
    worlds: dict[int, World] = field(default_factory=dict)
    health: list[int] = field(default_factory=list)
    partners: dict[int, Mapping[str, str]] = field(default_factory=dict)
    adjusted: dict[tuple[str, str, date], Told[Adjustment]] = field(default_factory=dict)
    arranged: dict[tuple[str, str, date], Told[Arrangement]] = field(default_factory=dict)

    @property
    def said(self) -> int:
        return len(self.positions)

    def number(self, position: Position) -> int:
        """How much had been said before a place in the order."""
        return bisect_right(self.positions, position)

    def world(self, number: int) -> World:
        """Made once while events of that time are read; the oldest made are dropped."""
        found = self.worlds.get(number)
        if found is None:
            if len(self.worlds) >= WORLDS:
                del self.worlds[next(iter(self.worlds))]
            found = self.worlds[number] = self._world(number)
        return found

    def _world(self, number: int) -> World:
        return World(
            organisation=lambda name: self._named(name.replace("/", ""), number),
            calendars=_At(self, number),
            health_partners=self._partners(number),
            arrangements=by_name(_standing(self.arranged.values(), number)),
            adjustments=by_rule(_standing(self.adjusted.values(), number)),
            checks={
                provider: tuple(said.values())
                for provider, told in self.checks.items()
                if (said := told.at(number))
            },
            version=str(number),
        )

    def _partners(self, number: int) -> Mapping[str, str]:
        newest = self.health[bisect_right(self.health, number) - 1] if self.health else 0
        if newest > number:
            return {}
        if newest not in self.partners:
            found = (told.at(newest) for told in self.organisations.values())
            self.partners[newest] = health_partners(one for one in found if one)
        return self.partners[newest]

    def _named(self, name: str, number: int) -> Organisation | None:
        told = self.organisations.get(name) or self.laestabs.get(name)
        return told.at(number) if told else None

    def calendar(self, name: str, number: int) -> SchoolCalendar:
        """Made once for everything that it follows from."""
        organisation = told.at(number) if (told := self.organisations.get(name)) else None
        la = f"LA{organisation.la}" if organisation and organisation.la else ""
        if organisation and organisation.kind == "la":
            la = ""
        sources = (
            self.terms.get(name), self.terms.get(la), self.closures.get(ENGLAND),
            self.closures.get(la), self.closures.get(name), told,
        )  # fmt: skip
        newest = max((one.last(number) for one in sources if one), default=0)
        made = self.calendars.get((name, newest))
        if made is None:
            made = self.calendars[name, newest] = Calendars(
                terms={n: self.terms[n].at(number) or () for n in (name, la) if n in self.terms},
                closures={
                    n: found
                    for n in (ENGLAND, la, name)
                    if n in self.closures and (found := self.closures[n].at(number))
                },
                la_of={name: la} if la else {},
            ).of(name)
        return made


def _standing(told: Iterable[Told[T]], number: int) -> Iterator[T]:
    """What stood of each thing when so much had been said."""
    return (found for one in told if (found := one.at(number)) is not None)


class _At(Calendars):
    """The calendars as they were when so much had been said."""

    def __init__(self, atlas: Atlas, number: int) -> None:
        super().__init__()
        object.__setattr__(self, "_told", (atlas, number))

    def _make(self, name: str) -> SchoolCalendar:
        atlas: Atlas
        atlas, number = object.__getattribute__(self, "_told")
        return atlas.calendar(name, number)


def count_said(connection: Connection) -> int:
    """How much an atlas read now would hold."""
    row = connection.execute(f"select count(*) from event e where {_SAID}").fetchone()
    assert row is not None
    said: int = row[0]
    return said


def read_atlas(connection: Connection, named: Collection[str] | None = None) -> Atlas:
    """Of everything, or of the organisations named and what their rows can rest on besides: their
    LAs, and whoever speaks for health anywhere."""
    streams = None
    if named is not None:
        rows = connection.execute(_BESIDES, {"named": list(named)}).fetchall()
        wanted = {ENGLAND, *named, *(f"LA{name}" for name in named), *(row[0] for row in rows)}
        streams = [uuid5(NAMESPACE, name) for name in wanted]
    atlas = Atlas()
    for *position, known_at, alias, data, private in connection.execute(
        _FACTS, {"unsequenced": UNSEQUENCED, "streams": streams}
    ):
        atlas.positions.append((position[0], position[1], position[2]))
        said = {**codec.decode(data), **(codec.decode(private) if private else {})}
        _TAKE[alias](atlas, len(atlas.positions), known_at, said)
    return atlas


Take = Callable[[Atlas, int, datetime, dict[str, Any]], None]


def _organisation(atlas: Atlas, number: int, at: datetime, data: dict[str, Any]) -> None:
    values = {name: value for name, value in data.items() if name != "organisation"}
    found = msgspec.convert({"id": data["organisation"], **values}, Organisation)
    atlas.organisations.setdefault(found.id, Told()).add(number, at, found)
    if found.kind == "health":
        atlas.health.append(number)
    if found.laestab:
        atlas.laestabs.setdefault(found.laestab, Told()).add(number, at, found)


def _terms(atlas: Atlas, number: int, at: datetime, data: dict[str, Any]) -> None:
    blocks = tuple(TermBlock(*map(date.fromisoformat, block)) for block in data["blocks"])
    atlas.terms.setdefault(data["organisation"], Told()).add(number, at, blocks)


def _closure(atlas: Atlas, number: int, at: datetime, data: dict[str, Any]) -> None:
    told = atlas.closures.setdefault(data["organisation"], Told())
    held = dict(told.at(number) or {})
    day = date.fromisoformat(data["date"])
    if data["removed"]:
        held.pop(day, None)
    else:
        held[day] = data["reason"]
    told.add(number, at, held)
    reason = None if data["removed"] else data["reason"]
    atlas.closed.setdefault((data["organisation"], day), Told()).add(number, at, reason)


def _adjustment(atlas: Atlas, number: int, at: datetime, data: dict[str, Any]) -> None:
    found = adjustment_of(data)
    key = found.organisation, found.rule, found.from_on
    atlas.adjusted.setdefault(key, Told()).add(number, at, found)


def _arrangement(atlas: Atlas, number: int, at: datetime, data: dict[str, Any]) -> None:
    found = arrangement_of(data)
    key = found.organisation, found.name, found.from_on
    atlas.arranged.setdefault(key, Told()).add(number, at, found)


def _row(sheet: Sheet) -> Take:
    """A row of a sheet, under its key; of a provider's also what it says of staff checks."""

    def take(atlas: Atlas, number: int, at: datetime, data: dict[str, Any]) -> None:
        organisation = data["organisation"]
        row = {name: data.get(name) for name in sheet.columns} | {sheet.key[0]: organisation}
        key = (sheet.table, *sheet.key_of(row))
        atlas.rows.setdefault(key, Told()).add(number, at, tuple(row.values()))
        if sheet is PROVIDERS:
            told = atlas.checks.setdefault(organisation, Told())
            told.add(number, at, {**(told.at(number) or {}), str(row["as_at"]): _checked(row)})

    return take


def _checked(row: Mapping[str, Any]) -> Checked:
    days = (row["checks_confirmed_on"], row["checks_changed_on"])
    confirmed_on, changed_on = (date.fromisoformat(day) if day else None for day in days)
    return Checked(confirmed_on=confirmed_on, changed_on=changed_on)


_TAKE: Mapping[str, Take] = {
    "organisation_recorded.v1": _organisation,
    "terms_recorded.v1": _terms,
    "closure_recorded.v1": _closure,
    "rule_adjusted.v1": _adjustment,
    "arrangement_recorded.v1": _arrangement,
    **{sheet.alias: _row(sheet) for sheet in SHEETS},
}


def stretches(told: Told[T]) -> Iterator[tuple[datetime, datetime | None, T]]:
    """While when each value stood; of several of one instant the last."""
    for place, (at, value) in enumerate(told.values):
        until = told.values[place + 1][0] if place + 1 < len(told.values) else None
        if until != at:
            yield at, until, value
