"""Corrections and voids resolved, effective order, and the fold: from events to the pupil."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import chain, takewhile
from typing import Any
from uuid import UUID

from ap_registry import mending
from ap_registry.deriving import Derived, Flagged, derive, flag
from ap_registry.follow_ups import key_of
from ap_registry.notice import Case, Entry, Flag, FollowUp, NoticeType, World, source
from ap_registry.notices import CATALOGUE, CLOCKS
from ap_registry.pupil import EMPTY, Pupil
from ap_registry.remembering import remembering

ACTS = frozenset({"correction", "void"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """An event as the ledger holds it, its public and private values together.

    ``upn``: the one under which it registered its pupil. Of a merged pupil ``merged_from`` is whose
    stream holds the event, where that is another's, and ``stream_version`` its version there.
    """

    id: UUID
    type: str
    version: int
    occurred_on: date
    recorded_at: datetime
    by: str
    actor: str
    ref: str | None
    note: str | None
    values: Mapping[str, object]
    ref_hash: bytes | None = None
    content_hash: bytes | None = None
    birth_year: int | None = None
    upn: str | None = None
    merged_from: UUID | None = None
    stream_version: int | None = None

    @property
    def kind(self) -> NoticeType[Any]:
        return CATALOGUE[self.type]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field that a correction put right."""

    event: UUID
    field: str
    old: object
    new: object
    reason: str | None
    by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An entry as it stands, what changed it, and whether it has effect."""

    entry: Entry[Any]
    changes: tuple[Change, ...] = ()
    effective: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All that was recorded of a pupil, as it stands and in effective order."""

    recorded: tuple[Recorded, ...]
    standing: tuple[Standing, ...]

    @property
    def version(self) -> int:
        return self.recorded[-1].version if self.recorded else 0

    def entries(self) -> tuple[Entry[Any], ...]:
        return tuple(s.entry for s in self.standing if s.effective)

    def voided(self) -> frozenset[UUID]:
        return frozenset(s.entry.id for s in self.standing if s.entry.status == "void")

    def plus(self, event: Recorded) -> "History":
        """With one more; where it takes nothing back, what stands is left as it is."""
        events = (*self.recorded, event)
        if event.type in ACTS:
            return history(events)
        one = _standing(event, self.voided(), ())
        place = bisect_left(self.standing, order(one.entry), key=lambda s: order(s.entry))
        standing = (*self.standing[:place], one, *self.standing[place:])
        return History(recorded=events, standing=standing)


def history(recorded: Iterable[Recorded]) -> History:
    """Resolve what was taken back and put right; order what stands."""
    events = tuple(recorded)
    voided = _voided(events)
    if len(events) == 0:
        return History(recorded=(), standing=())
    corrections = _corrections(events, voided)
    standing = [_standing(event, voided, corrections.get(event.id, ())) for event in events]
    standing.sort(key=lambda s: order(s.entry))
    return History(recorded=events, standing=tuple(standing))


EMPTY_HISTORY = History(recorded=(), standing=())


def without(past: History, event: UUID) -> History:
    """The history as if one event had never been recorded."""
    return history(r for r in past.recorded if r.id != event)


def order(entry: Entry[Any]) -> tuple[date, int, int]:
    """The day, then facts before acts on the ledger and a leave before a join, then version."""
    rank = 2 if entry.type in ACTS else 0 if entry.type == "left_roll" else 1
    return entry.occurred_on, rank, entry.version


def _voided(events: Sequence[Recorded]) -> frozenset[UUID]:
    """The last word first: a void that was itself voided takes nothing back."""
    voided: set[UUID] = set()
    for event in reversed(events):
        if event.type == "void" and event.id not in voided:
            voided.add(UUID(str(event.values["of"])))
    return frozenset(voided)


def _corrections(
    events: Sequence[Recorded], voided: frozenset[UUID]
) -> Mapping[UUID, tuple[Recorded, ...]]:
    found: dict[UUID, tuple[Recorded, ...]] = {}
    for event in events:
        if event.type == "correction" and event.id not in voided:
            of = UUID(str(event.values["of"]))
            found[of] = (*found.get(of, ()), event)
    return found


def _standing(
    event: Recorded, voided: frozenset[UUID], corrections: tuple[Recorded, ...]
) -> Standing:
    values, occurred_on, note = event.values, event.occurred_on, event.note
    changes: tuple[Change, ...] = ()
    if corrections:
        values, envelope, changes = _corrected(event, corrections)
        occurred_on = date.fromisoformat(str(envelope["occurred_on"]))
        note = None if envelope["note"] is None else str(envelope["note"])
    is_void = event.id in voided
    entry = Entry(
        id=event.id,
        type=event.type,
        version=event.version,
        occurred_on=occurred_on,
        recorded_at=event.recorded_at,
        by=event.by,
        ref=event.ref,
        facts=event.kind.build(values),
        status="void" if is_void else "corrected" if changes else "effective",
        note=note,
    )
    return Standing(
        entry=entry,
        changes=changes,
        effective=not is_void and not names(event.kind, entry, voided),
    )


def names(kind: NoticeType[Any], entry: Entry[Any], voided: frozenset[UUID]) -> bool:
    """Whether its subject is void: then it has no effect either.

    A reference that may be left out is no subject: naming a voided event there changes nothing.
    """
    if entry.type in ACTS or entry.type == "disputed" or not voided:
        return False
    return any(getattr(entry.facts, name, None) in voided for name in kind.subjects)


def _corrected(
    event: Recorded, corrections: tuple[Recorded, ...]
) -> tuple[Mapping[str, object], Mapping[str, object], tuple[Change, ...]]:
    values = dict(event.values)
    envelope: dict[str, object] = {
        "occurred_on": event.occurred_on.isoformat(), "note": event.note,
    }  # fmt: skip
    changes: list[Change] = []
    for correction in corrections:
        fields = correction.values["fields"]
        assert isinstance(fields, Mapping)
        for name, new in fields.items():
            old: object = envelope.get(name, values.get(name))
            if name in envelope:
                envelope[name] = new
            else:
                values[name] = new
            changes.append(
                Change(
                    event=correction.id,
                    field=name,
                    old=old,
                    new=new,
                    reason=str(correction.values.get("reason", "")) or None,
                    by=correction.by,
                    recorded_at=correction.recorded_at,
                )
            )
    return values, envelope, tuple(changes)


def fold(entries: Iterable[Entry[Any]], start: Pupil = EMPTY) -> Pupil:
    pupil = start
    for entry in entries:
        pupil = CATALOGUE[entry.type].apply(pupil, entry)
    return pupil


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A pupil's history folded: the state, what is flagged, what is owed.

    ``pupils``: the state before each entry and after the last; ``flagged``: by entry;
    ``derived``: by clock.
    """

    history: History
    pupil: Pupil
    flags: tuple[Flag, ...]
    follow_ups: Mapping[tuple[str, UUID], FollowUp]
    pupils: tuple[Pupil, ...] = field(default=(), compare=False, repr=False)
    flagged: tuple[Flagged, ...] = field(default=(), compare=False, repr=False)
    derived: tuple[Derived, ...] = field(default=(), compare=False, repr=False)


def start_of(past: History, upn: str | None) -> Pupil:
    """The pupil before any notice; of a merged one the other's UPN is a former one."""
    born = past.recorded[-1].birth_year if past.recorded else None
    others = [event for event in past.recorded if event.merged_from is not None]
    return replace(
        EMPTY,
        upn=upn,
        former_upns=tuple(event.upn for event in others if event.upn),
        beside=frozenset(event.id for event in others if event.type == "upn_changed"),
        birth_year=born,
        senders=_senders(past),
    )


def picture(
    past: History, world: World, *, upn: str | None = None, earlier: Picture | None = None
) -> Picture:
    """Everything that follows from a history and the calendars; pure.

    ``earlier``: of the same pupil and world; what is the same in it is not worked out again.
    """
    with remembering():
        return _picture(past, world, upn, earlier)


def _picture(past: History, world: World, upn: str | None, earlier: Picture | None) -> Picture:
    entries = past.entries()
    pupils = _states(entries, past, upn, earlier)
    pupil = pupils[-1]
    flagged = _flagged(entries, pupils, world, earlier)
    flags = tuple(chain.from_iterable(one.flags for one in flagged))
    derived = derive(CLOCKS, pupil, world, earlier.derived if earlier else ())
    owed = follow_ups(pupil, world, flags, chain.from_iterable(one.owed for one in derived))
    return Picture(
        history=past,
        pupil=pupil,
        flags=(*flags, *_naming_void(past, world), *_calendar_missing(owed, world)),
        follow_ups=owed,
        pupils=pupils,
        flagged=flagged,
        derived=derived,
    )


def _flagged(
    entries: Sequence[Entry[Any]], pupils: Sequence[Pupil], world: World, earlier: Picture | None
) -> tuple[Flagged, ...]:
    """By entry; kept where both the entry and the pupil before it are those of ``earlier``."""
    held: tuple[tuple[Entry[Any], Pupil, Flagged], ...] = ()
    if earlier is not None:
        past = earlier.history.entries()
        held = tuple(zip(past, earlier.pupils, earlier.flagged, strict=False))
    found = []
    for place, (entry, before) in enumerate(zip(entries, pupils, strict=False)):
        was = held[place] if place < len(held) else None
        found.append(
            flag(
                CATALOGUE[entry.type].flags,
                entry,
                before,
                pupil=pupils[-1],
                world=world,
                earlier=was[2] if was and was[0] is entry and was[1] is before else None,
            )
        )
    return tuple(found)


def _states(
    entries: Sequence[Entry[Any]], past: History, upn: str | None, earlier: Picture | None
) -> tuple[Pupil, ...]:
    """The pupil before each entry and after the last; folded from where the entries part."""
    start = start_of(past, upn)
    states = [start]
    if earlier is not None and earlier.pupils and earlier.pupils[0] == start:
        same = takewhile(
            lambda pair: pair[0] is pair[1], zip(entries, earlier.history.entries(), strict=False)
        )
        states = list(earlier.pupils[: 1 + sum(1 for _pair in same)])
    for entry in entries[len(states) - 1 :]:
        states.append(CATALOGUE[entry.type].apply(states[-1], entry))
    return tuple(states)


def _senders(past: History) -> Mapping[UUID, str]:
    """Only where something is disputed: whoever sent it answers."""
    if all(r.type != "disputed" for r in past.recorded):
        return {}
    return {r.id: r.by for r in past.recorded}


def _calendar_missing(owed: Mapping[tuple[str, UUID], FollowUp], world: World) -> Iterable[Flag]:
    """Days were counted for which no terms are loaded; they are counted again when these arrive."""
    beyond: dict[tuple[UUID, str], FollowUp] = {}
    for one in owed.values():
        if one.calendar is None or one.closed_on is not None:
            continue
        last = world.calendars.of(one.calendar).loaded_until
        if last is None or one.due_on > last:
            held = beyond.setdefault((one.opened_by, one.calendar), one)
            if held.due_on < one.due_on:
                beyond[one.opened_by, one.calendar] = one
    for (event, calendar), one in beyond.items():
        yield Flag(
            event=event,
            rule="calendar.missing",
            detail=f"the terms of {calendar} do not reach {one.due_on} ({one.kind})",
            source=source("calendar.missing", one.opened_on),
            on=one.opened_on,
        )


def _naming_void(past: History, world: World) -> Iterable[Flag]:
    voided = past.voided()
    if not voided:
        return
    taken_back = _taken_back(past)
    for standing in past.standing:
        entry = standing.entry
        named = {getattr(entry.facts, name, None) for name in CATALOGUE[entry.type].references}
        if entry.type in ACTS:
            named = {
                event for event in named if taken_back.get(event, entry.version) < entry.version
            }
        if entry.status != "void" and named & voided:
            yield Case(entry=entry, before=EMPTY, pupil=EMPTY, world=world).flag(
                "event.voided", "it names a notice that was taken back as void"
            )


def _taken_back(past: History) -> Mapping[object, int]:
    """By event, the version of the first void that stands: what comes later names a void one."""
    found: dict[object, int] = {}
    voided = past.voided()
    for event in past.recorded:
        if event.type == "void" and event.id not in voided:
            found.setdefault(UUID(str(event.values["of"])), event.version)
    return found


def follow_ups(
    pupil: Pupil, world: World, flags: Iterable[Flag], derived: Iterable[FollowUp]
) -> Mapping[tuple[str, UUID], FollowUp]:
    """By kind and opening event; what somebody says is done is done."""
    done = {d.follow_up: d for d in pupil.done}
    found: dict[tuple[str, UUID], FollowUp] = {}
    for owed in chain(derived, mending.follow_ups(flags, world)):
        if owed.outcome is None and done:
            said = done.get(key_of(owed.kind, owed.opened_by))
            if said is not None:
                owed = replace(
                    owed,
                    closed_on=said.occurred_on,
                    closed_by=said.id,
                    outcome="done",
                    how=said.how,
                )
        found.setdefault((owed.kind, owed.opened_by), owed)
    return found
