"""Wellbeing, beside the five: measured at both ends of a placement that ended in the period."""

from collections.abc import Iterator
from fractions import Fraction

from tests.reports.oracle.pupils import Period, Pupil
from tests.reports.oracle.secondary import Figure
from tests.reports.oracle.story import Fact, Stay

# sdqinfo.org: the last score of each band but the highest.
BANDS = {"teacher": (11, 15, 18), "parent": (13, 16, 19), "self": (14, 17, 19)}


def figures(pupil: Pupil, period: Period) -> Iterator[Figure]:
    for stay in pupil.story.placements():
        if period.holds(stay.last):
            yield from _of_stay(pupil, stay)


def _of_stay(pupil: Pupil, stay: Stay) -> Iterator[Figure]:
    assert stay.last is not None
    sixty = pupil.calendar(stay.last)
    held: dict[tuple[str, str], list[Fact]] = {}
    for f in pupil.story.of("wellbeing_measured"):
        if stay.open_on(f.on):
            held.setdefault((f["instrument"], f["informant"]), []).append(f)
    for (instrument, informant), of_one in held.items():
        baselines = [f for f in of_one if f["stage"] == "baseline"]
        exits = [f for f in of_one if f["stage"] == "exit"]
        if not baselines or not exits:
            continue
        first, last = baselines[0], exits[-1]
        reached = sixty.nth_after(first.on, 60)
        if reached is None or last.on < reached:
            continue
        share = number = None
        if instrument == "sdq_total":
            share = (int(_band(informant, last) < _band(informant, first)), 1)
        else:
            number = Fraction(str(last["score"])) - Fraction(str(first["score"]))
        yield Figure(
            measure="wellbeing", name=instrument, provider=stay.start["provider"],
            la=pupil.story.stood("home_la", stay.last), share=share, number=number,
        )  # fmt: skip


def _band(informant: str, measured: Fact) -> int:
    return sum(measured["score"] > highest for highest in BANDS[informant])
