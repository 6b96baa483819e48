"""Who came in and what they opened: rows of people and programs, never derived from the ledger."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Column, Index
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PgUuid
from sqlmodel import Field, SQLModel

from ap_registry.store.tables import TIMESTAMPTZ

Instant: Any = TIMESTAMPTZ


class PupilRead(SQLModel, table=True):
    """One answer that showed pupils: to whom, acting for whom, by which route or command.

    Web and job may add to it; rows go by ``forget_reads`` alone, never within a year.
    """

    __tablename__ = "pupil_read"
    __table_args__: ClassVar[Any] = (
        Index("pupil_read_at", "at", "id"),
        Index("pupil_read_pupils", "pupils", postgresql_using="gin"),
    )
    id: UUID = Field(primary_key=True)
    at: datetime = Field(sa_type=Instant)
    actor: str
    role: str
    organisation: str | None
    what: str
    pupils: list[UUID] = Field(sa_column=Column(ARRAY(PgUuid(as_uuid=True)), nullable=False))
