"""What parents may ask for once a pupil is excluded, and what must follow (SI 2012/1033)."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from ap_registry import codes
from ap_registry.errors import Problem
from ap_registry.fields import Code, Reference
from ap_registry.happenings import Decision, Exclusion, ParentRequest
from ap_registry.notice import Case, Clock, Entry, Facts, FollowUp, NoticeType, World, ending
from ap_registry.pupil import Pupil
from ap_registry.suspended import term_sessions

FIVE_DAYS, FIFTEEN_DAYS = 10, 30  # sessions in the term: reg. 24(1)(c)
REQUESTS = (
    "representations", "independent_review", "sen_expert", "review_meeting", "waiver",
    "withdrawal", "equality_claim", "claim_decided",
)  # fmt: skip
MET = frozenset({"upheld", "reinstated", "considered"})


class Asked(Facts, frozen=True, kw_only=True):
    of: Annotated[
        UUID,
        Reference(
            types=("suspension", "permanent_exclusion", "off_site_direction"), default_open=True
        ),
    ]
    request: Annotated[str, Code(codes=REQUESTS)]


def _refuse(case: Case[Asked]) -> Iterator[Problem]:
    of = case.facts.of
    named = case.pupil.exclusion(of) or next((d for d in case.pupil.directions if d.id == of), None)
    if named is None:
        return
    earliest = named.occurred_on
    if isinstance(named, Exclusion):
        earliest = min(earliest, named.decided_on or earliest)
    if case.on < earliest:
        yield Problem(
            "/occurred_on", "end_before_start", "occurred_on must not be before what it is about"
        )


def _apply(pupil: Pupil, entry: Entry[Asked]) -> Pupil:
    """A request stands beside the exclusion; a review asked for or withdrawn changes its state."""
    facts = entry.facts
    request = ParentRequest(
        **entry.stem,
        of=facts.of,
        request=facts.request,
    )
    kinds = {"independent_review": "review_requested", "withdrawal": "review_withdrawn"}
    asked = replace(pupil, parent_requests=(*pupil.parent_requests, request))
    if facts.request not in kinds:
        return asked
    decision = Decision(
        **entry.stem,
        kind=kinds[facts.request],
    )
    return replace(
        asked,
        exclusions=tuple(
            replace(e, decisions=(*e.decisions, decision)) if e.id == facts.of else e
            for e in asked.exclusions
        ),
    )


def _asked(pupil: Pupil, of: UUID, *requests: str) -> Iterator[ParentRequest]:
    return (r for r in pupil.parent_requests if r.of == of and r.request in requests)


def _representations(pupil: Pupil, world: World) -> Iterable[FollowUp]:
    """Over five and up to fifteen days in the term: the governors meet if the parent asks."""
    for exclusion in pupil.exclusions:
        if exclusion.kind == "permanent" or exclusion.exam_missed or exclusion.undone:
            continue
        if not FIVE_DAYS < term_sessions(pupil, exclusion, world) <= FIFTEEN_DAYS:
            continue
        request = next(_asked(pupil, exclusion.id, "representations"), None)
        if request is None:
            continue
        start, due_on = representations_until(pupil, exclusion, world)
        met = next((d for d in exclusion.decisions if d.kind in MET), None)
        yield FollowUp(
            kind="governors_representations",
            owner=exclusion.school,
            opened_on=request.occurred_on,
            due_on=due_on,
            opened_by=request.id,
            rule="governors.representations",
            calendar=exclusion.school,
            clock_on=start,
            **ending(met),
        )


def representations_until(pupil: Pupil, exclusion: Exclusion, world: World) -> tuple[date, date]:
    """From the day the governors were told to the last on which they meet of what is said."""
    told = [n.received_on for n in pupil.notified if n.of == exclusion.id and n.to == "governors"]
    start = min(told, default=exclusion.occurred_on)
    days = world.number("governors.representations", exclusion.occurred_on, of=exclusion.school)
    return start, world.calendars.of(exclusion.school).due_after(start, days)[0]


def _window(pupil: Pupil, world: World) -> Iterable[FollowUp]:
    """The parent's 15 school days after the notice of the decision; a claim holds them open."""
    for exclusion in pupil.exclusions:
        upheld = next((d for d in exclusion.decisions if d.kind == "upheld"), None)
        if exclusion.kind != "permanent" or upheld is None or exclusion.undone:
            continue
        start, held_open = _window_start(exclusion, upheld, pupil)
        days = world.number("review.application", upheld.occurred_on, of=exclusion.school)
        due_on = world.calendars.of(exclusion.school).due_after(start, days)[0]
        ended = next(
            (r for r in _asked(pupil, exclusion.id, "independent_review", "waiver")
             if r.occurred_on >= upheld.occurred_on),
            None,
        )  # fmt: skip
        passed = None if held_open else due_on + timedelta(days=1)
        applied = ended is not None and ended.request == "independent_review"
        yield FollowUp(
            kind="review_application_window",
            owner=exclusion.school,
            opened_on=upheld.occurred_on,
            due_on=due_on,
            opened_by=upheld.id,
            rule="review.application",
            calendar=exclusion.school,
            clock_on=start,
            closed_on=ended.occurred_on if ended else passed,
            closed_by=ended.id if ended else None,
            outcome="done" if applied else "lapsed" if ended or passed else None,
        )


def _window_start(exclusion: Exclusion, upheld: Decision, pupil: Pupil) -> tuple[date, bool]:
    """Notice of the decision, else its day; after an equality claim the day it was decided."""
    told = [
        n.received_on
        for n in pupil.notified
        if n.of in {exclusion.id, upheld.id}
        and n.to in {"parent", "pupil"}
        and n.about == "outcome"
    ]
    start = min(told, default=upheld.occurred_on)
    claims = list(_asked(pupil, exclusion.id, "equality_claim"))
    decided = list(_asked(pupil, exclusion.id, "claim_decided"))
    if decided:
        start = max(start, decided[-1].occurred_on)
    return start, len(claims) > len(decided)


def _arranger(exclusion: Exclusion, world: World) -> str:
    """The academy trust, else the LA of a maintained school or PRU: reg. 25 and 7."""
    school = world.organisation(exclusion.school)
    if school is None:
        return exclusion.school
    if codes.is_academy(school.type_code):
        return school.trust or school.id
    return f"LA{school.la}" if school.la else school.id


def _hearing(pupil: Pupil, world: World) -> Iterable[FollowUp]:
    for exclusion in pupil.exclusions:
        for number, request in enumerate(exclusion.decisions):
            if request.kind != "review_requested":
                continue
            ended = next(
                (d for d in exclusion.decisions[number + 1 :]
                 if d.kind in {"review_upheld", "reconsider", "quashed", "review_withdrawn"}),
                None,
            )  # fmt: skip
            owner = _arranger(exclusion, world)
            days = world.number("review.hearing", request.occurred_on, of=owner)
            withdrawn = ended is not None and ended.kind == "review_withdrawn"
            yield FollowUp(
                kind="review_hearing",
                owner=owner,
                opened_on=request.occurred_on,
                due_on=world.calendars.of(exclusion.school).due_after(request.occurred_on, days)[0],
                opened_by=request.id,
                rule="review.hearing",
                calendar=exclusion.school,
                closed_on=ended.occurred_on if ended else None,
                closed_by=ended.id if ended else None,
                outcome=None if ended is None else "lapsed" if withdrawn else "done",
            )


def _reconsider(pupil: Pupil, world: World) -> Iterable[FollowUp]:
    """The governors meet again within ten school days of being told of the panel's decision."""
    for exclusion in pupil.exclusions:
        for number, decision in enumerate(exclusion.decisions):
            if decision.kind not in {"reconsider", "quashed"}:
                continue
            told = [
                n.received_on for n in pupil.notified
                if n.of == decision.id and n.to == "governors"
            ]  # fmt: skip
            start = min(told, default=decision.occurred_on)
            days = world.number("governors.reconsider", decision.occurred_on, of=exclusion.school)
            met = next((d for d in exclusion.decisions[number + 1 :] if d.kind in MET), None)
            yield FollowUp(
                kind="governors_reconsider",
                owner=exclusion.school,
                opened_on=decision.occurred_on,
                due_on=world.calendars.of(exclusion.school).due_after(start, days)[0],
                opened_by=decision.id,
                rule="governors.reconsider",
                calendar=exclusion.school,
                clock_on=start,
                **ending(met),
            )


TYPES: tuple[NoticeType[Any], ...] = (
    NoticeType(
        name="parent_request",
        facts=Asked,
        sentence="The parent asked: {request}",
        refuse=_refuse,
        apply=_apply,
        senders=frozenset({"school", "la", "parent"}),
    ),
)
CLOCKS = (
    Clock(kinds=("governors_representations",), derive=_representations),
    Clock(kinds=("review_application_window",), derive=_window),
    Clock(kinds=("review_hearing",), derive=_hearing),
    Clock(kinds=("governors_reconsider",), derive=_reconsider),
)
