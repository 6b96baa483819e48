"""What absence alone sets off at once: first days, clashes on paper, and the watch on a return."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import groupby
from uuid import UUID

from ap_registry.attendance import Clash, Standing, Week
from ap_registry.attendance_owed import (
    ABSENT,
    POSSIBLE,
    UNAUTHORISED,
    Dones,
    MarkAt,
    Owed,
    Placed,
    Returned,
    counts,
    key_of,
    lapsed,
    with_done,
)
from ap_registry.notice import World
from ap_registry.rules import in_force

FIRST_DAY, ON_PAPER = "first_day_absence", "present_on_paper"
LOW, UNEXCUSED = "return_watch_attendance", "return_watch_unauthorised"
RULE_OF_KIND: Mapping[str, str] = {
    FIRST_DAY: "attendance.first-day",
    ON_PAPER: "attendance.present-on-paper",
    LOW: "return-watch.attendance",
    UNEXCUSED: "return-watch.unauthorised",
}
UNEXPLAINED = frozenset("NO")
LAST_DAYS = 10  # domain 9: escalation triggers


def first_days(
    pupil_id: UUID,
    registers: Iterable[Week],
    placed: Sequence[Placed],
    world: World,
    done: Dones,
) -> Iterator[Owed]:
    """The first N or O of an absence from a placement: the commissioner hears the same day.

    Any later possible mark but N and O ends the absence: the pupil is back, or somebody has said
    why. ``registers`` by provider, then week.
    """
    for provider, weeks in groupby(registers, key=lambda week: week.organisation):
        own = [one for one in placed if one.provider == provider]
        if not own:
            continue
        current: Owed | None = None
        away = False
        for week in weeks:
            for place, byte in enumerate(week.marks):
                if byte in UNEXPLAINED:
                    if not away:
                        away = True
                        current = _first_day(pupil_id, week, place, own, world)
                elif byte in POSSIBLE and away:
                    away = False
                    if current is not None:
                        yield with_done(_back(current, week, place), done)
                        current = None
        if current is not None:
            yield with_done(current, done)


def _first_day(
    pupil_id: UUID, week: Week, place: int, placed: Iterable[Placed], world: World
) -> Owed | None:
    on = week.week + timedelta(days=place // 2)
    one = next((found for found in placed if found.runs(on)), None)
    if one is None or in_force("attendance.first-day", on) is None:
        return None
    days = world.number("attendance.first-day", on, of=one.commissioner)
    return Owed(
        kind=FIRST_DAY,
        key=key_of(FIRST_DAY, pupil_id, f"{week.organisation}/{on}"),
        rule=RULE_OF_KIND[FIRST_DAY],
        owner=one.commissioner,
        calendar=one.commissioner,
        opened_on=on,
        due_on=on + timedelta(days=days),
        opened=MarkAt(week.organisation, week.week, place),
    )


def _back(one: Owed, week: Week, place: int) -> Owed:
    return replace(
        one,
        closed_on=week.week + timedelta(days=place // 2),
        outcome="done",
        closed=MarkAt(week.organisation, week.week, place),
    )


def on_paper(pupil_id: UUID, clashes: Iterable[Clash], done: Dones) -> Iterator[Owed]:
    """One for each register and day on which B or K stands against an absence."""
    seen: set[UUID] = set()
    for clash in clashes:
        key = key_of(ON_PAPER, pupil_id, f"{clash.organisation}/{clash.on}")
        if clash.rule != RULE_OF_KIND[ON_PAPER] or key in seen:
            continue
        seen.add(key)
        monday = clash.on - timedelta(days=clash.on.weekday())
        one = Owed(
            kind=ON_PAPER,
            key=key,
            rule=clash.rule,
            owner=clash.organisation,
            calendar=clash.organisation,
            opened_on=clash.on,
            due_on=clash.on,
            opened=MarkAt(clash.organisation, monday, 2 * clash.on.weekday() + clash.session),
        )
        yield with_done(one, done)


def return_watch(
    pupil_id: UUID,
    weeks: Sequence[Standing],
    returned: Iterable[Returned],
    world: World,
    done: Dones,
) -> Iterator[Owed]:
    """While a reintegration runs: low attendance, and three unauthorised sessions on end."""
    for one in returned:
        for found in (*_low(pupil_id, weeks, one, world),
                      *_unexcused(pupil_id, weeks, one, world)):  # fmt: skip
            owed = with_done(found, done)
            yield owed if one.ended_on is None else lapsed(owed, one.ended_on)


def _during(weeks: Sequence[Standing], one: Returned) -> Iterator[Standing]:
    """The weeks that a return touches."""
    last = one.ended_on or date.max
    return (w for w in weeks if w.week <= last and w.week > one.started_on - timedelta(days=7))


@lru_cache(maxsize=65_536)
def _days(marks: str) -> tuple[tuple[int, int, int], ...]:
    """Of each day with a possible session: its last place, how many are possible, and attended."""
    found = []
    for day in range(5):
        places = [n for n in (2 * day, 2 * day + 1) if marks[n] in POSSIBLE]
        if places:
            attended = sum(marks[n] not in ABSENT for n in places)
            found.append((places[-1], len(places), attended))
    return tuple(found)


def _low(pupil_id: UUID, weeks: Sequence[Standing], one: Returned, world: World) -> Iterator[Owed]:
    """Under 85 % of the possible sessions of the last ten days with any; back up, it lapses."""
    enough = world.number("return-watch.attendance", one.started_on, of=one.school)
    days: deque[tuple[int, int]] = deque([(0, 0)] * LAST_DAYS)
    possible, attended, seen = 0, 0, 0
    current: Owed | None = None
    for week in _during(weeks, one):
        for place, may, came in _days(week.marks):
            on = week.day(place)
            if not one.started_on <= on <= (one.ended_on or on):
                continue
            before = days.popleft()
            days.append((may, came))
            possible += may - before[0]
            attended += came - before[1]
            seen += 1
            low = seen >= LAST_DAYS and attended * 100 < possible * enough
            if low == (current is not None):
                continue
            if low:
                current = _watched(LOW, pupil_id, week, place, one, world)
            elif current is not None:
                yield replace(current, closed_on=on, outcome="lapsed",
                              closed=MarkAt(week.register(place), week.week, place))  # fmt: skip
                current = None
    if current is not None:
        yield current


def _unexcused(
    pupil_id: UUID, weeks: Sequence[Standing], one: Returned, world: World
) -> Iterator[Owed]:
    """The third of three possible sessions on end without authority."""
    enough = world.number("return-watch.unauthorised", one.started_on, of=one.school)
    run = 0
    for week in _during(weeks, one):
        if not counts(week.marks).unauthorised:
            run = 0 if counts(week.marks).possible else run
            continue
        for place, byte in enumerate(week.marks):
            on = week.day(place)
            if byte not in POSSIBLE or not one.started_on <= on <= (one.ended_on or on):
                continue
            run = run + 1 if byte in UNAUTHORISED else 0
            if run == enough:
                yield _watched(UNEXCUSED, pupil_id, week, place, one, world)


def _watched(
    kind: str, pupil_id: UUID, week: Standing, place: int, one: Returned, world: World
) -> Owed:
    """Due the next school day of the receiving school."""
    on = week.day(place)
    return Owed(
        kind=kind,
        key=key_of(kind, pupil_id, f"{one.key}/{on}/{place % 2}"),
        rule=RULE_OF_KIND[kind],
        owner=one.school,
        calendar=one.school,
        opened_on=on,
        due_on=world.calendars.of(one.school).due_after(on, 1)[0],
        opened=MarkAt(week.register(place), week.week, place),
    )
