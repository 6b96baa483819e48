"""Acts upon the ledger itself: what was recorded is put right or taken back, never overwritten."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from ap_registry.errors import Problem
from ap_registry.fields import EventId, FieldsOf, Reference, Text
from ap_registry.happenings import Act, Done
from ap_registry.notice import Case, Entry, Facts, NoticeType
from ap_registry.pupil import Pupil

ANYONE = frozenset({"school", "provider", "panel", "la", "health", "social_care", "parent"})
FIXED = frozenset({"type", "upn", "pupil_id", "by", "ref"})


class Corrected(Facts, frozen=True, kw_only=True):
    of: Annotated[UUID, Reference(types=())]
    fields: Annotated[Mapping[str, Any], FieldsOf()]
    reason: Annotated[str, Text(private=True)]
    evidence: Annotated[str, Text(private=True)] | None = None


class Voided(Facts, frozen=True, kw_only=True):
    of: Annotated[UUID, Reference(types=())]
    reason: Annotated[str, Text(private=True)]
    evidence: Annotated[str, Text(private=True)] | None = None


class FollowUpDone(Facts, frozen=True, kw_only=True):
    follow_up: Annotated[UUID, EventId()]
    how: Annotated[str, Text(private=True)]


def _refuse_correction(case: Case[Corrected]) -> Iterator[Problem]:
    for name in FIXED & case.facts.fields.keys():
        yield Problem(
            f"/fields/{name}", "unknown_field", f"{name} cannot be corrected: void the notice"
        )


def _apply_act(pupil: Pupil, entry: Entry[Corrected] | Entry[Voided]) -> Pupil:
    act = Act(**entry.stem, of=entry.facts.of)
    return replace(pupil, acts=(*pupil.acts, act))


def _apply_done(pupil: Pupil, entry: Entry[FollowUpDone]) -> Pupil:
    done = Done(
        **entry.stem,
        follow_up=entry.facts.follow_up,
        how=entry.facts.how,
    )
    return replace(pupil, done=(*pupil.done, done))


TYPES: tuple[NoticeType[Any], ...] = (
    NoticeType(
        name="correction",
        facts=Corrected,
        sentence="Corrected",
        refuse=_refuse_correction,
        apply=_apply_act,
        senders=ANYONE,
    ),
    NoticeType(
        name="void",
        facts=Voided,
        sentence="Taken back as void",
        apply=_apply_act,
        senders=ANYONE,
    ),
    NoticeType(
        name="follow_up_done",
        facts=FollowUpDone,
        sentence="A follow-up was done",
        apply=_apply_done,
        senders=ANYONE,
    ),
)
CLOCKS = ()
