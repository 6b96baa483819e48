"""One pupil's facts come to from the events alone, so that some of them can be left out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from operator import attrgetter
from types import SimpleNamespace
from typing import Any, LiteralString
from uuid import UUID

from ap_registry.attendance import SESSIONS
from ap_registry.codes import NO_MARK
from ap_registry.history import Picture, Recorded, fold, history, start_of
from ap_registry.notice import World as Organisations
from ap_registry.store import codec, ledger, projections
from ap_registry.store.database import Connection
from reports.facts import Facts, Row, World
from reports.loading import TABLES
from reports.marks import EPOCH, Register, together

_SUBMISSIONS: LiteralString = """
select e.pupil_id, e.id, e.data::text
  from event e join log l using (pupil_id, stream, version)
 where e.stream = 1 and e.pupil_id = any(%(pupils)b) and l.known_at <= %(at)s
 order by e.pupil_id, e.version
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A register as it was sent: ten marks a week; ``-`` says nothing."""

    event: UUID
    organisation: str
    weeks: Mapping[int, str]


@dataclass(slots=True, kw_only=True, eq=False)
class Record:
    """All that was known of a pupil; ``registers`` also of those merged into it, its own first."""

    pupil_id: UUID
    recorded: tuple[Recorded, ...]
    upn: str | None
    registers: tuple[tuple[Submission, ...], ...]
    _tables: dict[frozenset[UUID], dict[str, list[Row]]] = field(default_factory=dict)
    _packed: dict[frozenset[UUID], dict[str, Register]] = field(default_factory=dict)

    def facts(self, left_out: frozenset[UUID], world: World, named: Organisations) -> Facts:
        """As the derived rows would have them, had these events never been recorded."""
        told = left_out & {event.id for event in self.recorded}
        sent = left_out - told
        if told not in self._tables:
            self._tables[told] = self._derive(told, named)
        if sent not in self._packed:
            self._packed[sent] = self._pack(sent)
        return Facts(self.pupil_id, world, self._tables[told], self._packed[sent])

    def _derive(self, left_out: frozenset[UUID], named: Organisations) -> dict[str, list[Row]]:
        past = history(event for event in self.recorded if event.id not in left_out)
        pupil = fold(past.entries(), start_of(past, self.upn))
        picture = Picture(history=past, pupil=pupil, flags=(), follow_ups={})
        derived = projections.rows(picture, named, self.pupil_id)
        found: dict[str, list[Row]] = {}
        for table, (_columns, order) in TABLES.items():
            rows = [_row(key, row) for key, row in derived.get(table, {}).items()]
            found[table] = sorted(rows, key=attrgetter(*order.split(", ")))
        return found

    def _pack(self, left_out: frozenset[UUID]) -> dict[str, Register]:
        found: dict[str, Register] = {}
        for submissions in self.registers:
            kept = (one for one in submissions if one.event not in left_out)
            for organisation, register in packed(kept).items():
                held = found.get(organisation)
                found[organisation] = register if held is None else together(held, register)
        return found


def _row(key: UUID, values: projections.Row) -> Any:
    return SimpleNamespace(key=key, **values)


def packed(submissions: Iterable[Submission]) -> dict[str, Register]:
    """The latest mark of each session stands."""
    weeks: dict[str, dict[int, str]] = {}
    for one in submissions:
        own = weeks.setdefault(one.organisation, {})
        for number, marks in one.weeks.items():
            own[number] = laid_over(own.get(number), marks)
    registers = {}
    for organisation, own in weeks.items():
        tape = [own.get(n, NO_MARK * SESSIONS) for n in range(min(own), max(own) + 1)]
        registers[organisation] = Register(SESSIONS * min(own), "".join(tape).encode())
    return registers


def laid_over(held: str | None, marks: str) -> str:
    if held is None or NO_MARK not in marks:
        return marks
    return "".join(old if new == NO_MARK else new for old, new in zip(held, marks, strict=True))


def records(connection: Connection, pupils: Sequence[UUID], at: datetime) -> Iterable[Record]:
    """Of these pupils what was known by an instant; a merged one stands in its keeper's."""
    loaded = ledger.load(connection, ids=pupils, as_at=at).pupils
    members = [one for stored in loaded for one in (stored.pupil_id, *stored.others)]
    sent: dict[UUID, list[Submission]] = {}
    cursor = connection.cursor(binary=True)
    cursor.execute(_SUBMISSIONS, {"pupils": members, "at": at})
    for pupil, event, text in cursor.fetchall():
        data = codec.decode(text)
        weeks = {_number(monday): marks for monday, marks in data["weeks"].items()}
        submission = Submission(event=event, organisation=data["organisation"], weeks=weeks)
        sent.setdefault(pupil, []).append(submission)
    for stored in loaded:
        whose = (stored.pupil_id, *sorted(stored.others))
        yield Record(
            pupil_id=stored.pupil_id,
            recorded=stored.recorded,
            upn=stored.upn,
            registers=tuple(tuple(sent.get(one, ())) for one in whose),
        )


def _number(monday: str) -> int:
    return (date.fromisoformat(monday) - EPOCH).days // 7
