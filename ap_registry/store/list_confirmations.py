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
from ap_registry.store import in_line, owing
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
# What is to be written of each organisation, what was held of it, and the event that opened it.
Found = dict[str, list[tuple[Asked, Asked | None, UUID | None]]]


def stream_of(organisation: str) -> UUID:
    return uuid5(NAMESPACE, organisation)


def settle_lists(
    connection: Connection, worlds: Worlds, clock: datetime | None,
    only: Sequence[str] | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """Ask who is to be asked, and close what is confirmed or asked no more; of all, or of these.

    Answer what has moved, with its old day.
    """
    row = connection.execute("select coalesce(%s::timestamptz, clock_timestamp())", (clock,))
    found = row.fetchone()
    assert found is not None
    world, today = worlds.fresh(connection), london_today(found[0])
    las = [la for la, name in world.arrangements if name == ARRANGED]
    named = {"las": las, "only": None if only is None else list(only)}
    organisations = [row[0] for row in connection.execute(_CONCERNED, named).fetchall()]
    moved: dict[str, date] = {}
    for organisation in _differing(connection, world, organisations, today):
        with connection.transaction():
            at = in_line.alone(connection, [stream_of(organisation)], clock)
            again, today = worlds.fresh(connection), london_today(at)
            differing = _differing(connection, again, [organisation], today)
            for asked, held, opened_by in differing.get(organisation, ()):
                key = _write(connection, at, organisation, asked, opened_by)
                if held is not None and asked.closed_on is None:
                    moved[str(key)] = held.due_on
    told = owing.follow_ups_of(connection, map(UUID, moved), on=today) if moved else []
    return [{**one, "was_due_on": moved[one["id"]].isoformat()} for one in told]


def _differing(
    connection: Connection, world: World, organisations: Sequence[str], today: date
) -> Found:
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
        blocks = {asked.block: (asked, opened_by) for asked, opened_by in mine.items()}
        for one in changes(tuple(mine), now, confirmed.get(name), takes_part=part, today=today):
            found.setdefault(name, []).append((one, *blocks.get(one.block, (None, None))))
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
) -> UUID:
    """``opened_by`` None: this event opens it. Answer the id of the follow-up."""
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
    key: UUID = row["key"]
    return key


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
