"""How long a pupil has been suspended: in a term, which decides who must be told and must meet."""

from collections.abc import Mapping
from datetime import date, timedelta

from ap_registry.calendar import academic_year
from ap_registry.happenings import Exclusion
from ap_registry.notice import World
from ap_registry.pupil import Pupil
from ap_registry.remembering import by_identity


def suspended_sessions(pupil: Pupil, year: int, world: World) -> int:
    """Sessions in an academic year, across schools; of what was undone, those served before."""
    return sum(served(e, world) for e in pupil.exclusions if academic_year(e.occurred_on) == year)


def served(exclusion: Exclusion, world: World) -> int:
    """Days out of school before a suspension was cancelled still count (domain 1.1 (b))."""
    if exclusion.undoing is None or exclusion.ends_on is None:
        return exclusion.sessions
    return _served_before(exclusion, exclusion.undoing.back_on, world)


def _served_before(exclusion: Exclusion, day: date, world: World) -> int:
    """Sessions out of school by the end of the day before; a permanent exclusion has no end."""
    last = min(exclusion.ends_on or date.max, day - timedelta(days=1))
    if last < exclusion.occurred_on:
        return 0
    days = world.calendars.of(exclusion.school).known_days(exclusion.occurred_on, last)
    sessions = days * sessions_a_day(exclusion.kind)
    return sessions if exclusion.kind == "permanent" else min(exclusion.sessions, sessions)


def excluded_before(pupil: Pupil, day: date, world: World) -> int:
    """Sessions of the school year out of school on any exclusion before a day, across schools.

    What was planned for that day or later is not served yet (SI 2012/1033 reg. 8A).
    """
    found = 0
    for one in pupil.exclusions:
        calendar = world.calendars.of(one.school)
        if calendar.school_year(one.occurred_on) == calendar.school_year(day):
            until = min(day, one.undoing.back_on) if one.undoing else day
            found += _served_before(one, until, world)
    return found


def sessions_a_day(kind: str) -> int:
    return 1 if kind == "lunchtime" else 2


def school_year_sessions(pupil: Pupil, upto: Exclusion | None, world: World) -> int:
    """Up to and with this one, in the school year of the law (EA 1996 s.579), across schools.

    Of those before it counts what became of them.
    """
    return 0 if upto is None else upto.sessions + _year_before(pupil.exclusions, world)[upto.id.int]


@by_identity
def _year_before(exclusions: tuple[Exclusion, ...], world: World) -> Mapping[int, int]:
    """Sessions served in the same school year before each (by its id as a number)."""
    running: dict[int, int] = {}
    found: dict[int, int] = {}
    for one in exclusions:
        year = world.calendars.of(one.school).school_year(one.occurred_on)
        found[one.id.int] = running.get(year, 0)
        running[year] = found[one.id.int] + served(one, world)
    return found


def term_sessions(pupil: Pupil, upto: Exclusion, world: World, *, lunchtimes: bool = False) -> int:
    """Sessions of that school's suspensions in the term up to and with this one.

    Lunchtimes count as half days among the others; ``lunchtimes`` counts them alone.
    """
    return _in_term(pupil.exclusions, world)[upto.id.int][lunchtimes]


@by_identity
def _in_term(exclusions: tuple[Exclusion, ...], world: World) -> Mapping[int, tuple[int, int]]:
    """Up to and with each (by its id as a number): all sessions, and those of lunchtimes.

    What was undone counts for itself only.
    """
    running: dict[tuple[str, tuple[int, int]], tuple[int, int]] = {}
    found: dict[int, tuple[int, int]] = {}
    for one in exclusions:
        term = one.school, world.calendars.of(one.school).term_of(one.occurred_on)
        total, lunchtimes = running.get(term, (0, 0))
        if one.kind != "permanent":
            total += one.sessions
            lunchtimes += one.sessions if one.kind == "lunchtime" else 0
        found[one.id.int] = total, lunchtimes
        if not one.undone:
            running[term] = total, lunchtimes
    return found
