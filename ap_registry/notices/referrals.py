"""Referrals to a provider, and what became of them."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from ap_registry import codes
from ap_registry.errors import Problem
from ap_registry.fields import Code, Listed, Organisation, Reference, Text
from ap_registry.happenings import Referral
from ap_registry.notice import Case, Entry, Facts, NoticeType
from ap_registry.pupil import Pupil

ABOUT = ("suspension", "permanent_exclusion", "off_site_direction")


class Referred(Facts, frozen=True, kw_only=True):
    route: Annotated[str, Code(codes=codes.REFERRAL_ROUTES)]
    objectives: Annotated[tuple[str, ...], Listed(of=Text(), private=True)]
    provider: Annotated[str, Organisation(role="provider")] | None = None
    about: Annotated[UUID, Reference(types=ABOUT)] | None = None
    interventions: Annotated[str, Text(private=True)] | None = None
    needs: Annotated[str, Text(private=True)] | None = None
    risk: Annotated[str, Text(private=True)] | None = None
    transport: Annotated[str, Text(private=True)] | None = None


class ReferralDecided(Facts, frozen=True, kw_only=True):
    referral: Annotated[UUID, Reference(types=("referral",), default_open=True)]
    decision: Annotated[str, Code(codes=("accepted", "declined", "withdrawn"))]
    reason: Annotated[str, Text(private=True)] | None = None


def _apply_referral(pupil: Pupil, entry: Entry[Referred]) -> Pupil:
    referral = Referral(
        **entry.stem,
        route=entry.facts.route,
        provider=entry.facts.provider,
        about=entry.facts.about,
    )
    return replace(pupil, referrals=(*pupil.referrals, referral))


def _refuse_decision(case: Case[ReferralDecided]) -> Iterator[Problem]:
    referral = next((r for r in case.pupil.referrals if r.id == case.facts.referral), None)
    if referral is None:
        return
    if case.on < referral.occurred_on:
        yield Problem(
            "/occurred_on", "end_before_start", "occurred_on must not be before the referral"
        )
    withdraws = referral.decision == "accepted" and case.facts.decision == "withdrawn"
    if referral.decision is not None and not withdraws:
        yield Problem("/referral", "nothing_open", "this referral has already been decided")


def _apply_decision(pupil: Pupil, entry: Entry[ReferralDecided]) -> Pupil:
    return replace(
        pupil,
        referrals=tuple(
            replace(
                r,
                decision=entry.facts.decision,
                decided_on=entry.occurred_on,
                decided_by=entry.id,
            )
            if r.id == entry.facts.referral
            else r
            for r in pupil.referrals
        ),
    )


TYPES: tuple[NoticeType[Any], ...] = (
    NoticeType(
        name="referral",
        facts=Referred,
        sentence="Referred ({route}) to {provider}",
        apply=_apply_referral,
        senders=frozenset({"school", "la"}),
    ),
    NoticeType(
        name="referral_decision",
        facts=ReferralDecided,
        sentence="Referral {decision}",
        refuse=_refuse_decision,
        apply=_apply_decision,
        senders=frozenset({"provider", "la"}),
    ),
)
CLOCKS = ()
