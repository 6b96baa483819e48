"""How a provider's record was kept: notices voided, and told late (outcomes.md, comparison)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, LiteralString

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
select whose.provider, count(*)
  from event e
  join event t on t.pupil_id = e.pupil_id and t.stream = 0 and t.id = (e.data->>'of')::uuid
 cross join lateral (select distinct unnest(array[e.by, t.by, t.data->>'provider'])) whose(provider)
 where e.stream = 0 and e.type = 'void.v1' and e.occurred_on between %(from_on)s and %(to_on)s
   and whose.provider = any(%(providers)s) {among}
   and exists (select from log l where (l.pupil_id, l.stream, l.version)
                   = (e.pupil_id, e.stream, e.version) and l.known_at <= %(at)s)
 group by 1
"""
_LATE: LiteralString = """
select whose.provider, e.occurred_on, (e.recorded_at at time zone 'Europe/London')::date, count(*)
  from event e
 cross join lateral (select distinct unnest(array[e.by, e.data->>'provider'])) whose(provider)
 where e.stream = 0 and e.occurred_on between %(from_on)s and %(to_on)s
   and e.type not in ('void.v1', 'correction.v1')
   and (e.recorded_at at time zone 'Europe/London')::date - e.occurred_on > %(late)s
   and whose.provider = any(%(providers)s) {among}
   and exists (select from log l where (l.pupil_id, l.stream, l.version)
                   = (e.pupil_id, e.stream, e.version) and l.known_at <= %(at)s)
 group by 1, 2, 3
"""


def record_keeping(
    connection: Connection, scope: Scope, world: World, report: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """A row for each provider of the report's rows: ends in error, voids, notices told late."""
    providers = sorted({row["provider"] for row in report["rows"]})
    parameters = {
        "providers": providers, "from_on": scope.period.from_on, "to_on": scope.period.to_on,
        "at": scope.at, "la": scope.la, "provider": scope.provider, "late": LATE,
    }  # fmt: skip
    among = _OF_LA if scope.la else _OF_PROVIDER if scope.provider else ""
    voids: dict[str, int] = dict(
        connection.execute(_VOIDS.format(among=among), parameters).fetchall()
    )
    told = connection.execute(_LATE.format(among=among), parameters).fetchall()
    late = _late(world, told)
    return [
        {
            "provider": name,
            "ended_error": report["ended_error"].get(name, 0),
            "voids": voids.get(name, 0),
            "late": late[name],
        }
        for name in providers
    ]


def _late(world: World, told: Sequence[Any]) -> Counter[str]:
    """Where terms end before the day of recording, by school days that are loaded."""
    found: Counter[str] = Counter()
    for name, happened, recorded, count in told:
        last = world.calendars.of(name).nth_after(happened, LATE)
        if last is not None and recorded > last:
            found[name] += count
    return found
