"""Organisations and calendars: stream 2 of the ledger, and the rows that follow from it."""

import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, LiteralString
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from ap_registry.calendar import Calendars, TermBlock
from ap_registry.organisations import Organisation
from ap_registry.store import codec, digest
from ap_registry.store.database import Connection
from ap_registry.store.locks import WORLD_LOCK

REFERENCE = 2
NAMESPACE = uuid5(NAMESPACE_URL, "ap-registry/organisation")
HELD = (
    "case when %(at)s::timestamptz is null then until_at = 'infinity'"
    " else from_at <= %(at)s and until_at > %(at)s end"
)
_NAMED = "(%(names)s::text[] is null or {name} = any(%(names)s))"
Names = Collection[str] | None  # None: all
COLUMNS = (
    "id", "kind", "name", "la", "las", "trust", "ukprn", "laestab", "type_code", "setting_type",
    "subcontractor_of", "opened_on", "closed_on", "email", "predecessors",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One event of reference data to be recorded for an organisation."""

    organisation: str
    alias: str
    data: Mapping[str, Any]
    private: Mapping[str, Any] | None = None  # names and addresses: may be deleted


def append(
    connection: Connection, facts: Sequence[Fact], *, by: str, actor: str, on: date,
    clock: datetime | None,
) -> datetime:  # fmt: skip
    """Record facts as events; inside the caller's transaction. Answer the instant."""
    streams = [uuid5(NAMESPACE, fact.organisation) for fact in facts]
    versions: dict[UUID, int] = dict(
        connection.execute(
            "select pupil_id, max(version) from event where stream = %s and pupil_id = any(%s)"
            " group by pupil_id",
            (REFERENCE, list(set(streams))),
        ).fetchall()
    )
    columns: list[list[Any]] = [[] for _ in range(15)]
    for stream, fact in zip(streams, facts, strict=True):
        version = versions[stream] = versions.get(stream, 0) + 1
        event_id, data = uuid4(), codec.encode({"organisation": fact.organisation, **fact.data})
        private, salt, hidden = _private_part(fact)
        prefix = digest.prefix(
            pupil_id=stream, stream=REFERENCE, version=version, event_id=event_id,
            alias=fact.alias, occurred_on=on, by=by, actor=actor, ref_hash=None,
            content_hash=None, birth_year=None, data=data, private_digest=hidden,
        )  # fmt: skip
        values = (stream, REFERENCE, version, event_id, fact.alias, on, by, None, None, None,
                  data.decode(), private, salt, hidden, prefix)  # fmt: skip
        for column, value in zip(columns, values, strict=True):
            column.append(value)
    row = connection.execute(
        "select record_events(%s::uuid[], %s::smallint[], %s::int[], %s::uuid[], %s::text[],"
        " %s::date[], %s::text[], %s, %s::bytea[], %s::bytea[], %s::smallint[], %s::text[],"
        " %s::text[], %s::bytea[], %s::bytea[], %s::bytea[], null, %s::timestamptz,"
        " '{}', '{}', '{}', null)",
        (*columns[:7], actor, *columns[7:], clock),
    ).fetchone()
    assert row is not None
    instant: datetime = row[0]
    return instant


def _private_part(fact: Fact) -> tuple[str | None, bytes | None, bytes | None]:
    """The text, its salt and its digest."""
    if fact.private is None:
        return None, None, None
    text, salt = codec.encode(fact.private), secrets.token_bytes(16)
    return text.decode(), salt, digest.private_digest(salt, text)


def write_organisations(
    connection: Connection, found: Sequence[Organisation], *, by: str, actor: str, on: date,
    clock: datetime | None,
) -> None:  # fmt: skip
    """Record organisations as they now are and make them the present rows."""
    facts = [
        Fact(organisation=o.id, alias="organisation_recorded.v1", data=_data(o)) for o in found
    ]
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(%s)", (WORLD_LOCK,))
        at = append(connection, facts, by=by, actor=actor, on=on, clock=clock)
        close(connection, "organisation", "id = any(%(names)s)", at, [o.id for o in found])
        with (
            connection.cursor() as cursor,
            cursor.copy(
                f"copy organisation ({', '.join(COLUMNS)}, from_at, until_at) from stdin"
            ) as copy,
        ):
            for one in found:
                row = [getattr(one, name) for name in COLUMNS]
                copy.write_row(
                    [list(v) if isinstance(v, tuple) else v for v in row] + [at, "infinity"]
                )
        leave_behind(connection, _concerned(found), BEHIND_ORGANISATION)
        bump(connection, "organisation_version")


def _concerned(found: Iterable[Organisation]) -> list[str]:
    """These, and the LAs for which they speak on health."""
    names = []
    for one in found:
        health = (*one.las, one.la) if one.kind == "health" else ()
        names += [one.id, *(f"LA{la}" for la in health if la)]
    return names


def _data(found: Organisation) -> dict[str, Any]:
    values = {name: getattr(found, name) for name in COLUMNS if name != "id"}
    return {k: v for k, v in values.items() if v not in (None, ())}


def close(
    connection: Connection, table: str, where: str, at: datetime, names: Sequence[Any]
) -> None:
    """End present rows; one that began at the same instant is replaced, not left empty."""
    parameters = {"at": at, "names": list(names)}
    present = f"{where} and until_at = 'infinity'"
    connection.execute(f"delete from {table} where {present} and from_at >= %(at)s", parameters)
    connection.execute(f"update {table} set until_at = %(at)s where {present}", parameters)


def write_terms(
    connection: Connection, terms: Mapping[str, Sequence[TermBlock]], *, by: str, actor: str,
    on: date, clock: datetime | None,
) -> None:  # fmt: skip
    """Make these the blocks of each organisation, all years."""
    facts = [
        Fact(
            organisation=name,
            alias="terms_recorded.v1",
            data={"blocks": [[b.starts_on, b.ends_on] for b in blocks]},
        )
        for name, blocks in terms.items()
    ]
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(%s)", (WORLD_LOCK,))
        at = append(connection, facts, by=by, actor=actor, on=on, clock=clock)
        close(connection, "term_block", "organisation = any(%(names)s)", at, list(terms))
        for name, blocks in terms.items():
            for block in blocks:
                connection.execute(
                    "insert into term_block values (%s, %s, %s, 'infinity', %s)",
                    (name, block.starts_on, at, block.ends_on),
                )
        leave_behind(connection, list(terms), BEHIND_CALENDAR)
        bump(connection, "calendar_version")


def write_closures(
    connection: Connection, closures: Sequence[tuple[str, date, str | None]], *, by: str,
    actor: str, on: date, clock: datetime | None,
) -> None:  # fmt: skip
    """Add closures; one without a reason is taken back."""
    facts = [
        Fact(
            organisation=name,
            alias="closure_recorded.v1",
            data={"date": day, "reason": reason, "removed": reason is None},
        )
        for name, day, reason in closures
    ]
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(%s)", (WORLD_LOCK,))
        at = append(connection, facts, by=by, actor=actor, on=on, clock=clock)
        for name, day, reason in closures:
            where = (
                "organisation = (%(names)s::text[])[1] and closed_on = (%(names)s::text[])[2]::date"
            )
            close(connection, "closure", where, at, [name, day.isoformat()])
            if reason is not None:
                connection.execute(
                    "insert into closure values (%s, %s, %s, 'infinity', %s)",
                    (name, day, at, reason),
                )
        leave_behind(connection, [name for name, _day, _reason in closures], BEHIND_CALENDAR)
        bump(connection, "calendar_version")


# Whose rows may follow from a calendar or from what an organisation is: who may see a pupil says
# whom the pupil's record names. An LA stands for the organisations in it, ENG for all.
_SAID_OF: LiteralString = """
with given as (select unnest(%(names)s::text[]) as id),
named as (
  select id from given
  union select o.id from given g join organisation o on o.until_at = 'infinity'
         and 'LA' || o.la = g.id
  union select o.id from organisation o
         where o.until_at = 'infinity' and exists (select from given where id = 'ENG')),
affected as (
  select v.pupil_id from visibility v join named n on n.id = v.organisation
   where v.until_at = 'infinity'
  union select f.pupil_id from follow_up f join named n on n.id in (f.calendar, f.owner)
         where f.until_at = 'infinity' and f.origin <> 'list'
           and not exists (select from erased x where x.pupil_id = f.pupil_id))
"""
BEHIND_ORGANISATION: LiteralString = (
    _SAID_OF + "insert into behind select pupil_id from affected on conflict do nothing"
)
BEHIND_CALENDAR: LiteralString = (
    _SAID_OF
    + """
insert into behind select a.pupil_id from affected a
 where exists (select from follow_up f where f.pupil_id = a.pupil_id and f.until_at = 'infinity')
    or exists (select from exclusion e where e.pupil_id = a.pupil_id and e.until_at = 'infinity')
    on conflict do nothing
"""
)


def leave_behind(connection: Connection, names: Sequence[str], query: LiteralString) -> None:
    """Note the pupils who are to be brought in line with what has changed of these names."""
    connection.execute(query, {"names": list(dict.fromkeys(names))})


def bump(connection: Connection, name: str) -> None:
    connection.execute(
        "update setting set value = (value::bigint + 1)::text where name = %s", (name,)
    )


def all_organisations(
    connection: Connection, as_at: datetime | None = None, names: Names = None
) -> Iterator[Organisation]:
    """Every organisation, or those named, as at an instant (default: now)."""
    cursor = connection.cursor(binary=True)
    cursor.execute(
        f"select {', '.join(COLUMNS)} from organisation"
        f" where {HELD} and {_NAMED.format(name='id')} order by id",
        _asked(as_at, names),
    )
    for row in cursor:
        values = dict(zip(COLUMNS, row, strict=True))
        for name in ("las", "predecessors"):
            values[name] = tuple(values[name] or ())
        yield Organisation(**values)


def _asked(as_at: datetime | None, names: Names) -> dict[str, Any]:
    return {"at": as_at, "names": None if names is None else list(names)}


def terms(
    connection: Connection, as_at: datetime | None = None, names: Names = None
) -> dict[str, list[TermBlock]]:
    found: dict[str, list[TermBlock]] = {}
    for name, starts_on, ends_on in connection.execute(
        f"select organisation, starts_on, ends_on from term_block"
        f" where {HELD} and {_NAMED.format(name='organisation')}"
        " order by organisation, starts_on",
        _asked(as_at, names),
    ).fetchall():
        found.setdefault(name, []).append(TermBlock(starts_on, ends_on))
    return found


def closures(
    connection: Connection, as_at: datetime | None = None, names: Names = None
) -> dict[str, dict[date, str]]:
    found: dict[str, dict[date, str]] = {}
    for name, day, reason in connection.execute(
        f"select organisation, closed_on, reason from closure"
        f" where {HELD} and {_NAMED.format(name='organisation')}"
        " order by organisation, closed_on",
        _asked(as_at, names),
    ).fetchall():
        found.setdefault(name, {})[day] = reason
    return found


def load_calendars(
    connection: Connection,
    *,
    as_at: datetime | None = None,
    organisations: Iterable[Organisation] | None = None,
    names: Names = None,
) -> Calendars:
    """All calendars, or those of the organisations named, as at an instant (default: now)."""
    found = organisations if organisations is not None else all_organisations(connection, as_at)
    row = connection.execute("select value from setting where name = 'calendar_version'").fetchone()
    return Calendars(
        terms={name: tuple(blocks) for name, blocks in terms(connection, as_at, names).items()},
        closures=closures(connection, as_at, names),
        la_of={o.id: f"LA{o.la}" for o in found if o.la and o.kind != "la"},
        version=int(row[0]) if row else 0,
    )
