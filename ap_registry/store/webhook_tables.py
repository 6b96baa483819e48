"""Webhooks: who is called, with which secrets, and each call that is to be made."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, Column, Index, LargeBinary, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from ap_registry.store.tables import TIMESTAMPTZ

Instant: Any = TIMESTAMPTZ


class Webhook(SQLModel, table=True):
    """An address that is called for what its key may see, up to the place ``after`` of the log.

    ``types`` of notice, none for all. ``failures`` since a call last went well, ``failing_since``
    the first of them. It is called while its key is in use and nothing has disabled it.
    """

    id: UUID = Field(primary_key=True)
    api_key: UUID
    role: str
    organisations: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    url: str
    types: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    made_at: datetime = Field(sa_type=Instant)
    after: int = Field(sa_column=Column(BigInteger, nullable=False))
    failures: int = Field(sa_column=Column(BigInteger, server_default=text("0"), nullable=False))
    failing_since: datetime | None = Field(sa_type=Instant)
    disabled_at: datetime | None = Field(sa_type=Instant)
    disabled_why: str | None


class WebhookSecret(SQLModel, table=True):
    """A secret that signs, until ``until_at``: sealed, since it must sign again."""

    __tablename__ = "webhook_secret"
    __table_args__: ClassVar[Any] = (Index("webhook_secret_of", "webhook"),)
    id: UUID = Field(primary_key=True)
    webhook: UUID
    secret: bytes = Field(sa_type=LargeBinary)
    made_at: datetime = Field(sa_type=Instant)
    until_at: datetime | None = Field(sa_type=Instant)


class WebhookDelivery(SQLModel, table=True):
    """One call: of an event, or a ping; its id is the ``webhook-id`` however often it is made.

    ``not_before``: until then it is claimed, or waits for its next attempt. ``status`` and
    ``error`` of the last attempt; ``failed``: no other follows.
    """

    __tablename__ = "webhook_delivery"
    __table_args__: ClassVar[Any] = (
        Index("webhook_delivery_due", "webhook", "not_before", "seq",
              postgresql_where=text("sent_at is null and failed is null")),
        Index("webhook_delivery_made", "webhook", "made_at", "id"),
    )  # fmt: skip
    id: UUID = Field(primary_key=True)
    webhook: UUID
    type: str
    seq: int | None = Field(sa_column=Column(BigInteger))
    event: UUID | None
    happened_at: datetime = Field(sa_type=Instant)
    made_at: datetime = Field(sa_type=Instant)
    not_before: datetime = Field(sa_type=Instant)
    attempts: int = Field(sa_column=Column(SmallInteger, server_default=text("0"), nullable=False))
    status: int | None = Field(sa_type=SmallInteger)
    error: str | None
    sent_at: datetime | None = Field(sa_type=Instant)
    failed: str | None
