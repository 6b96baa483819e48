"""Whose children are those of a virtual school or social worker, among all whom their LA sees."""

from typing import LiteralString

# A virtual school's own: looked after by its authority, or once looked after and now seen by it; a
# social worker's: of its authority's area. By what stands of the pupil today. Of few pupils it is
# so: who they are is asked first, not of each row.
CARED_FOR: LiteralString = """{t}.pupil_id in (
  select d.pupil_id from detail d
   where d.until_at = 'infinity' and d.occurred_on <= %(today)s
     and (d.looked_after = 'current'
            and 'LA' || coalesce(d.care_la, d.home_la) = any(%(organisations)s)
          or d.looked_after = 'previous'
          or d.social_worker in ('cin', 'cp') and 'LA' || d.home_la = any(%(organisations)s))
     and not exists (select from detail n
                      where n.pupil_id = d.pupil_id and n.until_at = 'infinity'
                        and n.occurred_on <= %(today)s
                        and (n.occurred_on, n.version) > (d.occurred_on, d.version)))"""
