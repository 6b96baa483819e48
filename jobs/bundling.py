"""Plan what is due, and put what one recipient is to be told at one time into one message."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import LiteralString
from uuid import UUID, uuid4

import structlog

from ap_registry.calendar import london_today
from ap_registry.installation import Installation
from ap_registry.ladder import Desk, Step, always, desk, first_step, goes_at, held_until
from ap_registry.notice import World
from ap_registry.people import Person, addresses, duty_for
from ap_registry.store.database import Connection
from ap_registry.store.locks import BUNDLE_LOCK
from ap_registry.store.people import person_for, present_people
from jobs.faults import kind_and_place

AT_ONCE = 5_000
PANEL_CHAIR = "panel_chair"
log = structlog.get_logger()

DUE_NOW: LiteralString = """
select o.id, o.follow_up is null or f.key is not null, o.kind, o.step, o.urgent, o.to_organisation,
       f.opened_on, o.due_on, o.created_at
  from outbox o
  left join follow_up f on f.key = o.follow_up
   and f.until_at = 'infinity' and f.closed_on is null
   and f.due_on = o.due_on and f.owner = o.owner
 where o.message is null and o.sent_at is null and o.failed is null and o.lapsed_at is null
   and o.send_after <= %(now)s
 order by o.send_after, o.id
 limit %(limit)s
   for update of o skip locked
"""
_JOIN: LiteralString = """
select m.id from message m
 where m.sent_at is null and m.failed is null and m.lapsed_at is null and m.attempts = 0
   and m.to_organisation = %s and m.duty = %s
 limit 1 for update skip locked
"""


@dataclass(frozen=True, slots=True)
class Row:
    """What is to be told; ``owed`` False where that has ended meanwhile."""

    id: UUID
    owed: bool
    kind: str
    step: str
    urgent: bool
    to_organisation: str
    opened_on: date | None
    due_on: date
    created_at: datetime


@dataclass(slots=True)
class Plan:
    """What becomes of the rows of one round; ``failed`` with why they could not be planned."""

    lapsed: list[UUID] = field(default_factory=list)
    failed: list[tuple[UUID, str]] = field(default_factory=list)
    later: list[tuple[UUID, str, datetime]] = field(default_factory=list)
    going: dict[tuple[str, str], list[tuple[UUID, str]]] = field(
        default_factory=lambda: defaultdict(list)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Who is where, and when they are at work."""

    world: World
    people: dict[tuple[str, str], Person]
    now: datetime
    _desks: dict[str, Desk] = field(default_factory=dict)

    def desk(self, organisation: str) -> Desk:
        if organisation not in self._desks:
            self._desks[organisation] = desk(self.world, organisation)
        return self._desks[organisation]

    def addresses(self, organisation: str, duty: str) -> tuple[str, ...]:
        found = self.world.organisation(organisation)
        person = person_for(self.people, organisation, duty)
        return addresses(person, found.email if found else None)


def bundle(found: Installation, now: datetime) -> int:
    """Put everything that may go by now into messages; answer how many rows were looked at.

    One worker at a time, so that what one person is told of a morning is in one message.
    """
    looked = 0
    while True:
        with found.database.connection() as connection, connection.transaction():
            row = connection.execute(
                "select pg_try_advisory_xact_lock(%s)", (BUNDLE_LOCK,)
            ).fetchone()
            if row is None or not row[0]:
                return looked
            reach = reach_of(connection, found, now)
            rows = [
                Row(*r)
                for r in connection.execute(DUE_NOW, {"now": now, "limit": AT_ONCE}).fetchall()
            ]
            _write(connection, _planned(rows, reach), now)
        looked += len(rows)
        if len(rows) < AT_ONCE:
            return looked


def reach_of(connection: Connection, found: Installation, now: datetime) -> Reach:
    world = found.registry.worlds.fresh(connection)
    return Reach(world=world, people=present_people(connection), now=now)


def _planned(rows: list[Row], reach: Reach) -> Plan:
    plan = Plan()
    duties: dict[tuple[str, str], str] = {}
    for row in rows:
        try:
            _place(plan, row, duties, reach=reach)
        except Exception as error:  # what cannot be planned holds up nothing else
            plan.failed.append((row.id, kind_and_place(error)))
            log.error("row_failed", row=str(row.id), error=plan.failed[-1][1])
    return plan


def _place(plan: Plan, row: Row, duties: dict[tuple[str, str], str], *, reach: Reach) -> None:
    if not row.owed:
        plan.lapsed.append(row.id)
        return
    step = _first(row, reach) if row.step == "open" else None
    name = step.name if step else row.step
    to = reach.desk(row.to_organisation)
    goes = goes_at(step, to) if step else None
    if goes is None or goes <= reach.now:
        goes = held_until(reach.now, always(to) if row.urgent else to)
    if goes is not None:
        plan.later.append((row.id, name, goes))
        return
    duty = PANEL_CHAIR if name == "panel" else duty_for(row.kind)
    key = row.to_organisation, duty
    if key not in duties:
        duties[key] = _same_person(key, plan, reach)
    plan.going[row.to_organisation, duties[key]].append((row.id, name))


def _first(row: Row, reach: Reach) -> Step:
    assert row.opened_on is not None
    made_on = london_today(row.created_at)
    to = reach.desk(row.to_organisation)
    return first_step(row.opened_on, row.due_on, made_on=made_on, to=to)


def _same_person(key: tuple[str, str], plan: Plan, reach: Reach) -> str:
    """The duty by which this person is already told something; else this duty."""
    organisation, duty = key
    mine = reach.addresses(organisation, duty)[:1]
    for other, known in plan.going:
        if other == organisation and reach.addresses(other, known)[:1] == mine:
            return known
    return duty


def _write(connection: Connection, plan: Plan, now: datetime) -> None:
    if plan.lapsed:
        connection.execute(
            "update outbox set lapsed_at = %s where id = any(%s)", (now, plan.lapsed)
        )
    for row_id, why in plan.failed:
        connection.execute("update outbox set failed = %s where id = %s", (why, row_id))
    if plan.later:
        ids, names, instants = (list(column) for column in zip(*plan.later, strict=True))
        connection.execute(
            "update outbox o set step = r.step, send_after = r.send_after"
            "  from unnest(%s::uuid[], %s::text[], %s::timestamptz[]) as r(id, step, send_after)"
            " where o.id = r.id",
            (ids, names, instants),
        )
    for (organisation, duty), told in plan.going.items():
        message = _message(connection, organisation, duty, now)
        by_step: dict[str, list[UUID]] = defaultdict(list)
        for row_id, name in told:
            by_step[name].append(row_id)
        for name, ids in by_step.items():
            connection.execute(
                "update outbox set step = %s, message = %s where id = any(%s)", (name, message, ids)
            )


def _message(connection: Connection, organisation: str, duty: str, now: datetime) -> UUID:
    """One that nobody has begun to send, else a new one."""
    row = connection.execute(_JOIN, (organisation, duty)).fetchone()
    if row is not None:
        joined: UUID = row[0]
        return joined
    made = uuid4()
    connection.execute(
        "insert into message (id, to_organisation, duty, created_at) values (%s, %s, %s, %s)",
        (made, organisation, duty, now),
    )
    return made
