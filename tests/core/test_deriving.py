"""A clock is run again only where something that it read has changed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from uuid import UUID

from ap_registry.deriving import derive
from ap_registry.notice import Clock, FollowUp, World
from ap_registry.pupil import EMPTY, Pupil
from tests.builders import STARTED
from tests.spec import Story, make_world

ON = date(2026, 3, 2)
OWED = FollowUp(
    kind="call", owner="LA856", opened_on=ON, due_on=ON, opened_by=UUID(int=1), rule="flag.mend"
)


class Counting:
    """Owes one call where the pupil's birth year is known; knows how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.clocks = (Clock(kinds=("call",), derive=self._owed),)

    def _owed(self, pupil: Pupil, _world: World) -> Iterator[FollowUp]:
        self.asked += 1
        if pupil.birth_year is not None:
            yield replace(OWED, calendar=str(pupil.home_la(ON)))


def test_a_clock_is_not_asked_again_of_what_it_does_not_read() -> None:
    world, counting = make_world(), Counting()
    pupil = replace(EMPTY, birth_year=2011)
    first = derive(counting.clocks, pupil, world, ())
    asked = counting.asked
    again = derive(counting.clocks, replace(pupil, upn="A"), world, first)
    assert (again[0] is first[0], counting.asked) == (True, asked)


def test_a_clock_is_asked_again_of_what_it_read_by_way_of_a_question() -> None:
    world, counting = make_world(), Counting()
    pupil = replace(EMPTY, birth_year=2011)
    first = derive(counting.clocks, pupil, world, ())
    known = replace(pupil, details=Story().told(*STARTED).pupil.details)
    (again,) = derive(counting.clocks, known, world, first)
    assert ([f.calendar for f in first[0].owed], [f.calendar for f in again.owed]) == (
        ["None"], ["856"],
    )  # fmt: skip
