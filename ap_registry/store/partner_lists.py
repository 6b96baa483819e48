"""What health partners answer, and what virtual schools and social workers look after."""

from typing import LiteralString

from ap_registry.store.listing import BY_DAY, about_whom

_SERVICE: LiteralString = """(select max(o.name) from organisation o
     where o.id = any(%(organisations)s) and o.until_at = 'infinity') as service"""
# What was told is read from the notice itself; the movement is what it is of.
_MOVEMENTS = (
    about_whom("follow_up", f"""p.provider as other, t.due_on as "on",
       split_part(e.type, '.', 1) as what, n.data ->> 'about' as told,
       t.opened_by::text as about, {_SERVICE} {{from}}
  join event n on n.id = t.opened_by
  left join event e on e.id = (n.data ->> 'of')::uuid
  left join placement p on p.key = coalesce((e.data ->> 'placement')::uuid, e.id)
   and p.until_at = 'infinity'
 where t.kind = 'health_response' and t.closed_on is null and t.opened_on <= %(today)s
   and t.owner = any(%(organisations)s)""")
    + BY_DAY
)  # fmt: skip
_IN_HAND = (
    about_whom("health_response", """(
         select p.provider from placement p
          where p.pupil_id = t.pupil_id and p.until_at = 'infinity'
            and p.starts_on <= %(today)s and p.end_reason is distinct from 'error'
          order by p.starts_on desc, p.version desc limit 1) as other,
       t.occurred_on as "on", t.response as what, t.about::text as about, t.service {from}
 where t.response not in ('closed', 'no_role')
   and not exists (select from health_response h
                    where h.pupil_id = t.pupil_id and h.until_at = 'infinity'
                      and h.about = t.about and h.version > t.version)""")
    + BY_DAY
)  # fmt: skip
# With what no index has in order: else the planner would read all that is owed, whoever sees it, by
# its days until it has found enough.
_DUE: LiteralString = "t.due_on + 0"
# Those of placements alone: others would tell health of an exclusion.
_MEETINGS = (
    about_whom("follow_up", f"""t.owner as other, {_DUE} as "on", t.kind as what {{from}}
 where t.kind = 'placement_review' and t.closed_on is null and t.due_on <= %(soon)s""")
    + BY_DAY
)  # fmt: skip
_DAY_ONE = (
    about_whom("follow_up", """t.owner as other, t.due_on as "on", t.kind as what {from}
 where t.kind in ('day_one_provision', 'sixth_day_provision') and t.opened_on <= %(today)s
   and (t.closed_on is null or t.closed_on > %(today)s)""")
    + BY_DAY
)  # fmt: skip
_COMING = (
    about_whom("follow_up", f"""t.owner as other, {_DUE} as "on", t.kind as what {{from}}
 where t.kind = any(%(reviews)s) and t.closed_on is null and t.due_on <= %(soon)s""")
    + BY_DAY
)  # fmt: skip
_ATTENDANCE = (
    about_whom("identity", """m.other, m.week as "on",
       (round(100.0 * m.attended / m.possible))::int as what, m.attended, m.possible {from}
  cross join lateral (
    select sum(10 - length(translate(w.marks, %(attended)s, ''))) as attended,
           sum(10 - length(translate(w.marks, %(possible)s, ''))) as possible,
           max(w.week) as week, (array_agg(w.organisation order by w.week desc))[1] as other
      from attendance_week w
     where w.week between %(from)s and %(today)s and w.until_at = 'infinity'
       and w.pupil_id = any(t.pupil_id || array(
             select m.other from merged m
              where m.pupil_id = t.pupil_id and m.until_at = 'infinity'))) m
 where m.possible > 0""")
    + " order by 1.0 * m.attended / m.possible, lower(i.family_name), t.key"
)  # fmt: skip
QUESTIONS = {
    "movements": _MOVEMENTS,
    "in-hand": _IN_HAND,
    "meetings": _MEETINGS,
    "day-one": _DAY_ONE,
    "coming-reviews": _COMING,
    "attendance": _ATTENDANCE,
}
