"""What happened to a pupil, each thing as one frozen value: the parts of the folded state."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

MAIN = frozenset("CM")


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
    """What a notice stated of the pupil from ``occurred_on``; ``registers``: the first of all."""

    values: Mapping[str, object] = field(default_factory=dict)
    registers: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RollSpell(Happening):
    school: str
    registration: str
    until_on: date | None = None
    ground: str | None = None
    left_by: UUID | None = None
    left_version: int = 0

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

    @property
    def back_on(self) -> date:
        """From when the pupil is out no more: governors reinstate at once or by a date."""
        return self.starts_on or self.occurred_on


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
    education_at: str | None = None

    @property
    def status(self) -> str:
        """issued, confirmed, cancelled or reinstated for good, quashed until governors uphold."""
        return self._settled()[0]

    @property
    def undoing(self) -> Decision | None:
        """The decision that undid it; None while it stands."""
        return self._settled()[1] if self.undone else None

    def _settled(self) -> tuple[str, Decision | None]:
        status, by = "issued", None
        for decision in self.decisions:
            if status in {"cancelled", "reinstated"}:
                break
            match decision.kind:
                case "cancelled" | "reinstated" | "quashed":
                    status, by = decision.kind, decision
                case "upheld":
                    status, by = "confirmed", decision
                case "review_upheld" if status != "quashed":
                    status, by = "confirmed", decision
        return status, by

    @property
    def undone(self) -> bool:
        return bool(self.decisions) and self.status in {"cancelled", "reinstated", "quashed"}

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
    ended_by: UUID | None = None


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
class Contact(Happening):
    """``name`` and what follows ``may_see`` are private: None once erased."""

    relation: str
    parental_responsibility: bool
    may_see: bool
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    address: str | None = None
    language: str | None = None
    ended_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParentRequest(Happening):
    of: UUID
    request: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDecision(Happening):
    """What the fair access panel decided on ``panel_on``; ``deferred`` leaves the case open."""

    panel_on: date
    decision: str
    school: str | None = None
    provider: str | None = None
    starts_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResponse(Happening):
    """A school's answer to the panel."""

    school: str
    response: str
    ground: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FairAccessCase(Happening):
    category: str
    decisions: tuple[CaseDecision, ...] = ()
    responses: tuple[CaseResponse, ...] = ()

    @property
    def open(self) -> bool:
        """Until decided, and again once the school named has refused."""
        return all(d.decision == "deferred" for d in self.decisions) or self._refused

    @property
    def awaits_answer(self) -> bool:
        return not self.open and not any(r.response == "accepted" for r in self.responses)

    @property
    def _refused(self) -> bool:
        steps = sorted((*self.decisions, *self.responses), key=lambda h: (h.occurred_on, h.version))
        last = steps[-1]
        return isinstance(last, CaseResponse) and last.response == "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartTime(Happening):
    """A part-time timetable; ``ends_on`` is the plan, ``ended_on`` the fact."""

    school: str
    sessions_per_week: int
    ends_on: date
    review_on: date
    ended_on: date | None = None
    ended_by: UUID | None = None

    @property
    def open(self) -> bool:
        return self.ended_on is None


@dataclass(frozen=True, slots=True, kw_only=True)
class EhcMilestone(Happening):
    milestone: str
    school: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Action(Happening):
    owner: str
    due_on: date
    about: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Funding(Happening):
    """Amounts in GBP a week, until ``until_on`` (included) or the placement's end."""

    placement: UUID
    education: float
    health: float
    social_care: float
    payer: str
    band: str | None = None
    health_payer: str | None = None
    care_payer: str | None = None
    until_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class View(Happening):
    """What a pupil or parent said; the words themselves are private and not folded."""

    whose: str
    share: str
    about: UUID | None = None
    feeling: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute(Happening):
    of: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Act(Happening):
    """A correction or void, as what answers a dispute."""

    of: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthResponse(Happening):
    about: UUID
    response: str
    service: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Done(Happening):
    """A follow-up that somebody says is done; ``how`` is private: None once erased."""

    follow_up: UUID
    how: str | None = None
