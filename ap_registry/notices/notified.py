"""Who was told of what, and when it reached them (SI 2012/1033 reg. 17(3))."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from ap_registry.calendar import working_day_after
from ap_registry.errors import Problem
from ap_registry.fields import Code, Day, Reference
from ap_registry.happenings import Notified
from ap_registry.notice import Case, Entry, Facts, NoticeType
from ap_registry.pupil import Pupil


class WasNotified(Facts, frozen=True, kw_only=True):
    of: Annotated[UUID, Reference(types=(), default_open=True)]
    to: Annotated[
        str,
        Code(
            codes=(
                "parent", "pupil", "governors", "la", "home_la", "care_la", "social_worker",
                "virtual_school_head", "school", "provider", "health",
            )
        ),
    ]  # fmt: skip
    about: Annotated[
        str,
        Code(
            codes=("decision", "day_six_education", "invitation", "outcome", "cancellation",
                   "return")
        ),
    ]  # fmt: skip
    method: Annotated[str, Code(codes=("in_person", "email", "post", "registry"))]
    received_on: Annotated[date, Day()] | None = None


def _refuse_notified(case: Case[WasNotified]) -> Iterator[Problem]:
    received = case.facts.received_on
    if received is not None and received < case.on:
        yield Problem(
            "/received_on", "end_before_start", "received_on must not be before it was sent"
        )


def _apply_notified(pupil: Pupil, entry: Entry[WasNotified]) -> Pupil:
    facts = entry.facts
    notified = Notified(
        **entry.stem,
        of=facts.of,
        to=facts.to,
        about=facts.about,
        received_on=facts.received_on or _deemed_received(entry),
    )
    return replace(pupil, notified=(*pupil.notified, notified))


def _deemed_received(entry: Entry[WasNotified]) -> date:
    """By post the second working day after posting, else the same day: SI 2012/1033 reg. 17(3)."""
    return (
        working_day_after(entry.occurred_on, 2)
        if entry.facts.method == "post"
        else entry.occurred_on
    )


TYPES: tuple[NoticeType[Any], ...] = (
    NoticeType(
        name="notified",
        facts=WasNotified,
        sentence="{to} told of the {about} ({method})",
        refuse=_refuse_notified,
        apply=_apply_notified,
        senders=frozenset({"school", "provider", "la"}),
    ),
)
CLOCKS = ()
