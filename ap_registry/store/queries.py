"""The questions asked of derived rows: written out, bound, ordered, and each as at an instant."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.rows import dict_row

from ap_registry.access import Caller
from ap_registry.store.database import Connection
from ap_registry.store.who import HELD, OF_SHOWN, SHOWN_ID, UPN, WHO

Found = list[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whose rows may be seen: everything, or what these organisations see on a day.

    A school is not told of exclusions elsewhere, a health partner of little but what it owes;
    neither school nor provider of words that are not for the school. ``wide``: it sees so many that
    rows in the order of a list are rather asked one by one.
    """

    organisations: tuple[str, ...] = ()
    everything: bool = False
    today: date | None = None
    school: bool = False
    provider: bool = False
    health: bool = False
    wide: bool = False


def scope_of(caller: Caller, today: date) -> Scope:
    return Scope(
        organisations=caller.sees_for,
        everything=caller.sees_all,
        today=today,
        school=caller.role == "school",
        provider=caller.role == "provider",
        health=caller.role == "health",
        wide=caller.role in {"la", "panel", "admin", "auditor"},
    )


# Of an erased pupil no role reads anything; nobody has a relation to it on record any more.
READABLE: LiteralString = "not exists (select from erased x where x.pupil_id = {t}.pupil_id)"
_SEEN: LiteralString = (
    " v.organisation = any(%(organisations)s) and v.until_at = 'infinity'"
    " and (v.from_on is null or v.from_on <= %(today)s)"
    " and (v.until_on is null or v.until_on >= %(today)s)"
)
_PUPILS_SEEN: LiteralString = "select v.pupil_id from visibility v where" + _SEEN
SCOPED: LiteralString = (
    "(%(everything)s and " + READABLE + " or {t}.pupil_id in (" + _PUPILS_SEEN + "))"
)
# The same where one statement asks it of many rows of different kinds: they are gathered once.
GATHERED: LiteralString = "with seen as materialized (" + _PUPILS_SEEN + ") "
OF_GATHERED: LiteralString = (
    "(%(everything)s and " + READABLE + " or {t}.pupil_id in (select seen.pupil_id from seen))"
)
# The same where few pupils are asked about: all whom a scope sees are not gathered first, which the
# planner would do without the offset.
FEW_SCOPED: LiteralString = (
    "(%(everything)s and " + READABLE + " or exists (select from visibility v"
    " where v.pupil_id = {t}.pupil_id and" + _SEEN + " offset 0))"
)


ELSEWHERE: LiteralString = (
    "exists (select from exclusion x where x.pupil_id = {t}.pupil_id {more}"
    " and x.school <> all(%(organisations)s))"
)


def scoped(scope: Scope) -> dict[str, Any]:
    return {
        "everything": scope.everything,
        "organisations": list(scope.organisations),
        "today": scope.today,
        "to_school": scope.school,
        "to_provider": scope.provider,
        "to_health": scope.health,
    }


def rows_of(connection: Connection, query: str, parameters: Mapping[str, Any]) -> Found:
    with connection.cursor(row_factory=dict_row, binary=True) as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchall()


def pupil_of_ref(connection: Connection, by: str, ref_hash: bytes | None) -> UUID | None:
    row = connection.execute(
        "select n.pupil_id from notice_ref n where n.by = %s and n.ref_hash = %s and "
        + READABLE.format(t="n"),
        (by, ref_hash),
    ).fetchone()
    return row[0] if row else None


def pupil_of_content(
    connection: Connection, family_name: str, content_hash: bytes, number: int
) -> UUID | None:
    """The number-th pupil of that name whose record holds a notice of that content."""
    row = connection.execute(
        "select e.pupil_id from identity i join event e on e.pupil_id = i.pupil_id"
        " where lower(i.family_name) = lower(%s) and i.until_at = 'infinity'"
        "   and e.stream = 0 and e.content_hash = %s"
        " order by e.recorded_at, e.pupil_id offset %s limit 1",
        (family_name, content_hash, number - 1),
    ).fetchone()
    return row[0] if row else None


def visibility(
    connection: Connection, pupil_id: UUID, organisations: Sequence[str]
) -> list[tuple[str, date | None, date | None]]:
    return connection.execute(
        "select organisation, from_on, until_on from visibility"
        " where pupil_id = %s and organisation = any(%s) and until_at = 'infinity'",
        (pupil_id, list(organisations)),
    ).fetchall()


def seen_by(connection: Connection, pupil_id: UUID) -> Found:
    """Who may see a pupil, while when and why; ended relations too."""
    return rows_of(
        connection,
        "select split_part(v.organisation, '/', 1) as organisation, o.name,"
        ' v.from_on::text as "from", v.until_on::text as "until",'
        " v.basis from visibility v"
        "  left join organisation o on o.id = split_part(v.organisation, '/', 1)"
        " and o.until_at = 'infinity'"
        " where v.pupil_id = %(pupil)s and v.until_at = 'infinity'"
        " order by v.from_on, v.organisation, v.basis",
        {"pupil": pupil_id},
    )


_PUPILS = f"""
select {SHOWN_ID.format(t="w")} as pupil_id, {UPN} as upn, w.given_name, w.family_name,
       w.date_of_birth
  from identity w
  left join identity i on i.pupil_id = w.pupil_id and i.until_at = 'infinity'
 where {HELD.format(t="w")} and {SCOPED.format(t="w")}
   and (%(school)s::text is null or exists (select from roll r
        where r.pupil_id = w.pupil_id and {HELD.format(t="r")} and r.school = %(school)s
          and r.from_on <= %(on)s and (r.until_on is null or r.until_on > %(on)s)))
   and (%(pupil)s::uuid is null or w.pupil_id = %(pupil)s)
   and (%(name)s::text is null
        or position(lower(%(name)s) in lower(concat_ws(' ', w.given_name, w.family_name))) > 0)
   and (%(after)s::uuid is null or {SHOWN_ID.format(t="w")} > %(after)s)
 order by {SHOWN_ID.format(t="w")}
 limit %(limit)s
"""


def pupils(
    connection: Connection,
    scope: Scope,
    *,
    on: date,
    as_at: datetime | None = None,
    school: str | None = None,
    pupil: UUID | None = None,
    name: str | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> Found:
    """Pupils whom the scope sees, by id; ``school``: who were on its roll on a day; ``name``: in
    whose name, as `given family`, it stands."""
    parameters = {
        "as_at": as_at, "on": on, "school": school, "pupil": pupil, "name": name, "after": after,
        "limit": limit, **scoped(scope),
    }  # fmt: skip
    return [
        {
            "id": str(row["pupil_id"]),
            "upn": row["upn"],
            "given_name": row["given_name"],
            "family_name": row["family_name"],
            "date_of_birth": row["date_of_birth"].isoformat() if row["date_of_birth"] else None,
        }
        for row in rows_of(connection, _PUPILS, parameters)
    ]


_NAMES = f"""
select {SHOWN_ID.format(t="i")}::text, concat_ws(' ', i.given_name, i.family_name)
  from identity i
 where i.until_at = 'infinity' and {OF_SHOWN} and {FEW_SCOPED.format(t="i")}
"""


def names(connection: Connection, scope: Scope, pupils: Iterable[UUID]) -> dict[str, str]:
    """Names by id, of those pupils whom the scope sees."""
    parameters = {"pupils": list(pupils), **scoped(scope)}
    return dict(connection.execute(_NAMES, parameters).fetchall())


_PLACEMENTS = f"""
select p.key, {SHOWN_ID.format(t="p")} as pupil_id, {UPN} as upn, p.provider,
       p.commissioner, p.reason, p.starts_on, p.planned_ends_on, p.sessions_per_week,
       case when p.ended_on <= %(on)s then p.ended_on end as ended_on,
       case when p.ended_on <= %(on)s then p.end_reason end as end_reason
  from placement p {WHO.format(t="p")}
 where {HELD.format(t="p")} and {SCOPED.format(t="p")}
   and (%(provider)s::text is null or p.provider = %(provider)s)
   and (%(commissioner)s::text is null or p.commissioner = %(commissioner)s)
   and (%(pupil)s::uuid is null or p.pupil_id = %(pupil)s)
   and p.starts_on <= %(on)s
   and (not %(open)s or p.ended_on is null or p.ended_on >= %(on)s)
   and (%(after)s::uuid is null or p.key > %(after)s)
 order by p.key
 limit %(limit)s
"""


def placements(
    connection: Connection,
    scope: Scope,
    *,
    on: date,
    as_at: datetime | None = None,
    provider: str | None = None,
    commissioner: str | None = None,
    pupil: UUID | None = None,
    open_only: bool = False,
    after: UUID | None = None,
    limit: int = 50,
) -> Found:
    """Placements of pupils whom the scope sees, by id, as effective on a day.

    What started after it is not listed, what ended after it has not ended.
    """
    parameters = {
        "as_at": as_at, "provider": provider, "commissioner": commissioner, "pupil": pupil,
        "open": open_only, "on": on, "after": after, "limit": limit, **scoped(scope),
    }  # fmt: skip
    return [
        {
            "id": str(row["key"]),
            "pupil_id": str(row["pupil_id"]),
            "upn": row["upn"],
            "provider": row["provider"],
            "commissioner": row["commissioner"],
            "reason": row["reason"],
            "starts_on": row["starts_on"].isoformat(),
            "ends_on": row["planned_ends_on"].isoformat(),
            "ended_on": row["ended_on"].isoformat() if row["ended_on"] else None,
            "end_reason": row["end_reason"],
            "sessions_per_week": row["sessions_per_week"],
        }
        for row in rows_of(connection, _PLACEMENTS, parameters)
    ]
