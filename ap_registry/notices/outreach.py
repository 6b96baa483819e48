"""Outreach: support in the pupil's own school, from an AP provider or an LA support service."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

import msgspec

from ap_registry.errors import Problem
from ap_registry.fields import Code, Organisation, Reference, Text, Whole, YesNo
from ap_registry.happenings import Outreach
from ap_registry.notice import Case, Entry, Facts, NoticeType
from ap_registry.pupil import Pupil

SENDERS = frozenset({"provider", "la"})
END_REASONS = (
    "completed", "stepped_up", "disengaged", "moved_school", "moved_area", "left_england", "died",
    "error",
)  # fmt: skip
OfOutreach = Annotated[UUID, Reference(types=("outreach_started",), default_open=True)]


class Started(Facts, frozen=True, kw_only=True):
    provider: Annotated[str, Organisation(role="provider")]
    school: Annotated[str, Organisation(role="school")]
    focus: Annotated[str, Text(private=True)]


class SessionHeld(Facts, frozen=True, kw_only=True):
    outreach: OfOutreach
    minutes: Annotated[int, Whole(low=0, high=600)]
    delivered: Annotated[bool, YesNo()]
    why_not: Annotated[str, Text(private=True)] | None = None
    with_: Annotated[str, Text(private=True)] | None = msgspec.field(default=None, name="with")


class Ended(Facts, frozen=True, kw_only=True):
    outreach: OfOutreach
    end_reason: Annotated[str, Code(codes=END_REASONS)]


def _refuse_start(case: Case[Started]) -> Iterator[Problem]:
    for outreach in case.before.outreach:
        same = outreach.provider == case.facts.provider and outreach.school == case.facts.school
        if same and outreach.ended_on is None:
            yield Problem(
                "/provider",
                "already_open",
                "outreach from this provider at this school is already open",
            )


def _apply_start(pupil: Pupil, entry: Entry[Started]) -> Pupil:
    outreach = Outreach(
        **entry.stem,
        provider=entry.facts.provider,
        school=entry.facts.school,
        focus=entry.facts.focus,
    )
    return replace(pupil, outreach=(*pupil.outreach, outreach))


def _refuse_before(case: Case[Any]) -> Iterator[Problem]:
    outreach = next((o for o in case.pupil.outreach if o.id == case.facts.outreach), None)
    if outreach is None:
        return
    if case.on < outreach.occurred_on:
        yield Problem(
            "/occurred_on", "end_before_start", "occurred_on must not be before outreach started"
        )
    if isinstance(case.facts, Ended) and outreach.ended_on is not None:
        yield Problem("/outreach", "nothing_open", "this outreach has already ended")


def _apply_session(pupil: Pupil, entry: Entry[SessionHeld]) -> Pupil:
    found = next((o for o in pupil.outreach if o.id == entry.facts.outreach), None)
    if found is None or not entry.facts.delivered:
        return pupil
    return pupil.changed("outreach", found.id, delivered=found.delivered + 1)


def _apply_end(pupil: Pupil, entry: Entry[Ended]) -> Pupil:
    return pupil.changed(
        "outreach",
        entry.facts.outreach,
        ended_on=entry.occurred_on,
        end_reason=entry.facts.end_reason,
    )


TYPES: tuple[NoticeType[Any], ...] = (
    NoticeType(
        name="outreach_started",
        facts=Started,
        sentence="Outreach from {provider} started at {school}",
        refuse=_refuse_start,
        apply=_apply_start,
        senders=SENDERS,
        relates=True,
    ),
    NoticeType(
        name="outreach_session",
        facts=SessionHeld,
        sentence="An outreach session of {minutes} minutes",
        refuse=_refuse_before,
        apply=_apply_session,
        senders=SENDERS,
    ),
    NoticeType(
        name="outreach_ended",
        facts=Ended,
        sentence="Outreach ended ({end_reason})",
        refuse=_refuse_before,
        apply=_apply_end,
        senders=SENDERS,
    ),
)
CLOCKS = ()
