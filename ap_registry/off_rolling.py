"""Signals that a removal may have been in the school's interest rather than the pupil's.

Ofsted: removal without a permanent exclusion, primarily in the best interests of the school.
A signal is a question for the LA to ask, never a finding.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from ap_registry.calendar import academic_year, census_day
from ap_registry.notice import World
from ap_registry.pupil import Pupil

HOME_EDUCATION = "f"
EXAM_YEARS = frozenset({10, 11})


def signals(pupil: Pupil, ground: str, left_on: date, world: World) -> Iterator[str]:
    """In words; ``pupil`` as before the removal. Only home education is asked about: on any other
    ground somebody else (another school, a court, the governors) has had a say.
    """
    if ground != HOME_EDUCATION:
        return
    home = pupil.home_la(left_on)
    asks = f"LA{home}" if home else None
    since = left_on - timedelta(days=world.number("roll.off-rolling-signal", left_on, of=asks))
    if any(
        e.kind != "permanent" and not e.undone and since <= e.occurred_on <= left_on
        for e in pupil.exclusions
    ):
        yield "home education within twelve weeks of a suspension"
    if any(p.end_reason != "error" and (p.ended_on or left_on) >= since for p in pupil.placements):
        yield "home education within twelve weeks of a placement"
    year = pupil.year_group(left_on)
    if year in EXAM_YEARS and left_on < census_day(academic_year(left_on)):
        yield f"home education in Year {year} before the January census"
