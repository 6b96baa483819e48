"""Suspensions and permanent exclusions (Education Act 2002 s.51A; SI 2012/1033)."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from ap_registry import codes, sixth_day
from ap_registry.calendar import academic_year
from ap_registry.errors import Problem
from ap_registry.fields import Code, Day, Listed, Organisation, Reference, Text, Whole, YesNo
from ap_registry.notice import Case, Clock, Entry, Facts, Flag, FollowUp, NoticeType, World
from ap_registry.pupil import Decision, Exclusion, Notified, Pupil
from ap_registry.rules import rule

SENDERS = frozenset({"school", "la"})
EXCLUSIONS = ("suspension", "permanent_exclusion")
GOVERNORS_SCHOOL_DAYS = 15  # SI 2012/1033 reg. 24
TERM_SESSIONS = 30  # over 15 school days in a term: reg. 24
MAX_AHEAD_DAYS = 30  # a decision may say when it begins: contract section 3

School = Annotated[str, Organisation(role="school")]
Reasons = Annotated[
    tuple[str, ...],
    Listed(
        of=Code(codes=codes.EXCLUSION_REASONS.codes, valid=codes.EXCLUSION_REASONS.valid),
        at_most=3,
    ),
]
OfExclusion = Annotated[UUID, Reference(types=EXCLUSIONS, default_open=True)]


class Suspended(Facts, frozen=True, kw_only=True):
    school: School
    sessions: Annotated[int, Whole(low=1, high=400)]
    ends_on: Annotated[date, Day()]
    reasons: Reasons
    kind: Annotated[str, Code(codes=("suspension", "lunchtime"))] = "suspension"
    starts_session: Annotated[str, Code(codes=("AM", "PM"))] | None = None
    decided_on: Annotated[date, Day()] | None = None
    exam_missed: Annotated[bool, YesNo()] | None = None


class PermanentlyExcluded(Facts, frozen=True, kw_only=True):
    school: School
    reasons: Reasons
    decided_on: Annotated[date, Day()] | None = None
    exam_missed: Annotated[bool, YesNo()] | None = None


class Cancelled(Facts, frozen=True, kw_only=True):
    exclusion: OfExclusion
    reason: Annotated[str, Text(private=True)]


class WasNotified(Facts, frozen=True, kw_only=True):
    of: Annotated[UUID, Reference(types=(), default_open=True)]
    to: Annotated[
        str,
        Code(
            codes=(
                "parent", "pupil", "governors", "la", "home_la", "care_la", "social_worker",
                "virtual_school_head", "school", "provider", "health",
            )
        ),
    ]  # fmt: skip
    about: Annotated[
        str,
        Code(
            codes=("decision", "day_six_education", "invitation", "outcome", "cancellation",
                   "return")
        ),
    ]  # fmt: skip
    method: Annotated[str, Code(codes=("in_person", "email", "post", "registry"))]
    received_on: Annotated[date, Day()] | None = None


class GovernorsDecided(Facts, frozen=True, kw_only=True):
    exclusion: OfExclusion
    decision: Annotated[str, Code(codes=("upheld", "reinstated", "considered"))]
    reinstated_on: Annotated[date, Day()] | None = None


class ReviewDecided(Facts, frozen=True, kw_only=True):
    exclusion: OfExclusion
    decision: Annotated[str, Code(codes=("upheld", "reconsider", "quashed", "withdrawn"))]


class SixthDayStarted(Facts, frozen=True, kw_only=True):
    exclusion: OfExclusion
    provider: Annotated[str, Organisation()]


def suspended_sessions(pupil: Pupil, year: int) -> int:
    """Sessions in an academic year, across schools; what was undone does not count."""
    return sum(
        e.sessions
        for e in pupil.exclusions
        if e.kind != "permanent" and not e.undone and academic_year(e.occurred_on) == year
    )


def _refuse_suspension(case: Case[Suspended]) -> Iterator[Problem]:
    if case.facts.ends_on < case.on:
        yield Problem("/ends_on", "end_before_start", "ends_on must not be before occurred_on")


def _flag_suspension(case: Case[Suspended]) -> Iterator[Flag]:
    facts = case.facts
    limit = rule("suspension.max-days", case.on).value
    before = suspended_sessions(case.before, academic_year(case.on))
    total = before + facts.sessions
    mine = case.pupil.exclusion(case.entry.id)
    if isinstance(limit, int) and total > 2 * limit and mine is not None and not mine.undone:
        yield case.flag(
            "suspension.max-days", f"{total / 2:g} school days suspended in this school year"
        )
    calendar = case.world.calendars.of(facts.school)
    a_day = 1 if facts.kind == "lunchtime" else 2
    days = calendar.known_days(case.on, facts.ends_on)
    if facts.sessions > a_day * days:
        yield case.flag(
            "suspension.sessions-mismatch",
            f"{facts.sessions} sessions in {days} school days",
        )
    yield from _flag_roll(case, facts.school)


def _flag_roll(case: Case[Any], school: str) -> Iterator[Flag]:
    if not case.before.on_roll(school, case.on):
        yield case.flag("roll.not-on-record", f"not on the roll of {school} on record that day")


def _flag_permanent(case: Case[PermanentlyExcluded]) -> Iterator[Flag]:
    yield from _flag_roll(case, case.facts.school)


def _apply_suspension(pupil: Pupil, entry: Entry[Suspended]) -> Pupil:
    facts = entry.facts
    return _with_exclusion(
        pupil,
        Exclusion(
            id=entry.id,
            occurred_on=entry.occurred_on,
            version=entry.version,
            by=entry.by,
            ref=entry.ref,
            kind=facts.kind,
            school=facts.school,
            reasons=facts.reasons,
            sessions=facts.sessions,
            ends_on=facts.ends_on,
            decided_on=facts.decided_on,
            exam_missed=bool(facts.exam_missed),
        ),
    )


def _apply_permanent(pupil: Pupil, entry: Entry[PermanentlyExcluded]) -> Pupil:
    return _with_exclusion(
        pupil,
        Exclusion(
            id=entry.id,
            occurred_on=entry.occurred_on,
            version=entry.version,
            by=entry.by,
            ref=entry.ref,
            kind="permanent",
            school=entry.facts.school,
            reasons=entry.facts.reasons,
            decided_on=entry.facts.decided_on,
            exam_missed=bool(entry.facts.exam_missed),
        ),
    )


def _with_exclusion(pupil: Pupil, exclusion: Exclusion) -> Pupil:
    return replace(pupil, exclusions=(*pupil.exclusions, exclusion))


def _changed(pupil: Pupil, event: UUID, **changes: object) -> Pupil:
    return replace(
        pupil,
        exclusions=tuple(
            replace(e, **changes) if e.id == event else e  # type: ignore[arg-type]
            for e in pupil.exclusions
        ),
    )


def _decided(pupil: Pupil, entry: Entry[Any], kind: str, starts_on: date | None = None) -> Pupil:
    exclusion = pupil.exclusion(entry.facts.exclusion)
    if exclusion is None:
        return pupil
    decision = Decision(
        id=entry.id,
        occurred_on=entry.occurred_on,
        version=entry.version,
        kind=kind,
        starts_on=starts_on,
    )
    return _changed(pupil, exclusion.id, decisions=(*exclusion.decisions, decision))


def _refuse_before(case: Case[Any]) -> Iterator[Problem]:
    exclusion = case.pupil.exclusion(case.facts.exclusion)
    if exclusion is not None and case.on < exclusion.occurred_on and _earliest(exclusion) > case.on:
        yield Problem(
            "/occurred_on", "end_before_start", "occurred_on must not be before the exclusion"
        )


def _earliest(exclusion: Exclusion) -> date:
    """A decision may be acted on from the day it was taken, before the exclusion begins."""
    return min(exclusion.occurred_on, exclusion.decided_on or exclusion.occurred_on)


def _flag_cancelled(case: Case[Cancelled]) -> Iterator[Flag]:
    exclusion = case.before.exclusion(case.facts.exclusion)
    if exclusion is not None and exclusion.decided():
        yield case.flag(
            "exclusion.cancelled-late", "the governors had already met about this exclusion"
        )


def _apply_notified(pupil: Pupil, entry: Entry[WasNotified]) -> Pupil:
    facts = entry.facts
    notified = Notified(
        id=entry.id,
        occurred_on=entry.occurred_on,
        version=entry.version,
        of=facts.of,
        to=facts.to,
        about=facts.about,
        received_on=facts.received_on or _deemed_received(entry),
    )
    return replace(pupil, notified=(*pupil.notified, notified))


def _deemed_received(entry: Entry[WasNotified]) -> date:
    """By post the second working day after posting, else the same day: SI 2012/1033 reg. 17(3)."""
    from ap_registry.calendar import working_day_after

    return (
        working_day_after(entry.occurred_on, 2)
        if entry.facts.method == "post"
        else entry.occurred_on
    )


def _apply_review(pupil: Pupil, entry: Entry[ReviewDecided]) -> Pupil:
    kinds = {"upheld": "review_upheld", "withdrawn": "review_withdrawn"}
    return _decided(pupil, entry, kinds.get(entry.facts.decision, entry.facts.decision))


def _apply_education(pupil: Pupil, entry: Entry[SixthDayStarted]) -> Pupil:
    exclusion = pupil.exclusion(entry.facts.exclusion)
    if exclusion is None or exclusion.education_from is not None:
        return pupil
    return _changed(pupil, exclusion.id, education_from=entry.occurred_on, education_by=entry.id)


def _flag_education(case: Case[SixthDayStarted]) -> Iterator[Flag]:
    for duty in sixth_day.duties(case.pupil, case.world):
        if any(e.id == case.facts.exclusion for e in duty.run) and case.on > duty.due_on:
            yield case.flag(
                "sixth-day.late", f"education was due on {duty.due_on}, began on {case.on}"
            )


def _sixth_day(pupil: Pupil, world: World) -> Iterable[FollowUp]:
    for duty in sixth_day.duties(pupil, world):
        yield FollowUp(
            kind="sixth_day_provision",
            owner=_sixth_day_owner(duty.opener, pupil, world),
            opened_on=duty.opener.occurred_on,
            due_on=duty.due_on,
            opened_by=duty.opener.id,
            rule="exclusion.sixth-day",
            calendar=duty.run[0].school,
            clock_on=duty.run[0].occurred_on,
            counts_start=True,
            closed_on=duty.started_on,
            closed_by=duty.started_by,
            outcome="done" if duty.started_on else None,
        )


def _sixth_day_owner(exclusion: Exclusion, pupil: Pupil, world: World) -> str:
    school = world.organisation(exclusion.school)
    from_a_pru = school is not None and school.type_code == "14"
    home = pupil.home_la(exclusion.occurred_on)
    if (exclusion.kind == "permanent" or from_a_pru) and home:
        return f"LA{home}"
    return exclusion.school


def _governors(pupil: Pupil, world: World) -> Iterable[FollowUp]:
    for exclusion in pupil.exclusions:
        decided = next(
            (d for d in exclusion.decisions if d.kind in {"upheld", "reinstated", "considered"}),
            None,
        )
        if exclusion.status == "cancelled" and decided is None:
            continue
        if not _must_meet(exclusion, pupil):
            continue
        told = [
            n.received_on for n in pupil.notified if n.of == exclusion.id and n.to == "governors"
        ]
        start = min(told, default=exclusion.occurred_on)
        due_on, _missing = world.calendars.of(exclusion.school).due_after(
            start, GOVERNORS_SCHOOL_DAYS
        )
        yield FollowUp(
            kind="governors_meeting",
            owner=exclusion.school,
            opened_on=exclusion.occurred_on,
            due_on=due_on,
            opened_by=exclusion.id,
            rule="governors.meeting",
            clock_on=start,
            calendar=exclusion.school,
            closed_on=decided.occurred_on if decided else None,
            closed_by=decided.id if decided else None,
            outcome="done" if decided else None,
        )


def _must_meet(exclusion: Exclusion, pupil: Pupil) -> bool:
    """Permanent; over 15 school days in the term; or an exam missed (reg. 24)."""
    if exclusion.kind == "permanent" or exclusion.exam_missed:
        return True
    before = 0
    for other in pupil.exclusions:
        same = other.school == exclusion.school and _term(other) == _term(exclusion)
        if other.kind == "permanent" or other.undone or not same:
            continue
        if other.id == exclusion.id:
            return before <= TERM_SESSIONS < before + other.sessions
        before += other.sessions
    return False


def _term(exclusion: Exclusion) -> tuple[int, int]:
    """Autumn to December, spring to 20 April, summer: three terms a year by default."""
    day = exclusion.occurred_on
    part = 0 if day.month >= 9 else 1 if (day.month, day.day) <= (4, 20) else 2
    return academic_year(day), part


TYPES: tuple[NoticeType[Any], ...] = (
    NoticeType(
        name="suspension",
        facts=Suspended,
        sentence="Suspended by {school} for {sessions} sessions, until {ends_on}",
        refuse=_refuse_suspension,
        flags=_flag_suspension,
        apply=_apply_suspension,
        senders=SENDERS,
        ahead_days=MAX_AHEAD_DAYS,
    ),
    NoticeType(
        name="permanent_exclusion",
        facts=PermanentlyExcluded,
        sentence="Permanently excluded by {school}",
        flags=_flag_permanent,
        apply=_apply_permanent,
        senders=SENDERS,
        ahead_days=MAX_AHEAD_DAYS,
    ),
    NoticeType(
        name="exclusion_cancelled",
        facts=Cancelled,
        sentence="The exclusion was cancelled",
        refuse=_refuse_before,
        flags=_flag_cancelled,
        apply=lambda pupil, entry: _decided(pupil, entry, "cancelled"),
        senders=SENDERS,
    ),
    NoticeType(
        name="notified",
        facts=WasNotified,
        sentence="{to} told of the {about} ({method})",
        apply=_apply_notified,
        senders=frozenset({"school", "provider", "la"}),
    ),
    NoticeType(
        name="governors_decision",
        facts=GovernorsDecided,
        sentence="Governors decided: {decision}",
        refuse=_refuse_before,
        apply=lambda pupil, entry: _decided(
            pupil, entry, entry.facts.decision, entry.facts.reinstated_on
        ),
        senders=SENDERS,
    ),
    NoticeType(
        name="review_decision",
        facts=ReviewDecided,
        sentence="Independent review panel decided: {decision}",
        refuse=_refuse_before,
        apply=_apply_review,
        senders=SENDERS,
    ),
    NoticeType(
        name="sixth_day_started",
        facts=SixthDayStarted,
        sentence="Education during the exclusion began at {provider}",
        refuse=_refuse_before,
        flags=_flag_education,
        apply=_apply_education,
        senders=SENDERS,
        relates=True,
    ),
)
CLOCKS = (
    Clock(kinds=("sixth_day_provision",), derive=_sixth_day),
    Clock(kinds=("governors_meeting",), derive=_governors),
)
