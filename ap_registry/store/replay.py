"""One pupil's derived rows, come to from the events alone: the same as those written inline."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from ap_registry import follow_ups
from ap_registry.attendance import Week, together
from ap_registry.attendance_owed import Done, MarkAt, Placed, Returned, Version
from ap_registry.calendar import london_today
from ap_registry.codes import NO_MARK
from ap_registry.errors import LedgerDamaged
from ap_registry.history import EMPTY_HISTORY, Picture, Recorded, history, picture
from ap_registry.notice import World
from ap_registry.store import in_line, list_confirmations, projections, registration_watch
from ap_registry.store.marked import FLAGS, Marked, judge
from ap_registry.store.projections import Row, Rows
from ap_registry.store.recompute import standing_follow_ups

NO_EVENT = UUID(int=0)
NAMING = ("identity", "visibility")  # tables that say who a pupil is, and to whom
NEEDS_PROVISION = frozenset({"medical", "section_19", "no_school_place"})
Stood = tuple[UUID, datetime, datetime | None, Row]


@dataclass(slots=True)
class Table:
    """Rows of one table: ``held`` by key since when; ``stood``: key, from, until and row."""

    held: dict[UUID, tuple[datetime, Row]] = field(default_factory=dict)
    stood: list[Stood] = field(default_factory=list)

    def close(self, key: UUID, at: datetime) -> None:
        """As the database does: what began at this instant never was."""
        found = self.held.pop(key, None)
        if found is not None and found[0] < at:
            self.stood.append((key, found[0], at, found[1]))

    def open(self, key: UUID, at: datetime, row: Row) -> None:
        """What ended at this instant and comes back as it was has not ended."""
        for place in range(len(self.stood) - 1, -1, -1):
            was_key, since, until, before = self.stood[place]
            if was_key == key and until == at and before == row:
                del self.stood[place]
                at = since
                break
        self.held[key] = (at, row)

    def all(self) -> Iterator[Stood]:
        yield from self.stood
        yield from ((key, since, None, row) for key, (since, row) in self.held.items())


@dataclass(slots=True)
class Kept:
    """A version of a week: from when, which marks, and the event that recorded it."""

    from_at: datetime
    marks: str
    event: UUID


class Replay:
    """Takes a pupil's events in the one order, each with the world of its moment."""

    def __init__(self, pupil_id: UUID) -> None:
        self.pupil_id = pupil_id
        self.tables: dict[str, Table] = {}
        self.weeks: dict[tuple[str, date], list[Kept]] = {}
        self.events = 0
        self.beside: list[Replay] = []  # merged into this one, by id
        self._past = EMPTY_HISTORY
        self.upn: str | None = None
        self._picture: Picture | None = None
        self._rows: Rows = {}
        self._world: World | None = None

    def movement(self, event: Recorded, upn: str | None, at: datetime, world: World) -> None:
        """As workspace.py writes it, event by event."""
        before = self.standing(world)
        rows = self._rows if before is not None else {}
        held = before.follow_ups if before is not None else {}
        self._past = self._past.plus(event)
        self.upn = upn or self.upn
        self._picture = now = picture(self._past, world, upn=self.upn, earlier=before)
        self._rows = after = projections.rows(now, world, self.pupil_id)
        gone = follow_ups.changes(held, now.follow_ups, event.id, event.occurred_on).lapsed
        lapsed = {(one.kind, one.opened_by): one for one in gone}
        closing, opening = projections.difference(rows, after)
        owed = projections.follow_ups_changed(held, lapsed, now.follow_ups)
        self.write(at, {**closing, **{t: list(found) for t, found in owed.items()}},
                    {**opening, **owed})  # fmt: skip

    def begin(self, record: Sequence[Recorded], upn: str | None, world: World) -> Picture | None:
        """Go on from another record: of a pupil merged into this one, or parted from it."""
        self._past, self.upn, self._world = history(record), upn or self.upn, world
        self._picture = picture(self._past, world, upn=self.upn) if record else None
        self._rows = {}
        if self._picture is not None:
            self._rows = projections.rows(self._picture, world, self.pupil_id)
        return self._picture

    def held_by_movements(self) -> Rows:
        return {name: rows for name in self.tables if (rows := self._held(name))}

    def held_by_marks(self) -> dict[str, list[UUID]]:
        """Keys of present rows that follow from registers, by table."""
        return {
            name: [key for key in self.tables[name].held if key not in self._held(name)]
            for name in ("follow_up", "flag")
            if name in self.tables
        }

    def registers(self, event: UUID, organisation: str, weeks: Mapping[str, str],
                  at: datetime) -> None:  # fmt: skip
        for monday, marks in weeks.items():
            versions = self.weeks.setdefault((organisation, date.fromisoformat(monday)), [])
            if versions and versions[-1].from_at >= at:
                versions.pop()
            versions.append(Kept(at, marks, event))

    def brought_in_line(self, said: Mapping[str, str], at: datetime, world: World) -> None:
        """As in_line.py has recorded that it was done for this pupil."""
        if said["what"] == in_line.MOVEMENTS:
            self._movements_in_line(at, world)
        elif said["what"] == list_confirmations.WHAT:
            row = list_confirmations.row_of(said)
            self.write(at, {"follow_up": [row["key"]]},
                        {"follow_up": {row["key"]: _without_names(row)}})  # fmt: skip
        elif said["what"] == registration_watch.WHAT:
            row = registration_watch.row_of(
                world, self.pupil_id, provider=said["provider"],
                placement=UUID(said["placement"]), on=london_today(at),
            )  # fmt: skip
            self.write(at, {"follow_up": [row["key"]]},
                        {"follow_up": {row["key"]: _without_names(row)}})  # fmt: skip
        else:
            self._marks_in_line(at, world)

    def erased(self, event: UUID, at: datetime) -> None:
        """Who the pupil was and who might see it is gone for all time; what was owed has lapsed."""
        for name in NAMING:
            self.tables.pop(name, None)
        held = self.tables.get("follow_up", Table()).held
        ends = {"closed_on": london_today(at), "closed_by": event, "outcome": "lapsed"}
        lapsed: dict[UUID, Row] = {
            key: {**row, **ends} for key, (_s, row) in held.items() if row["closed_on"] is None
        }
        self.write(at, {"follow_up": list(lapsed)}, {"follow_up": lapsed})

    def standing(self, world: World) -> Picture | None:
        """The picture before an event, by the world of the event."""
        if self._picture is not None and (
            self._world is None or self._world.version != world.version
        ):
            self._picture = picture(self._past, world, upn=self.upn)
            self._rows = projections.rows(self._picture, world, self.pupil_id)
        self._world = world
        return self._picture

    def _movements_in_line(self, at: datetime, world: World) -> None:
        now = self.standing(world)
        if now is None:
            return
        held = projections.plain(self.held_by_movements())
        wanted = dict(self._rows)
        wanted["follow_up"] = standing_follow_ups(
            self._held("follow_up"), now.follow_ups, london_today(at)
        )
        closing, differing = projections.difference(held, projections.plain(wanted))
        opening = {
            table: {key: wanted[table][key] for key in rows} for table, rows in differing.items()
        }
        self.write(at, closing, opening)

    def _held(self, table: str) -> dict[UUID, Row]:
        """Present rows that follow from movements."""
        return {
            key: row
            for key, (_since, row) in self.tables.get(table, Table()).held.items()
            if row.get("origin") != "attendance" and row.get("rule") not in FLAGS
        }

    def _marks_in_line(self, at: datetime, world: World) -> None:
        judged = judge(self._marked(world), london_today(at))
        events = {mark: self._event_of(mark) for mark in judged.marks()}
        rows = {row["key"]: _without_names(row) for row in judged.follow_ups(events)}
        flags = {row["key"]: _without_names(row) for row in judged.flags(events)}
        self.write(at, {"follow_up": list(rows), "flag": list(judged.gone)},
                    {"follow_up": rows, "flag": flags})  # fmt: skip

    def _marked(self, world: World) -> Marked:
        marked = Marked(self.pupil_id, world)
        records = []
        for one in (self, *self.beside):
            weeks = []
            for (organisation, monday), versions in one.weeks.items():
                weeks.append(Week(organisation, monday, versions[-1].marks, NO_EVENT))
                ends = [*(v.from_at for v in versions[1:]), None]
                marked.versions += [
                    Version(organisation, monday, kept.marks, kept.from_at, until)
                    for kept, until in zip(versions, ends, strict=True)
                    if "N" in kept.marks
                ]
            records.append(weeks)
        marked.weeks = together(records)
        marked.rolls = [
            (row["school"], row["from_on"], row["until_on"])
            for row in self._present("roll", "from_on", "version", last_first=True)
            if row["registration"] in {"C", "M"}
        ]
        marked.homes = [
            (row["occurred_on"], f"LA{row['home_la']}")
            for row in self._present("detail", "occurred_on", "version")
            if row["home_la"] is not None
        ]
        marked.placed = [
            Placed(
                key=key, provider=row["provider"], commissioner=row["commissioner"],
                starts_on=row["starts_on"], ended_on=row["ended_on"],
                sessions_per_week=row["sessions_per_week"],
            )
            for key, row in self._keyed("placement")
            if row["end_reason"] != "error"
        ]  # fmt: skip
        marked.returned = [
            Returned(
                key=key, school=row["school"], started_on=row["started_on"],
                ended_on=row["ended_on"],
            )
            for key, row in sorted(
                self._keyed("reintegration"), key=lambda one: (one[1]["started_on"], one[0])
            )
        ]  # fmt: skip
        marked.referred = [
            row["occurred_on"]
            for _key, row in self._keyed("referral")
            if row["route"] in NEEDS_PROVISION and row["decision"] != "withdrawn"
        ]
        marked.told = self._told()
        marked.done = self._done()
        for key, (_since, held) in self.tables.get("follow_up", Table()).held.items():
            if held["origin"] == "attendance":
                marked.held[key] = {"pupil_id": self.pupil_id, "key": key, **held}
        marked.flagged = {
            key
            for key, (_since, row) in self.tables.get("flag", Table()).held.items()
            if row["rule"] in FLAGS
        }
        return marked

    def _keyed(self, table: str) -> list[tuple[UUID, Any]]:
        held = self.tables.get(table, Table()).held
        return [(key, row) for key, (_since, row) in held.items()]

    def _told(self) -> list[Done]:
        types = {event.id: event.type for event in self._past.recorded}
        return [
            Done(event.occurred_on, event.id)
            for event in self._standing_events("notified")
            if event.values["about"] == "return"
            and event.values["to"] in {"la", "home_la"}
            and types.get(UUID(str(event.values["of"]))) not in {"joined_roll", "left_roll"}
        ]

    def _standing_events(self, kind: str) -> list[Recorded]:
        """As they were sent, the void ones left out; the last first."""
        voided = self._picture.history.voided() if self._picture is not None else frozenset()
        return [
            event
            for event in reversed(self._past.recorded)
            if event.type == kind and event.id not in voided
        ]

    def _present(self, table: str, *order: str, last_first: bool = False) -> list[Any]:
        rows = [row for _since, row in self.tables.get(table, Table()).held.values()]
        return sorted(rows, key=lambda r: tuple(r[n] for n in order), reverse=last_first)

    def _done(self) -> dict[UUID, Done]:
        return {
            UUID(str(event.values["follow_up"])): Done(
                event.occurred_on,
                event.id,
                how if isinstance(how := event.values.get("how"), str) else None,
            )
            for event in self._standing_events("follow_up_done")
        }

    def _event_of(self, mark: MarkAt) -> UUID:
        """The event of the first of the last unbroken run with that code, or of an instant."""
        for one in (self, *self.beside):
            versions = one.weeks.get((mark.organisation, mark.week), ())
            if mark.at is not None:
                event = next((v.event for v in reversed(versions) if v.from_at <= mark.at), None)
                if event is not None:
                    return event
            elif versions and versions[-1].marks[mark.place] != NO_MARK:
                return self._first_of_run(versions, mark)
        raise LedgerDamaged("a mark that no register has recorded")

    def _first_of_run(self, versions: Sequence[Kept], mark: MarkAt) -> UUID:
        first = versions[-1]
        for kept in reversed(versions):
            if kept.marks[mark.place] != versions[-1].marks[mark.place]:
                break
            first = kept
        return first.event

    def write(self, at: datetime, closing: Mapping[str, Sequence[UUID]], opening: Rows) -> None:
        for name, keys in closing.items():
            table = self.tables.setdefault(name, Table())
            for key in keys:
                table.close(key, at)
        for name, rows in opening.items():
            table = self.tables.setdefault(name, Table())
            for key, row in rows.items():
                table.open(key, at, row)


def _without_names(row: Mapping[str, Any]) -> Row:
    return {name: value for name, value in row.items() if name not in {"pupil_id", "key"}}
