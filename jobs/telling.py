"""What the messages claimed are about, as it stands now; what has ended meanwhile drops out."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, LiteralString
from uuid import UUID

from ap_registry.calendar import london_today
from ap_registry.store.database import Connection
from ap_registry.telling import MEDICAL
from jobs.bundling import Reach
from jobs.wording import ESCALATED, Item

_ITEMS: LiteralString = """
select o.message, o.id, coalesce(i.shown_as, f.pupil_id, o.pupil_id), o.kind,
       o.step, o.due_on, o.owner, f.statutory, o.follow_up,
       p.starts_on, p.planned_ends_on, p.ended_on, p.setting_type, p.commissioner, p.reason
  from outbox o
  left join follow_up f on f.key = o.follow_up
   and f.until_at = 'infinity' and f.closed_on is null
   and f.due_on = o.due_on and f.owner = o.owner
  left join identity i on i.pupil_id = coalesce(f.pupil_id, o.pupil_id)
   and i.until_at = 'infinity'
  left join placement p on p.pupil_id = o.pupil_id and p.key = o.subject
   and p.until_at = 'infinity'
 where o.message = any(%s) and o.sent_at is null and o.lapsed_at is null and o.failed is null
   and (o.follow_up is null or f.key is not null)
"""
_TRIED: LiteralString = """
select follow_up, due_on, sent_at from outbox
 where follow_up = any(%s) and sent_at is not null
 order by sent_at
"""

_ANSWER = "Please answer by signing in."
_ASKED = {
    "placement_review": "You are invited to its reviews: please agree with the contact who comes."
}


def items_of(
    connection: Connection, messages: Sequence[UUID], reach: Reach
) -> dict[UUID, tuple[Item, ...]]:
    rows = connection.execute(_ITEMS, (list(messages),)).fetchall()
    tried = _tried(connection, [row for row in rows if row[4] in ESCALATED])
    found: dict[UUID, list[Item]] = defaultdict(list)
    for message, row_id, pupil_id, kind, step, due_on, owner, statutory, follow_up, *facts in rows:
        organisation = reach.world.organisation(owner) if owner else None
        found[message].append(
            Item(
                id=row_id,
                pupil_id=pupil_id,
                kind=kind,
                step=step,
                due_on=due_on,
                owner=organisation.name if organisation else owner,
                statutory=bool(statutory),
                tried=tried.get((follow_up, due_on), ()),
                facts=_facts(reach, kind, *facts) if facts[0] else None,
            )
        )
    return {message: tuple(items) for message, items in found.items()}


def _tried(
    connection: Connection, escalated: Sequence[tuple[Any, ...]]
) -> dict[tuple[UUID, date], tuple[date, ...]]:
    if not escalated:
        return {}
    days: dict[tuple[UUID, date], dict[date, None]] = defaultdict(dict)
    rows = connection.execute(_TRIED, ([row[8] for row in escalated],)).fetchall()
    sent: datetime
    for follow_up, due_on, sent in rows:
        days[follow_up, due_on][london_today(sent)] = None
    return {key: tuple(told) for key, told in days.items()}


def _facts(
    reach: Reach, kind: str, starts_on: date, planned: date, ended_on: date | None,
    setting: str | None, commissioner: str, reason: str,
) -> str:  # fmt: skip
    """The minimum data set for health: days, kind of setting, whom to ask, whether health is why.

    Never another reason, an offence, or a third party.
    """
    asked = reach.world.organisation(commissioner)
    until = f"to {ended_on}" if ended_on else f"planned to {planned}"
    return (
        f"From {starts_on}, {until}; setting {setting or 'registered'}; contact"
        f" {asked.name if asked else commissioner}; for health:"
        f" {'yes' if reason in MEDICAL else 'no'}. {_ASKED.get(kind, _ANSWER)}"
    )
