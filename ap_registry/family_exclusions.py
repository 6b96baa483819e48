"""The exclusions that a family is shown, and what may still be asked of each."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ap_registry.calendar import academic_year
from ap_registry.family_record import Record
from ap_registry.happenings import Exclusion
from ap_registry.notice import FollowUp
from ap_registry.notices.exclusion_reviews import representations_until
from ap_registry.suspended import term_sessions

OF_EXCLUSIONS = frozenset(
    {
        "governors_meeting", "governors_representations", "governors_outcome",
        "governors_reconsider", "review_application_window", "review_hearing",
    }
)  # fmt: skip
FIVE_DAYS, FIFTEEN_DAYS = 10, 30  # sessions in the term: SI 2012/1033 reg. 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Out:
    """An exclusion that stands, of this school year or not over. ``days`` in half days of ``0.5``.

    ``governors``: what they must do: consider (they cannot undo it), meet_if_asked, meet.
    ``asked``: what the reader has asked for, not what another of the family has.
    """

    event: UUID
    kind: str
    school: str | None
    since: date
    until: date | None
    days: float
    reasons: tuple[str, ...]
    governors: str
    decided: bool
    asked: frozenset[str]


def excluded(record: Record, mine: frozenset[UUID]) -> Iterator[Out]:
    """The latest first."""
    pupil, year = record.seen.pupil, academic_year(record.today)
    for one in sorted(pupil.exclusions, key=lambda one: one.occurred_on, reverse=True):
        if one.undone or not (academic_year(one.occurred_on) == year or _runs(record, one)):
            continue
        yield Out(
            event=one.id,
            kind=one.kind,
            school=record.named(one.school),
            since=one.occurred_on,
            until=one.ends_on if one.kind != "permanent" else None,
            days=one.sessions / 2,
            reasons=one.reasons,
            governors=_governors(record, one),
            decided=any(d.kind in {"upheld", "considered"} for d in one.decisions),
            asked=frozenset(
                r.request for r in pupil.parent_requests if r.of == one.id and r.id in mine
            ),
        )


def _runs(record: Record, one: Exclusion) -> bool:
    """Whether the pupil is still out, somebody must still act, or its parents may still speak."""
    pupil, today = record.seen.pupil, record.today
    if one.ends_on is not None and one.ends_on >= today:
        return True
    if any(owed.kind in OF_EXCLUSIONS for owed in _owed_of(record, one)):
        return True
    return not one.decided() and today <= representations_until(pupil, one, record.world)[1]


def _told_of(record: Record, one: Exclusion) -> set[UUID]:
    """Its notice, and those that decided of it or asked for something."""
    asked = {r.id for r in record.seen.pupil.parent_requests if r.of == one.id}
    return {one.id, *(d.id for d in one.decisions)} | asked


def exclusions_of(record: Record) -> dict[UUID, date]:
    """The first day of an exclusion by its notice, and by those that came of it."""
    return {
        event: one.occurred_on
        for one in record.seen.pupil.exclusions
        for event in _told_of(record, one)
    }


def _owed_of(record: Record, one: Exclusion) -> Iterator[FollowUp]:
    told = _told_of(record, one)
    return (owed for owed in record.owed() if owed.opened_by in told)


def _governors(record: Record, one: Exclusion) -> str:
    """SI 2012/1033 reg. 24: by the days of the term, or an exam that was missed."""
    if one.kind == "permanent" or one.exam_missed:
        return "meet"
    sessions = term_sessions(record.seen.pupil, one, record.world)
    if sessions > FIFTEEN_DAYS:
        return "meet"
    return "meet_if_asked" if sessions > FIVE_DAYS else "consider"


def review_by(record: Record) -> tuple[UUID, date] | None:
    """The exclusion of which an independent review may be asked for, and the last day."""
    for owed in record.owed():
        if owed.kind == "review_application_window" and owed.due_on >= record.today:
            of = next(
                e.id for e in record.seen.pupil.exclusions
                if any(d.id == owed.opened_by for d in e.decisions)
            )  # fmt: skip
            return of, owed.due_on
    return None


def experts(record: Record, mine: frozenset[UUID]) -> Iterator[UUID]:
    """Exclusions at whose review the reader may ask for an SEN expert.

    While a review can be asked for, and while the one asked for has not been heard.
    """
    requests = record.seen.pupil.parent_requests
    asked = {r.of for r in requests if r.request == "sen_expert" and r.id in mine}
    window = review_by(record)
    for one in record.seen.pupil.exclusions:
        heard = all(owed.kind != "review_hearing" for owed in _owed_of(record, one))
        can_ask = window is not None and window[0] == one.id
        if one.id not in asked and (can_ask or not heard):
            yield one.id
