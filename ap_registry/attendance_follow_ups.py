"""What the marks oblige to: thresholds over the standing marks, and code N on each register.

Pure functions of the marks, of who answers for the pupil on a day, and of what was said to be done.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import islice
from uuid import UUID

from ap_registry import codes
from ap_registry.attendance import Standing
from ap_registry.attendance_owed import (
    ABSENT,
    POSSIBLE,
    UNAUTHORISED,
    AnswerableOn,
    Counts,
    Dones,
    MarkAt,
    Owed,
    Version,
    counts,
    key_of,
    lapsed,
    unauthorised_in,
    with_done,
)
from ap_registry.calendar import SchoolCalendar, academic_year, london_today

TEN = 10  # SI 2024/210: sessions
WEEKS = 10  # SI 2024/210: school weeks
FIRST_POSSIBLE = 10  # thresholds are judged from ten possible sessions: domain 1.6
DUE_SCHOOL_DAYS = 5
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
            yield with_done(one, done)
    for one in _code_n(pupil_id, versions, answerable):
        yield with_done(one, done)


def _opened(
    kind: str, rule: str, pupil_id: UUID, mark: tuple[Standing, int], answerable: AnswerableOn
) -> Owed:
    week, place = mark
    on, register = week.day(place), week.register(place)
    whose = answerable(on, register)
    return Owed(
        kind=kind,
        key=key_of(kind, pupil_id, on.isoformat()),
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
    if unauthorised_in(weeks) < TEN:
        return
    sessions = [
        (week, place)
        for week in weeks
        if counts(week.marks).unauthorised
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
            yield lapsed(current, lapses_on)
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
            current = with_done(opened, done)
        lapses_on = _monday(number, tenth + WEEKS)
    if current is not None:
        last = numbers.marked[-1]
        over = lapses_on is not None and lapses_on <= last
        yield lapsed(current, lapses_on) if over and lapses_on else current


def _tenth_back(
    sessions: Sequence[tuple[Standing, int]], last: int, number: Mapping[date, int]
) -> int | None:
    """The school week of the tenth session back, the last being the first."""
    weeks = (number.get(sessions[place][0].week) for place in range(last, -1, -1))
    return next(islice((week for week in weeks if week is not None), TEN - 1, None), None)


def _monday(numbers: Mapping[date, int], number: int) -> date | None:
    mondays = list(numbers)
    return mondays[number] if number < len(mondays) else None


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
        ten = counts(week.marks)
        if not ten.possible:
            continue
        of, whole = _year_of_week(week.week)
        if whole and of != year:
            year, possible, absent = of, 0, 0
            if opened is not None:
                whole = False
        if whole and _unchanged(possible, absent, ten, share, opened=opened is not None):
            possible += ten.possible
            absent += ten.absent
            continue
        for place in range(len(week.marks)):
            if week.marks[place] not in POSSIBLE:
                continue
            of = academic_year(week.day(place))
            if of != year:
                year, possible, absent = of, 0, 0
            possible += 1
            absent += week.marks[place] in ABSENT
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


@lru_cache(maxsize=1_024)
def _year_of_week(monday: date) -> tuple[int, bool]:
    """The academic year of the Monday, and whether it is that of the Friday too."""
    of = academic_year(monday)
    return of, of == academic_year(monday + timedelta(days=4))


def _unchanged(possible: int, absent: int, ten: Counts, share: int, *, opened: bool) -> bool:
    """Whether no mark of a week can cross the threshold, whatever their order."""
    if opened:
        return absent * share >= possible + ten.possible
    if possible >= FIRST_POSSIBLE:
        return not ten.absent or (absent + ten.absent) * share < possible
    return not absent + ten.absent


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
            key=key_of(CODE_N, pupil_id, f"{organisation}/{on}"),
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
