"""Whose API key a request carries, what the key may do, and which keys there are."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from ap_registry.access import Caller
from ap_registry.store.database import Connection
from ap_registry.store.succession import acting_for
from ap_registry.store.tokens import hash_of

NOTED_EVERY = timedelta(minutes=5)  # that a key was used


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyHolder:
    """The caller of a bearer key, the key's id, and what it may do.

    ``named``: the organisations that it was made for, the first of them its own; those whose place
    they took are the caller's too, and may be others tomorrow.
    """

    key_id: UUID
    caller: Caller
    named: tuple[str, ...]
    scopes: frozenset[str]


def holder_of(
    connection: Connection, secret: str, *, today: date, now: datetime
) -> KeyHolder | None:
    """Whose key it is; None where it is unknown, revoked or past its last day."""
    hashed = hash_of(secret)
    row = connection.execute(
        "select id, role, organisations, scopes, used_at is null or used_at < %s from api_key"
        " where secret_hash = %s and revoked_at is null and (until_on is null or until_on >= %s)"
        " and not exists (select from account a where a.id = keeper and a.last_on < %s)",
        (now - NOTED_EVERY, hashed, today, today),
    ).fetchone()
    if row is None:
        return None
    key_id, role, organisations, scopes, note = row
    if note:
        connection.execute("update api_key set used_at = %s where id = %s", (now, key_id))
    caller = Caller(
        actor=f"key:{key_id}", role=role,
        organisations=acting_for(connection, role, organisations, today),
    )  # fmt: skip
    return KeyHolder(
        key_id=key_id, caller=caller, named=tuple(organisations), scopes=frozenset(scopes)
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key as whoever made it sees it: all but its secret."""

    id: UUID
    name: str
    organisations: tuple[str, ...]
    role: str
    scopes: tuple[str, ...]
    created_at: datetime
    until_on: date | None
    used_at: datetime | None
    revoked_at: datetime | None


def all_keys(connection: Connection, organisation: str | None = None) -> list[ApiKey]:
    """The latest first; of one organisation where it is named. Revoked ones too."""
    rows = connection.execute(
        "select id, name, organisations, role, scopes, created_at, until_on, used_at, revoked_at"
        " from api_key where %(of)s::text is null or %(of)s = any(organisations)"
        " order by created_at desc, id",
        {"of": organisation},
    )
    return [
        ApiKey(
            id=id_, name=name, organisations=tuple(organisations), role=role,
            scopes=tuple(scopes), created_at=created_at, until_on=until_on, used_at=used_at,
            revoked_at=revoked_at,
        )
        for id_, name, organisations, role, scopes, created_at, until_on, used_at, revoked_at
        in rows
    ]  # fmt: skip
