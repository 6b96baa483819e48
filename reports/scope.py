"""Which pupils a report has to look at, and the organisations and calendars that they name."""

from collections.abc import Collection, Set
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Any, LiteralString
from uuid import UUID

from ap_registry.calendar import ENGLAND, Calendars, academic_year, census_day, london_today
from ap_registry.store import reference
from ap_registry.store.database import Connection
from reports.facts import World
from reports.measures import attainment, attendance
from reports.measures.episode import Period

_NUMBER = attrgetter("int")
HELD: LiteralString = "from_at <= %(at)s and until_at > %(at)s"
_LEAVERS: LiteralString = f"""
select pupil_id from detail where {HELD}
   and (birth_year = any(%(born)s)
        or extract(year from occurred_on - interval '8 months') - nc_year = any(%(begun)s))
"""
_OF_LA: LiteralString = f"select distinct pupil_id from detail where home_la = %(la)s and {HELD}"
_OF_PROVIDER: LiteralString = f"""
select pupil_id from placement where provider = %(provider)s and {HELD}
 union select pupil_id from outreach where provider = %(provider)s and {HELD}
 union select pupil_id from attendance_week
        where organisation = %(provider)s and {HELD} and pupil_id in ({_LEAVERS})
"""
# Of leavers all, whether or not at a provider: to look up their weeks is to read them twice.
_EPISODES: LiteralString = f"""
select pupil_id from placement where {HELD} and {{among}}
   and (ended_on is null
        or (starts_on <= %(until)s and (ended_on >= %(since)s or starts_on >= %(earliest)s)))
 union select pupil_id from outreach where {HELD} and {{among}}
   and (ended_on is null or ended_on between %(from_on)s and %(to_on)s)
 union {_LEAVERS} and {{among}} and %(year_11)s
 order by 1
"""
# Whose registers count on their own, before the clash rule: leavers', under all UPNs of theirs.
_REGISTERS_COUNTED: LiteralString = f"""
select pupil_id from ({_LEAVERS} and pupil_id = any(%(pupils)b)) leaver
 union select other from merged where {HELD} and pupil_id = any(%(pupils)b)
"""
_NAMES: LiteralString = f"""
select school from roll where {HELD} and pupil_id = any(%(pupils)b)
 union select provider from placement where {HELD} and pupil_id = any(%(pupils)b)
 union select provider from outreach where {HELD} and pupil_id = any(%(pupils)b)
 union select school from reintegration where {HELD} and pupil_id = any(%(pupils)b)
 union select organisation from attendance_week
        where {HELD} and pupil_id in ({_REGISTERS_COUNTED})
 union select 'LA' || home_la from detail where {HELD} and pupil_id = any(%(pupils)b)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What is asked: a period as known by an instant; of one provider, of one LA, or of all.

    ``before``: periods of which the same pupils are counted beside it.
    """

    period: Period
    at: datetime
    provider: str | None = None
    la: str | None = None
    before: tuple[Period, ...] = ()

    @classmethod
    def of(
        cls, from_on: date, to_on: date, *, at: datetime, provider: str | None, la: str | None
    ) -> "Scope":
        period = Period(from_on=from_on, to_on=to_on, today=london_today(at))
        return cls(period=period, at=at, provider=provider, la=la)

    @property
    def periods(self) -> tuple[Period, ...]:
        return (self.period, *self.before)


def period_of(first: date | None, last: date | None, today: date) -> tuple[date, date]:
    """The academic year of whichever end is given, else the last one that is over."""
    known = last or first
    year = academic_year(known) if known else academic_year(today) - 1
    return first or date(year, 9, 1), last or date(year + 1, 8, 31)


def gather(connection: Connection, scope: Scope) -> tuple[World, list[UUID]]:
    """The world of the scope's pupils, and those of them who may have an episode; ascending.

    One LA's report reads what its own pupils name and nothing of the other LAs.
    """
    among = _among(connection, scope)
    names = None if among is None else _names(connection, scope, among)
    world = world_as_known(connection, scope.at, names)
    found = [
        _with_episodes(connection, scope.at, period, world=world, among=among)
        for period in scope.periods
    ]
    return world, found[0] if len(found) == 1 else sorted(set().union(*found), key=_NUMBER)


def _among(connection: Connection, scope: Scope) -> list[UUID] | None:
    """Pupils who ever had that home LA, or were ever at that provider; None: everybody."""
    parameters = {
        "at": scope.at,
        "la": scope.la,
        "provider": scope.provider,
        **_leavers(*scope.periods),
    }
    query = _OF_LA if scope.la else _OF_PROVIDER if scope.provider else None
    return None if query is None else _ids(connection, query, parameters)


def _ids(connection: Connection, query: LiteralString, parameters: dict[str, Any]) -> list[UUID]:
    cursor = connection.cursor(binary=True)
    return [row[0] for row in cursor.execute(query, parameters).fetchall()]


def _leavers(*periods: Period) -> dict[str, list[int]]:
    """Year 11 in the academic year of a ``to``: born in its sixteenth before, or said to be.

    ``begun``: the year in which that one began, less eleven.
    """
    years = [academic_year(period.to_on) for period in periods]
    eleven = attainment.YEAR_11
    return {"begun": [y - eleven for y in years], "born": [y - 5 - eleven for y in years]}


def _with_episodes(
    connection: Connection, at: datetime, period: Period, *, world: World,
    among: list[UUID] | None,
) -> list[UUID]:  # fmt: skip
    census = census_day(academic_year(period.to_on))
    parameters = {
        "at": at,
        "pupils": among,
        "from_on": period.from_on,
        "to_on": period.to_on,
        "since": min(period.from_on, census),
        "until": max(period.to_on, census),
        "earliest": earliest(world.calendars, period.from_on, attendance.WINDOW),
        "year_11": period.today >= census,
        **_leavers(period),
    }
    among_sql: LiteralString = "true" if among is None else "pupil_id = any(%(pupils)b)"
    return _ids(connection, _EPISODES.format(among=among_sql), parameters)


def earliest(calendars: Calendars, on: date, n: int) -> date:
    """No calendar counts from an earlier day to n school days that end on ``on`` or later.

    A school without terms of its own has its LA's, less at most the most days that any closes.
    """
    lent = (len(days) for name, days in calendars.closures.items() if name not in calendars.terms)
    slack = max(lent, default=0)
    found = [
        calendar.nth_before(on, n + slack)
        for calendar in map(calendars.of, calendars.terms)
        if calendar.ordinals
    ]
    return min((day or date.min for day in found), default=date.min)


def world_as_known(connection: Connection, at: datetime, names: Set[str] | None = None) -> World:
    """Organisations and calendars as known by then; only those that the pupils name."""
    organisations = {one.id: one for one in reference.all_organisations(connection, at, names)}
    calendars_of = None
    if names is not None:
        las = {f"LA{one.la}" for one in organisations.values() if one.la}
        calendars_of = {*names, *las, ENGLAND}
    calendars = reference.load_calendars(
        connection, as_at=at, organisations=organisations.values(), names=calendars_of
    )
    return World(
        organisations=organisations, calendars=calendars, today=london_today(at),
        only=None if names is None else frozenset(names),
    )  # fmt: skip


def _names(connection: Connection, scope: Scope, among: Collection[UUID]) -> set[str]:
    parameters = {"at": scope.at, "pupils": list(among), **_leavers(*scope.periods)}
    cursor = connection.execute(_NAMES, parameters)
    return {row[0] for row in cursor.fetchall() if row[0] is not None}
