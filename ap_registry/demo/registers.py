"""Marks of one pupil from the spans of their life, as weekly rows of the register."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from random import Random

from ap_registry.calendar import SchoolCalendar
from ap_registry.demo.facts import ABSENCE_2022_23, draw
from ap_registry.demo.life import DAY, Life, Span
from ap_registry.demo.terms import UNTIL_ON

NONE = "-"
CLOSED = "#"
LATE_ARRIVAL = 0.05
WHOLE_DAY = 0.85  # of the absence comes in whole days
NEW_CODES_ON = date(2024, 8, 19)  # SI 2024/208: C2 exists from then on
BEFORE_2024 = {code: n for code, n in ABSENCE_2022_23.items() if code != "C2"}
Pair = tuple[str, str]


def weeks(life: Life) -> Iterator[tuple[date, str, str]]:
    """Monday, organisation, and ten marks, by week and organisation."""
    rng = Random(f"{life.area.seed}/{life.area.la}/{life.number}/marks")
    found: dict[tuple[date, str], list[Pair]] = {}
    for day, marks in _days(life, rng):
        monday = day - day.weekday() * DAY
        for organisation, pair in marks.items():
            week = found.setdefault((monday, organisation), [(NONE, NONE)] * 5)
            week[day.weekday()] = pair
    for (monday, organisation), week in sorted(found.items()):
        codes = [code for pair in week for code in pair]
        if any(code not in (NONE, CLOSED) for code in codes):
            yield monday, organisation, " ".join(codes)


def _days(life: Life, rng: Random) -> Iterator[tuple[date, Mapping[str, Pair]]]:
    """Every weekday of the stretch; of the spans that cover a day the last laid counts."""
    if not life.spans:
        return
    day = min(span.from_on for span in life.spans)
    until = min(UNTIL_ON, life.watched_until)
    calendars = {span.organisation: life.area.calendar(span.organisation) for span in life.spans}
    while day <= until:
        if day.weekday() < 5:
            held = _held(life.spans, day)
            marks: dict[str, Pair] = {}
            for organisation, span in sorted(held.items(), key=lambda one: bool(one[1].mirror)):
                marks[organisation] = _pair(rng, span, day, calendars[organisation], marks)
            yield day, marks
        day += timedelta(days=1)


def _held(spans: list[Span], day: date) -> dict[str, Span]:
    found: dict[str, Span] = {}
    for span in spans:
        covered = span.from_on <= day <= span.until_on
        if covered and 2 * day.weekday() < span.sessions_per_week:
            found[span.organisation] = span
    return found


def _pair(
    rng: Random, span: Span, day: date, calendar: SchoolCalendar, marks: Mapping[str, Pair]
) -> Pair:
    if span.fixed == NONE:
        return NONE, NONE
    if not calendar.is_school_day(day):
        shut = calendar.why(day)[0] in ("inset", "closure", "bank_holiday")
        return (CLOSED, CLOSED) if shut else (NONE, NONE)
    if span.fixed:
        return span.fixed, span.fixed
    if span.mirror:
        theirs = marks.get(span.mirror, (NONE, NONE))
        return _mirrored(span, theirs[0]), _mirrored(span, theirs[1])
    return _drawn(rng, span, day)


def _mirrored(span: Span, code: str) -> str:
    return span.present if code in ("/", "\\", "L", NONE, CLOSED) else code


def _drawn(rng: Random, span: Span, day: date) -> Pair:
    """Whole days away for the most part, else the odd session; some mornings late."""
    weights = span.weight or (ABSENCE_2022_23 if day >= NEW_CODES_ON else BEFORE_2024)
    if rng.random() < span.absence * WHOLE_DAY:
        code = draw(rng, weights)
        return code, code
    odd = span.absence * (1 - WHOLE_DAY) / (1 - span.absence * WHOLE_DAY)
    morning = span.present or ("L" if rng.random() < LATE_ARRIVAL else "/")
    afternoon = span.present or "\\"
    return (
        draw(rng, weights) if rng.random() < odd else morning,
        draw(rng, weights) if rng.random() < odd else afternoon,
    )
