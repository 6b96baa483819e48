"""How many pupils the schools had: what rates are of."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import LiteralString

from ap_registry.store.database import Connection
from reports.scope import HELD

EVERYONE = "all"
# Of each school and kind the last day by the end of the period, else the first after it.
_LATEST: LiteralString = f"""
with given as (select * from headcount where {HELD}),
chosen as (
  select distinct on (organisation, by) organisation, by, as_at from given
   order by organisation, by, as_at > %(last)s, abs(as_at - %(last)s::date))
select g.organisation, g.by, g.value, g.pupils
  from given g join chosen c using (organisation, by, as_at)
"""


@dataclass(slots=True, kw_only=True)
class Headcounts:
    """By school, what it is counted by, and value."""

    pupils: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)

    def has(self, school: str | None, by: str = EVERYONE) -> bool:
        return by in self.pupils.get(school or "", {})

    def of(self, school: str) -> int:
        """In all; 0 where it has not said."""
        return self.pupils[school].get(EVERYONE, {}).get(EVERYONE, 0)


def headcounts(connection: Connection, at: datetime, last: date) -> Headcounts:
    """As known by an instant, for a period that ends on ``last``."""
    found = Headcounts()
    for school, by, value, pupils in connection.execute(_LATEST, {"at": at, "last": last}):
        of_school = found.pupils.setdefault(school, defaultdict(dict))
        of_school[by][value] = pupils
    return found
