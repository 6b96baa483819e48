"""How long a pupil has been suspended: in a term, which decides who must be told and must meet."""

from datetime import date

from ap_registry.calendar import academic_year
from ap_registry.happenings import Exclusion
from ap_registry.pupil import Pupil


def suspended_sessions(pupil: Pupil, year: int) -> int:
    """Sessions in an academic year, across schools; what was undone does not count."""
    return sum(
        e.sessions
        for e in pupil.exclusions
        if e.kind != "permanent" and not e.undone and academic_year(e.occurred_on) == year
    )


def term_of(day: date) -> tuple[int, int]:
    """Academic year and part: autumn to December, spring to 20 April, summer."""
    part = 0 if day.month >= 9 else 1 if (day.month, day.day) <= (4, 20) else 2
    return academic_year(day), part


def term_sessions(pupil: Pupil, upto: Exclusion, *, lunchtimes: bool = False) -> int:
    """Sessions of that school's suspensions in the term up to and with this one.

    Lunchtimes count as half days among the others; ``lunchtimes`` counts them alone.
    """
    total = 0
    for other in pupil.exclusions:
        same = other.school == upto.school and term_of(other.occurred_on) == term_of(
            upto.occurred_on
        )
        counts = same and other.kind != "permanent" and (not other.undone or other.id == upto.id)
        if counts and (other.kind == "lunchtime" or not lunchtimes):
            total += other.sessions
        if other.id == upto.id:
            break
    return total
