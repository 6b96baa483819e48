"""Follow-ups and flags of a pupil's registers against the rows held: what is to be written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from operator import attrgetter
from typing import Any
from uuid import UUID, uuid5

from ap_registry import attendance
from ap_registry.absence_watch import FIRST_DAY, ON_PAPER, first_days, on_paper, return_watch
from ap_registry.attendance import Clash, PlacedAt, Standing, Week
from ap_registry.attendance_follow_ups import CODE_N, owed
from ap_registry.attendance_owed import (
    Answerable,
    Done,
    MarkAt,
    Owed,
    Placed,
    Returned,
    Version,
)
from ap_registry.attendance_returns import Reported, returns
from ap_registry.codes import NO_MARK
from ap_registry.follow_ups import NAMESPACE
from ap_registry.missing_registers import MISSING, missing
from ap_registry.notice import World, source
from ap_registry.rules import rule

COLUMNS = (
    "pupil_id", "key", "kind", "owner", "opened_on", "due_on", "closed_on", "outcome", "opened_by",
    "closed_by", "how", "rule", "source", "statutory", "calendar", "clock_on",
    "counts_start", "origin",
)  # fmt: skip
_COMPARED = ("owner", "due_on", "closed_on", "outcome", "calendar")
REGISTRATION = "registration_watch"
FLAGS = ("attendance.clash", "attendance.present-on-paper")
Row = dict[str, Any]
Events = Mapping[MarkAt, UUID]


@dataclass(slots=True)
class Marked:
    """What of one pupil is looked at: registers, what they are judged by, and the rows held.

    ``rolls`` and ``homes`` in the order of the pupil's record; ``told``: when the LA was told of a
    return that absence obliges to; ``referred``: for section 19 or medical provision; ``held``:
    present follow-ups of registers, ``flagged``: keys of their present flags.
    """

    pupil_id: UUID
    world: World
    weeks: list[Week] = field(default_factory=list)
    versions: list[Version] = field(default_factory=list)
    rolls: list[tuple[str, date, date | None]] = field(default_factory=list)
    homes: list[tuple[date, str]] = field(default_factory=list)
    placed: list[Placed] = field(default_factory=list)
    returned: list[Returned] = field(default_factory=list)
    told: list[Done] = field(default_factory=list)
    referred: list[date] = field(default_factory=list)
    done: dict[UUID, Done] = field(default_factory=dict)
    held: dict[UUID, Row] = field(default_factory=dict)
    flagged: set[UUID] = field(default_factory=set)

    def answerable(self, on: date, register: str) -> Answerable:
        """The main school of the day, else the home LA, else the register itself."""
        name = next(
            (s for s, start, end in self.rolls if start <= on and (end is None or on < end)), None
        )
        name = name or self.home(on) or register
        return Answerable(name, self.world.calendars.of(name))

    def home(self, on: date) -> str | None:
        """The home LA of a day; before it is on record, the first that is."""
        earlier = [la for since, la in self.homes if since <= on]
        return earlier[-1] if earlier else self.homes[0][1] if self.homes else None

    @property
    def at_providers(self) -> list[Placed]:
        """Placements with providers of AP."""
        return [
            one
            for one in self.placed
            if (found := self.world.organisation(one.provider)) is not None and found.is_ap_provider
        ]

    @property
    def found_missing(self) -> frozenset[UUID]:
        return frozenset(key for key, row in self.held.items() if row["kind"] == MISSING)

    def placed_at(self) -> PlacedAt:
        placed = self.at_providers
        return lambda organisation, on: any(
            one.provider == organisation and one.runs(on) for one in placed
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What is new or different; ``rows`` once the events of the marks have been found."""

    pupil_id: UUID
    differing: tuple[Owed, ...]
    lapsed: tuple[Row, ...]
    gone: tuple[UUID, ...]
    clashes: tuple[tuple[UUID, Clash], ...]

    def marks(self) -> Iterator[MarkAt]:
        """The marks whose events must be known."""
        for one in self.differing:
            if one.opened is not None:
                yield one.opened
            if one.closed is not None:
                yield one.closed
        for _key, clash in self.clashes:
            yield _place(clash)

    def follow_ups(self, events: Events) -> list[Row]:
        return [*(_row(self.pupil_id, one, events) for one in self.differing), *self.lapsed]

    def flags(self, events: Events) -> list[Row]:
        return [
            {
                "pupil_id": self.pupil_id,
                "key": key,
                "event": events[_place(clash)],
                "rule": clash.rule,
                "detail": clash.detail,
                "source": source(clash.rule, clash.on),
            }
            for key, clash in self.clashes
        ]


def judge(marked: Marked, today: date) -> Judged:
    """Compare what the marks oblige to with what is held; ``today`` is the day of the lapses."""
    marked.weeks.sort(key=attrgetter("week", "organisation"))
    marked.placed.sort(key=lambda one: (one.starts_on, one.key))
    weeks, clashes = attendance.standing(marked.weeks, marked.placed_at())
    found = tuple(_owed(marked, weeks, clashes, today))
    found = (*found, *_explained_at_once(marked, {one.key for one in found}, today))
    wanted = {one.key for one in found}
    flags = {
        uuid5(NAMESPACE, f"{marked.pupil_id}/{clash.rule}/{clash.detail}"): clash
        for clash in clashes
    }
    return Judged(
        pupil_id=marked.pupil_id,
        differing=tuple(one for one in found if _differs(one, marked.held.get(one.key))),
        lapsed=tuple(
            closed
            for key, row in marked.held.items()
            if key not in wanted and row["closed_on"] is None
            if (closed := _closed(row, marked, today)) is not None
        ),
        gone=tuple(sorted(marked.flagged - flags.keys())),
        clashes=tuple((key, clash) for key, clash in flags.items() if key not in marked.flagged),
    )


def _owed(
    marked: Marked, weeks: Sequence[Standing], clashes: Sequence[Clash], today: date
) -> Iterator[Owed]:
    pupil, done, world = marked.pupil_id, marked.done, marked.world
    yield from owed(pupil, weeks, marked.versions, marked.answerable, done)
    yield from returns(
        pupil,
        weeks,
        Reported(
            answerable=marked.answerable,
            home=marked.home,
            told=sorted(marked.told, key=lambda said: (said.on, said.by)),
            referred=marked.referred,
            placed=marked.placed,
            done=done,
        ),
    )
    yield from on_paper(pupil, clashes, done)
    yield from return_watch(pupil, weeks, marked.returned, world, done)
    if placed := marked.at_providers:
        registers = sorted(marked.weeks, key=lambda week: (week.organisation, week.week))
        yield from first_days(pupil, registers, placed, world, done)
        yield from missing(
            pupil, registers, placed, world, done, today=today, held=marked.found_missing
        )


def _explained_at_once(marked: Marked, derived: set[UUID], today: date) -> Iterator[Owed]:
    """A code N that was followed by its reason at one instant (AP_REGISTRY_CLOCK stands still):
    no week that ever stood holds it, but its follow-up is held."""
    for key, row in marked.held.items():
        if row["kind"] != CODE_N or row["closed_on"] is not None or key in derived:
            continue
        yield Owed(
            kind=CODE_N,
            key=key,
            rule=row["rule"],
            owner=row["owner"],
            calendar=row["calendar"],
            opened_on=row["opened_on"],
            due_on=row["due_on"],
            opened_by=row["opened_by"],
            closed_on=max(today, row["opened_on"]),
            outcome="done",
            closed=_first_mark(marked.weeks, row["owner"], row["opened_on"]),
        )


def _first_mark(weeks: Sequence[Week], organisation: str, on: date) -> MarkAt | None:
    monday = on - timedelta(days=on.weekday())
    for week in weeks:
        if (week.organisation, week.week) == (organisation, monday):
            for place in (2 * on.weekday(), 2 * on.weekday() + 1):
                if week.marks[place] != NO_MARK:
                    return MarkAt(organisation, monday, place)
    return None


def _closed(row: Row, marked: Marked, today: date) -> Row | None:
    """What is held and follows from the marks no more; a watch on a provider does while placed."""
    if row["kind"] == REGISTRATION:
        said = marked.done.get(row["key"])
        if said is not None:
            return {
                **row,
                "closed_on": max(said.on, row["opened_on"]),
                "outcome": "done",
                "closed_by": said.by,
                "how": said.how,
            }
        if any(one.key == row["opened_by"] and one.runs(today) for one in marked.placed):
            return None
    came = (
        row["kind"] == ON_PAPER
        or (row["kind"] == FIRST_DAY and marked.placed)
        or (row["kind"] == MISSING and any(p.key == row["opened_by"] for p in marked.placed))
    )
    return {
        **row,
        "closed_on": max(today, row["opened_on"]),
        "outcome": "done" if came else "lapsed",
    }


def _differs(one: Owed, held: Row | None) -> bool:
    return held is None or any(held[name] != getattr(one, name) for name in _COMPARED)


def _row(pupil: UUID, one: Owed, events: Events) -> Row:
    return {
        "pupil_id": pupil,
        "key": one.key,
        "kind": one.kind,
        "owner": one.owner,
        "opened_on": one.opened_on,
        "due_on": one.due_on,
        "closed_on": one.closed_on,
        "outcome": one.outcome,
        "opened_by": one.opened_by if one.opened is None else events[one.opened],
        "closed_by": one.closed_by if one.closed is None else events.get(one.closed),
        "how": one.how,
        "rule": one.rule,
        "source": source(one.rule, one.opened_on),
        "statutory": rule(one.rule, one.opened_on).statutory,
        "calendar": one.calendar,
        "clock_on": one.opened_on,
        "counts_start": False,
        "origin": "attendance",
    }


def _place(clash: Clash) -> MarkAt:
    week = date.fromordinal(clash.on.toordinal() - clash.on.weekday())
    return MarkAt(clash.organisation, week, 2 * clash.on.weekday() + clash.session)
