"""Registers that a provider owes and has not sent, as at a day: one for a pupil and a week."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

from ap_registry import codes
from ap_registry.attendance import Week
from ap_registry.attendance_owed import Dones, Owed, Placed, key_of, with_done
from ap_registry.calendar import SchoolCalendar
from ap_registry.notice import World
from ap_registry.rules import in_force

MISSING = "register_missing"
RULE = "attendance.register-missing"
RULE_OF_KIND: Mapping[str, str] = {MISSING: RULE}
FULL = 9  # sessions a week from which a pupil is expected on every school day
LOOKED_BACK = timedelta(days=28)  # older silence is found no more: what is open stays open


def missing(
    pupil_id: UUID,
    registers: Iterable[Week],
    placed: Sequence[Placed],
    world: World,
    done: Dones,
    *,
    today: date,
    held: Collection[UUID],
) -> Iterator[Owed]:
    """Weeks of a placement with a school day without a mark, once the next school day is over.

    Of whom fewer sessions are agreed, only a week without any mark is missing: nobody knows the
    days. Where no terms are loaded nothing is. ``held``: ids of those found before.
    """
    sent = {(week.organisation, week.week): week.marks for week in registers}
    seen: set[UUID] = set()
    for one in placed:
        calendar = world.calendars.of(one.provider)
        for monday in _mondays(one, today, date.min if held else today - LOOKED_BACK):
            silent = _silent(one, calendar, monday, sent.get((one.provider, monday), ""))
            if silent is None or in_force(RULE, silent) is None:
                continue
            days = world.number("attendance.register-missing", silent, of=one.provider)
            over = calendar.due_after(silent, days)[0]
            key = key_of(MISSING, pupil_id, f"{one.provider}/{monday}")
            found = monday >= today - LOOKED_BACK or key in held
            if over >= today or key in seen or not found:
                continue
            seen.add(key)
            yield with_done(
                Owed(
                    kind=MISSING,
                    key=key,
                    rule=RULE,
                    owner=one.provider,
                    calendar=one.provider,
                    opened_on=over,
                    due_on=calendar.due_after(over, 1)[0],
                    opened_by=one.key,
                ),
                done,
            )


def _mondays(one: Placed, today: date, since: date) -> Iterator[date]:
    """The weeks of a placement that begin on or after a day, up to today."""
    start = max(one.starts_on, since)
    monday = start - timedelta(days=start.weekday())
    last = min(one.ended_on or today, today)
    while monday <= last:
        yield monday
        monday += timedelta(days=7)


def _silent(one: Placed, calendar: SchoolCalendar, monday: date, marks: str) -> date | None:
    """The first school day of the week without a mark; of a few sessions, the last day of all."""
    days = [monday + timedelta(days=n) for n in range(5)]
    expected = [day for day in days if one.runs(day) and calendar.is_school_day(day)]
    if one.sessions_per_week < FULL:
        return expected[-1] if expected and not marks.strip(codes.NO_MARK) else None
    return next((day for day in expected if not _marked(marks, day.weekday())), None)


def _marked(marks: str, day: int) -> bool:
    return bool(marks[2 * day : 2 * day + 2].strip(codes.NO_MARK))
