"""How long a pupil has been suspended: in a term, which decides who must be told and must meet."""

from datetime import timedelta

from ap_registry.calendar import academic_year
from ap_registry.happenings import Exclusion
from ap_registry.notice import World
from ap_registry.pupil import Pupil


def suspended_sessions(pupil: Pupil, year: int, world: World) -> int:
    """Sessions in an academic year, across schools; of what was undone, those served before."""
    return sum(served(e, world) for e in pupil.exclusions if academic_year(e.occurred_on) == year)


def served(exclusion: Exclusion, world: World) -> int:
    """Days out of school before a suspension was cancelled still count (domain 1.1 (b))."""
    if exclusion.undoing is None or exclusion.ends_on is None:
        return exclusion.sessions
    last = min(exclusion.ends_on, exclusion.undoing.occurred_on - timedelta(days=1))
    days = world.calendars.of(exclusion.school).known_days(exclusion.occurred_on, last)
    return min(exclusion.sessions, days * sessions_a_day(exclusion.kind))


def sessions_a_day(kind: str) -> int:
    return 1 if kind == "lunchtime" else 2


def school_year_sessions(
    before: Pupil, pupil: Pupil, world: World, *, upto: Exclusion | None
) -> int:
    """Up to and with this one, in the school year of the law (EA 1996 s.579), across schools.

    ``before``: the exclusions that precede it; ``pupil``: what became of them.
    """
    if upto is None:
        return 0

    def year(one: Exclusion) -> int:
        return world.calendars.of(one.school).school_year(one.occurred_on)

    earlier = (pupil.exclusion(one.id) for one in before.exclusions)
    return upto.sessions + sum(
        served(one, world) for one in earlier if one is not None and year(one) == year(upto)
    )


def term_sessions(pupil: Pupil, upto: Exclusion, world: World, *, lunchtimes: bool = False) -> int:
    """Sessions of that school's suspensions in the term up to and with this one.

    Lunchtimes count as half days among the others; ``lunchtimes`` counts them alone.
    """
    total = 0
    term_of = world.calendars.of(upto.school).term_of
    term = term_of(upto.occurred_on)
    for other in pupil.exclusions:
        same = other.school == upto.school and term_of(other.occurred_on) == term
        counts = same and other.kind != "permanent" and (not other.undone or other.id == upto.id)
        if counts and (other.kind == "lunchtime" or not lunchtimes):
            total += other.sessions
        if other.id == upto.id:
            break
    return total
