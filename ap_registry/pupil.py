"""The folded state of one pupil: what decisions need, and nothing that a notice did not say."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from ap_registry.calendar import academic_year
from ap_registry.happenings import (
    MAIN,
    Act,
    Action,
    Activity,
    Attained,
    Contact,
    Departure,
    Details,
    Direction,
    Dispute,
    Done,
    EhcMilestone,
    Exclusion,
    FairAccessCase,
    Funding,
    Happening,
    HealthResponse,
    ManagedMove,
    Notified,
    Outreach,
    ParentRequest,
    PartTime,
    Placement,
    Plan,
    Referral,
    Reintegration,
    Review,
    RollSpell,
    Shared,
    View,
)
from ap_registry.remembering import by_identity

ADOPTION = UUID("0b8f4f0e-64a3-4d0c-9a57-3d1f1b0c6e21")  # namespace of ids shown after adoption


@dataclass(frozen=True, slots=True, kw_only=True)
class Pupil:
    """Everything in effective order; an unregistered pupil has no details.

    ``birth_year`` outlives an erasure: the ledger keeps it in the open. ``senders``: who sent
    each notice, where a dispute asks for it. ``adopted_by``: the change of UPN that cut the link
    to all UPNs before it. ``beside``: changes of UPN in the record of another merged into this one.
    """

    upn: str | None = None
    former_upns: tuple[str, ...] = ()
    adopted_by: UUID | None = None
    beside: frozenset[UUID] = frozenset()
    birth_year: int | None = None
    senders: Mapping[UUID, str] = field(default_factory=dict)
    details: tuple[Details, ...] = ()
    rolls: tuple[RollSpell, ...] = ()
    departures: tuple[Departure, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    notified: tuple[Notified, ...] = ()
    referrals: tuple[Referral, ...] = ()
    directions: tuple[Direction, ...] = ()
    placements: tuple[Placement, ...] = ()
    reviews: tuple[Review, ...] = ()
    managed_moves: tuple[ManagedMove, ...] = ()
    outreach: tuple[Outreach, ...] = ()
    plans: tuple[Plan, ...] = ()
    shared: tuple[Shared, ...] = ()
    reintegrations: tuple[Reintegration, ...] = ()
    attained: tuple[Attained, ...] = ()
    activities: tuple[Activity, ...] = ()
    contacts: tuple[Contact, ...] = ()
    parent_requests: tuple[ParentRequest, ...] = ()
    fair_access: tuple[FairAccessCase, ...] = ()
    part_time: tuple[PartTime, ...] = ()
    ehc: tuple[EhcMilestone, ...] = ()
    actions: tuple[Action, ...] = ()
    funding: tuple[Funding, ...] = ()
    views: tuple[View, ...] = ()
    disputes: tuple[Dispute, ...] = ()
    acts: tuple[Act, ...] = ()
    health_responses: tuple[HealthResponse, ...] = ()
    done: tuple[Done, ...] = ()

    @property
    def shown_as(self) -> UUID | None:
        """The id in all output once the pupil's own may be seen no more."""
        return uuid5(ADOPTION, str(self.adopted_by)) if self.adopted_by else None

    @property
    def upns(self) -> tuple[str, ...]:
        """Every UPN that names the pupil, the present one first."""
        return (self.upn, *self.former_upns) if self.upn else self.former_upns

    def detail(self, name: str, on: date) -> object:
        """What stood on that day; before the first record of it, the first recorded."""
        standing: object = None
        for details in self.details:
            if details.occurred_on > on and standing is not None:
                break
            standing = details.values.get(name, standing)
        return standing

    def main_roll(self, on: date) -> RollSpell | None:
        """The main school's spell: of two, the later joined, then the later recorded."""
        held = [s for s in self.rolls if s.registration in MAIN and s.holds(on)]
        return max(held, key=lambda s: (s.occurred_on, s.version), default=None)

    def on_roll(self, school: str, on: date) -> bool:
        return any(s.school == school and s.holds(on) for s in self.rolls)

    def year_group(self, on: date) -> int | None:
        """By birth alone; None where no birth date is on record."""
        return None if self.birth_year is None else academic_year(on) - self.birth_year - 5

    def home_la(self, on: date) -> str | None:
        """The home LA's three digits."""
        value = self.detail("home_la", on)
        return value if isinstance(value, str) else None

    def placement(self, event: UUID | None) -> Placement | None:
        return next((p for p in self.placements if p.id == event), None)

    def exclusion(self, event: UUID | None) -> Exclusion | None:
        return _by_id(self.exclusions).get(event.int) if event else None

    def happening(self, event: UUID | None) -> Happening | None:
        """Whatever runs or was decided: an exclusion, direction, referral, placement …"""
        return next((h for h in self.happenings() if h.id == event), None)

    def changed(self, group: str, event: UUID | None, **changes: object) -> "Pupil":
        """The same but for one happening of a group, such as ``placements``."""
        happenings = tuple(
            replace(h, **changes) if h.id == event else h for h in getattr(self, group)
        )
        named: dict[str, Any] = {group: happenings}
        return replace(self, **named)

    def reviews_of(self, event: UUID, until: date | None = None) -> tuple["Review", ...]:
        """Reviews, up to a day (included); what was a meeting about a return is none."""
        return tuple(
            r
            for r in self.reviews
            if r.of == event
            and r.purpose != "return_meeting"
            and (until is None or r.occurred_on <= until)
        )

    def fair_access_case(self, event: UUID | None) -> FairAccessCase | None:
        return next((c for c in self.fair_access if c.id == event), None)

    def cause(self, event: UUID | None) -> UUID | None:
        """The exclusion or direction that ``event`` is or, being a referral, is about."""
        referral = next((r for r in self.referrals if r.id == event), None)
        return referral.about if referral and referral.about else event

    def causes(self) -> Iterator[Happening]:
        """Whatever a placement may arise from."""
        for group in (self.exclusions, self.directions, self.referrals, self.managed_moves):
            yield from group

    def happenings(self) -> Iterator[Happening]:
        yield from self.exclusions
        yield from self.directions
        yield from self.referrals
        yield from self.placements
        yield from self.outreach
        yield from self.reintegrations


@by_identity
def _by_id(exclusions: tuple[Exclusion, ...]) -> Mapping[int, Exclusion]:
    return {one.id.int: one for one in exclusions}


EMPTY = Pupil()
