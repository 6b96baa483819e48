"""Fair access: referral to the panel, its decision, the school's answer (Admissions Code 3.14)."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from ap_registry import codes
from ap_registry.errors import Problem
from ap_registry.fields import Code, Day, Destination, Listed, Organisation, Reference, Text
from ap_registry.happenings import CaseDecision, CaseResponse, FairAccessCase
from ap_registry.notice import Case, Clock, Entry, Facts, Flag, FollowUp, NoticeType, World, ending
from ap_registry.pupil import Pupil

PANEL = frozenset({"panel", "la"})
PLACED = frozenset({"school", "ap", "directed"})
NOT_PLACED = frozenset({"refer_send", "not_fap"})

OfCase = Annotated[UUID, Reference(types=("fair_access_referral",), default_open=True)]


class Referred(Facts, frozen=True, kw_only=True):
    category: Annotated[
        str, Code(codes=codes.FAIR_ACCESS_CATEGORY.codes, words="a category from a to m")
    ]


class Decided(Facts, frozen=True, kw_only=True):
    case: OfCase
    panel_on: Annotated[date, Day()]
    decision: Annotated[
        str, Code(codes=("school", "ap", "deferred", "refer_send", "not_fap", "directed"))
    ]
    present: Annotated[tuple[str, ...], Listed(of=Destination(), private=True)]
    reason: Annotated[str, Text(private=True)]
    school: Annotated[str, Organisation(role="school")] | None = None
    provider: Annotated[str, Organisation(role="provider")] | None = None
    starts_on: Annotated[date, Day()] | None = None
    interests: Annotated[str, Text(private=True)] | None = None


class Responded(Facts, frozen=True, kw_only=True):
    case: OfCase
    school: Annotated[str, Organisation(role="school")]
    response: Annotated[str, Code(codes=("accepted", "refused"))]
    ground: Annotated[str, Code(codes=("challenging_behaviour", "full", "other"))] | None = None
    reason: Annotated[str, Text(private=True)] | None = None


def _refuse_referral(case: Case[Referred]) -> Iterator[Problem]:
    if any(c.open for c in case.before.fair_access):
        yield Problem(
            "", "already_open", "a fair access case is already open: record its decision first"
        )


def _flag_referral(case: Case[Referred]) -> Iterator[Flag]:
    """Looked-after children and those with an EHC plan are outside fair access: Code 3.17."""
    if case.pupil.detail("sen_provision", case.on) == "E":
        yield case.flag(
            "fair-access.outside", "a pupil with an EHC plan is placed by naming the school in it"
        )
    if case.pupil.detail("looked_after", case.on) == "current":
        yield case.flag(
            "fair-access.outside", "a looked-after child is admitted first, without fair access"
        )


def _apply_referral(pupil: Pupil, entry: Entry[Referred]) -> Pupil:
    opened = FairAccessCase(
        **entry.stem,
        category=entry.facts.category,
    )
    return replace(pupil, fair_access=(*pupil.fair_access, opened))


def _refuse_before(case: Case[Any]) -> Iterator[Problem]:
    found = case.pupil.fair_access_case(case.facts.case)
    if found is not None and case.on < found.occurred_on:
        yield Problem(
            "/occurred_on", "end_before_start", "occurred_on must not be before the referral"
        )


def _refuse_decision(case: Case[Decided]) -> Iterator[Problem]:
    facts = case.facts
    before = case.before.fair_access_case(facts.case)
    if before is not None and not before.open:
        yield Problem("/case", "nothing_open", "this case has already been decided")
    if facts.decision in {"school", "directed"} and facts.school is None:
        yield Problem("/school", "required", f"school is needed with the decision {facts.decision}")
    if facts.panel_on > case.on:
        yield Problem("/panel_on", "end_before_start", "panel_on must not be after occurred_on")
    yield from _refuse_before(case)


def _flag_decision(case: Case[Decided]) -> Iterator[Flag]:
    found = case.pupil.fair_access_case(case.facts.case)
    if found is None or case.facts.decision not in PLACED:
        return
    due_on = _due_on(found, case.pupil, case.world)[0]
    if case.on > due_on:
        yield case.flag("fair-access.late", f"a place was due on {due_on}, given on {case.on}")


def _apply_decision(pupil: Pupil, entry: Entry[Decided]) -> Pupil:
    facts = entry.facts
    decision = CaseDecision(
        **entry.stem,
        panel_on=facts.panel_on,
        decision=facts.decision,
        school=facts.school,
        provider=facts.provider,
        starts_on=facts.starts_on,
    )
    return _changed(pupil, facts.case, decisions=(decision,))


def _refuse_response(case: Case[Responded]) -> Iterator[Problem]:
    if case.facts.response == "refused" and case.facts.ground is None:
        yield Problem("/ground", "required", "ground is needed when a school refuses")
    yield from _refuse_before(case)


def _flag_response(case: Case[Responded]) -> Iterator[Flag]:
    if case.facts.response == "refused":
        yield case.flag(
            "fair-access.refused", f"refused ({case.facts.ground}): the LA may direct admission"
        )


def _apply_response(pupil: Pupil, entry: Entry[Responded]) -> Pupil:
    facts = entry.facts
    response = CaseResponse(
        **entry.stem,
        school=facts.school,
        response=facts.response,
        ground=facts.ground,
    )
    return _changed(pupil, facts.case, responses=(response,))


def _changed(
    pupil: Pupil,
    case: UUID,
    *,
    decisions: tuple[CaseDecision, ...] = (),
    responses: tuple[CaseResponse, ...] = (),
) -> Pupil:
    return replace(
        pupil,
        fair_access=tuple(
            replace(c, decisions=(*c.decisions, *decisions), responses=(*c.responses, *responses))
            if c.id == case
            else c
            for c in pupil.fair_access
        ),
    )


def _owner(found: FairAccessCase, pupil: Pupil) -> str:
    home = pupil.home_la(found.occurred_on)
    return f"LA{home}" if home else found.by


def _due_on(found: FairAccessCase, pupil: Pupil, world: World) -> tuple[date, str]:
    owner = _owner(found, pupil)
    days = world.number("fair-access.place", found.occurred_on, of=owner)
    return world.calendars.of(owner).due_after(found.occurred_on, days)[0], owner


def _place(pupil: Pupil, world: World) -> Iterable[FollowUp]:
    """A place within 20 school days, calendar of the home LA; a deferral does not stop it."""
    for found in pupil.fair_access:
        due_on, owner = _due_on(found, pupil, world)
        ended = next((d for d in found.decisions if d.decision != "deferred"), None)
        outcome = None if ended is None else "done" if ended.decision in PLACED else "lapsed"
        yield FollowUp(
            kind="fair_access_place",
            owner=owner,
            opened_on=found.occurred_on,
            due_on=due_on,
            opened_by=found.id,
            rule="fair-access.place",
            calendar=owner,
            closed_on=ended.occurred_on if ended else None,
            closed_by=ended.id if ended else None,
            outcome=outcome,
        )


def _refusal(pupil: Pupil, world: World) -> Iterable[FollowUp]:
    """A refusal goes to the LA, which may direct: done by that school's yes or a new decision.

    Seven calendar days: the codes of practice count so, not in school days.
    """
    for found in pupil.fair_access:
        owner = _owner(found, pupil)
        for refused in (r for r in found.responses if r.response == "refused"):
            later: list[CaseDecision | CaseResponse] = [
                *(
                    r for r in found.responses
                    if r.response == "accepted" and r.school == refused.school
                ),
                *found.decisions,
            ]  # fmt: skip
            after = [h for h in later if _order(h) > _order(refused)]
            ended = min(after, key=_order, default=None)
            days = world.number("fair-access.refused", refused.occurred_on, of=owner)
            yield FollowUp(
                kind="fair_access_refusal",
                owner=owner,
                opened_on=refused.occurred_on,
                due_on=refused.occurred_on + timedelta(days=days),
                opened_by=refused.id,
                rule="fair-access.refused",
                **ending(ended),
            )


def _order(happening: CaseDecision | CaseResponse) -> tuple[date, int]:
    return happening.occurred_on, happening.version


TYPES: tuple[NoticeType[Any], ...] = (
    NoticeType(
        name="fair_access_referral",
        facts=Referred,
        sentence="Referred to the fair access panel (category {category})",
        refuse=_refuse_referral,
        flags=_flag_referral,
        apply=_apply_referral,
        senders=frozenset({"school", "la", "panel"}),
    ),
    NoticeType(
        name="fair_access_decision",
        facts=Decided,
        sentence="The fair access panel decided: {decision}",
        refuse=_refuse_decision,
        flags=_flag_decision,
        apply=_apply_decision,
        senders=PANEL,
    ),
    NoticeType(
        name="fair_access_response",
        facts=Responded,
        sentence="{school} {response} the panel's decision",
        refuse=_refuse_response,
        flags=_flag_response,
        apply=_apply_response,
        senders=frozenset({"school", "la"}),
    ),
)
CLOCKS = (
    Clock(kinds=("fair_access_place",), derive=_place),
    Clock(kinds=("fair_access_refusal",), derive=_refusal),
)
