"""One mark for each session from all registers, and the thresholds that follow from the marks.

Clash rule (outcomes.md): a mark that is no possible session yields to one that is; of two possible
ones the register of the AP provider with an open placement stands; else the better one counts.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid5

from ap_registry import codes
from ap_registry.calendar import SchoolCalendar, academic_year
from ap_registry.follow_ups import NAMESPACE

SESSIONS = 10  # in a packed week: Monday AM to Friday PM
TEN = 10  # SI 2024/210
WEEKS = 10
FIRST_POSSIBLE = 10  # thresholds are judged from ten possible sessions: domain 1.6
DUE_SCHOOL_DAYS = 5

_CLASS: Mapping[str, str] = {found.byte: found.klass for found in codes.ATTENDANCE.values()}
_RANK = {"present": 0, "approved": 1, "authorised": 2, "unauthorised": 3}
_ATTENDED = frozenset({"present", "approved"})
_ABSENT = frozenset({"authorised", "unauthorised"})
UNAUTHORISED = frozenset("GNOU")
ON_PAPER = frozenset("BK")


@dataclass(frozen=True, slots=True)
class Week:
    """Ten marks of one register, one byte each; ``event`` recorded them."""

    organisation: str
    week: date
    marks: str
    event: UUID


@dataclass(frozen=True, slots=True)
class Mark:
    """The mark that stands for a session: ``session`` 0 is AM, 1 is PM."""

    on: date
    session: int
    byte: str
    klass: str
    organisation: str
    event: UUID


@dataclass(frozen=True, slots=True)
class Clash:
    """Two registers that differ on a session; ``rule`` says in which way."""

    on: date
    rule: str
    detail: str
    event: UUID


PlacedAt = Callable[[str, date], bool]


def effective(weeks: Iterable[Week], placed_at: PlacedAt) -> tuple[list[Mark], list[Clash]]:
    """The standing marks in order, and the sessions on which registers differ."""
    by_week: dict[date, list[Week]] = {}
    for week in weeks:
        by_week.setdefault(week.week, []).append(week)
    marks: list[Mark] = []
    clashes: list[Clash] = []
    for monday in sorted(by_week):
        registers = by_week[monday]
        for place in range(SESSIONS):
            on = monday + timedelta(days=place // 2)
            found = [
                Mark(on, place % 2, w.marks[place], _CLASS[w.marks[place]], w.organisation, w.event)
                for w in registers
                if w.marks[place] != codes.NO_MARK
            ]
            if len(found) == 1:
                marks.append(found[0])
            elif found:
                marks.append(_standing(found, placed_at))
                clashes.extend(_clashes(found, placed_at))
    return marks, clashes


def _standing(found: Sequence[Mark], placed_at: PlacedAt) -> Mark:
    return min(
        found,
        key=lambda m: (
            m.klass not in _RANK,
            not placed_at(m.organisation, m.on),
            _RANK.get(m.klass, 4),
            m.organisation,
        ),
    )


def _clashes(found: Sequence[Mark], placed_at: PlacedAt) -> Iterator[Clash]:
    possible = [m for m in found if m.klass in _RANK]
    classes = {"attended" if m.klass in _ATTENDED else m.klass for m in possible}
    if len(classes) > 1:
        which = " against ".join(sorted(m.organisation for m in possible))
        last = possible[-1]
        half = "PM" if last.session else "AM"
        yield Clash(last.on, "attendance.clash", f"{last.on} {half}: {which}", last.event)
    absent = next(
        (m for m in possible if m.klass in _ABSENT and placed_at(m.organisation, m.on)), None
    )
    for mark in possible:
        if (
            absent is not None
            and mark.byte in ON_PAPER
            and mark.organisation != absent.organisation
        ):
            yield Clash(
                mark.on,
                "attendance.present-on-paper",
                f"{mark.on} {'PM' if mark.session else 'AM'}: {mark.byte} at {mark.organisation},"
                f" absent at {absent.organisation}",
                mark.event,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """A follow-up that the marks open; lapsed once they are back under the threshold."""

    kind: str
    key: UUID
    rule: str
    opened_on: date
    due_on: date
    opened_by: UUID
    organisation: str | None = None
    lapsed_on: date | None = None


def owed(
    pupil_id: UUID, weeks: Sequence[Week], marks: Sequence[Mark], calendar: SchoolCalendar
) -> Iterator[Owed]:
    """Every follow-up that the marks as they stand have opened."""
    yield from _ten_in_ten(pupil_id, marks, calendar)
    yield from _thresholds(pupil_id, marks, calendar)
    yield from _code_n(pupil_id, weeks, calendar)


def _made(
    kind: str, rule: str, pupil_id: UUID, mark: Mark, calendar: SchoolCalendar,
    lapsed_on: date | None = None,
) -> Owed:  # fmt: skip
    return Owed(
        kind=kind,
        key=uuid5(NAMESPACE, f"{kind}/{pupil_id}/{mark.on}"),
        rule=rule,
        opened_on=mark.on,
        due_on=calendar.due_after(mark.on, DUE_SCHOOL_DAYS)[0],
        opened_by=mark.event,
        lapsed_on=lapsed_on,
    )


def _school_weeks(calendar: SchoolCalendar, marks: Sequence[Mark]) -> list[date]:
    """Mondays of the weeks with a school day; where no terms are loaded, weeks with a mark."""
    if calendar.has_terms:
        days = (date.fromordinal(n) for n in calendar.ordinals)
    else:
        days = (m.on for m in marks)
    return sorted({day - timedelta(days=day.weekday()) for day in days})


def _ten_in_ten(pupil_id: UUID, marks: Sequence[Mark], calendar: SchoolCalendar) -> Iterator[Owed]:
    """The tenth G, N, O or U in a school week and the nine school weeks before it."""
    unauthorised = [m for m in marks if m.byte in UNAUTHORISED]
    if len(unauthorised) < TEN:
        return
    number = {monday: n for n, monday in enumerate(_school_weeks(calendar, marks))}
    in_school = [m for m in unauthorised if _monday(m) in number]
    opened: Mark | None = None
    window: list[Mark] = []
    for mark in in_school:
        this = number[_monday(mark)]
        kept = [m for m in window if number[_monday(m)] > this - WEEKS]
        if opened is not None and len(kept) < TEN:
            yield _made("unauthorised_10_in_10_weeks", "attendance.ten-in-ten", pupil_id, opened,
                        calendar, lapsed_on=_monday(mark))  # fmt: skip
            opened = None
        window = [*kept, mark]
        if opened is None and len(window) >= TEN:
            opened = mark
    if opened is None:
        return
    lapsed_on = None
    if marks and _monday(marks[-1]) in number:
        last = number[_monday(marks[-1])]
        mondays = sorted(number, key=lambda monday: number[monday])
        for this in range(number[_monday(in_school[-1])] + 1, last + 1):
            if sum(number[_monday(m)] > this - WEEKS for m in window) < TEN:
                lapsed_on = mondays[this]
                break
    yield _made("unauthorised_10_in_10_weeks", "attendance.ten-in-ten", pupil_id, opened, calendar,
                lapsed_on=lapsed_on)  # fmt: skip


def _monday(mark: Mark) -> date:
    return mark.on - timedelta(days=mark.on.weekday())


_LEVELS = (
    ("persistent_absence", "attendance.persistent", 10),
    ("severe_absence", "attendance.severe", 2),
)


def _thresholds(pupil_id: UUID, marks: Sequence[Mark], calendar: SchoolCalendar) -> Iterator[Owed]:
    """Absent a tenth, or half, of the possible sessions of the academic year to date."""
    for kind, rule, share in _LEVELS:
        year, possible, absent = None, 0, 0
        opened: Mark | None = None
        for mark in marks:
            if academic_year(mark.on) != year:
                if opened is not None:
                    yield _made(kind, rule, pupil_id, opened, calendar, lapsed_on=mark.on)
                year, possible, absent, opened = academic_year(mark.on), 0, 0, None
            if mark.klass not in _RANK:
                continue
            possible += 1
            absent += mark.klass in _ABSENT
            over = possible >= FIRST_POSSIBLE and absent * share >= possible
            if over and opened is None:
                opened = mark
            elif not over and opened is not None:
                yield _made(kind, rule, pupil_id, opened, calendar, lapsed_on=mark.on)
                opened = None
        if opened is not None:
            yield _made(kind, rule, pupil_id, opened, calendar)


def _code_n(pupil_id: UUID, weeks: Sequence[Week], calendar: SchoolCalendar) -> Iterator[Owed]:
    """One for each organisation and date that still says N."""
    for week in weeks:
        if "N" not in week.marks:
            continue
        for day in range(5):
            if "N" in week.marks[2 * day : 2 * day + 2]:
                on = week.week + timedelta(days=day)
                yield Owed(
                    kind="code_n_reason",
                    key=uuid5(NAMESPACE, f"code_n_reason/{pupil_id}/{week.organisation}/{on}"),
                    rule="attendance.code-n",
                    opened_on=on,
                    due_on=calendar.due_after(on, DUE_SCHOOL_DAYS)[0],
                    opened_by=week.event,
                    organisation=week.organisation,
                )
