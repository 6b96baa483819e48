"""The tables that are the truth: the ledger, its private part, its order, and what jobs act on."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from ap_registry.store.tables import TIMESTAMPTZ

Instant: Any = TIMESTAMPTZ
WRITTEN = text("clock_timestamp()")


class Event(SQLModel, table=True):
    """An accepted notice or submission. ``stream``: 0 movements, 1 attendance, 2 reference,
    3 when rows were brought in line without a notice."""

    __table_args__: ClassVar[Any] = (
        Index("event_id", "id"),
        Index("event_merges", "pupil_id", postgresql_where=text("type = 'pupils_merged.v1'")),
        Index("event_ref", "ref_hash", postgresql_where=text("ref_hash is not null")),
    )
    pupil_id: UUID = Field(primary_key=True)
    stream: int = Field(primary_key=True, sa_type=SmallInteger)
    version: int = Field(primary_key=True)
    id: UUID
    type: str
    occurred_on: date
    recorded_at: datetime = Field(sa_type=Instant)
    by: str
    actor: str
    ref_hash: bytes | None = Field(sa_type=LargeBinary)
    content_hash: bytes | None = Field(sa_type=LargeBinary)
    birth_year: int | None = Field(sa_type=SmallInteger)
    data: str = Field(sa_column=Column(JSON, nullable=False))
    private_digest: bytes | None = Field(sa_type=LargeBinary)
    digest: bytes = Field(sa_type=LargeBinary)


class EventPrivate(SQLModel, table=True):
    """The erasable part of an event; its digest stays in the event."""

    __tablename__ = "event_private"
    pupil_id: UUID = Field(primary_key=True)
    stream: int = Field(primary_key=True, sa_type=SmallInteger)
    version: int = Field(primary_key=True)
    salt: bytes = Field(sa_type=LargeBinary)
    data: str = Field(sa_column=Column(JSON, nullable=False))


class Unsequenced(SQLModel, table=True):
    """Events that have no place in the log yet; deliberately without key or index.

    ``written_at`` is the real clock: it orders what AP_REGISTRY_CLOCK recorded at one instant.
    """

    __mapper_args__: ClassVar[Any] = {"primary_key": ["pupil_id", "stream", "version"]}
    pupil_id: UUID = Field(primary_key=True)
    stream: int = Field(primary_key=True, sa_type=SmallInteger)
    version: int = Field(primary_key=True)
    recorded_at: datetime = Field(sa_type=Instant)
    digest: bytes = Field(sa_type=LargeBinary)
    written_at: datetime = Field(sa_column=Column(Instant, server_default=WRITTEN, nullable=False))


class Log(SQLModel, table=True):
    """The one order of all events; ``leaf`` is the RFC 6962 leaf hash of the event's digest."""

    __table_args__: ClassVar[Any] = (
        Index("log_known_at", "known_at"),
        Index("log_event", "pupil_id", "stream", "version"),
    )
    seq: int = Field(
        sa_column=Column(BigInteger, primary_key=True, autoincrement=False, nullable=False)
    )
    pupil_id: UUID
    stream: int = Field(sa_type=SmallInteger)
    version: int
    leaf: bytes = Field(sa_type=LargeBinary)
    known_at: datetime = Field(sa_type=Instant)


class MerkleNode(SQLModel, table=True):
    """The root of a complete subtree of 16**level leaves, the number-th from the left."""

    __tablename__ = "merkle_node"
    level: int = Field(primary_key=True, sa_type=SmallInteger)
    number: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    hash: bytes = Field(sa_type=LargeBinary)


class TreeHead(SQLModel, table=True):
    """The log as it stood when it was closed up to ``closed_at``, the instant that is signed.

    An event that was recorded before the head before it was closed came late: it counts as known
    from exactly then. Sizes differ but where late events made us keep the instant before them.
    """

    __tablename__ = "tree_head"
    size: int = Field(
        sa_column=Column(BigInteger, primary_key=True, autoincrement=False, nullable=False)
    )
    closed_at: datetime = Field(primary_key=True, sa_type=Instant)
    root: bytes = Field(sa_type=LargeBinary)
    key_id: str | None
    signature: bytes | None = Field(sa_type=LargeBinary)


class LedgerKey(SQLModel, table=True):
    """A published public key; it signs for itself, so that nothing of the row can be changed."""

    __tablename__ = "ledger_key"
    key_id: str = Field(primary_key=True)
    public_key: bytes = Field(sa_type=LargeBinary)
    from_at: datetime = Field(sa_type=Instant)
    signature: bytes = Field(sa_type=LargeBinary)


class LedgerKeyEnd(SQLModel, table=True):
    """The last instant at which a key signed, said by itself or by its successor."""

    __tablename__ = "ledger_key_end"
    key_id: str = Field(primary_key=True)
    until_at: datetime = Field(sa_type=Instant)
    successor: str
    signed_by: str
    signature: bytes = Field(sa_type=LargeBinary)


class Sequencer(SQLModel, table=True):
    """One row: up to when the log is closed, and (by the real clock) when a round last began."""

    id: int = Field(primary_key=True, sa_type=SmallInteger)
    closed_at: datetime = Field(sa_type=Instant)
    ran_at: datetime = Field(sa_type=Instant)


class Behind(SQLModel, table=True):
    """A pupil whose rows were derived by calendars or organisations that have changed since."""

    pupil_id: UUID = Field(primary_key=True)


class NoticeRef(SQLModel, table=True):
    """A notifier's own reference, unique per organisation, and the answer it was first given."""

    __tablename__ = "notice_ref"
    by: str = Field(primary_key=True)
    ref_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    pupil_id: UUID
    version: int
    content_hash: bytes = Field(sa_type=LargeBinary)
    receipt: str = Field(sa_column=Column(JSON, nullable=False))


class UpnClaim(SQLModel, table=True):
    """Which pupil a UPN names; a second claim to one UPN is refused by the key."""

    __tablename__ = "upn_claim"
    upn: str = Field(primary_key=True)
    pupil_id: UUID


class Setting(SQLModel, table=True):
    """What was decided when the registry was created: its hash key, its clock, its versions."""

    name: str = Field(primary_key=True)
    value: str


class Outbox(SQLModel, table=True):
    """One thing that somebody is to be told; it goes out in a message, and is never deleted.

    ``step`` of the ladder of its follow-up: open (not planned yet), before, due, overdue
    (``number`` counts them), la, panel; told: a notice that the registry delivers, of the event
    and its ``subject``. ``lapsed_at``: when its day came it was no longer owed.
    """

    __table_args__: ClassVar[Any] = (
        Index(
            "outbox_due",
            "send_after",
            "id",
            postgresql_where=text(
                "message is null and sent_at is null and failed is null and lapsed_at is null"
            ),
        ),
        Index(
            "outbox_failed", "id", postgresql_where=text("message is null and failed is not null")
        ),
        Index("outbox_follow_up", "follow_up"),
        Index("outbox_pupil", "pupil_id", postgresql_where=text("follow_up is null")),
        Index("outbox_message", "message", postgresql_where=text("message is not null")),
    )
    id: UUID = Field(primary_key=True)
    pupil_id: UUID
    follow_up: UUID | None
    event: UUID | None
    subject: UUID | None
    kind: str
    step: str
    number: int = Field(sa_column=Column(SmallInteger, server_default=text("0"), nullable=False))
    urgent: bool = Field(sa_column=Column(Boolean, server_default=text("false"), nullable=False))
    owner: str | None
    to_organisation: str
    due_on: date
    created_at: datetime = Field(sa_type=Instant)
    send_after: datetime = Field(sa_type=Instant)
    message: UUID | None
    channel: str | None
    sent_at: datetime | None = Field(sa_type=Instant)
    lapsed_at: datetime | None = Field(sa_type=Instant)
    failed: str | None


class Message(SQLModel, table=True):
    """What one recipient is told at one time: a row is claimed, sent, and marked.

    ``not_before``: until then it is claimed, or waits for its next attempt. ``address``: 0 is the
    person who does the ``duty``, then whoever stands in once an address was refused for good.
    """

    __table_args__: ClassVar[Any] = (
        Index(
            "message_due",
            "created_at",
            "id",
            postgresql_where=text("sent_at is null and failed is null and lapsed_at is null"),
        ),
        Index("message_failed", "created_at", postgresql_where=text("failed is not null")),
    )
    id: UUID = Field(primary_key=True)
    to_organisation: str
    duty: str
    created_at: datetime = Field(sa_type=Instant)
    not_before: datetime | None = Field(sa_type=Instant)
    attempts: int = Field(sa_column=Column(SmallInteger, server_default=text("0"), nullable=False))
    address: int = Field(sa_column=Column(SmallInteger, server_default=text("0"), nullable=False))
    channel: str | None
    sent_at: datetime | None = Field(sa_type=Instant)
    lapsed_at: datetime | None = Field(sa_type=Instant)
    failed: str | None


class JobRun(SQLModel, table=True):
    """A job that is due once: begun so often, finished or not."""

    __tablename__ = "job_run"
    name: str = Field(primary_key=True)
    due_on: date = Field(primary_key=True)
    attempts: int = Field(sa_type=SmallInteger)
    started_at: datetime = Field(sa_type=Instant)
    finished_at: datetime | None = Field(sa_type=Instant)


class JobState(SQLModel, table=True):
    """How a job of the worker goes: ``failures`` since it last ended well, ``error`` the last."""

    __tablename__ = "job_state"
    name: str = Field(primary_key=True)
    done_at: datetime | None = Field(sa_type=Instant)
    failed_at: datetime | None = Field(sa_type=Instant)
    failures: int
    error: str | None


class Unsettled(SQLModel, table=True):
    """A pupil whose marks came in, until what they oblige to is written; ``at``: the last marks."""

    __tablename__ = "unsettled"
    pupil_id: UUID = Field(primary_key=True)
    at: datetime = Field(sa_type=Instant)


class IdempotencyKey(SQLModel, table=True):
    """The stored answer to a request that may be sent again within 24 hours."""

    __tablename__ = "idempotency_key"
    api_key: UUID = Field(primary_key=True)
    key: str = Field(primary_key=True)
    body_hash: bytes = Field(sa_type=LargeBinary)
    created_at: datetime = Field(sa_type=Instant)
    status: int | None = Field(sa_type=SmallInteger)
    body: bytes | None = Field(sa_type=LargeBinary)


class ApiKey(SQLModel, table=True):
    """A key of an organisation; only its hash is kept. ``used_at`` is right to five minutes.

    ``keeper``: the account of who answers for it, and with which it ends.
    """

    __tablename__ = "api_key"
    id: UUID = Field(primary_key=True)
    secret_hash: bytes = Field(sa_type=LargeBinary)
    organisations: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    role: str
    created_at: datetime = Field(sa_type=Instant)
    until_on: date | None
    revoked_at: datetime | None = Field(sa_type=Instant)
    name: str = Field(sa_column=Column(Text, nullable=False, server_default=""))
    scopes: list[str] = Field(
        sa_column=Column(ARRAY(Text), nullable=False, server_default="{read,send}")
    )
    used_at: datetime | None = Field(sa_type=Instant)
    keeper: UUID | None


class Account(SQLModel, table=True):
    """A person who signs in; the password as argon2id, empty where none was chosen.

    ``administers``: the people of its organisation. ``last_on``: the last day on which it works.
    ``used_on``: the last on which it was used; of one that never was, None.
    """

    id: UUID = Field(primary_key=True)
    email: str = Field(unique=True)
    name: str
    password_hash: str
    organisation: str
    role: str
    created_at: datetime = Field(sa_type=Instant)
    disabled: bool = Field(sa_type=Boolean)
    failures: int = Field(sa_type=SmallInteger)
    locked_until: datetime | None = Field(sa_type=Instant)
    administers: bool = Field(sa_column=Column(Boolean, nullable=False, server_default="false"))
    last_on: date | None
    used_on: date | None


class WebSession(SQLModel, table=True):
    """A signed-in browser; only the hash of its token is kept.

    ``previous_hash``: of the token before the last change at ``changed_at``. ``half``: the password
    was right, the code is still owed. ``agent``: how the browser named itself.
    """

    __tablename__ = "web_session"
    token_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    account: UUID
    created_at: datetime = Field(sa_type=Instant)
    seen_at: datetime = Field(sa_type=Instant)
    csrf: str
    previous_hash: bytes | None = Field(sa_type=LargeBinary)
    changed_at: datetime | None = Field(sa_type=Instant)
    half: bool = Field(sa_column=Column(Boolean, nullable=False, server_default="false"))
    agent: str = Field(sa_column=Column(Text, nullable=False, server_default=""))
