"""Which organisations said that their list was whole, and which have said nothing."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, LiteralString

from ap_registry.store.database import Connection
from ap_registry.store.locks import WORLD_LOCK
from ap_registry.store.reference import Fact, append, close

_LISTED: LiteralString = """
select o.id, o.name,
       (select max(c.confirmed_on) from confirmation c
         where c.organisation = o.id and c.confirmed_on <= %(on)s
           and case when %(at)s::timestamptz is null then c.until_at = 'infinity'
                    else c.from_at <= %(at)s and c.until_at > %(at)s end) as confirmed_on
  from organisation o
 where case when %(at)s::timestamptz is null then o.until_at = 'infinity'
            else o.from_at <= %(at)s and o.until_at > %(at)s end
   and o.kind in ('school', 'provider') and (o.closed_on is null or o.closed_on > %(on)s)
   and (o.la = any(%(las)s) or o.id = any(%(only)s))
 order by o.id
"""
_SHARE: LiteralString = f"""
select count(*) filter (where l.confirmed_on >= %(since)s), count(*) from ({_LISTED}) l
"""


@dataclass(frozen=True, slots=True)
class Share:
    """Of so many organisations asked, so many have confirmed; the rest is silent, never nil."""

    confirmed: int
    asked: int


def write_confirmation(
    connection: Connection, organisation: str, confirmed_on: date, *, by: str, actor: str,
    on: date, clock: datetime | None,
) -> datetime:  # fmt: skip
    """Record it, and answer when; said again for the same day, it is recorded again."""
    fact = Fact(
        organisation=organisation,
        alias="list_confirmed.v1",
        data={"confirmed_on": confirmed_on},
    )
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(%s)", (WORLD_LOCK,))
        at = append(connection, [fact], by=by, actor=actor, on=on, clock=clock)
        where = (
            "organisation = (%(names)s::text[])[1] and confirmed_on = (%(names)s::text[])[2]::date"
        )
        close(connection, "confirmation", where, at, [organisation, confirmed_on.isoformat()])
        connection.execute(
            "insert into confirmation (organisation, confirmed_on, from_at, until_at)"
            " values (%s, %s, %s, 'infinity')",
            (organisation, confirmed_on, at),
        )
    return at


def lists(connection: Connection, *, on: date, since: date, la: str) -> list[dict[str, Any]]:
    """Schools and providers of an LA (three digits), and the last day by ``on`` they confirmed.

    ``silent``: not since the day ``since``.
    """
    named = {"on": on, "at": None, "las": [la], "only": []}
    return [
        {
            "organisation": organisation,
            "name": name,
            "confirmed_on": confirmed_on.isoformat() if confirmed_on else None,
            "silent": confirmed_on is None or confirmed_on < since,
        }
        for organisation, name, confirmed_on in connection.execute(_LISTED, named).fetchall()
    ]


def share_confirmed(
    connection: Connection, *, las: Collection[str], only: Collection[str], on: date, since: date,
    as_at: datetime | None = None,
) -> Share:  # fmt: skip
    """For reports: of the schools and providers in these LAs, and ``only`` besides, how many
    confirmed their lists from ``since`` to ``on``, as known at an instant (default: now)."""
    named = {"on": on, "since": since, "at": as_at, "las": list(las), "only": list(only)}
    row = connection.execute(_SHARE, named).fetchone()
    assert row is not None
    return Share(*row)


def each_confirmed(
    connection: Connection, only: Collection[str], *, on: date, since: date, as_at: datetime
) -> dict[str, bool]:
    """Of these, every school and provider that is open: whether it confirmed from ``since`` on."""
    named = {"on": on, "at": as_at, "las": [], "only": list(only)}
    rows = connection.execute(_LISTED, named).fetchall()
    return {one: last is not None and last >= since for one, _, last in rows}
