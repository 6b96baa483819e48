"""What families have written by their private links of late, for whom they meant."""

from typing import LiteralString

from ap_registry.store.listing import BY_DAY, about_whom
from ap_registry.store.queries import ELSEWHERE

# Words kept from schools are for the LA; those that staff wrote down are no news.
_WRITTEN: LiteralString = """e.by as other, t.occurred_on as "on", t.whose as what,
       t.feeling, t.about is not null as asks {from}
  join event e on e.id = t.key
 where t.occurred_on > %(from)s and e.by = any(%(families)s)"""
# Nor is a school told of what is said of an exclusion by another.
_FOR_SCHOOLS: LiteralString = (
    _WRITTEN
    + " and t.share <> 'not_school' and not "
    + ELSEWHERE.format(t="t", more="and x.key = t.about")
)
QUESTIONS = {
    "families": about_whom("view_recorded", _FOR_SCHOOLS) + BY_DAY,
    "family-words": about_whom("view_recorded", _WRITTEN) + BY_DAY,
}
