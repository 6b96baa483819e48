"""AP placements: started, changed, ended; reviewed each half-term, ended as planned."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from ap_registry import codes, sixth_day
from ap_registry.errors import Problem
from ap_registry.fields import Code, Day, Destination, Organisation, Reference, Text, Whole
from ap_registry.happenings import Placement
from ap_registry.notice import Case, Clock, Entry, Facts, Flag, FollowUp, NoticeType, World
from ap_registry.pupil import Pupil

BOTH = frozenset({"school", "provider", "la"})
PLACERS = frozenset({"school", "la", "provider"})
ARISING = ("suspension", "permanent_exclusion", "off_site_direction", "referral", "managed_move")

Sessions = Annotated[int, Whole(low=1, high=10)]
OfPlacement = Annotated[UUID, Reference(types=("placement_started",), default_open=True)]


class Placed(Facts, frozen=True, kw_only=True):
    provider: Annotated[str, Organisation(role="provider")]
    commissioner: Annotated[str, Organisation()]
    reason: Annotated[str, Code(codes=codes.PLACEMENT_REASON)]
    ends_on: Annotated[date, Day()]
    sessions_per_week: Sessions
    intent: Annotated[str, Code(codes=("return", "transition", "long_term"))]
    setting_type: Annotated[str, Code(codes=codes.SETTING_TYPE)] | None = None
    arising_from: Annotated[UUID, Reference(types=ARISING)] | None = None
    checks_confirmed_on: Annotated[date, Day(past=True)] | None = None
    site: Annotated[str, Text(private=True)] | None = None


class PlacementChanged(Facts, frozen=True, kw_only=True):
    placement: OfPlacement
    ends_on: Annotated[date, Day()] | None = None
    sessions_per_week: Sessions | None = None
    site: Annotated[str, Text(private=True)] | None = None


class PlacementEnded(Facts, frozen=True, kw_only=True):
    placement: OfPlacement
    end_reason: Annotated[str, Code(codes=codes.END_REASON)]
    destination: Annotated[str, Destination()] | None = None


def _refuse_placement(case: Case[Placed]) -> Iterator[Problem]:
    if any(p.provider == case.facts.provider and p.holds(case.on) and p.open
           for p in case.before.placements):  # fmt: skip
        yield Problem(
            "/provider",
            "already_open",
            "a placement at this provider is already open: record placement_ended first",
        )


def _flag_placement(case: Case[Placed]) -> Iterator[Flag]:
    yield from _flag_over_ten(case, case.facts.sessions_per_week, case.entry.id)
    confirmed = case.facts.checks_confirmed_on is not None
    if not confirmed and not case.world.staff_checked(case.facts.provider, case.on):
        yield case.flag(
            "placement.checks-unconfirmed",
            "no written confirmation of the provider's staff checks is on record",
            mend=case.facts.commissioner,
        )
    for duty in sixth_day.duties(case.pupil, case.world):
        if duty.late and duty.started_by == case.entry.id:
            yield case.flag(
                "sixth-day.late", f"education was due on {duty.due_on}, began on {case.on}"
            )


def _flag_over_ten(case: Case[Any], sessions: int, mine: UUID) -> Iterator[Flag]:
    """With all that run on the day; what was an error never ran."""
    held = [p for p in case.before.placements if p.id != mine and p.holds(case.on)]
    errors = {p.id for p in case.pupil.placements if p.end_reason == "error"}
    together = sessions + sum(p.sessions_per_week for p in held if p.id not in errors)
    started = case.pupil.placement(mine)
    commissioner = started.commissioner if started else None
    if together > case.world.number("placement.over-ten", case.on, of=commissioner):
        yield case.flag(
            "placement.over-ten",
            f"{together} sessions a week together",
            mend=commissioner,
        )


def _flag_changed(case: Case[PlacementChanged]) -> Iterator[Flag]:
    if case.facts.sessions_per_week is not None:
        yield from _flag_over_ten(case, case.facts.sessions_per_week, case.facts.placement)


def _apply_placement(pupil: Pupil, entry: Entry[Placed]) -> Pupil:
    facts = entry.facts
    placement = Placement(
        **entry.stem,
        provider=facts.provider,
        commissioner=facts.commissioner,
        reason=facts.reason,
        intent=facts.intent,
        first_planned_ends_on=facts.ends_on,
        planned_ends_on=facts.ends_on,
        sessions_per_week=facts.sessions_per_week,
        setting_type=facts.setting_type,
        arising_from=facts.arising_from,
    )
    return replace(pupil, placements=(*pupil.placements, placement))


def _refuse_of_placement(case: Case[Any]) -> Iterator[Problem]:
    placement = case.pupil.placement(case.facts.placement)
    if placement is None:
        return
    if case.on < placement.occurred_on:
        yield Problem(
            "/occurred_on",
            "end_before_start",
            "occurred_on must not be before the placement started",
        )
    if placement.ended_on is not None and case.on > placement.ended_on:
        yield Problem("/placement", "nothing_open", "this placement had ended by that day")
    ends_on = getattr(case.facts, "ends_on", None)
    if ends_on is not None and ends_on < placement.occurred_on:
        yield Problem(
            "/ends_on", "end_before_start", "ends_on must not be before the placement started"
        )


def _refuse_end(case: Case[PlacementEnded]) -> Iterator[Problem]:
    placement = case.pupil.placement(case.facts.placement)
    if placement is not None and not placement.open:
        yield Problem("/placement", "nothing_open", "this placement has already ended")
    else:
        yield from _refuse_of_placement(case)


def _apply_changed(pupil: Pupil, entry: Entry[PlacementChanged]) -> Pupil:
    changes: dict[str, object] = {}
    if entry.facts.ends_on is not None:
        changes["planned_ends_on"] = entry.facts.ends_on
    if entry.facts.sessions_per_week is not None:
        changes["sessions_per_week"] = entry.facts.sessions_per_week
    return pupil.changed("placements", entry.facts.placement, **changes)


def _apply_ended(pupil: Pupil, entry: Entry[PlacementEnded]) -> Pupil:
    return pupil.changed(
        "placements",
        entry.facts.placement,
        ended_on=entry.occurred_on,
        end_reason=entry.facts.end_reason,
        destination=entry.facts.destination,
        ended_by=entry.id,
    )


def _placement_reviews(pupil: Pupil, world: World) -> Iterable[FollowUp]:
    """One for each half-term: the last school day of the block; a review opens the next."""
    for placement in pupil.placements:
        owner = placement.commissioner  # who placed stays responsible: KCSIE part 3
        calendar = world.calendars.of(owner)
        opened_by, opened_on = placement.id, placement.occurred_on
        due_on = calendar.due_by_block_end(placement.occurred_on)
        for review in [*pupil.reviews_of(placement.id, placement.ended_on), None]:
            closed_on, closed_by, outcome = placement.ended_on, placement.ended_by, "lapsed"
            if review is not None:
                closed_on, closed_by, outcome = review.occurred_on, review.id, "done"
            yield FollowUp(
                kind="placement_review",
                owner=owner,
                opened_on=opened_on,
                due_on=due_on,
                opened_by=opened_by,
                rule="placement.review",
                calendar=owner,
                closed_on=closed_on,
                closed_by=closed_by,
                outcome=outcome if closed_on else None,
            )
            if review is not None:
                opened_by, opened_on = review.id, review.occurred_on
                due_on = calendar.due_by_block_end(
                    max(review.occurred_on, due_on) + timedelta(days=1)
                )


def _planned_end_passed(pupil: Pupil, world: World) -> Iterable[FollowUp]:
    for placement in pupil.placements:
        owner = placement.commissioner
        opened_on = placement.planned_ends_on + timedelta(days=1)
        in_time = placement.end_reason == "error" or (placement.ended_on or opened_on) < opened_on
        due_on, _missing = world.calendars.of(owner).due_after(placement.planned_ends_on, 1)
        yield FollowUp(
            kind="placement_end_passed",
            owner=owner,
            opened_on=opened_on,
            due_on=due_on,
            opened_by=placement.id,
            rule="placement.planned-end",
            clock_on=placement.planned_ends_on,
            calendar=owner,
            closed_on=placement.ended_on,
            closed_by=placement.ended_by,
            outcome=None if placement.ended_on is None else "lapsed" if in_time else "done",
        )


TYPES: tuple[NoticeType[Any], ...] = (
    NoticeType(
        name="placement_started",
        facts=Placed,
        sentence="Placement at {provider} started, {sessions_per_week} sessions a week, "
        "planned until {ends_on}",
        ordered=(("ends_on", "occurred_on"),),
        refuse=_refuse_placement,
        flags=_flag_placement,
        apply=_apply_placement,
        senders=PLACERS,
        relates=True,
    ),
    NoticeType(
        name="placement_changed",
        facts=PlacementChanged,
        sentence="The placement changed",
        refuse=_refuse_of_placement,
        flags=_flag_changed,
        apply=_apply_changed,
        senders=BOTH,
    ),
    NoticeType(
        name="placement_ended",
        facts=PlacementEnded,
        sentence="The placement ended ({end_reason})",
        refuse=_refuse_end,
        apply=_apply_ended,
        senders=BOTH,
    ),
)
CLOCKS = (
    Clock(kinds=("placement_review",), derive=_placement_reviews),
    Clock(kinds=("placement_end_passed",), derive=_planned_end_passed),
)
