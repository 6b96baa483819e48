"""The tables that are derived from the ledger: pure functions of it, bounded in time.

A row holds from ``from_at`` (included) until ``until_at`` (excluded); ``infinity`` is the present.
The registry as at T is, in every table, ``from_at <= T and T < until_at``.
"""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP
from sqlmodel import Field, SQLModel

TIMESTAMPTZ = TIMESTAMP(timezone=True)


def texts() -> Any:
    return Field(sa_column=Column(ARRAY(Text), nullable=True))


class Derived(SQLModel):
    """What all derived rows share: whose they are, which one, and while when they held."""

    pupil_id: UUID = Field(primary_key=True)
    key: UUID = Field(primary_key=True)
    from_at: datetime = Field(primary_key=True, sa_type=TIMESTAMPTZ)
    until_at: datetime = Field(sa_type=TIMESTAMPTZ)


PRESENT = text("until_at = 'infinity'")


class Identity(Derived, table=True):
    """Who the pupil is; erased with the pupil. One row for a pupil, key = pupil_id.

    ``shown_as``: the id in all output, where that is no longer the pupil's own (adopted).
    """

    __table_args__: ClassVar[Any] = (
        Index("identity_upn", "upn", postgresql_where=PRESENT),
        Index("identity_shown", text("coalesce(shown_as, pupil_id)"), postgresql_where=PRESENT),
        Index("identity_name", text("lower(family_name)"), postgresql_where=PRESENT),
    )
    upn: str | None
    shown_as: UUID | None
    former_upns: list[str] | None = texts()
    given_name: str | None
    family_name: str | None
    date_of_birth: date | None
    sex: str | None
    restricted: bool = Field(sa_type=Boolean)


class Merged(Derived, table=True):
    """That another pupil's record is read as part of this one's; key = the other's id."""

    __table_args__: ClassVar[Any] = (Index("merged_other", "other"),)
    other: UUID


class Detail(Derived, table=True):
    """What stood of the pupil from ``occurred_on``; nc_year only where that notice stated one."""

    __table_args__: ClassVar[Any] = (Index("detail_home_la", "home_la"),)
    occurred_on: date
    version: int
    birth_year: int | None = Field(sa_type=SmallInteger)
    home_la: str | None
    care_la: str | None
    sen_provision: str | None
    sen_need: str | None
    nc_year: int | None = Field(sa_type=SmallInteger)
    looked_after: str | None
    social_worker: str | None
    young_carer: bool | None = Field(sa_type=Boolean)
    free_school_meals: bool | None = Field(sa_type=Boolean)
    ethnicity: str | None


class Roll(Derived, table=True):
    """A spell on a roll: from ``from_on`` up to, not including, ``until_on``."""

    __table_args__: ClassVar[Any] = (Index("roll_school", "school", postgresql_where=PRESENT),)
    school: str
    registration: str
    from_on: date
    until_on: date | None
    ground: str | None
    version: int


class Exclusion(Derived, table=True):
    """A suspension, lunchtime suspension or permanent exclusion, and where it stands."""

    kind: str
    school: str
    occurred_on: date
    ends_on: date | None
    sessions: int | None = Field(sa_type=Integer)
    reasons: list[str] | None = texts()
    status: str
    undone: bool = Field(sa_type=Boolean)
    under_review: bool = Field(sa_type=Boolean)
    version: int


class Direction(Derived, table=True):
    """An off-site direction (Education Act 2002 s.29A)."""

    school: str
    provider: str
    occurred_on: date
    starts_on: date
    ends_on: date
    sessions_per_week: int
    version: int


class Referral(Derived, table=True):
    """A referral and its decision."""

    route: str
    provider: str | None
    about: UUID | None
    made_by: str
    occurred_on: date
    decision: str | None
    decided_on: date | None
    version: int


class Placement(Derived, table=True):
    """An AP placement; starts_on and ended_on are facts, planned_ends_on the present plan.

    ``trigger_on``: the day of the event that ``arising_from`` names (a referral stands for what it
    is about), null where none is named or it is void. ``cause``: the exclusion named that way.
    """

    __table_args__: ClassVar[Any] = (Index("placement_provider", "provider", "starts_on"),)
    provider: str
    commissioner: str
    reason: str
    setting_type: str | None
    intent: str
    starts_on: date
    first_planned_ends_on: date
    planned_ends_on: date
    ended_on: date | None
    end_reason: str | None
    destination: str | None
    sessions_per_week: int
    trigger_on: date | None
    cause: UUID | None
    arising_from: UUID | None
    version: int


class Outreach(Derived, table=True):
    """An outreach episode; ``delivered`` counts its sessions that took place."""

    provider: str
    school: str
    starts_on: date
    ended_on: date | None
    end_reason: str | None
    delivered: int
    version: int


class Reintegration(Derived, table=True):
    """A reintegration that started, and how it ended (settled or broke_down)."""

    school: str
    placement: UUID | None
    started_on: date
    phased_until: date | None
    ended_on: date | None
    outcome: str | None
    version: int


class ReintegrationPlan(Derived, table=True):
    """A planned return."""

    __tablename__ = "reintegration_plan"
    placement: UUID
    school: str
    occurred_on: date
    returns_on: date
    phased_until: date | None


class AssessmentShared(Derived, table=True):
    """An in-depth assessment shared with the receiving school."""

    __tablename__ = "assessment_shared"
    placement: UUID
    school: str
    occurred_on: date


class ManagedMove(Derived, table=True):
    """An agreed permanent transfer."""

    __tablename__ = "managed_move"
    from_school: str
    to_school: str
    parent_agreed: bool = Field(sa_type=Boolean)
    occurred_on: date
    version: int


class Result(Derived, table=True):
    """An award; ``level`` as recorded, ``grade`` as recorded."""

    occurred_on: date
    qualification: str
    subject: str
    grade: str
    level: str | None
    provider: str | None
    version: int


class Target(Derived, table=True):
    """An attainment target agreed for the pupil."""

    occurred_on: date
    qualification: str
    subject: str
    level: str
    version: int


class Assessment(Derived, table=True):
    """A standardised assessment of English or maths."""

    occurred_on: date
    subject: str
    instrument: str
    standard_score: float = Field(sa_type=Float)
    stage: str
    version: int


class Wellbeing(Derived, table=True):
    """A wellbeing measure."""

    occurred_on: date
    instrument: str
    score: float = Field(sa_type=Float)
    stage: str
    informant: str
    version: int


class Offer(Derived, table=True):
    """A post-16 offer (NCCIS activity code)."""

    occurred_on: date
    activity: str
    version: int


class Destination(Derived, table=True):
    """A post-16 activity on a day (NCCIS activity code)."""

    occurred_on: date
    activity: str
    version: int


class FairAccessCase(Derived, table=True):
    """A fair access case with its last decision and the last school's answer."""

    __tablename__ = "fair_access_case"
    category: str
    made_by: str
    occurred_on: date
    decision: str | None
    decided_on: date | None
    panel_on: date | None
    school: str | None
    provider: str | None
    starts_on: date | None
    response: str | None
    ground: str | None
    version: int


class PartTime(Derived, table=True):
    """A part-time timetable; ends_on is the plan, ended_on the fact."""

    __tablename__ = "part_time"
    school: str
    sessions_per_week: int
    starts_on: date
    ends_on: date
    review_on: date
    ended_on: date | None
    version: int


class EhcMilestone(Derived, table=True):
    """A step of an education, health and care needs assessment or plan."""

    __tablename__ = "ehc_milestone"
    milestone: str
    school: str | None
    occurred_on: date
    version: int


class Funding(Derived, table=True):
    """What a placement costs, in GBP a week, and who pays each part."""

    placement: UUID
    occurred_on: date
    until_on: date | None
    education: float = Field(sa_type=Float)
    health: float = Field(sa_type=Float)
    social_care: float = Field(sa_type=Float)
    band: str | None
    payer: str
    health_payer: str | None
    care_payer: str | None
    version: int


class ViewRecorded(Derived, table=True):
    """That a pupil or parent said what they think; the words stay in the private part."""

    __tablename__ = "view_recorded"
    whose: str
    feeling: int | None = Field(sa_type=SmallInteger)
    share: str
    about: UUID | None
    occurred_on: date
    version: int


class HealthResponse(Derived, table=True):
    """What a health partner answered."""

    __tablename__ = "health_response"
    about: UUID
    response: str
    service: str
    occurred_on: date
    version: int


class Flag(Derived, table=True):
    """What should not have happened, with the rule that says so."""

    event: UUID
    rule: str
    detail: str
    source: str


class FollowUp(Derived, table=True):
    """A duty that a notice or a mark has started; ``outcome`` done or lapsed once closed."""

    __tablename__ = "follow_up"
    __table_args__: ClassVar[Any] = (
        Index(
            "follow_up_due",
            "due_on",
            "key",
            postgresql_where=text("until_at = 'infinity' and closed_on is null"),
        ),
        Index("follow_up_owner", "owner", "pupil_id", postgresql_where=PRESENT),
        Index("follow_up_key", "key"),
    )
    kind: str
    owner: str
    opened_on: date
    due_on: date
    closed_on: date | None
    outcome: str | None
    opened_by: UUID
    closed_by: UUID | None
    how: str | None
    rule: str
    source: str
    statutory: bool = Field(sa_type=Boolean)
    calendar: str | None
    clock_on: date
    counts_start: bool = Field(sa_type=Boolean)
    origin: str


class Visibility(Derived, table=True):
    """Which organisation may see the pupil, from when until when (both included), and why."""

    __table_args__: ClassVar[Any] = (
        Index("visibility_organisation", "organisation", "pupil_id", postgresql_where=PRESENT),
    )
    organisation: str
    from_on: date | None
    until_on: date | None
    basis: str


DERIVED: tuple[type[Derived], ...] = (
    Identity,
    Merged,
    Detail,
    Roll,
    Exclusion,
    Direction,
    Referral,
    Placement,
    Outreach,
    Reintegration,
    ReintegrationPlan,
    AssessmentShared,
    ManagedMove,
    Result,
    Target,
    Assessment,
    Wellbeing,
    Offer,
    Destination,
    FairAccessCase,
    PartTime,
    EhcMilestone,
    Funding,
    ViewRecorded,
    HealthResponse,
    Flag,
    FollowUp,
    Visibility,
)


class AttendanceWeek(SQLModel, table=True):
    """Ten marks, Monday AM to Friday PM, one byte each in the alphabet of ``codes``; - is none."""

    __tablename__ = "attendance_week"
    # Reports read a pupil's weeks from the key alone: in the table they lie where they came in.
    __table_args__: ClassVar[Any] = (
        PrimaryKeyConstraint(
            "pupil_id",
            "organisation",
            "week",
            "from_at",
            postgresql_include=["until_at", "marks"],
        ),
    )
    pupil_id: UUID = Field(primary_key=True)
    organisation: str = Field(primary_key=True)
    week: date = Field(primary_key=True)
    from_at: datetime = Field(primary_key=True, sa_type=TIMESTAMPTZ)
    until_at: datetime = Field(sa_type=TIMESTAMPTZ)
    marks: str
