"""Pupils as a report's caller may read them: as known by an instant, as they stood on a day."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, LiteralString
from uuid import UUID

from ap_registry import access, attendance
from ap_registry.access import Caller
from ap_registry.calendar import london_today
from ap_registry.errors import Problem, Refused
from ap_registry.follow_ups import status_on
from ap_registry.history import History, Picture, history, picture
from ap_registry.instants import instant
from ap_registry.notice import Entry, FollowUp, World
from ap_registry.pupil import Pupil
from ap_registry.reading import recorded_as_known_now
from ap_registry.registry import Registry
from ap_registry.store import ledger, log
from ap_registry.store.database import Connection
from ap_registry.store.readers import lifted
from ap_registry.store.worlds import world_as_at
from ap_registry.views import limited
from reports.abandoning import go_on
from reports.kind import Asked
from reports.scope import HELD

_SEEN: LiteralString = """
select i.pupil_id, coalesce(i.shown_as, i.pupil_id), i.upn, i.restricted
  from identity i where i.pupil_id = any(%(pupils)s) and i.until_at = 'infinity'
   and not exists (select from erased x where x.pupil_id = i.pupil_id)
"""
_BY_WHOM: LiteralString = """
select pupil_id, organisation, from_on, until_on from visibility
 where pupil_id = any(%(pupils)s) and organisation = any(%(organisations)s)
   and until_at = 'infinity'
"""
_WEEKS: LiteralString = f"""
select pupil_id, organisation, week, marks from attendance_week
 where pupil_id = any(%(pupils)s) and {HELD} order by pupil_id, organisation, week
"""
_OWED: LiteralString = f"""
select pupil_id, kind, owner, opened_on, due_on, opened_by, rule, closed_on, outcome
  from follow_up where pupil_id = any(%(pupils)s) and {HELD} order by pupil_id, due_on, key
"""
_NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """One reading of the registry: at an instant, for a caller; ``present``: as it is now."""

    connection: Connection
    caller: Caller
    at: datetime
    today: date
    world: World
    present: World
    ledger: tuple[int, str]

    @property
    def head(self) -> dict[str, Any]:
        return {"size": self.ledger[0], "root": self.ledger[1]}

    @property
    def known_by(self) -> str:
        return instant(self.at)

    @property
    def said_on(self) -> date:
        """The day of the instant by which all is known."""
        return london_today(self.at)

    def asked(self, asked: Asked, option: str) -> str:
        """The id of the organisation that is asked about, also by LAESTAB; Refused if unknown."""
        found = self.present.organisation(asked[option])
        if found is None:
            words = f"{option} must be an organisation on record: its URN, LAESTAB or id"
            raise Refused((Problem(f"/{option}", "unknown_organisation", words),))
        return found.id

    def name(self, organisation: str | None) -> str:
        found = self.world.organisation(organisation) if organisation else None
        return found.name if found else organisation or ""


@contextmanager
def sitting(registry: Registry, caller: Caller, known_by: datetime | None) -> Iterator[Sitting]:
    with registry.database.connection() as connection:
        at = registry.closed(connection, known_by)
        present = registry.worlds.fresh(connection)
    with lifted(), registry.database.connection() as connection:  # the order is of all pupils
        ledger_then = log.ledger_at(connection, at)
    with registry.database.snapshot() as connection:
        yield Sitting(
            connection=connection, caller=caller, at=at, today=registry.today(),
            world=world_as_at(connection, at), present=present,
            ledger=ledger_then,
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Known:
    """``id``: the one that is shown; ``key``: the one in derived rows; ``day``: as asked, or the
    last that the caller may know of.

    ``weeks``: registers, one byte a mark; ``owed``: what is owed and was, by due day.
    """

    id: UUID
    key: UUID
    upn: str | None
    restricted: bool
    day: date
    picture: Picture
    world: World
    weeks: Sequence[attendance.Week] = ()
    owed: Sequence[FollowUp] = field(default_factory=tuple)

    @property
    def pupil(self) -> Pupil:
        return self.picture.pupil

    @cached_property
    def entries(self) -> Mapping[UUID, Entry[Any]]:
        """What stands, in effective order."""
        return {entry.id: entry for entry in self.picture.history.entries()}

    @property
    def name(self) -> str:
        """Family name first, as lists are sorted; nothing where it has been erased."""
        parts = (self.text("family_name"), self.text("given_name"))
        return ", ".join(part for part in parts if part)

    def text(self, detail: str, on: date | None = None) -> str:
        """A detail as it stood on a day (default: ``day``); empty where none is known."""
        value = self.pupil.detail(detail, on or self.day)
        return "" if value is None else str(value)

    def marks(self, first: date, last: date) -> list[attendance.Mark]:
        """One mark a session from all registers, both days included."""
        return [mark for mark in self._standing if first <= mark.on <= min(last, self.day)]

    @cached_property
    def _standing(self) -> Sequence[attendance.Mark]:
        placed = [p for p in self.pupil.placements if _is_ap(self.world, p.provider)]
        found, _clashes = attendance.effective(
            self.weeks, lambda name, on: any(p.provider == name and p.holds(on) for p in placed)
        )
        return found

    def still_owed(self, kind: str, opened_by: UUID | None = None) -> FollowUp | None:
        """The first of a kind that is open or overdue on the day."""
        return next(
            (
                one for one in self.owed
                if one.kind == kind and opened_by in {None, one.opened_by}
                and one.opened_on <= self.day
                and status_on(one.closed_on, one.outcome, one.due_on, self.day)
                in {"open", "overdue"}
            ),
            None,
        )  # fmt: skip


def _is_ap(world: World, organisation: str) -> bool:
    found = world.organisation(organisation)
    return found is not None and found.is_ap_provider


def read_pupils(
    sitting: Sitting, pupils: Collection[UUID], *, on: date, school: str | None = None
) -> list[Known]:
    """Those whom the caller sees, by name; one that it saw once as on its last day there.

    ``school``: whose report it is: where it asks itself, the leave that ended its sight is in it.
    """
    own = school if school in sitting.caller.organisations else None
    seen = dict(_seen(sitting, pupils))
    if not seen:
        return []
    stored = ledger.load(sitting.connection, ids=list(seen), as_at=sitting.at).pupils
    ids = {other: one.pupil_id for one in stored for other in (one.pupil_id, *one.others)}
    weeks, owed = _weeks(sitting, ids), _owed(sitting, ids)
    found = []
    for one in stored:
        go_on()
        if not one.recorded or one.pupil_id not in seen:
            continue
        shown_id, upn, restricted, until_on = seen[one.pupil_id]
        day = min(on, until_on) if until_on else on
        recorded = (
            recorded_as_known_now(sitting.connection, one)
            if shown_id != one.pupil_id
            else one.recorded
        )
        past = _limited(history(recorded), day, on, school=own)
        found.append(
            Known(
                id=shown_id, key=one.pupil_id, upn=upn, restricted=restricted, day=day,
                picture=picture(past, sitting.world, upn=one.upn), world=sitting.world,
                weeks=weeks.get(one.pupil_id, ()), owed=owed.get(one.pupil_id, ()),
            )
        )  # fmt: skip
    return sorted(found, key=lambda known: (known.name.lower(), known.id.bytes))


def _limited(past: History, day: date, on: date, *, school: str | None) -> History:
    """To what had occurred by the last day that is seen, and the leaves of ``school`` after it."""
    leaves = {
        standing.entry.id for standing in past.standing
        if standing.entry.type == "left_roll" and day < standing.entry.occurred_on <= on
        and standing.entry.facts.school == school
    }  # fmt: skip
    seen = {event.id for event in limited(past, day).recorded} | leaves
    return history(event for event in past.recorded if event.id in seen)


def _seen(
    sitting: Sitting, pupils: Collection[UUID]
) -> Iterator[tuple[UUID, tuple[UUID, str | None, bool, date | None]]]:
    caller = sitting.caller
    parameters = {"pupils": sorted(pupils), "organisations": list(caller.sees_for)}
    by_whom: dict[UUID, list[tuple[str, date | None, date | None]]] = {}
    for pupil, *row in sitting.connection.execute(_BY_WHOM, parameters):
        by_whom.setdefault(pupil, []).append((row[0], row[1], row[2]))
    for pupil, *who in sitting.connection.execute(_SEEN, parameters):
        sight = access.sight(caller, by_whom.get(pupil, ()), sitting.today)
        if sight.visible:
            yield pupil, (who[0], who[1], who[2], sight.until_on)


def _weeks(sitting: Sitting, ids: Mapping[UUID, UUID]) -> Mapping[UUID, Sequence[attendance.Week]]:
    """By whom it is shown as; the records of a merged pupil together."""
    records: dict[UUID, dict[UUID, list[attendance.Week]]] = {}
    parameters = {"pupils": list(ids), "at": sitting.at}
    for pupil, organisation, week, marks in sitting.connection.execute(_WEEKS, parameters):
        of_pupil = records.setdefault(ids[pupil], {ids[pupil]: []})
        of_pupil.setdefault(pupil, []).append(attendance.Week(organisation, week, marks, _NOBODY))
    return {pupil: attendance.together(found.values()) for pupil, found in records.items()}


def _owed(sitting: Sitting, ids: Mapping[UUID, UUID]) -> Mapping[UUID, Sequence[FollowUp]]:
    found: dict[UUID, list[FollowUp]] = {}
    parameters = {"pupils": list(ids), "at": sitting.at}
    for row in sitting.connection.execute(_OWED, parameters):
        pupil, kind, owner, opened_on, due_on, opened_by, rule, closed_on, outcome = row
        found.setdefault(ids[pupil], []).append(
            FollowUp(
                kind=kind, owner=owner, opened_on=opened_on, due_on=due_on, opened_by=opened_by,
                rule=rule, closed_on=closed_on, outcome=outcome,
            )
        )  # fmt: skip
    return found
