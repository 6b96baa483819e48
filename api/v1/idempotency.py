"""Idempotency-Key by the IETF draft: the same request is done once and answered byte for byte."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_bytes
from uuid import UUID

from ap_registry.errors import Problem
from ap_registry.store.database import Connection
from api.problems import HttpProblem

KEPT = timedelta(hours=24)
LONGEST = 255
_RUNNING = "The first request with this Idempotency-Key is still running."
_MINE = "api_key = %s and key = %s and status is null and body = %s"
# Of one that died the database has let go of the row: then it may be taken over at once.
_TAKE_OVER = """
update idempotency_key set body = %(token)s where (api_key, key) = (
  select api_key, key from idempotency_key
   where api_key = %(api_key)s and key = %(key)s and status is null for update skip locked)
"""


@dataclass(frozen=True, slots=True)
class Stored:
    """The first answer."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A request under way. ``token`` stands in the place of its answer until there is one."""

    api_key: UUID
    key: str
    token: bytes

    def hold(self, connection: Connection) -> None:
        """First in the transaction of the notices: nobody takes over a key that is at work."""
        held = connection.execute(
            f"select 1 from idempotency_key where {_MINE} for update",
            (self.api_key, self.key, self.token),
        )
        if held.rowcount == 0:
            raise HttpProblem(409, _RUNNING)

    def finish(self, connection: Connection, status: int, body: bytes) -> None:
        """In the transaction of the notices: both are there, or neither."""
        done = connection.execute(
            f"update idempotency_key set status = %s, body = %s where {_MINE}",
            (status, body, self.api_key, self.key, self.token),
        )
        if done.rowcount == 0:
            raise HttpProblem(409, _RUNNING)

    def forget(self, connection: Connection) -> None:
        """Nothing was recorded or refused: the key may be used again."""
        connection.execute(
            f"delete from idempotency_key where {_MINE}", (self.api_key, self.key, self.token)
        )


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
    claim = Claim(api_key=api_key, key=key, token=token_bytes(16))
    connection.execute(
        "delete from idempotency_key where api_key = %s and key = %s and created_at < %s",
        (api_key, key, now - KEPT),
    )
    claimed = connection.execute(
        "insert into idempotency_key (api_key, key, body_hash, created_at, body)"
        " values (%s, %s, %s, %s, %s) on conflict do nothing",
        (api_key, key, fingerprint, now, claim.token),
    )
    if claimed.rowcount:
        return claim
    row = connection.execute(
        "select body_hash, status, body from idempotency_key where api_key = %s and key = %s",
        (api_key, key),
    ).fetchone()
    if row is not None and bytes(row[0]) != fingerprint:
        detail = "This Idempotency-Key was used for another request."
        raise HttpProblem(422, detail, (Problem("", "key_reused", detail),))
    if row is not None and row[1] is not None:
        return Stored(row[1], bytes(row[2]))
    taken = connection.execute(_TAKE_OVER, {"token": claim.token, "api_key": api_key, "key": key})
    if taken.rowcount == 0:
        raise HttpProblem(409, _RUNNING)
    return claim
