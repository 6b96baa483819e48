"""Which pupils were shown to whom: noted before they are shown, and asked for by auditors."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID, uuid4

from ap_registry.access import Caller
from ap_registry.store.database import Connection

FORGET_READS: LiteralString = """
create or replace function forget_reads(p_before timestamptz) returns bigint
language plpgsql security definer set search_path = public, pg_temp as $$
declare v_rows bigint;
begin
  if p_before > clock_timestamp() - interval '1 year' then
    raise exception 'reads of the last year are kept' using errcode = 'insufficient_privilege';
  end if;
  delete from pupil_read where at < p_before;
  get diagnostics v_rows = row_count;
  return v_rows;
end $$
"""
Mark = tuple[datetime, UUID]  # the last of a page
LONGEST = 200
_NOTE: LiteralString = (
    "insert into pupil_read (id, at, actor, role, organisation, what, pupils)"
    " values (%s, %s, %s, %s, %s, %s, %s)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """Who was shown pupils, by the ids they have now; ``name``: of a person who signs in.

    ``number`` of pupils: more than ``pupils`` where it was not asked who each is.
    """

    id: UUID
    at: datetime
    actor: str
    name: str | None
    role: str
    organisation: str | None
    what: str
    pupils: tuple[UUID, ...]
    number: int


def note(
    connection: Connection, caller: Caller, *, what: str, pupils: Iterable[UUID | str | None],
    at: datetime,
) -> None:  # fmt: skip
    """One row for one answer, whatever the number of pupils in it; none where it shows nobody."""
    shown = sorted({UUID(str(pupil)) for pupil in pupils if pupil})
    if shown:
        values = (uuid4(), at, caller.actor, caller.role, caller.organisation, what[:LONGEST])
        connection.execute(_NOTE, (*values, shown))


_READS: LiteralString = """
select r.id, r.at, r.actor, a.name, r.role, r.organisation, r.what,
       case when %(each)s or cardinality(r.pupils) = 1 then
         array(select coalesce(i.shown_as, pupil) from unnest(r.pupils) as pupil
                 left join identity i on i.pupil_id = pupil and i.until_at = 'infinity' order by 1)
       else '{}' end, cardinality(r.pupils)
  from pupil_read r
  left join account a on r.actor = 'account:' || a.id
 where (%(everything)s or r.organisation = any(%(organisations)s))
   and (%(pupils)s::uuid[] is null or r.pupils && %(pupils)s::uuid[])
   and (%(actor)s::text is null or r.actor = %(actor)s)
   and (%(who)s::text is null or r.actor = %(who)s or a.name ilike %(like)s)
   and (%(organisation)s::text is null or r.organisation = %(organisation)s)
   and (%(from_at)s::timestamptz is null or r.at >= %(from_at)s)
   and (%(to_at)s::timestamptz is null or r.at <= %(to_at)s)
   and (%(before_at)s::timestamptz is null
        or (r.at, r.id) < (%(before_at)s::timestamptz, %(before_id)s::uuid))
 order by r.at desc, r.id desc
 limit %(limit)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which reads: all that is None is not asked for; ``pupils`` by their own ids.

    ``who``: an actor, or a part of the name of a person who signs in.
    """

    pupils: tuple[UUID, ...] | None = None
    actor: str | None = None
    who: str | None = None
    organisation: str | None = None
    from_at: datetime | None = None
    to_at: datetime | None = None

    def bound(self, before: Mark | None) -> dict[str, Any]:
        """As parameters of a question; ``before``: of the page after that which ends there."""
        return {
            "pupils": list(self.pupils) if self.pupils is not None else None,
            "actor": self.actor, "who": self.who, "like": f"%{_literal(self.who or '')}%",
            "organisation": self.organisation, "from_at": self.from_at, "to_at": self.to_at,
            "before_at": before[0] if before else None, "before_id": before[1] if before else None,
        }  # fmt: skip


ALL = Asked()


def reads(
    connection: Connection, asked: Asked, *, organisations: Sequence[str] = (),
    everything: bool = False, before: Mark | None = None, limit: int = 50, each: bool = True,
) -> list[Read]:  # fmt: skip
    """The latest first; by whoever acted for these organisations.

    ``each``: who each pupil is, by the id it has now; else only where it is one alone.
    """
    parameters = {
        **asked.bound(before), "everything": everything, "organisations": list(organisations),
        "limit": limit, "each": each,
    }  # fmt: skip
    return [
        Read(id=id_, at=at, actor=actor, name=name, role=role, organisation=organisation,
             what=what, pupils=tuple(pupils), number=number)
        for id_, at, actor, name, role, organisation, what, pupils, number in connection.execute(
            _READS, parameters
        )
    ]  # fmt: skip


def _literal(text: str) -> str:
    """As it stands in a pattern, whatever signs it has."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def forget(connection: Connection, before: datetime) -> int:
    """Delete what is older; the database refuses to where that is less than a year ago."""
    row = connection.execute("select forget_reads(%s)", (before,)).fetchone()
    assert row is not None
    return int(row[0])
