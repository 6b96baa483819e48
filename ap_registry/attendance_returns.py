"""Returns that absence obliges to: without authority for ten school days, and by sickness."""

from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from ap_registry import codes
from ap_registry.attendance import Standing
from ap_registry.attendance_owed import (
    POSSIBLE,
    UNAUTHORISED,
    AnswerableOn,
    Done,
    Dones,
    MarkAt,
    Owed,
    Placed,
    counts,
    key_of,
    unauthorised_in,
    with_done,
)
from ap_registry.calendar import academic_year
from ap_registry.rules import in_force, least, number

ABSENCE, SICKNESS, SECTION_19 = "attendance_return", "sickness_return", "section_19"
RULE_OF_KIND: Mapping[str, str] = {
    ABSENCE: "attendance.return",
    SICKNESS: "attendance.sickness",
    SECTION_19: "section-19.provision",
}
ILL = codes.to_byte("I")
DAYS = 5
AUGUST = 8  # the one month in which the school year of the law and the academic year differ
FEWEST_ILL = 2 * least("attendance.sickness")
FEWEST_ABSENT = least("attendance.return")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """What is known besides the marks.

    ``told``: when the LA was told of a return, in order; ``referred``: when the pupil was referred
    for section 19 or medical provision; ``home``: the home LA of a day.
    """

    answerable: AnswerableOn
    home: Callable[[date], str | None]
    told: Sequence[Done] = ()
    referred: Sequence[date] = ()
    placed: Sequence[Placed] = ()
    done: Dones


def returns(pupil_id: UUID, weeks: Sequence[Standing], known: Reported) -> Iterator[Owed]:
    """Every return that the standing marks have come to oblige to; ``weeks`` in order."""
    for one in _absent(pupil_id, weeks, known):
        yield with_done(_told(one, known.told), known.done)
    for sick, provision in _sick(pupil_id, weeks, known):
        yield with_done(_told(sick, known.told), known.done)
        if provision is not None:
            yield with_done(provision, known.done)


def _told(one: Owed, told: Sequence[Done]) -> Owed:
    said = next((found for found in told if found.on >= one.opened_on), None)
    if said is None:
        return one
    return replace(one, closed_on=said.on, outcome="done", closed_by=said.by)


def _absent(pupil_id: UUID, weeks: Sequence[Standing], known: Reported) -> Iterator[Owed]:
    """From the tenth school day on end, and in each further month in which it lasts.

    A day counts where all its possible sessions are G, N, O or U. A day without a possible session
    (holidays, D, Y, no mark) neither counts nor breaks the run.
    """
    if unauthorised_in(weeks) < FEWEST_ABSENT:
        return
    run, month = 0, (0, 0)
    for week in weeks:
        if not counts(week.marks).unauthorised:
            run = 0 if counts(week.marks).possible else run
            continue
        for day in range(DAYS):
            possible = [n for n in (2 * day, 2 * day + 1) if week.marks[n] in POSSIBLE]
            if not possible:
                continue
            if any(week.marks[n] not in UNAUTHORISED for n in possible):
                run = 0
                continue
            on = week.day(possible[0])
            whose = known.answerable(on, week.register(possible[-1]))
            if in_force("attendance.return", on) is None or not whose.calendar.counts(on)[0]:
                continue
            run += 1
            needed = number("attendance.return", on)
            if run < needed or (run > needed and (on.year, on.month) == month):
                continue
            month = (on.year, on.month)
            yield _opened(ABSENCE, pupil_id, week, possible[-1], owner=whose.name,
                          due_on=on.replace(day=monthrange(*month)[1]))  # fmt: skip


def _sick(
    pupil_id: UUID, weeks: Sequence[Standing], known: Reported
) -> Iterator[tuple[Owed, Owed | None]]:
    """Code I in 30 sessions of a school year, at once or together; then in 30 more.

    One return for each continuous period: what is left of a period that was reported counts no
    more. A period ends with any other possible mark.
    """
    if sum(week.marks.count(ILL) for week in weeks) < FEWEST_ILL:
        return
    year, sessions, reported = 0, 0, False
    for week in weeks:
        if ILL not in week.marks:
            reported = reported and not counts(week.marks).possible
            continue
        for place, byte in enumerate(week.marks):
            if byte != ILL:
                reported = reported and byte not in POSSIBLE
                continue
            on = week.day(place)
            of = academic_year(on)
            if on.month == AUGUST:
                of = known.answerable(on, week.register(place)).calendar.school_year(on)
            if of != year:
                year, sessions, reported = of, 0, False
            if reported or in_force("attendance.sickness", on) is None:
                continue
            sessions += 1
            if sessions == 2 * number("attendance.sickness", on):
                sessions, reported = 0, True
                whose = known.answerable(on, week.register(place))
                sick = _opened(SICKNESS, pupil_id, week, place, owner=whose.name, due_on=on)
                owner = known.home(on) or whose.name
                provision = _opened(SECTION_19, pupil_id, week, place, owner=owner, due_on=on)
                yield sick, None if _provided(on, known) else _begun(provision, known)


def _provided(on: date, known: Reported) -> bool:
    """Placed on that day already, or referred to the LA this school year: it has its own clock."""
    return any(one.runs(on) for one in known.placed) or any(
        referred <= on and academic_year(referred) == academic_year(on)
        for referred in known.referred
    )


def _begun(one: Owed, known: Reported) -> Owed:
    """Provision has begun with the first placement after."""
    later = (placed for placed in known.placed if placed.starts_on > one.opened_on)
    first = min(later, key=lambda placed: (placed.starts_on, placed.key), default=None)
    if first is None:
        return one
    return replace(one, closed_on=first.starts_on, outcome="done", closed_by=first.key)


def _opened(
    kind: str, pupil_id: UUID, week: Standing, place: int, *, owner: str, due_on: date
) -> Owed:
    on = week.day(place)
    return Owed(
        kind=kind,
        key=key_of(kind, pupil_id, on.isoformat()),
        rule=RULE_OF_KIND[kind],
        owner=owner,
        calendar=owner,
        opened_on=on,
        due_on=due_on,
        opened=MarkAt(week.register(place), week.week, place),
    )
