"""Reports that are made by a job: what is asked, how far it is, and the file that was made."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, Column, Index, LargeBinary, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PgUuid
from sqlmodel import Field, SQLModel

from ap_registry.store.tables import TIMESTAMPTZ

Instant: Any = TIMESTAMPTZ


class ReportRun(SQLModel, table=True):
    """One report, asked for by somebody; ``status``: waiting, working, done, failed, cancelled.

    ``not_before``: until then it waits for its day, or is claimed by a worker. ``pupils``: whom the
    file shows, noted as read by whoever gets it. ``every``: week, month or half_term, when it is
    made anew. ``tell``: who gets a letter when it is made: nobody, asker or colleagues.
    """

    __tablename__ = "report_run"
    __table_args__: ClassVar[Any] = (
        Index("report_run_due", "not_before",
              postgresql_where=text("status in ('waiting', 'working')")),
        Index("report_run_made", "made_at", "id"),
    )  # fmt: skip
    id: UUID = Field(primary_key=True)
    kind: str
    format: str
    given: str = Field(sa_column=Column(JSON, nullable=False))
    actor: str
    role: str
    organisations: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    every: str | None
    tell: str = Field(sa_column=Column(Text, nullable=False, server_default="nobody"))
    made_at: datetime = Field(sa_type=Instant)
    not_before: datetime = Field(sa_type=Instant)
    status: str
    progress: int = Field(sa_type=SmallInteger)  # per cent
    attempts: int = Field(sa_type=SmallInteger)
    error: str | None
    finished_at: datetime | None = Field(sa_type=Instant)
    pupils: list[UUID] | None = Field(sa_column=Column(ARRAY(PgUuid(as_uuid=True)), nullable=True))
    manifest: str | None = Field(sa_column=Column(JSON, nullable=True))
    file: bytes | None = Field(sa_type=LargeBinary)
