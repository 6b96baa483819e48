"""Education is owed from the sixth consecutive school day of exclusion.

SI 2007/1870 reg. 3(3) as amended by SI 2014/3216 (suspensions, summed while consecutive) and
EA 1996 s.19(3A) with SI 2007/1870 reg. 4 (permanent exclusions).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ap_registry.calendar import SchoolCalendar
from ap_registry.happenings import Decision, Exclusion, Placement
from ap_registry.notice import World
from ap_registry.pupil import Pupil
from ap_registry.remembering import by_identity

Reaching = tuple[tuple[Exclusion, ...], date, Exclusion]
"""A run, its sixth school day, and the exclusion that lasts until then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """One run of exclusions that reaches its sixth school day. ``opener`` brings it there.

    ``undoing``: what undid an exclusion of the run, so that the run no longer reaches it.
    """

    opener: Exclusion
    run: tuple[Exclusion, ...]
    due_on: date
    started_on: date | None
    started_by: UUID | None
    undoing: Decision | None

    @property
    def outcome(self) -> str | None:
        """done once education began before anything was undone, else lapsed by what undid it."""
        if self.started_on is not None and (
            self.undoing is None or self.started_on <= self.undoing.back_on
        ):
            return "done"
        return "lapsed" if self.undoing else None

    @property
    def closed_on(self) -> date | None:
        if self.outcome == "lapsed" and self.undoing is not None:
            return self.undoing.back_on
        return self.started_on

    @property
    def closed_by(self) -> UUID | None:
        if self.outcome == "lapsed" and self.undoing is not None:
            return self.undoing.id
        return self.started_by

    @property
    def late(self) -> bool:
        """Education began after it was due, and was owed until then."""
        return (
            self.outcome == "done" and self.started_on is not None and self.started_on > self.due_on
        )


def duties(pupil: Pupil, world: World) -> Iterator[Duty]:
    """Each run, in order; lunchtimes are none. Where an exclusion was undone the runs are those of
    the others, and beside them what was owed until then.
    """
    standing, excluded = _reaching(pupil.exclusions, world)
    owed = list(_owed(standing, pupil))
    openers = {duty.opener.id for duty in owed}
    owed += [d for d in _owed(excluded, pupil) if d.opener.id not in openers]
    return iter(owed)


@by_identity
def _reaching(
    exclusions: tuple[Exclusion, ...], world: World
) -> tuple[tuple[Reaching, ...], tuple[Reaching, ...]]:
    """The runs that reach the sixth day, of what stands; and, where some do not, of all."""
    excluded = [e for e in exclusions if e.kind != "lunchtime"]
    standing = [e for e in excluded if not e.undone]
    every = tuple(_reach(excluded, world)) if len(standing) < len(excluded) else ()
    return tuple(_reach(standing, world)), every


def _reach(exclusions: Sequence[Exclusion], world: World) -> Iterator[Reaching]:
    for run in _runs(exclusions, world):
        school, first = run[0].school, run[0].occurred_on
        days = world.number("exclusion.sixth-day", first, of=school)
        due_on, _missing = world.calendars.of(school).due_from(first, days)
        opener = next((e for e in run if _last_day(e) is None or _last_day(e) >= due_on), None)  # type: ignore[operator]
        if opener is None:
            continue
        yield run, due_on, opener
        permanent = next((e for e in run if e.kind == "permanent"), opener)
        if permanent is not opener:  # the school's duty does not take the LA's own away
            due_on, _missing = world.calendars.of(school).due_from(permanent.occurred_on, days)
            yield (permanent,), due_on, permanent


def _owed(reaching: Iterable[Reaching], pupil: Pupil) -> Iterator[Duty]:
    for run, due_on, opener in reaching:
        begun = education(pupil, frozenset(e.id for e in run))
        yield Duty(
            opener=opener,
            run=run,
            due_on=due_on,
            started_on=begun[0] if begun else None,
            started_by=begun[1] if begun else None,
            undoing=min(
                (e.undoing for e in run if e.undoing is not None),
                key=lambda d: (d.back_on, d.version),
                default=None,
            ),
        )


def _last_day(exclusion: Exclusion) -> date | None:
    return None if exclusion.kind == "permanent" else exclusion.ends_on


def _runs(exclusions: Sequence[Exclusion], world: World) -> Iterator[tuple[Exclusion, ...]]:
    """Consecutive: no school day of the school lies between the end of one and the next."""
    for school in dict.fromkeys(e.school for e in exclusions):
        calendar = world.calendars.of(school)
        run: list[Exclusion] = []
        last: date | None = date.min
        for exclusion in (e for e in exclusions if e.school == school):
            if run and not _follows(last, exclusion, calendar):
                yield tuple(run)
                run, last = [], date.min
            run.append(exclusion)
            ends = _last_day(exclusion)
            last = None if last is None or ends is None else max(last, ends)
        if run:
            yield tuple(run)


def _follows(last: date | None, later: Exclusion, calendar: SchoolCalendar) -> bool:
    """``last``: the last day of the run so far; None where it has no end."""
    if last is None or later.occurred_on <= last:
        return True
    following, _missing = calendar.due_after(last, 1)
    return later.occurred_on <= following


def education(pupil: Pupil, run: frozenset[UUID]) -> tuple[date, UUID] | None:
    """The first education that began for any exclusion of the run: its day and event."""
    begun = [
        (e.education_from, e.education_by)
        for e in pupil.exclusions
        if e.id in run and e.education_from is not None and e.education_by is not None
    ]
    begun += [(p.occurred_on, p.id) for p in pupil.placements if _arises(pupil, p, run)]
    return min(begun, default=None)


def _arises(pupil: Pupil, placement: Placement, run: frozenset[UUID]) -> bool:
    return placement.end_reason != "error" and (
        placement.arising_from in run or pupil.cause(placement.arising_from) in run
    )
