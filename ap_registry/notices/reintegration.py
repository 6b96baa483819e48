"""Managed moves, and the way back: plan, assessment shared, return, and how it held."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from ap_registry.errors import Problem
from ap_registry.fields import Code, Day, Organisation, Reference, Text, YesNo
from ap_registry.happenings import ManagedMove, Plan, Reintegration, Shared
from ap_registry.notice import Case, Clock, Entry, Facts, Flag, FollowUp, NoticeType, World
from ap_registry.pupil import Pupil

SHARERS = frozenset({"school", "provider", "la"})
RETURNERS = frozenset({"school", "la"})
RUNGS = (10, 30, 60)  # school days: the reintegration ladder, domain 9
TERMS = 2

School = Annotated[str, Organisation(role="school")]
OfPlacement = Annotated[UUID, Reference(types=("placement_started",), default_open=True)]
PrivateText = Annotated[str, Text(private=True)]


class Moved(Facts, frozen=True, kw_only=True):
    from_school: School
    to_school: School
    parent_agreed: Annotated[bool, YesNo()] = False


class Planned(Facts, frozen=True, kw_only=True):
    placement: OfPlacement
    school: School
    returns_on: Annotated[date, Day()]
    lead: PrivateText
    phased_until: Annotated[date, Day()] | None = None


class AssessmentShared(Facts, frozen=True, kw_only=True):
    placement: OfPlacement
    school: School
    learning: PrivateText
    triggers: PrivateText
    needs: PrivateText
    recommendations: PrivateText


class Started(Facts, frozen=True, kw_only=True):
    school: School
    placement: Annotated[UUID, Reference(types=("placement_started",))] | None = None
    phased_until: Annotated[date, Day()] | None = None


class Ended(Facts, frozen=True, kw_only=True):
    reintegration: Annotated[UUID, Reference(types=("reintegration_started",), default_open=True)]
    outcome: Annotated[str, Code(codes=("settled", "broke_down"))]
    reason: PrivateText | None = None


def _refuse_move(case: Case[Moved]) -> Iterator[Problem]:
    if case.facts.from_school == case.facts.to_school:
        yield Problem("/to_school", "bad_format", "to_school must be another school")


def _leaves(case: Case[Moved]) -> bool:
    """On the roll of the school that the pupil moves from, or leaves it that day: leave is read
    first (contract section 8)."""
    return any(
        s.school == case.facts.from_school
        and s.occurred_on <= case.on
        and (s.until_on is None or s.until_on >= case.on)
        for s in case.before.rolls
    )


def _flag_move(case: Case[Moved]) -> Iterator[Flag]:
    if not _leaves(case):
        yield case.flag(
            "roll.not-on-record",
            f"not on the roll of {case.facts.from_school} on record",
            mend=case.facts.from_school,
        )
    if not case.facts.parent_agreed:
        yield case.flag("managed-move.not-agreed", "a managed move is voluntary: no parent agreed")
    if case.pupil.detail("sen_provision", case.on) == "E":
        yield case.flag("managed-move.ehc-plan", "the LA amends the EHC plan before the move")


def _apply_move(pupil: Pupil, entry: Entry[Moved]) -> Pupil:
    move = ManagedMove(
        **entry.stem,
        from_school=entry.facts.from_school,
        to_school=entry.facts.to_school,
        parent_agreed=entry.facts.parent_agreed,
    )
    return replace(pupil, managed_moves=(*pupil.managed_moves, move))


def _refuse_phase(case: Case[Planned] | Case[Started]) -> Iterator[Problem]:
    start = case.facts.returns_on if isinstance(case.facts, Planned) else case.on
    until = case.facts.phased_until
    if until is not None and until < start:
        yield Problem(
            "/phased_until", "end_before_start", "phased_until must not be before the return"
        )


def _apply_plan(pupil: Pupil, entry: Entry[Planned]) -> Pupil:
    plan = Plan(
        **entry.stem,
        placement=entry.facts.placement,
        school=entry.facts.school,
        returns_on=entry.facts.returns_on,
        phased_until=entry.facts.phased_until,
    )
    return replace(pupil, plans=(*pupil.plans, plan))


def _apply_shared(pupil: Pupil, entry: Entry[AssessmentShared]) -> Pupil:
    shared = Shared(
        **entry.stem,
        placement=entry.facts.placement,
        school=entry.facts.school,
    )
    return replace(pupil, shared=(*pupil.shared, shared))


def _refuse_start(case: Case[Started]) -> Iterator[Problem]:
    for reintegration in case.before.reintegrations:
        if reintegration.school == case.facts.school and reintegration.ended_on is None:
            yield Problem(
                "/school",
                "already_open",
                "a reintegration at this school is already open: record reintegration_ended first",
            )
    yield from _refuse_phase(case)


def _apply_start(pupil: Pupil, entry: Entry[Started]) -> Pupil:
    reintegration = Reintegration(
        **entry.stem,
        school=entry.facts.school,
        placement=entry.facts.placement,
        phased_until=entry.facts.phased_until,
    )
    return replace(pupil, reintegrations=(*pupil.reintegrations, reintegration))


def _refuse_end(case: Case[Ended]) -> Iterator[Problem]:
    found = next((r for r in case.pupil.reintegrations if r.id == case.facts.reintegration), None)
    if found is None:
        return
    if case.on < found.occurred_on:
        yield Problem(
            "/occurred_on", "end_before_start", "occurred_on must not be before the return"
        )
    if found.ended_on is not None:
        yield Problem("/reintegration", "nothing_open", "this reintegration has already ended")


def _apply_end(pupil: Pupil, entry: Entry[Ended]) -> Pupil:
    return pupil.changed(
        "reintegrations",
        entry.facts.reintegration,
        ended_on=entry.occurred_on,
        ended_by=entry.id,
        outcome=entry.facts.outcome,
    )


def _ladder(pupil: Pupil, world: World) -> Iterable[FollowUp]:
    """Reviews 10, 30 and 60 school days after the return and at the end of the second term.

    The first review not used by an earlier rung closes a rung; the end lets the rest lapse.
    """
    for found in pupil.reintegrations:
        calendar = world.calendars.of(found.school)
        ended_on = found.ended_on or date.max
        held = [r for r in pupil.reviews if r.of == found.id and r.occurred_on <= ended_on]
        rungs = [
            (f"reintegration_review_{n}", calendar.due_after(found.occurred_on, n)[0])
            for n in RUNGS
        ]
        rungs.append(("reintegration_two_terms", calendar.term_end_after(found.occurred_on, TERMS)))
        for kind, due_on in rungs:
            review = held.pop(0) if held else None
            closed_on, closed_by, outcome = found.ended_on, found.ended_by, "lapsed"
            if review is not None:
                closed_on, closed_by, outcome = review.occurred_on, review.id, "done"
            yield FollowUp(
                kind=kind,
                owner=found.school,
                opened_on=found.occurred_on,
                due_on=due_on,
                opened_by=found.id,
                rule="reintegration.reviews",
                calendar=found.school,
                closed_on=closed_on,
                closed_by=closed_by,
                outcome=outcome if closed_on else None,
            )


TYPES: tuple[NoticeType[Any], ...] = (
    NoticeType(
        name="managed_move",
        facts=Moved,
        sentence="Managed move from {from_school} to {to_school}",
        refuse=_refuse_move,
        flags=_flag_move,
        apply=_apply_move,
        senders=RETURNERS,
        ahead_days=30,
    ),
    NoticeType(
        name="reintegration_planned",
        facts=Planned,
        sentence="Return to {school} planned for {returns_on}",
        refuse=_refuse_phase,
        apply=_apply_plan,
        senders=RETURNERS,
    ),
    NoticeType(
        name="assessment_shared",
        facts=AssessmentShared,
        sentence="In-depth assessment shared with {school}",
        apply=_apply_shared,
        senders=SHARERS,
    ),
    NoticeType(
        name="reintegration_started",
        facts=Started,
        sentence="Returned to {school}",
        refuse=_refuse_start,
        apply=_apply_start,
        senders=RETURNERS,
        relates=True,
    ),
    NoticeType(
        name="reintegration_ended",
        facts=Ended,
        sentence="The return {outcome}",
        refuse=_refuse_end,
        apply=_apply_end,
        senders=RETURNERS,
    ),
)
CLOCKS = (
    Clock(
        kinds=(*(f"reintegration_review_{n}" for n in RUNGS), "reintegration_two_terms"),
        derive=_ladder,
    ),
)
