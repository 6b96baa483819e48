"""Lists that are to be confirmed: follow-ups of organisations, in the stream of each.

What was asked and how it ended is said in an event of stream 3, so that a rebuild asks nobody anew.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, LiteralString
from uuid import UUID, uuid4, uuid5

from ap_registry.attendance_owed import key_of
from ap_registry.calendar import london_today
from ap_registry.list_confirmation import (
    ARRANGED,
    KIND,
    RULE,
    Asked,
    Confirmed,
    asked_now,
    changes,
    takes_part,
)
from ap_registry.notice import World, source
from ap_registry.rules import rule
from ap_registry.store import in_line
from ap_registry.store.database import Connection
from ap_registry.store.reference import NAMESPACE
from ap_registry.store.worlds import Worlds

WHAT = "list"  # in the event; the origin of the follow-up
_CONCERNED: LiteralString = """
select id from organisation
 where until_at = 'infinity' and kind in ('school', 'provider')
   and 'LA' || la = any(%(las)s) and (%(only)s::text[] is null or id = any(%(only)s))
union
select owner from follow_up
 where origin = 'list' and kind = 'list_confirmation' and until_at = 'infinity'
   and closed_on is null and (%(only)s::text[] is null or owner = any(%(only)s))
 order by 1
"""
_HELD: LiteralString = """
select owner, clock_on, opened_on, due_on, closed_on, outcome, closed_by, opened_by
  from follow_up
 where owner = any(%s) and origin = 'list' and until_at = 'infinity'
 order by owner, clock_on
"""
_CONFIRMED: LiteralString = """
select distinct on (c.organisation) c.organisation, c.confirmed_on, e.id
  from confirmation c
  join unnest(%(organisations)s::text[], %(streams)s::uuid[]) as s(organisation, stream)
    using (organisation)
  join event e on e.pupil_id = s.stream and e.stream = 2 and e.type = 'list_confirmed.v1'
   and (e.data->>'confirmed_on')::date = c.confirmed_on
 where c.until_at = 'infinity' and c.confirmed_on <= %(today)s
 order by c.organisation, c.confirmed_on desc, e.version desc
"""
Found = dict[str, list[tuple[Asked, UUID | None]]]


def stream_of(organisation: str) -> UUID:
    return uuid5(NAMESPACE, organisation)


def settle_lists(
    connection: Connection, worlds: Worlds, clock: datetime | None,
    only: Sequence[str] | None = None,
) -> None:  # fmt: skip
    """Ask who is to be asked, and close what is confirmed or asked no more; of all, or of these."""
    row = connection.execute("select coalesce(%s::timestamptz, clock_timestamp())", (clock,))
    found = row.fetchone()
    assert found is not None
    world, today = worlds.fresh(connection), london_today(found[0])
    las = [la for la, name in world.arrangements if name == ARRANGED]
    named = {"las": las, "only": None if only is None else list(only)}
    organisations = [row[0] for row in connection.execute(_CONCERNED, named).fetchall()]
    for organisation in _differing(connection, world, organisations, today):
        with connection.transaction():
            at = in_line.alone(connection, [stream_of(organisation)], clock)
            again, today = worlds.fresh(connection), london_today(at)
            for asked, opened_by in _differing(connection, again, [organisation], today).get(
                organisation, ()
            ):
                _write(connection, at, organisation, asked, opened_by)


def _differing(
    connection: Connection, world: World, organisations: Sequence[str], today: date
) -> Found:
    """What is to be written of each, with the event that opened it (None: this one)."""
    held: dict[str, dict[Asked, UUID]] = {}
    for owner, block, *row, opened_by in connection.execute(
        _HELD, (list(organisations),)
    ).fetchall():
        names = ("opened_on", "due_on", "closed_on", "outcome", "closed_by")
        asked = Asked(block=block, **dict(zip(names, row, strict=True)))
        held.setdefault(owner, {})[asked] = opened_by
    confirmed = _confirmed(connection, organisations, today)
    found: Found = {}
    for name in organisations:
        organisation = world.organisation(name)
        part = organisation is not None and takes_part(organisation, world, today)
        now = asked_now(world.calendars.of(name), today, days=world.number(RULE, today, of=name))
        mine = held.get(name, {})
        openers = {asked.block: opened_by for asked, opened_by in mine.items()}
        for one in changes(tuple(mine), now, confirmed.get(name), takes_part=part, today=today):
            found.setdefault(name, []).append((one, openers.get(one.block)))
    return found


def _confirmed(
    connection: Connection, organisations: Sequence[str], today: date
) -> dict[str, Confirmed]:
    named = {
        "organisations": list(organisations),
        "streams": [stream_of(name) for name in organisations],
        "today": today,
    }
    return {
        name: Confirmed(on=on, event=event)
        for name, on, event in connection.execute(_CONFIRMED, named).fetchall()
    }


def _write(
    connection: Connection, at: datetime, organisation: str, asked: Asked, opened_by: UUID | None
) -> None:
    event_id = uuid4()
    said = {
        "organisation": organisation,
        "opened_by": str(opened_by or event_id),
        **{
            name: str(value)
            for name in ("block", "opened_on", "due_on", "closed_on", "outcome", "closed_by")
            if (value := getattr(asked, name)) is not None
        },
    }
    row = row_of(said)
    in_line.write(
        connection, at, WHAT, closing={"follow_up": [row]}, opening={"follow_up": [row]},
        said=said, event_id=event_id,
    )  # fmt: skip


def row_of(said: Mapping[str, str]) -> dict[str, Any]:
    """The follow-up as the event says it; of the stream of its organisation, not of a pupil."""
    organisation, opened_on = said["organisation"], date.fromisoformat(said["opened_on"])
    stream, closed_by = stream_of(organisation), said.get("closed_by")
    return {
        "pupil_id": stream,
        "key": key_of(KIND, stream, said["block"]),
        "kind": KIND,
        "owner": organisation,
        "opened_on": opened_on,
        "due_on": date.fromisoformat(said["due_on"]),
        "closed_on": date.fromisoformat(said["closed_on"]) if "closed_on" in said else None,
        "outcome": said.get("outcome"),
        "opened_by": UUID(said["opened_by"]),
        "closed_by": UUID(closed_by) if closed_by else None,
        "how": None,
        "rule": RULE,
        "source": source(RULE, opened_on),
        "statutory": rule(RULE, opened_on).statutory,
        "calendar": organisation,
        "clock_on": date.fromisoformat(said["block"]),
        "counts_start": True,
        "origin": WHAT,
    }
