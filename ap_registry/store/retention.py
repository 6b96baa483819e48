"""Who was born so long ago that the retention period of a record may be over."""

from dataclasses import dataclass
from datetime import date
from typing import LiteralString
from uuid import UUID

from ap_registry.store.database import Connection

# Of a merged pupil identity and everything else is in the rows of the one that is kept.
_BORN_BY: LiteralString = """
select i.pupil_id, coalesce(i.shown_as, i.pupil_id), i.date_of_birth,
       (select d.home_la from detail d
         where d.pupil_id = i.pupil_id and d.until_at = 'infinity' and d.home_la is not null
         order by d.occurred_on desc, d.version desc limit 1),
       exists (select from detail d
                where d.pupil_id = i.pupil_id and d.until_at = 'infinity'
                  and d.sen_provision in ('K', 'E'))
       or exists (select from ehc_milestone m
                   where m.pupil_id = i.pupil_id and m.until_at = 'infinity'
                     and m.milestone = 'issued'),
       (select max(a.week) + 4 from attendance_week a
         where a.pupil_id = i.pupil_id and a.until_at = 'infinity'
            or a.pupil_id in (select m.other from merged m where m.pupil_id = i.pupil_id
                                 and m.until_at = 'infinity') and a.until_at = 'infinity')
  from identity i
 where i.until_at = 'infinity' and i.date_of_birth <= %s
 order by i.date_of_birth, i.pupil_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A pupil by the id that is shown; ``had_needs``: ever SEN support or a plan.

    ``marked_on``: the Friday of the last week in a register.
    """

    pupil_id: UUID
    shown_id: UUID
    born_on: date
    home_la: str | None
    had_needs: bool
    marked_on: date | None


def born_by(connection: Connection, on: date) -> list[Kept]:
    """Everybody born on that day or before, the oldest first."""
    return [
        Kept(
            pupil_id=pupil, shown_id=shown, born_on=born, home_la=la, had_needs=needs,
            marked_on=marked,
        )
        for pupil, shown, born, la, needs, marked in connection.execute(_BORN_BY, (on,))
    ]  # fmt: skip
