"""What the marks oblige to: thresholds over the standing marks, and code N on each register.

Pure functions of the marks, of who answers for the pupil on a day, and of what was said to be done.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import NamedTuple
from uuid import UUID, uuid5

from ap_registry import codes
from ap_registry.attendance import Standing
from ap_registry.calendar import SchoolCalendar, academic_year, london_today
from ap_registry.follow_ups import NAMESPACE

TEN = 10  # SI 2024/210: sessions
WEEKS = 10  # SI 2024/210: school weeks
FIRST_POSSIBLE = 10  # thresholds are judged from ten possible sessions: domain 1.6
DUE_SCHOOL_DAYS = 5
UNAUTHORISED = frozenset(codes.UNAUTHORISED_BYTES)
_ABSENT = frozenset(codes.AUTHORISED_BYTES + codes.UNAUTHORISED_BYTES)
_POSSIBLE = frozenset(codes.POSSIBLE_BYTES)
TEN_IN_TEN, CODE_N = "unauthorised_10_in_10_weeks", "code_n_reason"
_LEVELS = (
    ("persistent_absence", "attendance.persistent", 10),
    ("severe_absence", "attendance.severe", 2),
)
RULE_OF_KIND: Mapping[str, str] = {
    TEN_IN_TEN: "attendance.ten-in-ten",
    **{kind: rule for kind, rule, _share in _LEVELS},
    CODE_N: "attendance.code-n",
}


@dataclass(frozen=True, slots=True)
class MarkAt:
    """A mark of a register: ``place`` 0–9 in its week; ``at``: when it was recorded, if known."""

    organisation: str
    week: date
    place: int
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answerable:
    """The main school, else the home LA, else the register: whose duty, and whose calendar."""

    name: str
    calendar: SchoolCalendar


AnswerableOn = Callable[[date, str], Answerable]


@dataclass(frozen=True, slots=True)
class Done:
    """A ``follow_up_done`` that stands."""

    on: date
    by: UUID
    how: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """A follow-up that the marks open; ``opened`` and ``closed`` are the marks that did it."""

    kind: str
    key: UUID
    rule: str
    owner: str
    calendar: str
    opened_on: date
    due_on: date
    opened: MarkAt
    closed_on: date | None = None
    outcome: str | None = None
    closed: MarkAt | None = None
    closed_by: UUID | None = None
    how: str | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """A week of a register that held a code N, while it stood; ``until`` None: it still does."""

    organisation: str
    week: date
    marks: str
    from_at: datetime
    until: datetime | None


Dones = Mapping[UUID, Done]


def owed(
    pupil_id: UUID,
    weeks: Sequence[Standing],
    versions: Sequence[Version],
    answerable: AnswerableOn,
    done: Dones,
) -> Iterator[Owed]:
    """Every follow-up that the marks have opened, those that are closed by now included.

    ``weeks`` in order; ``versions``: every week that ever held an N; ``done``: by follow-up id.
    """
    yield from _ten_in_ten(pupil_id, weeks, answerable, done)
    for kind, rule, share in _LEVELS:
        for one in _threshold(pupil_id, weeks, answerable, kind, rule, share):
            yield _with_done(one, done)
    for one in _code_n(pupil_id, versions, answerable):
        yield _with_done(one, done)


def _with_done(one: Owed, done: Dones) -> Owed:
    """What somebody says is done is done, unless it was closed before."""
    said = done.get(one.key)
    if said is None or (one.closed_on is not None and one.closed_on <= said.on):
        return one
    return replace(
        one, closed_on=said.on, outcome="done", closed=None, closed_by=said.by, how=said.how
    )


def _key(kind: str, pupil_id: UUID, what: str) -> UUID:
    """From the day that opened it: the same after a rebuild and after marks beside it change."""
    return uuid5(NAMESPACE, f"{kind}/{pupil_id}/{what}")


def _opened(
    kind: str, rule: str, pupil_id: UUID, mark: tuple[Standing, int], answerable: AnswerableOn
) -> Owed:
    week, place = mark
    on, register = week.day(place), week.register(place)
    whose = answerable(on, register)
    return Owed(
        kind=kind,
        key=_key(kind, pupil_id, on.isoformat()),
        rule=rule,
        owner=whose.name,
        calendar=whose.name,
        opened_on=on,
        due_on=whose.calendar.due_after(on, DUE_SCHOOL_DAYS)[0],
        opened=MarkAt(register, week.week, place),
    )


class _SchoolWeeks:
    """Numbers the weeks with a school day; where no terms are loaded, those with a mark."""

    def __init__(self, weeks: Sequence[Standing]) -> None:
        self.marked = [week.week for week in weeks if week.marks.strip(codes.NO_MARK)]
        self._numbered = {monday: n for n, monday in enumerate(sorted(set(self.marked)))}

    def of(self, calendar: SchoolCalendar) -> Mapping[date, int]:
        """Week by Monday, in order."""
        return calendar.school_weeks if calendar.has_terms else self._numbered


def _ten_in_ten(
    pupil_id: UUID, weeks: Sequence[Standing], answerable: AnswerableOn, done: Dones
) -> Iterator[Owed]:
    """The tenth G, N, O or U in a school week and the nine before it; again only once closed."""
    if sum(_counts(week.marks).unauthorised for week in weeks) < TEN:
        return
    sessions = [
        (week, place)
        for week in weeks
        if _counts(week.marks).unauthorised
        for place in range(len(week.marks))
        if week.marks[place] in UNAUTHORISED
    ]
    numbers = _SchoolWeeks(weeks)
    current: Owed | None = None
    lapses_on: date | None = None
    for n, (week, place) in enumerate(sessions):
        on = week.day(place)
        number = numbers.of(answerable(on, week.register(place)).calendar)
        this = number.get(week.week)
        if this is None:
            continue
        if current is not None and lapses_on is not None and lapses_on <= week.week:
            yield _lapsed(current, lapses_on)
            current = None
        if current is not None and current.outcome == "done":
            closed_on = current.closed_on
            if closed_on is not None and on > closed_on:
                yield current
                current = None
        tenth = _tenth_back(sessions, n, number)
        if tenth is None or tenth <= this - WEEKS:
            continue
        if current is None:
            opened = _opened(
                TEN_IN_TEN, "attendance.ten-in-ten", pupil_id, (week, place), answerable
            )
            current = _with_done(opened, done)
        lapses_on = _monday(number, tenth + WEEKS)
    if current is not None:
        last = numbers.marked[-1]
        over = lapses_on is not None and lapses_on <= last
        yield _lapsed(current, lapses_on) if over and lapses_on else current


def _tenth_back(
    sessions: Sequence[tuple[Standing, int]], last: int, number: Mapping[date, int]
) -> int | None:
    """The school week of the tenth session back, the last being the first."""
    weeks = (number.get(sessions[place][0].week) for place in range(last, -1, -1))
    return next(islice((week for week in weeks if week is not None), TEN - 1, None), None)


def _monday(numbers: Mapping[date, int], number: int) -> date | None:
    mondays = list(numbers)
    return mondays[number] if number < len(mondays) else None


def _lapsed(one: Owed, on: date) -> Owed:
    """Back under by the passing of weeks: no mark closes it."""
    if one.closed_on is not None and one.closed_on <= on:
        return one
    return replace(one, closed_on=on, outcome="lapsed", closed=None, closed_by=None)


class _Counts(NamedTuple):
    """Of the ten marks of a week."""

    possible: int
    absent: int
    unauthorised: int


@lru_cache(maxsize=65_536)
def _counts(marks: str) -> _Counts:
    return _Counts(
        sum(byte in _POSSIBLE for byte in marks),
        sum(byte in _ABSENT for byte in marks),
        sum(byte in UNAUTHORISED for byte in marks),
    )


def _threshold(
    pupil_id: UUID,
    weeks: Sequence[Standing],
    answerable: AnswerableOn,
    kind: str,
    rule: str,
    share: int,
) -> Iterator[Owed]:
    """Absent one in ``share`` of the possible sessions of the academic year to date, or more."""
    year, possible, absent = None, 0, 0
    opened: tuple[Standing, int] | None = None
    for week in weeks:
        counts = _counts(week.marks)
        if not counts.possible:
            continue
        of = academic_year(week.week)
        whole = of == academic_year(week.day(9))
        if whole and of != year:
            year, possible, absent = of, 0, 0
            if opened is not None:
                whole = False
        if whole and _unchanged(possible, absent, counts, share, opened=opened is not None):
            possible += counts.possible
            absent += counts.absent
            continue
        for place in range(len(week.marks)):
            if week.marks[place] not in _POSSIBLE:
                continue
            of = academic_year(week.day(place))
            if of != year:
                year, possible, absent = of, 0, 0
            possible += 1
            absent += week.marks[place] in _ABSENT
            over = possible >= FIRST_POSSIBLE and absent * share >= possible
            if over == (opened is not None):
                continue
            if opened is None:
                opened = week, place
                continue
            yield replace(
                _opened(kind, rule, pupil_id, opened, answerable),
                closed_on=week.day(place),
                outcome="lapsed",
                closed=MarkAt(week.register(place), week.week, place),
            )
            opened = None
    if opened is not None:
        yield _opened(kind, rule, pupil_id, opened, answerable)


def _unchanged(possible: int, absent: int, counts: _Counts, share: int, *, opened: bool) -> bool:
    """Whether no mark of a week can cross the threshold, whatever their order."""
    if opened:
        return absent * share >= possible + counts.possible
    if possible >= FIRST_POSSIBLE:
        return not counts.absent or (absent + counts.absent) * share < possible
    return not absent + counts.absent


def _code_n(
    pupil_id: UUID, versions: Iterable[Version], answerable: AnswerableOn
) -> Iterator[Owed]:
    """One for each organisation and date on which N was ever marked; explained: done."""
    seen: dict[tuple[str, date], list[tuple[Version, int]]] = {}
    for version in sorted(versions, key=lambda v: v.from_at):
        for place, byte in enumerate(version.marks):
            if byte == "N":
                on = version.week + timedelta(days=place // 2)
                seen.setdefault((version.organisation, on), []).append((version, place))
    for (organisation, on), held in sorted(seen.items()):
        first, place = held[0]
        whose = answerable(on, organisation)
        one = Owed(
            kind=CODE_N,
            key=_key(CODE_N, pupil_id, f"{organisation}/{on}"),
            rule="attendance.code-n",
            owner=organisation,
            calendar=whose.name,
            opened_on=on,
            due_on=whose.calendar.due_after(on, DUE_SCHOOL_DAYS)[0],
            opened=MarkAt(organisation, first.week, place, first.from_at),
        )
        ends = [version.until for version, _ in held]
        if None not in ends:
            at = max(end for end in ends if end is not None)
            one = replace(
                one,
                closed_on=max(on, london_today(at)),
                outcome="done",
                closed=MarkAt(organisation, first.week, place, at),
            )
        yield one
