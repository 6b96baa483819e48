"""Education, health and care needs assessments and plans (SI 2014/1530)."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Annotated, Any

from ap_registry.errors import Problem
from ap_registry.fields import Code, Organisation
from ap_registry.happenings import EhcMilestone
from ap_registry.notice import Case, Clock, Entry, Facts, Flag, FollowUp, NoticeType, World
from ap_registry.pupil import Pupil

MILESTONES = (
    "requested", "agreed", "refused", "consulted", "refused_by_school", "draft", "issued",
    "mediation", "appealed", "appeal_decided", "ceased",
)  # fmt: skip
ABOUT_A_SCHOOL = frozenset({"consulted", "refused_by_school"})


class Reached(Facts, frozen=True, kw_only=True):
    milestone: Annotated[str, Code(codes=MILESTONES)]
    school: Annotated[str, Organisation(role="school")] | None = None


def _refuse(case: Case[Reached]) -> Iterator[Problem]:
    if case.facts.milestone in ABOUT_A_SCHOOL and case.facts.school is None:
        yield Problem("/school", "required", f"school is needed with {case.facts.milestone}")


def _flag(case: Case[Reached]) -> Iterator[Flag]:
    """After an assessment, a refusal to issue a plan comes within 16 weeks: reg. 10(1)."""
    if case.facts.milestone != "refused":
        return
    for request, after in _rounds(case.pupil):
        mine = next((n for n, m in enumerate(after) if m.id == case.entry.id), None)
        if mine is None or _first(after[:mine], "agreed") is None:
            continue
        owner = _owner(case.pupil, request)
        days = case.world.number("ehc.refusal-late", request.occurred_on, of=owner)
        last = request.occurred_on + timedelta(days=days)
        if case.on > last:
            yield case.flag("ehc.refusal-late", f"a refusal to issue a plan was due on {last}")


def _apply(pupil: Pupil, entry: Entry[Reached]) -> Pupil:
    reached = EhcMilestone(
        **entry.stem,
        milestone=entry.facts.milestone,
        school=entry.facts.school,
    )
    return replace(pupil, ehc=(*pupil.ehc, reached))


def _rounds(pupil: Pupil) -> Iterable[tuple[EhcMilestone, list[EhcMilestone]]]:
    """Each request, with what came after it and before the next."""
    starts = [n for n, m in enumerate(pupil.ehc) if m.milestone == "requested"]
    for start, following in pairwise([*starts, len(pupil.ehc)]):
        yield pupil.ehc[start], list(pupil.ehc[start + 1 : following])


def _owner(pupil: Pupil, request: EhcMilestone) -> str:
    home = pupil.home_la(request.occurred_on)
    return f"LA{home}" if home else request.by


def _owed(
    kind: str, rule: str, start: EhcMilestone, owner: str, ended: EhcMilestone | None, outcome: str,
    world: World,
) -> FollowUp:  # fmt: skip
    """Calendar weeks: regs 5(1), 10(1) and 13(2) say weeks, not school weeks."""
    days = world.number(rule, start.occurred_on, of=owner)
    return FollowUp(
        kind=kind,
        owner=owner,
        opened_on=start.occurred_on,
        due_on=start.occurred_on + timedelta(days=days),
        opened_by=start.id,
        rule=rule,
        closed_on=ended.occurred_on if ended else None,
        closed_by=ended.id if ended else None,
        outcome=outcome if ended else None,
    )


def _first(found: Iterable[EhcMilestone], *names: str) -> EhcMilestone | None:
    return next((m for m in found if m.milestone in names), None)


def _assessment(pupil: Pupil, world: World) -> Iterable[FollowUp]:
    """Decide within 6 weeks whether to assess; issue within 20 weeks."""
    for request, after in _rounds(pupil):
        owner = _owner(pupil, request)
        decided = _first(after, "agreed", "refused")
        yield _owed("ehc_decision", "ehc.decision", request, owner, decided, "done", world)
        ended = _first(after, "issued", "refused", "ceased")
        outcome = "done" if ended is not None and ended.milestone == "issued" else "lapsed"
        yield _owed("ehc_plan", "ehc.plan", request, owner, ended, outcome, world)


def _consultation(pupil: Pupil, world: World) -> Iterable[FollowUp]:
    """A school that is consulted answers within 15 days; a draft or plan shows that it has."""
    for number, consulted in enumerate(pupil.ehc):
        if consulted.milestone != "consulted" or consulted.school is None:
            continue
        after = pupil.ehc[number + 1 :]
        ended = next(
            (
                m for m in after
                if m.milestone in {"draft", "issued", "ceased"}
                or (m.milestone == "refused_by_school" and m.school == consulted.school)
            ),
            None,
        )  # fmt: skip
        yield _owed(
            "ehc_consultation",
            "ehc.consultation",
            consulted,
            consulted.school,
            ended,
            "done",
            world,
        )


TYPES: tuple[NoticeType[Any], ...] = (
    NoticeType(
        name="ehc_milestone",
        facts=Reached,
        sentence="Education, health and care plan: {milestone}",
        refuse=_refuse,
        flags=_flag,
        apply=_apply,
        senders=frozenset({"school", "la"}),
    ),
)
CLOCKS = (
    Clock(kinds=("ehc_decision", "ehc_plan"), derive=_assessment),
    Clock(kinds=("ehc_consultation",), derive=_consultation),
)
