"""Who pays for a placement, in three parts: education, health, social care."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from ap_registry.fields import Day, Number, Organisation, Reference, Text
from ap_registry.happenings import Funding
from ap_registry.notice import Case, Entry, Facts, Flag, NoticeType
from ap_registry.pupil import Pupil

Pounds = Annotated[float, Number(low=0, high=100_000)]
Payer = Annotated[str, Organisation()]


class Agreed(Facts, frozen=True, kw_only=True):
    """Amounts in GBP a week."""

    placement: Annotated[UUID, Reference(types=("placement_started",), default_open=True)]
    education: Pounds
    health: Pounds
    social_care: Pounds
    payer: Payer
    band: Annotated[str, Text(at_most=100)] | None = None
    health_payer: Payer | None = None
    care_payer: Payer | None = None
    until: Annotated[date, Day()] | None = None


def _flag(case: Case[Agreed]) -> Iterator[Flag]:
    facts = case.facts
    for part, payer in (("health", facts.health_payer), ("social_care", facts.care_payer)):
        if getattr(facts, part) > 0 and payer is None:
            yield case.flag(
                "funding.payer-missing",
                f"nobody is named who pays the {part} part",
                mend=facts.payer,
            )


def _apply(pupil: Pupil, entry: Entry[Agreed]) -> Pupil:
    facts = entry.facts
    funding = Funding(
        **entry.stem,
        placement=facts.placement,
        education=facts.education,
        health=facts.health,
        social_care=facts.social_care,
        band=facts.band,
        payer=facts.payer,
        health_payer=facts.health_payer,
        care_payer=facts.care_payer,
        until_on=facts.until,
    )
    return replace(pupil, funding=(*pupil.funding, funding))


TYPES: tuple[NoticeType[Any], ...] = (
    NoticeType(
        name="funding_agreed",
        facts=Agreed,
        sentence="Funding agreed: education £{education}, health £{health}, "
        "social care £{social_care} a week",
        ordered=(("until", "occurred_on"),),
        flags=_flag,
        apply=_apply,
        senders=frozenset({"school", "la", "health", "social_care"}),
    ),
)
CLOCKS = ()
