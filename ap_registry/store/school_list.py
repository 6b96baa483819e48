"""Who the registry says is on a school's roll, placed by it, part time there, or gone from it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import LiteralString
from uuid import UUID

from ap_registry.store.database import Connection

STATUSES = ("on_roll", "placed", "part_time", "off_roll")
_LISTED: LiteralString = """
with pupils as (
  select pupil_id from roll where school = %(school)s and until_at = 'infinity'
     and registration in ('C', 'M') and from_on <= %(on)s
     and (until_on is null or until_on > %(on)s)),
found as (
  select pupil_id, 'on_roll' as status, null as provider, from_on as starts_on,
         until_on as ends_on
    from roll where school = %(school)s and until_at = 'infinity' and from_on <= %(on)s
     and (until_on is null or until_on > %(on)s)
  union all
  select pupil_id, 'placed', provider, starts_on, coalesce(ended_on, planned_ends_on)
    from placement p where until_at = 'infinity' and starts_on <= %(on)s
     and (ended_on is null or ended_on >= %(on)s) and end_reason is distinct from 'error'
     and (commissioner = %(school)s or exists (
       select from pupils where pupils.pupil_id = p.pupil_id))
  union all
  select pupil_id, 'part_time', null, starts_on, coalesce(ended_on, ends_on)
    from part_time where school = %(school)s and until_at = 'infinity' and starts_on <= %(on)s
     and (ended_on is null or ended_on >= %(on)s)
  union all
  select pupil_id, 'off_roll', null, max(until_on), null
    from roll r where school = %(school)s and until_at = 'infinity' and until_on <= %(on)s
     and not exists (select from roll o where o.pupil_id = r.pupil_id and o.school = r.school
                        and o.until_at = 'infinity' and o.from_on <= %(on)s
                        and (o.until_on is null or o.until_on > %(on)s))
   group by pupil_id)
select f.pupil_id, i.upn, f.status, f.provider, f.starts_on, f.ends_on
  from found f left join identity i on i.pupil_id = f.pupil_id and i.until_at = 'infinity'
 where f.status = any(%(statuses)s) order by f.status, f.pupil_id, f.starts_on, f.provider
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One line of a list. ``row`` of a file; off roll it is ``starts_on`` on which the pupil left.

    ``pupil`` is None where the file names somebody whom the registry does not know.
    """

    pupil: UUID | None
    upn: str | None
    status: str
    provider: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    row: int | None = None


def listed(
    connection: Connection, school: str, on: date, statuses: Sequence[str]
) -> Iterator[Listed]:
    """As the registry has it on a day."""
    asked = {"school": school, "on": on, "statuses": list(statuses)}
    for pupil, upn, status, provider, starts_on, ends_on in connection.execute(_LISTED, asked):
        yield Listed(
            pupil=pupil, upn=upn, status=status, provider=provider, starts_on=starts_on,
            ends_on=ends_on,
        )  # fmt: skip
