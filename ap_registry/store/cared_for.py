"""Whose children are those of a virtual school or social worker, among all whom their LA sees."""

from typing import LiteralString

# A virtual school's own: looked after by its authority, or once looked after and now seen by it; a
# social worker's: of its authority's area. By what stands of the pupil today.
CARED_FOR: LiteralString = """exists (select from (
   select d.looked_after, d.social_worker, d.home_la, d.care_la from detail d
    where d.pupil_id = {t}.pupil_id and d.until_at = 'infinity' and d.occurred_on <= %(today)s
    order by d.occurred_on desc, d.version desc limit 1) d
  where d.looked_after = 'current'
          and 'LA' || coalesce(d.care_la, d.home_la) = any(%(organisations)s)
     or d.looked_after = 'previous'
     or d.social_worker in ('cin', 'cp') and 'LA' || d.home_la = any(%(organisations)s))"""
