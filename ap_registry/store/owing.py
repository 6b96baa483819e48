"""Follow-ups as they are asked for: by whom, of whom, on a day, as at an instant."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.sql import SQL, Literal

from ap_registry.follow_ups import status_on
from ap_registry.notice import FollowUp
from ap_registry.store.database import Connection, planned_once
from ap_registry.store.queries import (
    ELSEWHERE,
    FEW_SCOPED,
    READABLE,
    SCOPED,
    Found,
    Scope,
    rows_of,
    scoped,
)
from ap_registry.store.who import HELD, LOOKED_UP_IF_ANY, SHOWN_ID, UPN, WHO, WHO_NOW

# An LA sees which of its organisations have not confirmed their lists.
_OF_ITS_SCHOOLS: LiteralString = (
    "f.origin = 'list' and exists (select from organisation o where o.id = f.owner"
    " and o.until_at = 'infinity' and 'LA' || o.la = any(%(organisations)s))"
)
# What is owed not for an exclusion itself but for what was decided, asked or said of one: a school
# is told of it where it owes it, and where the pupil has been excluded by nobody else.
_AFTER_EXCLUSIONS: LiteralString = (
    "('governors_outcome', 'governors_reconsider', 'governors_representations',"
    " 'review_application_window', 'review_hearing', 'cancellation_notice',"
    " 'reintegration_meeting', 'dispute')"
)
_OF_ANOTHERS_EXCLUSION: LiteralString = (
    "(" + ELSEWHERE.format(t="f", more="and x.key = f.opened_by")
    + " or f.kind in " + _AFTER_EXCLUSIONS + " and " + ELSEWHERE.format(t="f", more="")
    + " and not exists (select from exclusion o where o.pupil_id = f.pupil_id"
    "                      and o.key = f.opened_by))"
)  # fmt: skip
# Of a wide scope each row is asked about, in the order of the list.
_ALL, _FEW = (
    f"""(f.owner = any(%(organisations)s) or {_OF_ITS_SCHOOLS} or {seen.format(t="f")}
        and not %(to_health)s
        and not (%(to_school)s and {_OF_ANOTHERS_EXCLUSION}))"""
    for seen in (SCOPED, FEW_SCOPED)
)
_LISTED = f"""
select f.* from {{from}} f
 where {HELD.format(t="f")} and {READABLE.format(t="f")} and {{seen}}
   and f.opened_on <= %(on)s
   and (%(owners)s::text[] is null or f.owner = any(%(owners)s))
   and (%(kind)s::text is null or f.kind = %(kind)s)
   and (%(pupil)s::uuid is null or f.pupil_id = %(pupil)s)
   and (%(key)s::uuid is null or f.key = %(key)s)
   and (%(after_due)s::date is null
        or (f.due_on, f.key) > (%(after_due)s::date, %(after_key)s::uuid))
   and case %(status)s
       when 'done' then f.closed_on <= %(on)s and f.outcome = 'done'
       when 'lapsed' then f.closed_on <= %(on)s and f.outcome = 'lapsed'
       when 'open' then (f.closed_on is null or f.closed_on > %(on)s) and f.due_on >= %(on)s
       when 'overdue' then (f.closed_on is null or f.closed_on > %(on)s) and f.due_on < %(on)s
       when 'any' then true
       else f.closed_on is null or f.closed_on > %(on)s end
 order by f.due_on, f.key
 limit %(limit)s"""
# Of its own an organisation is not asked whom it sees; of each the soonest alone are read.
_OWN: LiteralString = (
    "select f.* from unnest(%(organisations)s::text[]) as own cross join lateral ("
    + _LISTED.replace("{seen}", "f.owner = own")
    + ") f order by f.due_on, f.key limit %(limit)s"
)
# Who each is about is looked up for those that are listed, not for all that are owed. Whoever owes
# something of a pupil adopted since, and sees the pupil no more, is not led to the new UPN by it.
_FOLLOW_UPS = f"""
select f.key, case when not f.unlinked then f.shown_id end as pupil_id,
       case when not f.unlinked then f.upn end as upn, f.kind, f.owner,
       f.opened_on, f.due_on, f.closed_on, f.outcome,
       f.opened_by, f.closed_by, f.how, f.rule, f.source, f.statutory, f.calendar, f.origin
  from (
select f.*, {SHOWN_ID.format(t="f")} as shown_id, {{upn}} as upn,
       i.shown_as is not null and not {FEW_SCOPED.format(t="f")} as unlinked
  from (
{{listed}}) f {{who}}
offset 0) f
 order by f.due_on, f.key
"""

# What stands is asked in two parts, each with an index of its own: with `or` between them all that
# a scope sees would be read and sorted for each page.
_OPEN: LiteralString = "(select * from follow_up where until_at = 'infinity' and closed_on is null)"
_CLOSED_LATER: LiteralString = (
    "(select * from follow_up where until_at = 'infinity' and closed_on > %(on)s)"
)


FEW = 1_000  # rows of which whom each is about is rather looked up than joined to all names


def _of(listed: str, rows: str = "follow_up", *, past: bool = False, few: bool = False) -> str:
    """``past``: who each was as at an instant; else whoever it is now."""
    now = {"upn": "i.upn", "who": LOOKED_UP_IF_ANY if few else WHO_NOW}
    whom = {"upn": UPN, "who": WHO} if past else now
    return _FOLLOW_UPS.format(
        listed=listed.replace("{from}", rows),
        **{name: text.format(t="f") for name, text in whom.items()},
    )


_SEEN_ALL, _SEEN_WIDE = (_LISTED.replace("{seen}", seen) for seen in (_ALL, _FEW))
_OF_ONE = _of(
    _SEEN_WIDE, "(select * from follow_up where pupil_id = %(pupil)s or key = %(key)s)", past=True
)
_LISTS = (_OWN, _SEEN_WIDE, _SEEN_ALL)
_OF_ANY = {listed: _of(listed, past=True) for listed in _LISTS}
_OF_OPEN, _OF_CLOSED_LATER = (
    {(listed, few): _of(listed, rows, few=few) for listed in _LISTS for few in (False, True)}
    for rows in (_OPEN, _CLOSED_LATER)
)
SEEN = _ALL  # as SQL, of a row ``f``
OPEN_PARTS: LiteralString = (  # what is not closed on a day
    f"(select * from {_OPEN} o union all select * from {_CLOSED_LATER} c)"
)
# With the day in it: of a day unknown to it the planner thinks that a third is closed later.
_ANY_CLOSED_LATER: LiteralString = (
    "select exists (select from follow_up where until_at = 'infinity' and closed_on > {on})"
)


def follow_ups(
    connection: Connection,
    scope: Scope,
    *,
    on: date,
    as_at: datetime | None = None,
    owners: Sequence[str] | None = None,
    status: str | None = None,
    kind: str | None = None,
    pupil: UUID | None = None,
    key: UUID | None = None,
    after: tuple[date, UUID] | None = None,
    limit: int = 1_000_000,
) -> Found:
    """Follow-ups as contract section 8 writes them, judged on a day, by due day."""
    parameters = {
        "on": on, "as_at": as_at, "owners": None if owners is None else list(owners),
        "status": status, "kind": kind, "pupil": pupil, "key": key,
        "after_due": after[0] if after else None,
        "after_key": after[1] if after else None, "limit": limit, **scoped(scope),
    }  # fmt: skip
    own = owners is not None and set(owners) == set(scope.organisations)
    listed = _OWN if own else _SEEN_WIDE if scope.wide else _SEEN_ALL
    if pupil is not None or key is not None:
        with planned_once(connection):
            return [_follow_up(row, on) for row in rows_of(connection, _OF_ONE, parameters)]
    parts = [_OF_ANY[listed]]
    if as_at is None and status in {None, "open", "overdue"}:
        parts = [_OF_OPEN[listed, limit <= FEW]]
        if _any_closed_later(connection, on):
            parts.append(_OF_CLOSED_LATER[listed, limit <= FEW])
    rows = [row for part in parts for row in rows_of(connection, part, parameters)]
    rows.sort(key=lambda row: (row["due_on"], row["key"]))
    return [_follow_up(row, on) for row in rows[:limit]]


def _any_closed_later(connection: Connection, on: date) -> bool:
    row = connection.execute(SQL(_ANY_CLOSED_LATER).format(on=Literal(on))).fetchone()
    return row is not None and bool(row[0])


_FOLLOW_UPS_OF: LiteralString = """
select f.key, coalesce(i.shown_as, f.pupil_id) as pupil_id, i.upn, f.kind, f.owner,
       f.opened_on, f.due_on, f.closed_on, f.outcome,
       f.opened_by, f.closed_by, f.how, f.rule, f.source, f.statutory, f.calendar, f.origin
  from follow_up f
  left join identity i on i.pupil_id = f.pupil_id and i.until_at = 'infinity'
 where f.key = any(%(keys)s) and f.until_at = 'infinity'
"""


def follow_ups_of(connection: Connection, keys: Iterable[UUID], *, on: date) -> Found:
    """These follow-ups, judged on a day; for what has just written them."""
    found = rows_of(connection, _FOLLOW_UPS_OF, {"keys": list(keys)})
    return [_follow_up(row, on) for row in found]


def _follow_up(row: Mapping[str, Any], on: date) -> dict[str, Any]:
    closed = row["closed_on"] is not None and row["closed_on"] <= on
    return {
        "id": str(row["key"]),
        "kind": row["kind"],
        "pupil_id": _told_of(row),
        "upn": row["upn"],
        "owner": row["owner"],
        "opened_on": row["opened_on"].isoformat(),
        "due_on": row["due_on"].isoformat(),
        "status": status_on(row["closed_on"], row["outcome"], row["due_on"], on),
        "closed_on": row["closed_on"].isoformat() if closed else None,
        "opened_by": str(row["opened_by"]),
        "closed_by": str(row["closed_by"]) if closed and row["closed_by"] else None,
        "how": row["how"] if closed else None,
        "rule": row["rule"],
        "source": row["source"],
        "statutory": row["statutory"],
        "calendar": row["calendar"],
    }


def _told_of(row: Mapping[str, Any]) -> str | None:
    """Nobody where it is about a list, or where the pupil is not to be found by it any more."""
    return None if row["origin"] == "list" or row["pupil_id"] is None else str(row["pupil_id"])


def held_follow_ups(
    connection: Connection, pupils: Sequence[UUID]
) -> dict[UUID, dict[UUID, FollowUp]]:
    """All that these pupils owe or owed, by pupil and id; ``key`` only of what registers opened."""
    found: dict[UUID, dict[UUID, FollowUp]] = {}
    for row in rows_of(
        connection,
        "select pupil_id, key, kind, owner, opened_on, due_on, closed_on, outcome, opened_by,"
        " closed_by, how, rule, calendar, origin from follow_up"
        " where pupil_id = any(%(pupils)s) and until_at = 'infinity'",
        {"pupils": list(pupils)},
    ):
        pupil, key, origin = row.pop("pupil_id"), row.pop("key"), row.pop("origin")
        owed = FollowUp(**row, key=key if origin == "attendance" else None)
        found.setdefault(pupil, {})[key] = owed
    return found


def clock(connection: Connection, key: UUID) -> tuple[date, bool] | None:
    """From which day a follow-up is counted, and whether that day may be day 1."""
    return connection.execute(
        "select clock_on, counts_start from follow_up where key = %s and until_at = 'infinity'",
        (key,),
    ).fetchone()
