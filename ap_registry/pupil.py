"""The folded state of one pupil: what decisions need, and nothing that a notice did not say."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

MAIN = frozenset("CM")
NO_ID = UUID(int=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """What every part of the state shares: the event it came from, its day, version and ref."""

    id: UUID
    occurred_on: date
    version: int
    by: str = ""
    ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Details(Happening):
    """What stood of the pupil from ``occurred_on``; ``stated`` are the fields that notice gave."""

    values: Mapping[str, object] = field(default_factory=dict)
    stated: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class RollSpell(Happening):
    school: str
    registration: str
    until_on: date | None = None
    ground: str | None = None
    left_by: UUID | None = None
    left_version: int = 0

    @property
    def from_on(self) -> date:
        return self.occurred_on

    def holds(self, on: date) -> bool:
        return self.occurred_on <= on and (self.until_on is None or on < self.until_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure(Happening):
    """A leave for which no open spell is on record."""

    school: str
    ground: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision(Happening):
    """A governors' or review panel's decision, a cancellation, or a request to decide."""

    kind: str
    starts_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion(Happening):
    """kind: suspension, lunchtime or permanent. ``decisions`` in effective order."""

    kind: str
    school: str
    reasons: tuple[str, ...]
    sessions: int = 0
    ends_on: date | None = None
    decided_on: date | None = None
    exam_missed: bool = False
    decisions: tuple[Decision, ...] = ()
    education_from: date | None = None
    education_by: UUID | None = None

    @property
    def status(self) -> str:
        """issued, confirmed, cancelled, reinstated or quashed.

        What was cancelled or reinstated stays so; quashed, only governors may uphold it again.
        """
        status = "issued"
        for decision in self.decisions:
            if status in {"cancelled", "reinstated"}:
                break
            match decision.kind:
                case "cancelled" | "reinstated" | "quashed":
                    status = decision.kind
                case "upheld":
                    status = "confirmed"
                case "review_upheld" if status != "quashed":
                    status = "confirmed"
        return status

    @property
    def undone(self) -> bool:
        return self.status in {"cancelled", "reinstated", "quashed"}

    @property
    def under_review(self) -> bool:
        """Asked for and not finished: an independent review with no decision after it."""
        asked = False
        for decision in self.decisions:
            if decision.kind in {"review_requested", "reconsider"}:
                asked = True
            elif decision.kind in {"review_upheld", "quashed", "review_withdrawn", "upheld"}:
                asked = False
        return asked

    @property
    def earliest(self) -> date:
        """A decision may be acted on from the day it was taken, before the exclusion begins."""
        return min(self.occurred_on, self.decided_on or self.occurred_on)

    def decided(self) -> bool:
        return any(d.kind in {"upheld", "reinstated", "considered"} for d in self.decisions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notified(Happening):
    of: UUID
    to: str
    about: str
    received_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral(Happening):
    route: str
    provider: str | None
    about: UUID | None
    decision: str | None = None
    decided_on: date | None = None
    decided_by: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Direction(Happening):
    school: str
    provider: str
    starts_on: date
    ends_on: date
    sessions_per_week: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement(Happening):
    """An AP placement; ``occurred_on`` is its first day, ``ended_on`` its last."""

    provider: str
    commissioner: str
    reason: str
    intent: str
    first_planned_ends_on: date
    planned_ends_on: date
    sessions_per_week: int
    setting_type: str | None = None
    arising_from: UUID | None = None
    ended_on: date | None = None
    end_reason: str | None = None
    destination: str | None = None
    ended_by: UUID | None = None

    @property
    def open(self) -> bool:
        return self.ended_on is None

    def holds(self, on: date) -> bool:
        if self.end_reason == "error" or on < self.occurred_on:
            return False
        return self.ended_on is None or on <= self.ended_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Review(Happening):
    of: UUID
    purpose: str
    outcome: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagedMove(Happening):
    from_school: str
    to_school: str
    parent_agreed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Outreach(Happening):
    provider: str
    school: str
    focus: str | None
    delivered: int = 0
    ended_on: date | None = None
    end_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan(Happening):
    placement: UUID
    school: str
    returns_on: date
    phased_until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared(Happening):
    """An in-depth assessment shared with the receiving school."""

    placement: UUID
    school: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reintegration(Happening):
    school: str
    placement: UUID | None
    phased_until: date | None
    ended_on: date | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attained(Happening):
    """A target, a result or an assessment; the fields that its kind has not are None."""

    kind: str
    subject: str
    qualification: str | None = None
    grade: str | None = None
    level: str | None = None
    provider: str | None = None
    instrument: str | None = None
    score: float | None = None
    stage: str | None = None
    informant: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity(Happening):
    """A post-16 offer or destination (NCCIS activity code)."""

    kind: str
    activity: str
    organisation: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Done(Happening):
    """A follow-up that somebody says is done."""

    follow_up: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Pupil:
    """Everything in effective order; an unregistered pupil has no details.

    ``birth_year`` outlives an erasure: the ledger keeps it in the open.
    """

    upn: str | None = None
    former_upns: tuple[str, ...] = ()
    birth_year: int | None = None
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
    done: tuple[Done, ...] = ()

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

    def home_la(self, on: date) -> str | None:
        """The home LA's three digits."""
        value = self.detail("home_la", on)
        return value if isinstance(value, str) else None

    def placement(self, event: UUID | None) -> Placement | None:
        return next((p for p in self.placements if p.id == event), None)

    def exclusion(self, event: UUID | None) -> Exclusion | None:
        return next((e for e in self.exclusions if e.id == event), None)

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

    def cause(self, event: UUID | None) -> UUID | None:
        """The exclusion or direction that ``event`` is or, being a referral, is about."""
        referral = next((r for r in self.referrals if r.id == event), None)
        return referral.about if referral and referral.about else event

    def causes(self) -> Iterator[Happening]:
        """Whatever a placement may arise from."""
        for group in (self.exclusions, self.directions, self.referrals, self.managed_moves):
            yield from group


EMPTY = Pupil()
