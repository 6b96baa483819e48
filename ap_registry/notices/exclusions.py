"""Suspensions and permanent exclusions (Education Act 2002 s.51A; SI 2012/1033)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from ap_registry import codes
from ap_registry.fields import Code, Day, Listed, Organisation, Whole, YesNo
from ap_registry.happenings import Exclusion, RollSpell
from ap_registry.notice import Case, Entry, Facts, Flag, NoticeType, World
from ap_registry.pupil import Pupil
from ap_registry.remembering import by_identity
from ap_registry.suspended import school_year_sessions, sessions_a_day

SENDERS = frozenset({"school", "la"})
MAX_AHEAD_DAYS = 30  # a decision may say when it begins: contract section 3

School = Annotated[str, Organisation(role="school")]
Reasons = Annotated[
    tuple[str, ...],
    Listed(
        of=Code(codes=codes.EXCLUSION_REASONS.codes, valid=codes.EXCLUSION_REASONS.valid),
        at_most=3,
    ),
]


class Suspended(Facts, frozen=True, kw_only=True):
    school: School
    sessions: Annotated[int, Whole(low=1, high=400)]
    ends_on: Annotated[date, Day()]
    reasons: Reasons
    kind: Annotated[str, Code(codes=("suspension", "lunchtime"))] = "suspension"
    starts_session: Annotated[str, Code(codes=("AM", "PM"))] | None = None
    decided_on: Annotated[date, Day(past=True, default_today=True)] | None = None
    exam_missed: Annotated[bool, YesNo()] | None = None


class PermanentlyExcluded(Facts, frozen=True, kw_only=True):
    school: School
    reasons: Reasons
    decided_on: Annotated[date, Day(past=True, default_today=True)] | None = None
    exam_missed: Annotated[bool, YesNo()] | None = None


def _flag_suspension(case: Case[Suspended]) -> Iterator[Flag]:
    limit = case.world.number("suspension.max-days", case.on, of=case.facts.school)
    mine = case.pupil.exclusion(case.entry.id)
    total = school_year_sessions(case.pupil, mine, case.world)
    if total > 2 * limit and mine is not None and not mine.undone:
        yield case.flag(
            "suspension.max-days", f"{total / 2:g} school days suspended in this school year"
        )
    yield from _flags_itself(case.entry, case.before.rolls, case.world)


@by_identity
def _flags_itself(
    entry: Entry[Suspended], rolls: tuple[RollSpell, ...], world: World
) -> tuple[Flag, ...]:
    """What no other exclusion changes."""
    facts, pupil = entry.facts, Pupil(rolls=rolls)
    case = Case(entry=entry, before=pupil, pupil=pupil, world=world)
    days = world.calendars.of(facts.school).known_days(case.on, facts.ends_on)
    found = []
    if facts.sessions > sessions_a_day(facts.kind) * days:
        found.append(
            case.flag(
                "suspension.sessions-mismatch", f"{facts.sessions} sessions in {days} school days"
            )
        )
    return (*found, *_flag_roll(case, facts.school))


def _flag_roll(case: Case[Any], school: str) -> Iterator[Flag]:
    if not case.before.on_roll(school, case.on):
        yield case.flag(
            "roll.not-on-record", f"not on the roll of {school} on record that day", mend=school
        )


def _flag_permanent(case: Case[PermanentlyExcluded]) -> Iterator[Flag]:
    yield from _flag_roll(case, case.facts.school)


def _apply_suspension(pupil: Pupil, entry: Entry[Suspended]) -> Pupil:
    return _with_exclusion(pupil, _suspended(entry))


@by_identity
def _suspended(entry: Entry[Suspended]) -> Exclusion:
    """The same object however often it is folded: what rests on it need not be worked out anew."""
    facts = entry.facts
    return Exclusion(
        **entry.stem,
        kind=facts.kind,
        school=facts.school,
        reasons=facts.reasons,
        sessions=facts.sessions,
        ends_on=facts.ends_on,
        decided_on=facts.decided_on,
        exam_missed=bool(facts.exam_missed),
    )


def _apply_permanent(pupil: Pupil, entry: Entry[PermanentlyExcluded]) -> Pupil:
    return _with_exclusion(
        pupil,
        Exclusion(
            **entry.stem,
            kind="permanent",
            school=entry.facts.school,
            reasons=entry.facts.reasons,
            decided_on=entry.facts.decided_on,
            exam_missed=bool(entry.facts.exam_missed),
        ),
    )


def _with_exclusion(pupil: Pupil, exclusion: Exclusion) -> Pupil:
    return replace(pupil, exclusions=(*pupil.exclusions, exclusion))


TYPES: tuple[NoticeType[Any], ...] = (
    NoticeType(
        name="suspension",
        facts=Suspended,
        sentence="Suspended by {school} for {sessions} sessions, until {ends_on}",
        ordered=(("ends_on", "occurred_on"),),
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
)
CLOCKS = ()
