"""What people have decided about pupils who may be one: rows of people, not of the ledger."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Column, Index, LargeBinary, text
from sqlmodel import Field, SQLModel

from ap_registry.store.tables import TIMESTAMPTZ


class MatchDecision(SQLModel, table=True):
    """``pupil_id`` and ``other`` (the lower id first) are the same pupil, different, or open again.

    Or ``sent``, a keyed digest of what ``organisation`` sends of somebody, means ``pupil_id``.
    The latest row of a question stands, by the real clock (``written_at``). It holds no name and
    no UPN.
    """

    __tablename__ = "match_decision"
    __table_args__: ClassVar[Any] = (
        Index("match_decision_pupils", "pupil_id", "other", "written_at"),
        Index("match_decision_sent", "sent", "organisation", "written_at"),
    )
    id: UUID = Field(primary_key=True)
    at: datetime = Field(sa_type=TIMESTAMPTZ)
    actor: str
    role: str
    organisation: str | None
    pupil_id: UUID
    other: UUID | None
    sent: bytes | None = Field(sa_type=LargeBinary)
    decision: str
    written_at: datetime = Field(
        sa_column=Column(TIMESTAMPTZ, server_default=text("clock_timestamp()"), nullable=False)
    )


class UnknownName(SQLModel, table=True):
    """A number that notices of ``by`` gave for an organisation that is not on record."""

    __tablename__ = "unknown_name"
    name: str = Field(primary_key=True)
    by: str = Field(primary_key=True)
    first_at: datetime = Field(sa_type=TIMESTAMPTZ)
    last_at: datetime = Field(sa_type=TIMESTAMPTZ)
    times: int
