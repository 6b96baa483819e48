"""What becomes of an exclusion: cancelled, decided by governors, reviewed (SI 2012/1033)."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from ap_registry.errors import Problem
from ap_registry.fields import Code, Day, Reference, Text
from ap_registry.happenings import Decision, Exclusion, Notified
from ap_registry.notice import Case, Clock, Entry, Facts, Flag, FollowUp, NoticeType, World
from ap_registry.pupil import Pupil
from ap_registry.remembering import by_identity
from ap_registry.rules import in_force
from ap_registry.suspended import excluded_before, term_sessions

SENDERS = frozenset({"school", "la"})
EXCLUSIONS = ("suspension", "permanent_exclusion")
TERM_SESSIONS = 30  # over 15 school days in a term: reg. 24

OfExclusion = Annotated[UUID, Reference(types=EXCLUSIONS, default_open=True)]


class Cancelled(Facts, frozen=True, kw_only=True):
    exclusion: OfExclusion
    reason: Annotated[str, Text(private=True)]


class GovernorsDecided(Facts, frozen=True, kw_only=True):
    exclusion: OfExclusion
    decision: Annotated[str, Code(codes=("upheld", "reinstated", "considered"))]
    reinstated_on: Annotated[date, Day()] | None = None


class ReviewDecided(Facts, frozen=True, kw_only=True):
    exclusion: OfExclusion
    decision: Annotated[str, Code(codes=("upheld", "reconsider", "quashed", "withdrawn"))]


def _decided(pupil: Pupil, entry: Entry[Any], kind: str, starts_on: date | None = None) -> Pupil:
    exclusion = pupil.exclusion(entry.facts.exclusion)
    if exclusion is None:
        return pupil
    decision = Decision(
        **entry.stem,
        kind=kind,
        starts_on=starts_on,
    )
    return pupil.changed("exclusions", exclusion.id, decisions=(*exclusion.decisions, decision))


def _refuse_before(case: Case[Any]) -> Iterator[Problem]:
    exclusion = case.pupil.exclusion(case.facts.exclusion)
    if exclusion is not None and case.on < exclusion.earliest:
        yield Problem(
            "/occurred_on", "end_before_start", "occurred_on must not be before the exclusion"
        )


def _flag_cancelled(case: Case[Cancelled]) -> Iterator[Flag]:
    exclusion = case.before.exclusion(case.facts.exclusion)
    if exclusion is not None and exclusion.decided():
        yield case.flag(
            "exclusion.cancelled-late", "the governors had already met about this exclusion"
        )
    if in_force("exclusion.cancelled-late", case.on) is None:
        yield case.flag(
            "exclusion.no-power-to-cancel", "there was no power to cancel before 1 September 2023"
        )
    school = exclusion.school if exclusion is not None else None
    limit = 2 * case.world.number("suspension.max-days", case.on, of=school)
    served = excluded_before(case.before, case.on, case.world)
    if served > limit:
        yield case.flag(
            "exclusion.cancelled-over-45",
            f"{served / 2:g} school days excluded in this school year",
        )


def _flag_governors(case: Case[GovernorsDecided]) -> Iterator[Flag]:
    exclusion = case.before.exclusion(case.facts.exclusion)
    if exclusion is None:
        return
    decision, quashed = case.facts.decision, any(d.kind == "quashed" for d in exclusion.decisions)
    if decision == "upheld" and quashed:
        order = case.world.number("governors.readjustment", case.on, of=exclusion.school)
        yield case.flag(
            "governors.readjustment",
            f"not reinstated although the panel quashed it: the panel may order £{order:,}",
        )
    serious = exclusion.kind == "permanent" or exclusion.exam_missed
    days = case.world.number("governors.no-power-to-reinstate", case.on, of=exclusion.school)
    if decision == "reinstated" and not serious:
        sessions = term_sessions(case.before, exclusion, case.world)
        if sessions <= 2 * days:
            yield case.flag(
                "governors.no-power-to-reinstate",
                f"{sessions / 2:g} school days suspended in the term: governors may only consider",
            )


def _apply_review(pupil: Pupil, entry: Entry[ReviewDecided]) -> Pupil:
    kinds = {"upheld": "review_upheld", "withdrawn": "review_withdrawn"}
    return _decided(pupil, entry, kinds.get(entry.facts.decision, entry.facts.decision))


def _governors(pupil: Pupil, world: World) -> Iterable[FollowUp]:
    for exclusion in pupil.exclusions:
        if _must_meet(exclusion, pupil, world):
            yield _meeting(exclusion, pupil.notified, world)


@by_identity
def _meeting(exclusion: Exclusion, notified: tuple[Notified, ...], world: World) -> FollowUp:
    decided = next(
        (d for d in exclusion.decisions if d.kind in {"upheld", "reinstated", "considered"}), None
    )
    cancelled = exclusion.undoing if exclusion.status == "cancelled" else None
    closing = decided or cancelled
    told = [n.received_on for n in notified if n.of == exclusion.id and n.to == "governors"]
    start = min(told, default=exclusion.occurred_on)
    days = world.number("governors.meeting", exclusion.occurred_on, of=exclusion.school)
    due_on, _missing = world.calendars.of(exclusion.school).due_after(start, days)
    return FollowUp(
        kind="governors_meeting",
        owner=exclusion.school,
        opened_on=exclusion.occurred_on,
        due_on=due_on,
        opened_by=exclusion.id,
        rule="governors.meeting",
        clock_on=start,
        calendar=exclusion.school,
        closed_on=closing.occurred_on if closing else None,
        closed_by=closing.id if closing else None,
        outcome="done" if decided else "lapsed" if cancelled else None,
    )


def _must_meet(exclusion: Exclusion, pupil: Pupil, world: World) -> bool:
    """Permanent; over 15 school days in the term; or an exam missed (reg. 24)."""
    if exclusion.kind == "permanent" or exclusion.exam_missed:
        return True
    return term_sessions(pupil, exclusion, world) > TERM_SESSIONS


TYPES: tuple[NoticeType[Any], ...] = (
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
        name="governors_decision",
        facts=GovernorsDecided,
        sentence="Governors decided: {decision}",
        refuse=_refuse_before,
        flags=_flag_governors,
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
)
CLOCKS = (Clock(kinds=("governors_meeting",), derive=_governors),)
