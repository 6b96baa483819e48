"""Providers that may need to register as a school: looked for across pupils, told on one of them.

What was found is in the ledger as what it was: a line of the pupil's stream 3 that names provider
and placement, so that a rebuild need not count pupils anew.
"""

from collections.abc import Collection
from contextlib import suppress
from datetime import date, datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.errors import DeadlockDetected
from psycopg.types.json import Jsonb

from ap_registry.attendance_owed import key_of
from ap_registry.calendar import academic_year, london_today
from ap_registry.notice import World, source
from ap_registry.rules import rule
from ap_registry.store import in_line
from ap_registry.store.database import Connection
from ap_registry.store.marked import REGISTRATION
from ap_registry.store.worlds import Worlds

KIND, RULE, NEAR_FULL = REGISTRATION, "registration.watch", "registration.near-full-time"
WHAT = "registration"
DUE_SCHOOL_DAYS = 5

# Placements near full time of pupils of compulsory school age (5 to 15 on 31 August) at providers
# without a URN, with the place of each at its provider, and who answers for the whole.
_OVER: LiteralString = """
with near as (
  select p.pupil_id, p.key, p.provider, p.starts_on, o.la,
         coalesce(d.sen_provision = 'E' or d.looked_after = 'current', false) as alone
    from placement p
    join organisation o on o.id = p.provider and o.until_at = 'infinity' and o.kind = 'provider'
     and o.id !~ '^[0-9]{6}$' and o.type_code is null
    left join lateral (
      select birth_year, sen_provision, looked_after from detail
       where pupil_id = p.pupil_id and until_at = 'infinity' and occurred_on <= %(today)s
       order by occurred_on desc, version desc limit 1) d on true
   where p.until_at = 'infinity' and p.end_reason is distinct from 'error'
     and not exists (select from erased x where x.pupil_id = p.pupil_id)
     and (%(providers)s::text[] is null or p.provider = any(%(providers)s))
     and p.starts_on <= %(today)s and coalesce(p.ended_on, 'infinity') >= %(today)s
     and p.sessions_per_week >= coalesce((%(near_in)s::jsonb ->> o.la)::int, %(near)s)
     and %(year)s - d.birth_year - 1 between 5 and 15),
placed as (
  select *, row_number() over (partition by provider order by starts_on, key) as place from near),
making as (
  select distinct on (provider) provider, pupil_id, key from placed
   where alone or place = coalesce((%(pupils_in)s::jsonb ->> la)::int, %(pupils)s)
   order by provider, starts_on, key)
select provider, pupil_id, key from making m
 where not exists (
   select from follow_up f join placement p on p.pupil_id = f.pupil_id and p.key = f.opened_by
    where f.kind = 'registration_watch' and f.until_at = 'infinity' and p.until_at = 'infinity'
      and p.provider = m.provider and (f.closed_on is null or f.outcome = 'done')
      and p.key in (select key from near))
 order by pupil_id
"""


def watch_at_once(
    connection: Connection, worlds: Worlds, clock: datetime | None, providers: Collection[str]
) -> None:
    """After notices of placements with these providers; two at once may leave it to the night."""
    if not providers:
        return
    with suppress(DeadlockDetected):
        watch_registration(connection, worlds, clock, providers)


def watch_registration(
    connection: Connection, worlds: Worlds, clock: datetime | None,
    providers: Collection[str] | None = None,
) -> None:  # fmt: skip
    """Open what is new on the pupil whose placement makes it so; of all providers, or of these.

    A provider is told of once, until that placement ends.
    """
    row = connection.execute("select coalesce(%s::timestamptz, clock_timestamp())", (clock,))
    found = row.fetchone()
    assert found is not None
    today = london_today(found[0])
    world = worlds.fresh(connection)
    parameters = {
        "today": today,
        "year": academic_year(today),
        "providers": None if providers is None else list(providers),
        **_numbers(world, today),
    }
    for provider, pupil, placement in connection.execute(_OVER, parameters).fetchall():
        with connection.transaction():
            at = in_line.alone(connection, [pupil], clock)
            opened = row_of(
                worlds.fresh(connection), pupil,
                provider=provider, placement=placement, on=london_today(at),
            )  # fmt: skip
            said = {"provider": provider, "placement": str(placement)}
            in_line.write(connection, at, WHAT, closing={"follow_up": [opened]},
                          opening={"follow_up": [opened]},
                          said=said)  # fmt: skip


def _numbers(world: World, today: date) -> dict[str, Any]:
    """The registry's own, and by LA (three digits) where one has set its own."""
    las = {la for la, rule_id in world.adjustments if rule_id in {RULE, NEAR_FULL}}
    return {
        "near": world.number(NEAR_FULL, today, of=None),
        "near_in": Jsonb({la[2:]: world.number(NEAR_FULL, today, of=la) for la in las}),
        "pupils": world.number(RULE, today, of=None),
        "pupils_in": Jsonb({la[2:]: world.number(RULE, today, of=la) for la in las}),
    }


def row_of(
    world: World, pupil_id: UUID, *, provider: str, placement: UUID, on: date
) -> dict[str, Any]:
    """The follow-up of the LA in which the provider lies."""
    owner = f"LA{world.la_of(provider)}"
    return {
        "pupil_id": pupil_id,
        "key": key_of(KIND, pupil_id, str(placement)),
        "kind": KIND,
        "owner": owner,
        "opened_on": on,
        "due_on": world.calendars.of(owner).due_after(on, DUE_SCHOOL_DAYS)[0],
        "closed_on": None,
        "outcome": None,
        "opened_by": placement,
        "closed_by": None,
        "how": None,
        "rule": RULE,
        "source": source(RULE, on),
        "statutory": rule(RULE, on).statutory,
        "calendar": owner,
        "clock_on": on,
        "counts_start": False,
        "origin": "attendance",
    }
