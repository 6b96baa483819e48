"""Who came in and what they opened: rows of people and programs, never derived from the ledger."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, Column, Identity, Index, LargeBinary, SmallInteger, Text, text
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


class SecondFactor(SQLModel, table=True):
    """What an account's app makes its codes from; in use once a first code was right.

    ``last_step``: the 30 seconds whose code was taken last, so that none is taken twice.
    """

    __tablename__ = "second_factor"
    account: UUID = Field(primary_key=True)
    secret: str
    created_at: datetime = Field(sa_type=Instant)
    confirmed_at: datetime | None = Field(sa_type=Instant)
    last_step: int = Field(sa_type=BigInteger)


class RecoveryCode(SQLModel, table=True):
    """One of ten that stand in for a lost phone, once each."""

    __tablename__ = "recovery_code"
    account: UUID = Field(primary_key=True)
    code_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    used_at: datetime | None = Field(sa_type=Instant)


class AccessLink(SQLModel, table=True):
    """A link that lets somebody choose a password once."""

    __tablename__ = "access_link"
    token_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    account: UUID = Field(index=True)
    created_at: datetime = Field(sa_type=Instant)
    until_at: datetime = Field(sa_type=Instant)
    used_at: datetime | None = Field(sa_type=Instant)
    what: str = Field(sa_column=Column(Text, nullable=False, server_default="recovery"))


class AccountIdentity(SQLModel, table=True):
    """By which subject of an outside provider an account signs in: one of each provider."""

    __tablename__ = "account_identity"
    __table_args__: ClassVar[Any] = (
        Index("account_identity_subject", "issuer", "subject", unique=True),
    )
    account: UUID = Field(primary_key=True)
    issuer: str = Field(primary_key=True)
    subject: str
    linked_at: datetime = Field(sa_type=Instant)


class OidcAttempt(SQLModel, table=True):
    """Somebody has gone to sign in elsewhere; ``browser_hash``: of what its cookie must bring."""

    __tablename__ = "oidc_attempt"
    state_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    browser_hash: bytes = Field(sa_type=LargeBinary)
    nonce: str
    verifier: str
    begun_at: datetime = Field(sa_type=Instant)


class AccountAct(SQLModel, table=True):
    """What was done to an account, or said of all of an organisation: by whom and when.

    Web and job may add to it, and change nothing.
    """

    __tablename__ = "account_act"
    __table_args__: ClassVar[Any] = (Index("account_act_organisation", "organisation", "id"),)
    id: int = Field(sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    at: datetime = Field(sa_type=Instant)
    actor: str
    organisation: str
    account: UUID | None
    what: str
    detail: str


class AccessLetter(SQLModel, table=True):
    """What a person must be told of their own account; a link is made only as it is sent.

    ``to_email``, ``to_name``: somebody else who is told of what the account did; gone once sent.
    ``about``: the report that is ready, or the family's link that is sent.
    """

    __tablename__ = "access_letter"
    __table_args__: ClassVar[Any] = (
        Index("access_letter_due", "created_at", postgresql_where=text("sent_at is null")),
    )
    id: UUID = Field(primary_key=True)
    account: UUID
    what: str
    about: UUID | None
    created_at: datetime = Field(sa_type=Instant)
    sent_at: datetime | None = Field(sa_type=Instant)
    failed: str | None
    attempts: int = Field(sa_type=SmallInteger)
    not_before: datetime | None = Field(sa_type=Instant)
    to_email: str | None
    to_name: str | None


class SavedView(SQLModel, table=True):
    """A list as somebody wants to open it again: its address never names a pupil."""

    __tablename__ = "saved_view"
    id: UUID = Field(primary_key=True)
    account: UUID = Field(index=True)
    name: str
    address: str
    made_at: datetime = Field(sa_type=Instant)


class KeptForm(SQLModel, table=True):
    """Of an account or a family's link; sealed, as it may say anything of a pupil."""

    __tablename__ = "kept_form"
    owner: UUID = Field(primary_key=True)
    path: str
    sealed: bytes = Field(sa_type=LargeBinary)
    kept_at: datetime = Field(sa_type=Instant)
