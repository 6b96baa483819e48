"""Idempotency-Key by the IETF draft: the same request is done once and answered byte for byte."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from ap_registry.errors import Problem
from ap_registry.store.database import Connection
from api.problems import HttpProblem

KEPT = timedelta(hours=24)
ABANDONED = timedelta(minutes=2)
LONGEST = 255


@dataclass(frozen=True, slots=True)
class Stored:
    """The first answer."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A request under way: its key is taken until it is answered, or two minutes have gone by."""

    api_key: UUID
    key: str
    at: datetime

    def finish(self, connection: Connection, status: int, body: bytes) -> None:
        """In the transaction of the notices: both are there, or neither."""
        done = connection.execute(
            "update idempotency_key set status = %s, body = %s"
            " where api_key = %s and key = %s and created_at = %s and status is null",
            (status, body, self.api_key, self.key, self.at),
        )
        if done.rowcount == 0:
            raise HttpProblem(409, _RUNNING)

    def forget(self, connection: Connection) -> None:
        """Nothing was recorded or refused: the key may be used again."""
        connection.execute(
            "delete from idempotency_key"
            " where api_key = %s and key = %s and created_at = %s and status is null",
            (self.api_key, self.key, self.at),
        )


_RUNNING = "The first request with this Idempotency-Key is still running."


def key_of(header: str | None) -> str | None:
    """The key, bare or quoted."""
    if header is None:
        return None
    key = header.strip()
    if len(key) > 1 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if not 1 <= len(key) <= LONGEST:
        detail = f"Idempotency-Key must have 1 to {LONGEST} characters."
        raise HttpProblem(422, detail, (Problem("/idempotency-key", "bad_format", detail),))
    return key


def begin(
    connection: Connection, api_key: UUID, key: str, fingerprint: bytes, now: datetime
) -> Stored | Claim:
    """Claim the key, or answer what is stored; 409 while it runs, 422 for another body."""
    connection.execute(
        "delete from idempotency_key where api_key = %(api_key)s and key = %(key)s"
        " and (created_at < %(expired)s or status is null and created_at < %(abandoned)s)",
        {"api_key": api_key, "key": key, "expired": now - KEPT, "abandoned": now - ABANDONED},
    )
    claimed = connection.execute(
        "insert into idempotency_key (api_key, key, body_hash, created_at) values (%s, %s, %s, %s)"
        " on conflict do nothing",
        (api_key, key, fingerprint, now),
    )
    if claimed.rowcount:
        return Claim(api_key=api_key, key=key, at=now)
    row = connection.execute(
        "select body_hash, status, body from idempotency_key where api_key = %s and key = %s",
        (api_key, key),
    ).fetchone()
    if row is not None and bytes(row[0]) != fingerprint:
        detail = "This Idempotency-Key was used for another request."
        raise HttpProblem(422, detail, (Problem("", "key_reused", detail),))
    if row is None or row[1] is None:
        raise HttpProblem(409, _RUNNING)
    return Stored(row[1], bytes(row[2]))
