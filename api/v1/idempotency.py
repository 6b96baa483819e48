"""Idempotency-Key by the IETF draft: the same request is done once and answered byte for byte."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from ap_registry.errors import Problem
from ap_registry.store.database import Connection
from api.problems import HttpProblem

KEPT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Stored:
    """The first answer."""

    status: int
    body: bytes
    media_type: str = "application/json"


def begin(
    connection: Connection, api_key: UUID, key: str, fingerprint: bytes, now: datetime
) -> Stored | None:
    """Claim the key, or answer what is stored; 409 while it runs, 422 for another body."""
    connection.execute(
        "delete from idempotency_key where api_key = %s and key = %s and created_at < %s",
        (api_key, key, now - KEPT),
    )
    claimed = connection.execute(
        "insert into idempotency_key (api_key, key, body_hash, created_at) values (%s, %s, %s, %s)"
        " on conflict do nothing",
        (api_key, key, fingerprint, now),
    )
    if claimed.rowcount:
        return None
    row = connection.execute(
        "select body_hash, status, body from idempotency_key where api_key = %s and key = %s",
        (api_key, key),
    ).fetchone()
    if row is None or row[1] is None and bytes(row[0]) == fingerprint:
        raise HttpProblem(409, "The first request with this Idempotency-Key is still running.")
    if bytes(row[0]) != fingerprint:
        detail = "This Idempotency-Key was used for another request."
        raise HttpProblem(422, detail, (Problem("", "key_reused", detail),))
    return Stored(row[1], bytes(row[2]))


def finish(connection: Connection, api_key: UUID, key: str, status: int, body: bytes) -> None:
    """In the transaction of the notices: both are there, or neither."""
    connection.execute(
        "update idempotency_key set status = %s, body = %s where api_key = %s and key = %s",
        (status, body, api_key, key),
    )


def forget(connection: Connection, api_key: UUID, key: str) -> None:
    """Nothing was recorded: the key may be used again."""
    connection.execute(
        "delete from idempotency_key where api_key = %s and key = %s and status is null",
        (api_key, key),
    )
