"""Who is educated elsewhere on a day: where, what the register says, when the next review is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import LiteralString

from ap_registry import codes
from ap_registry.store.database import Connection
from ap_registry.store.queries import FEW_SCOPED, SCOPED, Scope, scoped
from ap_registry.store.who import LOOKED_UP, SHOWN_ID

REVIEWS = (
    "placement_review", "off_site_review", "review_requested", "part_time_review",
    "reintegration_review_10", "reintegration_review_30", "reintegration_review_60",
    "reintegration_two_terms",
)  # fmt: skip
# An error never ran. The marks are those of the provider's own register, of a merged pupil those of
# all its records.
_ELSEWHERE: LiteralString = f"""
with placed as materialized (
  select p.pupil_id, {SHOWN_ID.format(t="p")}::text as shown,
         concat_ws(' ', i.given_name, i.family_name) as name, i.upn, p.provider, p.commissioner,
         p.starts_on, p.planned_ends_on, p.ended_on, p.sessions_per_week
    from placement p {LOOKED_UP.format(t="p")}
   where p.until_at = 'infinity' and {{seen}}
     and p.starts_on <= %(today)s and (p.ended_on is null or p.ended_on >= %(today)s)
     and p.end_reason is distinct from 'error'
     and (%(providers)s::text[] is null or p.provider = any(%(providers)s))
   order by lower(i.family_name), lower(i.given_name), p.key
   limit %(limit)s)
select p.shown, p.name, p.upn, p.provider, p.commissioner, p.starts_on, p.planned_ends_on,
       p.ended_on, p.sessions_per_week,
       (select array_agg(substr(w.marks, %(half)s, 2)) from attendance_week w
         where w.organisation = p.provider and w.week = %(monday)s and w.until_at = 'infinity'
           and w.pupil_id = any(p.pupil_id || array(
                 select m.other from merged m
                  where m.pupil_id = p.pupil_id and m.until_at = 'infinity'))),
       (select min(f.due_on) from follow_up f
         where f.pupil_id = p.pupil_id and f.until_at = 'infinity' and f.closed_on is null
           and f.kind = any(%(reviews)s))
  from placed p
"""
# Few have a placement today of those whom a wide scope sees: it is asked about each.
_OF_WIDE, _OF_OTHERS = (_ELSEWHERE.format(seen=seen.format(t="p")) for seen in (FEW_SCOPED, SCOPED))


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """``marks``: codes of the morning and the afternoon, ``-`` for none yet.

    ``ends_on``: as planned; ``ended_on``: the fact, today or later.
    """

    pupil_id: str
    name: str
    upn: str | None
    provider: str
    commissioner: str
    starts_on: date
    ends_on: date
    ended_on: date | None
    sessions_per_week: int
    marks: tuple[str, str]
    review_on: date | None


def elsewhere(
    connection: Connection, scope: Scope, *, today: date, providers: Sequence[str] | None = None,
    limit: int,
) -> list[Elsewhere]:  # fmt: skip
    """Pupils whom the scope sees and who have a placement today, by name."""
    asked = {
        **scoped(scope), "today": today, "limit": limit, "reviews": list(REVIEWS),
        "providers": None if providers is None else list(providers),
        "monday": today - timedelta(days=today.weekday()), "half": 2 * today.weekday() + 1,
    }  # fmt: skip
    return [
        Elsewhere(
            pupil_id=shown, name=name, upn=upn, provider=at, commissioner=commissioner,
            starts_on=starts, ends_on=ends, ended_on=ended, sessions_per_week=sessions,
            marks=_marks(held or ()), review_on=review,
        )
        for shown, name, upn, at, commissioner, starts, ends, ended, sessions, held, review in (
            connection.execute(_OF_WIDE if scope.wide else _OF_OTHERS, asked)
        )
    ]  # fmt: skip


def _marks(held: Sequence[str]) -> tuple[str, str]:
    """None on a Saturday or a Sunday, for which no week has a place."""
    found = [
        next(
            (half[n] for half in held if half[n : n + 1] not in {"", codes.NO_MARK}), codes.NO_MARK
        )
        for n in (0, 1)
    ]
    return codes.from_byte(found[0]), codes.from_byte(found[1])
