"""Who must be told of an exclusion, of its outcome and of its cancellation (SI 2012/1033).

"Without delay" is the same day: due on the day of the decision.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from ap_registry import sixth_day
from ap_registry.happenings import Details, Exclusion, Notified
from ap_registry.notice import Clock, FollowUp, NoticeType, World, ending
from ap_registry.pupil import Pupil
from ap_registry.remembering import by_identity
from ap_registry.rules import in_force
from ap_registry.suspended import term_sessions

FIVE_DAYS = 10  # sessions: reg. 23(2), over five school days in the term
TEN_LUNCHTIMES = 10  # reg. 23(2)
CARED_FOR = frozenset({"current", "previous"})
KNOWN_TO_A_SOCIAL_WORKER = frozenset({"cin", "cp"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """One notice that is owed: about which events, to whom, and by which rule."""

    kind: str
    rule: str
    about: str
    subjects: frozenset[UUID]
    recipients: tuple[frozenset[str], ...]
    opened_by: UUID
    opened_on: date
    due_on: date


def _told(notified: Iterable[Notified], duty: Duty) -> Notified | None:
    """The notice by which the last of the recipients was told; None while one was not."""
    last: Notified | None = None
    for recipient in duty.recipients:
        sent = next(
            (
                n for n in notified
                if n.of in duty.subjects and n.to in recipient and n.about == duty.about
            ),
            None,
        )  # fmt: skip
        if sent is None:
            return None
        if last is None or (sent.occurred_on, sent.version) > (last.occurred_on, last.version):
            last = sent
    return last


def _owed(notified: Iterable[Notified], duty: Duty, owner: str) -> FollowUp:
    told = _told(notified, duty)
    return FollowUp(
        kind=duty.kind,
        owner=owner,
        opened_on=duty.opened_on,
        due_on=duty.due_on,
        opened_by=duty.opened_by,
        rule=duty.rule,
        **ending(told),
    )


def _is_serious(exclusion: Exclusion, pupil: Pupil, world: World) -> bool:
    """Permanent, over five days (or ten lunchtimes) in the term, or an exam missed."""
    return (
        exclusion.kind == "permanent"
        or exclusion.exam_missed
        or term_sessions(pupil, exclusion, world) > FIVE_DAYS
        or (
            exclusion.kind == "lunchtime"
            and term_sessions(pupil, exclusion, world, lunchtimes=True) > TEN_LUNCHTIMES
        )
    )


def _las(exclusion: Exclusion, pupil: Pupil, world: World) -> tuple[frozenset[str], ...]:
    """The school's LA; of a permanent exclusion the home LA too, where it is another."""
    home = pupil.home_la(exclusion.occurred_on)
    other = home is not None and home != world.la_of(exclusion.school)
    if exclusion.kind == "permanent" and other:
        return frozenset({"la"}), frozenset({"home_la"})
    return (frozenset({"la", "home_la"}),)


def _carers(pupil: Pupil, on: date) -> Iterator[tuple[str, str, str]]:
    """Kind, rule and recipient for a pupil with a social worker or a virtual school head."""
    if pupil.detail("social_worker", on) in KNOWN_TO_A_SOCIAL_WORKER:
        yield "social_worker_notice", "exclusion.social-worker-notice", "social_worker"
    if pupil.detail("looked_after", on) in CARED_FOR:
        yield "virtual_school_head_notice", "exclusion.vsh-notice", "virtual_school_head"


def _decisions(
    exclusion: Exclusion, pupil: Pupil, world: World, *, serious: bool
) -> Iterator[Duty]:
    on = exclusion.occurred_on
    due_on = exclusion.decided_on or on

    def duty(kind: str, rule: str, *recipients: frozenset[str]) -> Duty:
        return Duty(
            kind=kind, rule=rule, about="decision", subjects=frozenset({exclusion.id}),
            recipients=recipients, opened_by=exclusion.id, opened_on=min(on, due_on),
            due_on=due_on,
        )  # fmt: skip

    yield duty("parent_notice", "exclusion.parent-notice", frozenset({"parent", "pupil"}))
    if serious or in_force("exclusion.la-notice", on) is not None:
        yield duty("la_notice", "exclusion.la-notice", *_las(exclusion, pupil, world))
    if serious:
        yield duty("governors_notice", "exclusion.governors-notice", frozenset({"governors"}))
    for kind, rule, recipient in _carers(pupil, on):
        if in_force(rule, on) is not None:
            yield duty(kind, rule, frozenset({recipient}))


def _of_decisions(pupil: Pupil, world: World) -> Iterable[FollowUp]:
    for exclusion in pupil.exclusions:
        serious = _is_serious(exclusion, pupil, world)
        yield from _of_decision(exclusion, serious, pupil.notified, pupil.details, world)


@by_identity
def _of_decision(
    exclusion: Exclusion, serious: bool, notified: tuple[Notified, ...],
    details: tuple[Details, ...], world: World,
) -> tuple[FollowUp, ...]:  # fmt: skip
    """Told or not, a cancelled exclusion owes its own notice instead."""
    pupil = Pupil(details=details)
    owed = (
        _owed(notified, duty, exclusion.school)
        for duty in _decisions(exclusion, pupil, world, serious=serious)
    )
    return tuple(one for one in owed if exclusion.status != "cancelled" or one.outcome is not None)


def _day_six(pupil: Pupil, world: World) -> Iterable[FollowUp]:
    """Details at least 48 hours before the education starts: SI 2007/1870 reg. 6.

    Where the education is no longer owed, neither are they.
    """
    for duty in sixth_day.duties(pupil, world):
        subjects = frozenset(e.id for e in duty.run)
        told_by, on = duty.opener.school, duty.opener.occurred_on
        hours = world.number("exclusion.day-six-notice", on, of=told_by)
        day = Duty(
            kind="day_six_notice",
            rule="exclusion.day-six-notice",
            about="day_six_education",
            subjects=subjects,
            recipients=(frozenset({"parent", "pupil"}),),
            opened_by=duty.opener.id,
            opened_on=on,
            due_on=max(duty.due_on - timedelta(days=hours // 24), on),
        )
        owed = _owed(pupil.notified, day, told_by)
        if owed.outcome is None and duty.outcome == "lapsed":
            owed = replace(
                owed, outcome="lapsed", closed_on=duty.closed_on, closed_by=duty.closed_by
            )
        yield owed


def _outcomes(pupil: Pupil, world: World) -> Iterable[FollowUp]:
    """The governors' decision and a cancellation, each in writing without delay."""
    for exclusion in pupil.exclusions:
        for decision in exclusion.decisions:
            cancelled = decision.kind == "cancelled"
            if not cancelled and decision.kind not in {"upheld", "reinstated", "considered"}:
                continue
            rule = "exclusion.cancellation-notice" if cancelled else "governors.outcome"
            if in_force(rule, decision.occurred_on) is None:
                continue
            days = world.number(rule, decision.occurred_on, of=exclusion.school)
            recipients = [frozenset({"parent", "pupil"}), *_las(exclusion, pupil, world)]
            if cancelled:
                recipients.append(frozenset({"governors"}))
            recipients += [
                frozenset({recipient})
                for _kind, carer_rule, recipient in _carers(pupil, decision.occurred_on)
                if in_force(carer_rule, decision.occurred_on) is not None
            ]
            duty = Duty(
                kind="cancellation_notice" if cancelled else "governors_outcome",
                rule=rule,
                about="cancellation" if cancelled else "outcome",
                subjects=frozenset({exclusion.id, decision.id}),
                recipients=tuple(recipients),
                opened_by=decision.id,
                opened_on=decision.occurred_on,
                due_on=decision.occurred_on + timedelta(days=days),
            )
            yield _owed(pupil.notified, duty, exclusion.school)


TYPES: tuple[NoticeType[Any], ...] = ()
CLOCKS = (
    Clock(
        kinds=(
            "parent_notice", "la_notice", "governors_notice", "social_worker_notice",
            "virtual_school_head_notice",
        ),
        derive=_of_decisions,
    ),
    Clock(kinds=("day_six_notice",), derive=_day_six),
    Clock(kinds=("governors_outcome", "cancellation_notice"), derive=_outcomes),
)  # fmt: skip
