"""O3 Reintegration (outcomes.md)."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache, partial
from typing import NamedTuple

from ap_registry import codes
from ap_registry.calendar import SchoolCalendar
from reports.facts import PRESENT, Facts, Row, holds, open_on
from reports.marks import DAY
from reports.measures.attendance import MEDICAL
from reports.measures.episode import (
    EXCLUDED,
    FAILED,
    PENDING,
    SUCCESS,
    UNKNOWN,
    Count,
    Episode,
    Number,
    Period,
    Place,
    Secondary,
    Yes,
)  # fmt: skip

MEASURE = "reintegration"
TO_RETURN = 10
TO_SUSTAIN = 60
MATURES = 70
NEXT_PLACEMENT = 5
SHORT = 15
LEAST_POSSIBLE = 30
BY_START = 190
OVERDUE = 20
_ORGANISATION = re.compile(r"\d{6}|LA\d{3}|(AP|SVC|ICB|T)-\w+")


class Back(NamedTuple):
    """Whether a placement that ended led back: the day, the last of the window, and the rule.

    Where the terms that are loaded do not reach the end of the window, ``last`` is None.
    """

    on: date | None
    last: date | None
    place: Place
    reason: str


def episodes(facts: Facts, period: Period) -> Iterator[Episode]:
    for placement in facts.placements:
        back = cache(partial(_back, facts, placement))  # asked for twice where it began lately
        if period.holds(placement.ended_on):
            yield _episode(facts, placement, period, back)
        beside = tuple(_by_start(facts, placement, period, back))
        if placement.ended_on is None and _overdue(facts, placement, period):
            beside = (*beside, Count("overdue_open"))
        if beside:
            yield Episode(
                measure=MEASURE,
                provider=placement.provider,
                la=facts.home_la(placement.ended_on or period.today),
                place=None,
                secondary=beside,
                subject=placement.key,
                since=placement.starts_on,
            )


def _overdue(facts: Facts, placement: Row, period: Period) -> bool:
    limit = facts.calendar(placement.starts_on).nth_after(placement.planned_ends_on, OVERDUE)
    return limit is not None and limit < period.today


def _by_start(
    facts: Facts, placement: Row, period: Period, back: Callable[[], Back]
) -> Iterator[Secondary]:
    """Of placements meant to return that started in the period: back and settled in 190 days."""
    if placement.intent != "return" or not period.holds(placement.starts_on):
        return
    limit = facts.calendar(placement.starts_on).nth_after(placement.starts_on, BY_START)
    if limit is None or limit > period.today:
        return
    achieved = False
    if placement.ended_on is not None:
        _, last, place, _ = back()
        achieved = last is not None and last <= limit and place is SUCCESS
    yield Yes("by_start", achieved)


def _episode(facts: Facts, placement: Row, period: Period, back: Callable[[], Back]) -> Episode:
    end = placement.ended_on
    calendar = facts.calendar(end)
    matures = calendar.nth_after(end, MATURES)
    reason = excluded(facts, placement, calendar)
    secondary: tuple[Secondary, ...] = (Count(f"went_{placement.end_reason}"),)
    if reason is not None:
        place = EXCLUDED
    elif matures is None or matures > period.today:
        place, reason = PENDING, "not_over"
    else:
        found = back()
        place, reason = found.place, found.reason
        if place is not UNKNOWN:
            secondary += tuple(_beside(facts, placement, calendar, found, matures))
    return Episode(
        measure=MEASURE,
        provider=placement.provider,
        la=facts.home_la(end),
        place=place,
        reason=reason,
        secondary=secondary,
        subject=placement.key,
        since=placement.starts_on,
        until=matures,
    )


def _back(facts: Facts, placement: Row) -> Back:
    calendar = facts.calendar(placement.ended_on)
    returned = return_day(facts, placement, calendar)
    if returned is None:
        return Back(None, None, FAILED, "not_returned")
    last = calendar.nth_after(returned, TO_SUSTAIN)
    if last is None:
        return Back(returned, None, PENDING, "not_over")
    return Back(returned, last, *_sustained(facts, placement, calendar, returned, last))


def excluded(facts: Facts, placement: Row, calendar: SchoolCalendar) -> str | None:
    """The first reason that fits, in the order of outcomes.md."""
    end: date = placement.ended_on
    if placement.end_reason in {"died", "left_england"}:
        return str(placement.end_reason)
    if placement.end_reason == "moved_area" and _is_known_place(placement.destination):
        return "moved"
    if placement.intent == "long_term" and "E" in {
        facts.detail("sen_provision", placement.starts_on),
        facts.detail("sen_provision", end),
    }:
        return "long_term"
    year = facts.year_group(end)
    if year == 11 and end.month <= 8:
        return "year_11_leaver"
    if year is not None and year >= 12:
        return "post_16"
    length = calendar.count(placement.starts_on, end)
    if placement.reason in MEDICAL and length < SHORT:
        return "short_hospital"
    if placement.reason == "suspension" and length < SHORT:
        return "cover"
    if _still_placed(facts, placement, calendar):
        return "still_placed"
    return None


def _is_known_place(destination: str | None) -> bool:
    """An organisation or an LA code, not words."""
    return destination is not None and (
        _ORGANISATION.fullmatch(destination) is not None or destination in codes.LA_CODES
    )


def _still_placed(facts: Facts, placement: Row, calendar: SchoolCalendar) -> bool:
    end = placement.ended_on
    fifth = calendar.nth_after(end, NEXT_PLACEMENT)
    for other in facts.placements:
        if other.key == placement.key:
            continue
        if open_on(other, end) and (other.ended_on is None or other.ended_on > end):
            return True
        if other.starts_on > end and fifth is not None and other.starts_on <= fifth:
            return True
    return False


def return_day(facts: Facts, placement: Row, calendar: SchoolCalendar) -> date | None:
    """The earliest of the five ways back, or None."""
    end: date = placement.ended_on
    if (
        _back_before_the_end(facts, placement)
        or _joined_meanwhile(facts, placement)
        or _cause_undone(facts, placement)
    ):
        return end
    tenth = calendar.nth_after(end, TO_RETURN)
    if tenth is None:
        return None
    such = facts.world.such_a_school
    found = [
        *(
            r.started_on
            for r in facts.rows("reintegration")
            if such(r.school) and end <= r.started_on <= tenth
        ),
        *(r.from_on for r in facts.main_spells if such(r.school) and end <= r.from_on <= tenth),
        *_marks(facts, end + DAY, tenth),
    ]
    return min(found, default=None)


def _cause_undone(facts: Facts, placement: Row) -> bool:
    """The causing exclusion does not stand: a voided one is in no row."""
    return placement.cause is not None and not any(
        e.key == placement.cause and not e.undone for e in facts.rows("exclusion")
    )


def _back_before_the_end(facts: Facts, placement: Row) -> bool:
    end = placement.ended_on
    return any(
        facts.world.such_a_school(r.school)
        and placement.starts_on <= r.started_on <= end
        and not (r.outcome == "broke_down" and r.ended_on <= end)
        for r in facts.rows("reintegration")
    )


def _joined_meanwhile(facts: Facts, placement: Row) -> bool:
    """Joined, during the placement, another such school than that of its first day."""
    end = placement.ended_on
    first = facts.main_spell(placement.starts_on)
    return any(
        facts.world.such_a_school(r.school)
        and (first is None or r.school != first.school)
        and placement.starts_on <= r.from_on <= end
        and holds(r, end)
        for r in facts.main_spells
    )


def _marks(facts: Facts, from_on: date, to_on: date) -> Iterator[date]:
    """Days on which the register of such a school, on whose roll the pupil is, says present."""
    for school in {r.school for r in facts.main_spells}:
        if not facts.world.such_a_school(school):
            continue
        for on, byte in facts.register(school, from_on, to_on):
            if byte in PRESENT and any(
                r.school == school and holds(r, on) for r in facts.main_spells
            ):
                yield on
                break


def _sustained(
    facts: Facts, placement: Row, calendar: SchoolCalendar, returned: date, last: date
) -> tuple[Place, str]:
    """And the first rule that fits."""
    if not facts.on_roll(last):
        return FAILED, "off_roll"
    if _excluded_again(facts, placement, last):
        return FAILED, "excluded_again"
    if _placed_again(facts, placement, calendar, last):
        return FAILED, "placed_again"
    if any(
        r.outcome == "broke_down" and returned <= r.ended_on <= last
        for r in facts.rows("reintegration")
    ):
        return FAILED, "broke_down"
    sessions = facts.sessions(returned + DAY, last)
    if sessions.half_absent:
        return FAILED, "half_absent"
    if sessions.possible < LEAST_POSSIBLE:
        return UNKNOWN, "too_few_registers"
    return SUCCESS, "sustained"


def _excluded_again(facts: Facts, placement: Row, last: date) -> list[Row]:
    return [
        e
        for e in facts.rows("exclusion")
        if e.kind == "permanent" and not e.undone and placement.ended_on < e.occurred_on <= last
    ]


def _placed_again(facts: Facts, placement: Row, calendar: SchoolCalendar, last: date) -> bool:
    fifth = calendar.nth_after(placement.ended_on, NEXT_PLACEMENT)
    return any(
        fifth is not None and fifth < p.starts_on <= last
        for p in facts.placements
        if p.key != placement.key
    )


def _beside(
    facts: Facts, placement: Row, calendar: SchoolCalendar, back: Back, matures: date
) -> Iterator[Secondary]:
    end = placement.ended_on
    yield Yes("returned", back.on is not None)
    if back.on is not None:
        yield Yes(
            "assessment_shared",
            any(
                a.placement == placement.key and a.occurred_on <= back.on
                for a in facts.rows("assessment_shared")
            ),
        )
    else:
        yield Count(f"not_returned_{placement.end_reason}")
    yield Number("median_days", (calendar.count(placement.starts_on, end), 1), "median")
    yield Yes("by_planned_end", end <= placement.first_planned_ends_on)
    if back.place is not FAILED:
        return
    if back.on is None and _silent(facts, placement, matures):
        yield Count("unanswered")
    if back.last and any(e.under_review for e in _excluded_again(facts, placement, back.last)):
        yield Count("under_review")


def _silent(facts: Facts, placement: Row, matures: date) -> bool:
    """The school sent neither a notice of return nor a mark up to maturity."""
    spell = facts.main_spell(placement.ended_on)
    if spell is None:
        return False
    end: date = placement.ended_on
    said = (
        *((r.school, r.started_on) for r in facts.rows("reintegration")),
        *((r.school, r.from_on) for r in facts.rows("roll") if r.registration),
    )
    if any(school == spell.school and end < on <= matures for school, on in said):
        return False
    return not any(True for _ in facts.register(spell.school, end + DAY, matures))
