"""Part-time timetables: exceptional, agreed, time-limited (SI 2024/208 reg. 11(6); code C2)."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Any

from ap_registry.errors import Problem
from ap_registry.fields import Day, Organisation, Text, Whole
from ap_registry.happenings import PartTime
from ap_registry.notice import Case, Clock, Entry, Facts, Flag, FollowUp, NoticeType, World, ending
from ap_registry.pupil import Pupil

SENDERS = frozenset({"school", "la"})
MAX_AHEAD_DAYS = 30  # a decision may say when it begins: contract section 3

School = Annotated[str, Organisation(role="school")]
Sessions = Annotated[int, Whole(low=0, high=10)]


class Started(Facts, frozen=True, kw_only=True):
    school: School
    sessions_per_week: Sessions
    ends_on: Annotated[date, Day()]
    review_on: Annotated[date, Day()]
    reason: Annotated[str, Text(private=True)]


class Ended(Facts, frozen=True, kw_only=True):
    school: School
    sessions_per_week: Sessions | None = None
    ends_on: Annotated[date, Day()] | None = None
    review_on: Annotated[date, Day()] | None = None
    reason: Annotated[str, Text(private=True)] | None = None


def _refuse_start(case: Case[Started]) -> Iterator[Problem]:
    if any(p.school == case.facts.school and p.open for p in case.before.part_time):
        yield Problem(
            "/school",
            "already_open",
            "a part-time timetable at this school is already open: record part_time_ended first",
        )


def _flag_start(case: Case[Started]) -> Iterator[Flag]:
    facts = case.facts
    if not case.before.on_roll(facts.school, case.on):
        yield case.flag(
            "roll.not-on-record",
            f"not on the roll of {facts.school} on record that day",
            mend=facts.school,
        )
    days = case.world.number("part-time.limit", case.on, of=facts.school)
    limit = case.on + timedelta(days=days)
    if facts.ends_on > limit:
        yield case.flag(
            "part-time.limit", f"planned until {facts.ends_on}, more than {days} days ({limit})"
        )


def _apply_start(pupil: Pupil, entry: Entry[Started]) -> Pupil:
    facts = entry.facts
    started = PartTime(
        **entry.stem,
        school=facts.school,
        sessions_per_week=facts.sessions_per_week,
        ends_on=facts.ends_on,
        review_on=facts.review_on,
    )
    return replace(pupil, part_time=(*pupil.part_time, started))


def _refuse_end(case: Case[Ended]) -> Iterator[Problem]:
    held = [p for p in case.before.part_time if p.school == case.facts.school]
    if not any(p.open for p in held):
        code = "nothing_open"
        yield Problem("/school", code, "no part-time timetable at this school is open on that day")


def _apply_end(pupil: Pupil, entry: Entry[Ended]) -> Pupil:
    return replace(
        pupil,
        part_time=tuple(
            replace(p, ended_on=entry.occurred_on, ended_by=entry.id)
            if p.school == entry.facts.school and p.open
            else p
            for p in pupil.part_time
        ),
    )


def _reviews(pupil: Pupil, world: World) -> Iterable[FollowUp]:
    """On the day agreed; each review held opens the next, two weeks on."""
    for found in pupil.part_time:
        opened_by, opened_on, due_on = found.id, found.occurred_on, found.review_on
        held = [r for r in pupil.reviews if r.of == found.id]
        for review in [*held, None]:
            if review is None and found.ended_on is not None:
                break
            yield FollowUp(
                kind="part_time_review",
                owner=found.school,
                opened_on=opened_on,
                due_on=due_on,
                opened_by=opened_by,
                rule="part-time.review",
                **ending(review),
            )
            if review is not None:
                opened_by, opened_on = review.id, review.occurred_on
                days = world.number("part-time.review", review.occurred_on, of=found.school)
                due_on = review.occurred_on + timedelta(days=days)


def _limit(pupil: Pupil, world: World) -> Iterable[FollowUp]:
    """Full time again within six weeks (a local rule: the law says time-limited)."""
    for found in pupil.part_time:
        days = world.number("part-time.limit", found.occurred_on, of=found.school)
        yield FollowUp(
            kind="part_time_limit",
            owner=found.school,
            opened_on=found.occurred_on,
            due_on=found.occurred_on + timedelta(days=days),
            opened_by=found.id,
            rule="part-time.limit",
            closed_on=found.ended_on,
            closed_by=found.ended_by,
            outcome="done" if found.ended_on else None,
        )


TYPES: tuple[NoticeType[Any], ...] = (
    NoticeType(
        name="part_time_started",
        facts=Started,
        sentence="Part-time timetable at {school}: {sessions_per_week} sessions a week, "
        "until {ends_on}",
        ordered=(("ends_on", "occurred_on"), ("review_on", "occurred_on")),
        refuse=_refuse_start,
        flags=_flag_start,
        apply=_apply_start,
        senders=SENDERS,
        ahead_days=MAX_AHEAD_DAYS,
    ),
    NoticeType(
        name="part_time_ended",
        facts=Ended,
        sentence="Full time again at {school}",
        refuse=_refuse_end,
        apply=_apply_end,
        senders=SENDERS,
    ),
)
CLOCKS = (
    Clock(kinds=("part_time_review",), derive=_reviews),
    Clock(kinds=("part_time_limit",), derive=_limit),
)
