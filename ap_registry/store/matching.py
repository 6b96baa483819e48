"""Pupils who may be one, and what people have decided about them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID, uuid4

from ap_registry.access import Caller
from ap_registry.likeness import Details
from ap_registry.store.database import Connection
from ap_registry.store.queries import FEW_SCOPED, SCOPED, Scope, scoped
from ap_registry.store.who import OF_SHOWN, SHOWN_ID


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A pupil on record: ``key`` is its own id, ``id`` the one shown."""

    key: UUID
    id: UUID
    upn: str | None
    details: Details
    schools: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided last of two pupils: ``same``, ``different`` or ``open``."""

    decision: str
    at: datetime
    actor: str
    organisation: str | None


_PEOPLE: LiteralString = f"""
select i.pupil_id, {SHOWN_ID.format(t="i")}, i.upn, i.given_name, i.family_name,
       i.date_of_birth, i.sex,
       array(select distinct r.school from roll r where r.pupil_id = i.pupil_id
                and r.until_at = 'infinity' and r.until_on is null order by 1)
  from identity i
 where i.until_at = 'infinity' and i.date_of_birth is not null and i.family_name is not null
   and {{of}} order by i.pupil_id
"""
_EVERYBODY, _OF_SHOWN, _OF_KEYS = (
    _PEOPLE.format(of=of)
    for of in (
        SCOPED.format(t="i"),
        f"{OF_SHOWN} and {FEW_SCOPED.format(t='i')}",
        f"i.pupil_id = any(%(keys)s) and {FEW_SCOPED.format(t='i')}",
    )
)
# A description is never written over: another is another row, from another instant.
_DESCRIBED: LiteralString = f"""
select concat_ws('/', count(*),
         sum(uuid_hash_extended(i.pupil_id, timestamp_hash(i.from_at at time zone 'UTC'))))
  from identity i
 where i.until_at = 'infinity' and i.date_of_birth is not null and i.family_name is not null
   and {SCOPED.format(t="i")}
"""


def described(connection: Connection, scope: Scope) -> str:
    """Another text once anybody whom the scope sees is another, or described otherwise."""
    row = connection.execute(_DESCRIBED, scoped(scope)).fetchone()
    assert row is not None
    return str(row[0])


def people(
    connection: Connection, scope: Scope, shown: Sequence[UUID] | None = None,
    *, keys: Iterable[UUID] | None = None,
) -> list[Person]:  # fmt: skip
    """Everybody with a name and a day of birth whom the scope sees, or those of these ids.

    ``shown``: ids by which they are shown, ``keys``: their own.
    """
    asked = _EVERYBODY if keys is None else _OF_KEYS
    parameters = {**scoped(scope), "keys": [] if keys is None else list(keys)}
    if shown is not None:
        asked, parameters = _OF_SHOWN, {**scoped(scope), "pupils": list(shown)}
    return [
        Person(
            key=key, id=id_, upn=upn, schools=tuple(schools),
            details=Details(given_name=given, family_name=family, date_of_birth=born, sex=sex),
        )
        for key, id_, upn, given, family, born, sex, schools in (
            connection.execute(asked, parameters)
        )
    ]  # fmt: skip


def ordered(one: UUID, other: UUID) -> tuple[UUID, UUID]:
    return (one, other) if one.bytes < other.bytes else (other, one)


_DECIDED: LiteralString = """
select distinct on (pupil_id, other) pupil_id, other, decision, at, actor, organisation
  from match_decision where other is not null
   and (%(keys)s::uuid[] is null or pupil_id = any(%(keys)s))
 order by pupil_id, other, written_at desc, id
"""


def decided(
    connection: Connection, pupils: Iterable[UUID] | None = None
) -> dict[tuple[UUID, UUID], Decision]:
    """What stands of each two pupils, the lower id first."""
    keys = None if pupils is None else list(pupils)
    return {
        (one, other): Decision(decision=decision, at=at, actor=actor, organisation=organisation)
        for one, other, decision, at, actor, organisation in connection.execute(
            _DECIDED, {"keys": keys}
        )
    }


_WRITE: LiteralString = (
    "insert into match_decision (id, at, actor, role, organisation, pupil_id, other, sent,"
    " decision) values (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
)


def decide(
    connection: Connection, caller: Caller, one: UUID, other: UUID, *, decision: str, at: datetime
) -> None:
    who = (caller.actor, caller.role, caller.organisation)
    connection.execute(_WRITE, (uuid4(), at, *who, *ordered(one, other), None, decision))


def remember_parted(connection: Connection, caller: Caller, event: UUID, *, at: datetime) -> None:
    """Whom this notice parted again were told apart: nobody is asked about them once more."""
    row = connection.execute(
        "select pupil_id, (data->>'other')::uuid from event where id = %s", (event,)
    ).fetchone()
    if row is not None:
        decide(connection, caller, *row, decision="different", at=at)


def decide_sent(
    connection: Connection, caller: Caller, pupil: UUID, sent: bytes, *, organisation: str | None,
    decision: str, at: datetime,
) -> None:  # fmt: skip
    """``organisation``: of whose notices it is decided."""
    who = (caller.actor, caller.role, organisation)
    connection.execute(_WRITE, (uuid4(), at, *who, pupil, None, sent, decision))


# Of an adopted pupil nothing links what was sent before to the pupil of now.
_SENT: LiteralString = """
select sent, organisation, shown, decision from (
  select distinct on (d.sent, d.organisation, i.pupil_id)
         d.sent, d.organisation, i.pupil_id as shown, d.decision, d.written_at
    from match_decision d
    left join merged m on m.other = d.pupil_id and m.until_at = 'infinity'
    join identity i on i.pupil_id = coalesce(m.pupil_id, d.pupil_id)
     and i.until_at = 'infinity' and i.shown_as is null
   where d.sent = any(%(sent)s)
   order by d.sent, d.organisation, i.pupil_id, d.written_at desc, d.id) last
 order by written_at
"""


def sent_before(
    connection: Connection, sent: Iterable[bytes]
) -> list[tuple[bytes, str | None, UUID, str]]:
    """What stands of what was sent: its digest, whose, the pupil, same, different or open."""
    rows = connection.execute(_SENT, {"sent": list(sent)}).fetchall()
    return [
        (bytes(digest), organisation, pupil, word) for digest, organisation, pupil, word in rows
    ]
