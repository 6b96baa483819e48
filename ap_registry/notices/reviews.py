"""Reviews of whatever runs: placements, directions, returns, outreach."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from ap_registry import codes
from ap_registry.errors import Problem
from ap_registry.fields import Code, Day, Listed, Reference
from ap_registry.happenings import Review
from ap_registry.notice import Case, Entry, Facts, Flag, NoticeType
from ap_registry.pupil import Pupil

RUNNING = (
    "placement_started", "off_site_direction", "reintegration_started", "part_time_started",
    "outreach_started",
)  # fmt: skip
REVIEWED = (
    "placement_started", "off_site_direction", "reintegration_started", "suspension",
    "permanent_exclusion", "part_time_started", "outreach_started", "referral",
)  # fmt: skip


class Reviewed(Facts, frozen=True, kw_only=True):
    of: Annotated[UUID, Reference(types=REVIEWED, default_open=True, means=RUNNING)]
    attended: Annotated[tuple[str, ...], Listed(of=Code(codes=codes.ATTENDED))]
    purpose: Annotated[str, Code(codes=("review", "safeguarding", "return_meeting"))] = "review"
    outcome: Annotated[str, Code(codes=("continue", "extend", "end"))] | None = None
    ends_on: Annotated[date, Day()] | None = None
    progress: (
        Annotated[
            tuple[str, ...], Listed(of=Code(codes=("met", "on_track", "behind", "not_started")))
        ]
        | None
    ) = None


def _refuse_review(case: Case[Reviewed]) -> Iterator[Problem]:
    named = case.pupil.happening(case.facts.of)
    if named is None:
        return
    if case.on < named.occurred_on:
        yield Problem(
            "/occurred_on", "end_before_start", "occurred_on must not be before what is reviewed"
        )
    if case.facts.ends_on is not None and case.facts.ends_on < named.occurred_on:
        yield Problem(
            "/ends_on", "end_before_start", "ends_on must not be before what is reviewed began"
        )


def _apply_review(pupil: Pupil, entry: Entry[Reviewed]) -> Pupil:
    review = Review(
        **entry.stem,
        of=entry.facts.of,
        purpose=entry.facts.purpose,
        outcome=entry.facts.outcome,
    )
    reviewed = replace(pupil, reviews=(*pupil.reviews, review))
    ends_on = entry.facts.ends_on
    if ends_on is not None:
        reviewed = reviewed.changed("placements", entry.facts.of, planned_ends_on=ends_on)
    elif entry.facts.outcome == "end":
        ends_on = entry.occurred_on
    if ends_on is None:
        return reviewed
    return reviewed.changed("directions", entry.facts.of, ends_on=ends_on)


def _flag_review(case: Case[Reviewed]) -> Iterator[Flag]:
    """Parents are asked to a review of a direction six days before it: SI 2010/1156 reg. 4."""
    direction = next((d for d in case.pupil.directions if d.id == case.facts.of), None)
    if direction is None:
        return
    days = case.world.number("off-site.invitation", case.on, of=direction.school)
    latest = case.on - timedelta(days=days)
    invited = any(
        n.of == case.facts.of and n.about == "invitation" and n.received_on <= latest
        for n in case.pupil.notified
    )
    if not invited and case.facts.purpose == "review":
        yield case.flag("off-site.invitation", f"no invitation received by {latest} is on record")


TYPES: tuple[NoticeType[Any], ...] = (
    NoticeType(
        name="review_held",
        facts=Reviewed,
        sentence="A {purpose} was held",
        refuse=_refuse_review,
        flags=_flag_review,
        apply=_apply_review,
        senders=frozenset({"school", "provider", "la", "health"}),
    ),
)
CLOCKS = ()
