"""How a provider's record was kept: notices voided, and told late (outcomes.md, comparison)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, LiteralString, NamedTuple
from uuid import UUID

from ap_registry.store.database import Connection
from reports.facts import World
from reports.scope import Scope

LATE = 20  # school days of the provider's calendar after the day it happened
# A notice is a provider's that it sent, or that names it. Whoever was ever asked about (as rows
# that are no longer held say too): a voided placement has no row that holds.
_OF_LA: LiteralString = (
    "and e.pupil_id in (select pupil_id from detail where home_la = %(la)s and from_at <= %(at)s)"
)
_OF_PROVIDER: LiteralString = """
and e.pupil_id in (
  select pupil_id from placement where provider = %(provider)s and from_at <= %(at)s
   union select pupil_id from outreach where provider = %(provider)s and from_at <= %(at)s)
"""
_VOIDS: LiteralString = """
  from event e
  join event t on t.pupil_id = e.pupil_id and t.stream = 0 and t.id = (e.data->>'of')::uuid
 cross join lateral (select distinct unnest(array[e.by, t.by, t.data->>'provider'])) whose(provider)
 where e.stream = 0 and e.type = 'void.v1' and e.occurred_on between %(from_on)s and %(to_on)s
   and whose.provider = any(%(providers)s) {among}
   and exists (select from log l where (l.pupil_id, l.stream, l.version)
                   = (e.pupil_id, e.stream, e.version) and l.known_at <= %(at)s)
"""
_LATE: LiteralString = """
  from event e
 cross join lateral (select distinct unnest(array[e.by, e.data->>'provider'])) whose(provider)
 cross join lateral (select e.id) t
 where e.stream = 0 and e.occurred_on between %(from_on)s and %(to_on)s
   and e.type not in ('void.v1', 'correction.v1')
   and (e.recorded_at at time zone 'Europe/London')::date - e.occurred_on > %(late)s
   and whose.provider = any(%(providers)s) {among}
   and exists (select from log l where (l.pupil_id, l.stream, l.version)
                   = (e.pupil_id, e.stream, e.version) and l.known_at <= %(at)s)
"""
_DAYS: LiteralString = "e.occurred_on, (e.recorded_at at time zone 'Europe/London')::date"
_EACH: LiteralString = (
    f"select whose.provider, {_DAYS}, e.pupil_id, e.id, t.id {{those}} order by 2, 5"
)
_HOW_MANY: LiteralString = f"select whose.provider, {_DAYS}, count(*) {{those}} group by 1, 2, 3"


class Notice(NamedTuple):
    """One that was voided (``of``, by ``event``) or told late (``of`` and ``event`` are one)."""

    provider: str
    occurred_on: date
    recorded_on: date
    pupil: UUID
    event: UUID
    of: UUID


def voids(connection: Connection, scope: Scope, provider: str) -> list[Notice]:
    """Whose voided notice or whose void the provider's is."""
    return [Notice(*row) for row in _rows(connection, scope, [provider], _EACH, _VOIDS)]


def late(connection: Connection, scope: Scope, world: World, provider: str) -> list[Notice]:
    told = [Notice(*row) for row in _rows(connection, scope, [provider], _EACH, _LATE)]
    return [one for one in told if _is_late(world, provider, one.occurred_on, one.recorded_on)]


def _rows(
    connection: Connection, scope: Scope, providers: Sequence[str], select: LiteralString,
    those: LiteralString,
) -> list[Any]:  # fmt: skip
    parameters = {
        "providers": list(providers), "from_on": scope.period.from_on, "to_on": scope.period.to_on,
        "at": scope.at, "la": scope.la, "provider": scope.provider, "late": LATE,
    }  # fmt: skip
    among = _OF_LA if scope.la else _OF_PROVIDER if scope.provider else ""
    query = select.format(those=those.format(among=among))
    return connection.execute(query, parameters).fetchall()


def record_keeping(
    connection: Connection, scope: Scope, world: World, report: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """A row for each provider of the report's rows: ends in error, voids, notices told late."""
    providers = sorted({row["provider"] for row in report["rows"]})
    voided, told = Counter[str](), Counter[str]()
    for name, _happened, _recorded, count in _rows(connection, scope, providers, _HOW_MANY, _VOIDS):
        voided[name] += count
    for name, happened, recorded, count in _rows(connection, scope, providers, _HOW_MANY, _LATE):
        if _is_late(world, name, happened, recorded):
            told[name] += count
    return [
        {
            "provider": name,
            "ended_error": report["ended_error"].get(name, 0),
            "voids": voided[name],
            "late": told[name],
        }
        for name in providers
    ]


def _is_late(world: World, provider: str, happened: date, recorded: date) -> bool:
    """Where terms end before the day of recording, by school days that are loaded."""
    last = world.calendars.of(provider).nth_after(happened, LATE)
    return last is not None and recorded > last
