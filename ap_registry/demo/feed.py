"""The made-up world in the order in which it reached the registry."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from ap_registry.demo import places, pupils

LAS = ("856", "330", "383", "352", "801", "886", "931", "373")
REGISTERS_EVERY_WEEKS = 4


@dataclass(frozen=True, slots=True)
class Submission:
    """What came in at one moment: notices, registers, or both."""

    at: datetime
    notices: Sequence[Mapping[str, Any]] = ()
    registers: Sequence[Mapping[str, str]] = ()


def las(count: int) -> list[places.Places]:
    """The first ``count`` made-up LAs; all 153 codes, in order, once the first are used up."""
    from ap_registry.codes import LA_CODES

    names = [*LAS, *(code for code in LA_CODES if code not in LAS)]
    return [places.places(la, number) for number, la in enumerate(names[:count])]


def submissions(seed: int, found: Sequence[places.Places], count: int) -> Iterator[Submission]:
    """Day by day; the notices of a day together at its end, registers every four weeks."""
    by_day: dict[date, list[tuple[datetime, Mapping[str, Any]]]] = defaultdict(list)
    by_period: dict[date, list[Mapping[str, str]]] = defaultdict(list)
    first = date(2024, 9, 2)
    for place in found:
        for number in range(count):
            story = pupils.pupil(seed, place, number)
            for moment, notice in story.sent:
                by_day[moment.date()].append((moment, notice))
            for row in pupils.registers(story):
                period = max(0, (date.fromisoformat(row["week"]) - first).days // 7)
                closes = (period // REGISTERS_EVERY_WEEKS + 1) * REGISTERS_EVERY_WEEKS
                day = min(first + timedelta(weeks=closes, days=-3), pupils.LAST_DAY)
                by_period[day].append(row)
    for day in sorted(by_day.keys() | by_period.keys()):
        notices = [notice for _, notice in sorted(by_day.get(day, []), key=lambda n: n[0])]
        at = datetime.combine(day, time(16, 30), UTC)
        yield Submission(at=at, notices=notices, registers=by_period.get(day, []))
