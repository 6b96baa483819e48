"""Private links of families: rows of people, never derived from the ledger."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Index, LargeBinary, SmallInteger
from sqlmodel import Field, SQLModel

from ap_registry.store.tables import TIMESTAMPTZ

Instant: Any = TIMESTAMPTZ


class FamilyLink(SQLModel, table=True):
    """One pupil and one person who may read of them: of token and code only hashes.

    ``contact``: the notice that recorded the person; None where it is the pupil. ``shown_as``: the
    pupil's id in all output as the link was made: an adoption gives another, and ends the link.
    ``guarded``: made while the pupil was restricted. ``failures``: wrong answers in a row.
    """

    __tablename__ = "family_link"
    __table_args__: ClassVar[Any] = (
        Index("family_link_token", "token_hash", unique=True),
        Index("family_link_pupil", "pupil_id"),
    )
    id: UUID = Field(primary_key=True)
    token_hash: bytes = Field(sa_type=LargeBinary)
    code_hash: str
    pupil_id: UUID
    shown_as: UUID
    contact: UUID | None
    guarded: bool
    organisation: str
    role: str
    made_by: UUID
    created_at: datetime = Field(sa_type=Instant)
    until_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(sa_type=Instant)
    opened_at: datetime | None = Field(sa_type=Instant)
    failures: int = Field(sa_type=SmallInteger)


class FamilySession(SQLModel, table=True):
    """A browser in which the second check was passed."""

    __tablename__ = "family_session"
    token_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    link: UUID = Field(index=True)
    csrf: str
    language: str
    created_at: datetime = Field(sa_type=Instant)
    seen_at: datetime = Field(sa_type=Instant)
