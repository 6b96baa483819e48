"""Meetings on the way back, and reviews of a direction that a parent asked for.

The meeting at a return is guidance, not law; it must not be a condition of return.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from ap_registry.happenings import Exclusion, Review
from ap_registry.notice import Clock, FollowUp, NoticeType, World, ending
from ap_registry.pupil import Pupil
from ap_registry.remembering import by_identity

TEN_WEEKS = timedelta(weeks=10)  # SI 2010/1156 reg. 4A, inserted by SI 2012/2532


def _meeting(
    reviews: Iterable[Review], world: World, *, school: str, subjects: frozenset[UUID],
    opened_by: UUID, opened_on: date, last_on: date,
) -> FollowUp:  # fmt: skip
    """Before or at the beginning of the first school day back."""
    held = next((r for r in reviews if r.of in subjects and r.purpose == "return_meeting"), None)
    days = world.number("reintegration.meeting", opened_on, of=school)
    return FollowUp(
        kind="reintegration_meeting",
        owner=school,
        opened_on=opened_on,
        due_on=world.calendars.of(school).due_after(last_on, days)[0],
        opened_by=opened_by,
        rule="reintegration.meeting",
        calendar=school,
        clock_on=last_on,
        **ending(held),
    )


def _meetings(pupil: Pupil, world: World) -> Iterable[FollowUp]:
    for exclusion in pupil.exclusions:
        yield from _after_exclusion(exclusion, pupil.reviews, world)
    for direction in pupil.directions:
        yield _meeting(
            pupil.reviews, world, school=direction.school, subjects=frozenset({direction.id}),
            opened_by=direction.id, opened_on=direction.starts_on, last_on=direction.ends_on,
        )  # fmt: skip


@by_identity
def _after_exclusion(
    exclusion: Exclusion, reviews: tuple[Review, ...], world: World
) -> tuple[FollowUp, ...]:
    """At its end, and after what undid it."""
    subjects = frozenset({exclusion.id})
    found = []
    if exclusion.kind == "suspension" and exclusion.ends_on and not exclusion.undone:
        found.append(
            _meeting(
                reviews, world, school=exclusion.school, subjects=subjects, opened_by=exclusion.id,
                opened_on=exclusion.occurred_on, last_on=exclusion.ends_on,
            )
        )  # fmt: skip
    for decision in exclusion.decisions:
        if decision.kind in {"cancelled", "reinstated"}:
            day_before = decision.back_on - timedelta(days=1)
            found.append(
                _meeting(
                    reviews, world, school=exclusion.school, subjects=subjects | {decision.id},
                    opened_by=decision.id, opened_on=decision.occurred_on,
                    last_on=day_before if decision.starts_on else decision.occurred_on,
                )
            )  # fmt: skip
    return tuple(found)


def _requested(pupil: Pupil, world: World) -> Iterable[FollowUp]:
    """A written request binds unless a review was held in the ten weeks before."""
    for direction in pupil.directions:
        for request in pupil.parent_requests:
            if request.of != direction.id or request.request != "review_meeting":
                continue
            held = pupil.reviews_of(direction.id)
            recent = any(
                request.occurred_on - TEN_WEEKS <= r.occurred_on < request.occurred_on for r in held
            )
            if recent:
                continue
            done = next((r for r in held if r.occurred_on >= request.occurred_on), None)
            days = world.number(
                "off-site.review-requested", request.occurred_on, of=direction.school
            )
            yield FollowUp(
                kind="review_requested",
                owner=direction.school,
                opened_on=request.occurred_on,
                due_on=world.calendars.of(direction.school).due_after(request.occurred_on, days)[0],
                opened_by=request.id,
                rule="off-site.review-requested",
                calendar=direction.school,
                **ending(done),
            )


def _outcomes(pupil: Pupil, world: World) -> Iterable[FollowUp]:
    """The decision of a review goes to the parent in writing within six days: reg. 5."""
    for direction in pupil.directions:
        for review in pupil.reviews_of(direction.id):
            told = next(
                (n for n in pupil.notified
                 if n.of in {review.id, direction.id} and n.to == "parent" and n.about == "outcome"
                 and n.occurred_on >= review.occurred_on),
                None,
            )  # fmt: skip
            days = world.number("off-site.outcome", review.occurred_on, of=direction.school)
            yield FollowUp(
                kind="off_site_outcome",
                owner=direction.school,
                opened_on=review.occurred_on,
                due_on=review.occurred_on + timedelta(days=days),
                opened_by=review.id,
                rule="off-site.outcome",
                **ending(told),
            )


TYPES: tuple[NoticeType[Any], ...] = ()
CLOCKS = (
    Clock(kinds=("reintegration_meeting",), derive=_meetings),
    Clock(kinds=("review_requested",), derive=_requested),
    Clock(kinds=("off_site_outcome",), derive=_outcomes),
)
