"""What a school confirms besides its own placements: who else is elsewhere, part time or gone."""

from datetime import date
from typing import Any, LiteralString

from ap_registry.access import Caller
from ap_registry.registry import Registry
from reports.extracts.asking import Period, term_of
from reports.extracts.school import LISTS, lists
from reports.extracts.school_document import running
from reports.pupils import sitting

# Narrower than the report: who may stand in a list now. Each is read as a history; for nobody no
# closed instant is waited for.
_CONCERNED: LiteralString = """
with theirs as (
  select pupil_id, until_on from roll where school = %(school)s and until_at = 'infinity'
     and from_on <= %(to)s and (until_on is null or until_on >= %(from)s))
select pupil_id from theirs where until_on <= %(to)s
 union select pupil_id from placement where until_at = 'infinity' and starts_on <= %(to)s
   and (ended_on is null or ended_on >= %(to)s)
   and commissioner <> %(school)s and pupil_id in (select pupil_id from theirs)
 union select pupil_id from direction where school = %(school)s and until_at = 'infinity'
   and starts_on <= %(to)s and ends_on >= %(to)s
 union select pupil_id from part_time where school = %(school)s and until_at = 'infinity'
   and starts_on <= %(to)s and (ended_on is null or ended_on >= %(to)s)
"""


def school_list(
    registry: Registry, school: str, today: date, caller: Caller
) -> tuple[date, dict[str, list[dict[str, Any]]]]:
    """The first day of its term, and the rows of the school's report under each of ``LISTS``.

    Off site and part time: those that run today; off roll: who left within the term. Left out is
    who stands there only as placed by the school itself: derived rows say as much.
    """
    with registry.database.connection() as connection:
        calendar = registry.worlds.fresh(connection).calendars.of(school)
        first = min(term_of(calendar, today)[0], today)
        asked = {"school": school, "from": first, "to": today}
        pupils = [row[0] for row in connection.execute(_CONCERNED, asked)]
    if not pupils:
        return first, {name: [] for name in LISTS}
    with sitting(registry, caller, None) as seen:
        found = lists(seen, pupils, Period(school=school, from_on=first, to_on=today))
    return first, {
        name: [row for row in found[name] if name == "off_roll" or running(row, today)]
        for name in LISTS
    }
