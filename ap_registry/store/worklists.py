"""What people have to answer, to log, to review and to record: each a short list."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any, LiteralString

from psycopg.rows import dict_row

from ap_registry import codes
from ap_registry.access import FAMILY
from ap_registry.store import family_lists, partner_lists
from ap_registry.store.database import Connection, planned_once
from ap_registry.store.elsewhere import REVIEWS
from ap_registry.store.listing import BY_DAY, about_whom, counted
from ap_registry.store.queries import Scope, scoped

Found = list[dict[str, Any]]
SOON = timedelta(days=28)  # what falls due later is not yet work
LATELY = timedelta(days=28)
ACCEPTED_LATELY = timedelta(days=180)
_CHECKS = ("destination_check_1_nov", "destination_check_31_dec", "destination_check_31_mar")


_HERE: LiteralString = (
    "t.provider = any(%(organisations)s) and t.starts_on <= %(today)s"
    " and (t.ended_on is null or t.ended_on >= %(today)s)"
    " and t.end_reason is distinct from 'error'"
)
_REFERRALS = (
    about_whom("referral", """t.made_by as other, t.occurred_on as "on", t.route as what {from}
 where t.provider = any(%(organisations)s) and t.decision is null""")
    + BY_DAY
)  # fmt: skip
# Nothing is owed of what was accepted and led to nothing yet, and it is forgotten the more easily.
_ACCEPTED = (
    about_whom("referral", """t.made_by as other, t.decided_on as "on", t.route as what,
       coalesce(t.about, t.key)::text as arising, d.ends_on, d.sessions_per_week {from}
  left join direction d on d.pupil_id = t.pupil_id and d.key = t.about and d.until_at = 'infinity'
 where t.provider = any(%(organisations)s) and t.decision = 'accepted'
   and t.decided_on > %(accepted)s
   and not exists (select from placement p where p.pupil_id = t.pupil_id
          and p.until_at = 'infinity' and p.provider = t.provider and p.starts_on >= t.occurred_on)
   and not exists (select from outreach o where o.pupil_id = t.pupil_id
          and o.until_at = 'infinity' and o.provider = t.provider
          and o.starts_on >= t.occurred_on)""")
    + BY_DAY
)  # fmt: skip
_OUTREACH = (
    about_whom("outreach", """t.school as other, t.starts_on as "on", t.delivered as what {from}
 where t.provider = any(%(organisations)s) and t.ended_on is null""")
    + BY_DAY
)  # fmt: skip
# From the pupils to their reviews: the other way every review that is owed would be looked at.
_REVIEWS = (
    about_whom("follow_up", """t.owner as other, t.due_on as "on", t.kind as what {from}
 where t.kind = any(%(reviews)s) and t.closed_on is null and t.due_on <= %(soon)s
   and t.pupil_id = any(array(
         select p.pupil_id from placement p where p.until_at = 'infinity'
            and p.provider = any(%(organisations)s) and p.starts_on <= %(today)s
            and (p.ended_on is null or p.ended_on >= %(today)s)
         union select o.pupil_id from follow_up o where o.until_at = 'infinity'
            and o.owner = any(%(organisations)s) and o.closed_on is null
            and o.kind = any(%(reviews)s)))""")
    + BY_DAY
)  # fmt: skip
_ASSESSMENTS = (
    about_whom("placement", f"""coalesce(n.school, t.commissioner) as other,
       coalesce(n.returns_on, t.planned_ends_on) as "on", t.intent as what {{from}}
  cross join lateral (
    select max(n.school) as school, max(n.returns_on) as returns_on from reintegration_plan n
     where n.pupil_id = t.pupil_id and n.placement = t.key and n.until_at = 'infinity') n
 where {_HERE} and t.intent <> 'long_term'
   and not exists (select from assessment_shared a where a.pupil_id = t.pupil_id
                      and a.placement = t.key and a.until_at = 'infinity')""")
    + BY_DAY
)  # fmt: skip
_TARGETS = (
    about_whom("target", """t.qualification as other, t.occurred_on as "on",
       t.subject as subject, t.level as what {from}
 where exists (select from placement p where p.pupil_id = t.pupil_id and p.until_at = 'infinity'
          and p.provider = any(%(organisations)s) and p.starts_on <= %(today)s
          and (p.ended_on is null or p.ended_on >= %(year)s))
   and not exists (select from result r where r.pupil_id = t.pupil_id and r.until_at = 'infinity'
          and r.qualification = t.qualification and r.subject = t.subject
          and r.occurred_on >= t.occurred_on)""")
    + BY_DAY
)  # fmt: skip
_UNTARGETED = (
    about_whom("placement", f"""t.commissioner as other, t.starts_on as "on",
       t.intent as what {{from}}
 where {_HERE} and not exists (select from target g
                   where g.pupil_id = t.pupil_id and g.until_at = 'infinity')""")
    + BY_DAY
)  # fmt: skip
_DESTINATIONS = (
    about_whom("follow_up", """t.owner as other, t.due_on as "on", t.kind as what {from}
 where t.kind = any(%(checks)s) and t.closed_on is null and t.opened_on <= %(today)s
   and t.owner = any(%(organisations)s)""")
    + BY_DAY
)  # fmt: skip
QUESTIONS = {
    "referrals": _REFERRALS,
    "accepted": _ACCEPTED,
    "outreach": _OUTREACH,
    "reviews": _REVIEWS,
    "assessments": _ASSESSMENTS,
    "targets": _UNTARGETED,
    "results": _TARGETS,
    "destinations": _DESTINATIONS,
    **partner_lists.QUESTIONS,
    **family_lists.QUESTIONS,
}


@cache
def _counting(names: tuple[str, ...]) -> LiteralString:
    """Without the order of the lists, which changes no count."""
    return counted(QUESTIONS[name].removesuffix(BY_DAY) for name in names)


def owed(connection: Connection, scope: Scope, name: str, *, today: date, limit: int) -> Found:
    """Rows of one list, soonest first: key, pupil_id, upn, name, other, on, what, and its own."""
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(QUESTIONS[name] + " limit %(limit)s", _asked(scope, today, limit))
        return cursor.fetchall()


def counts(
    connection: Connection, scope: Scope, names: Sequence[str], *, today: date
) -> dict[str, int]:
    """How long each of these lists is, up to a hundred."""
    if not names:
        return {}
    question, asked = _counting(tuple(names)), _asked(scope, today, 100)
    with planned_once(connection):
        row = connection.execute(question, asked, prepare=True).fetchone()
    assert row is not None
    return dict(zip(names, row, strict=True))


def _asked(scope: Scope, today: date, limit: int) -> dict[str, Any]:
    return {
        **scoped(scope), "today": today, "soon": today + SOON, "limit": limit,
        "families": list(FAMILY), "accepted": today - ACCEPTED_LATELY,
        "reviews": list(REVIEWS), "checks": list(_CHECKS),
        "year": date(today.year - (today.month < 9), 9, 1), "from": today - LATELY,
        "attended": codes.PRESENT_BYTES + codes.APPROVED_BYTES, "possible": codes.POSSIBLE_BYTES,
    }  # fmt: skip
