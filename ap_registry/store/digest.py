"""What an event's digest is made of. The database adds the instant that it reads and hashes.

digest = SHA-256(fields, each preceded by its length as 4 bytes, big end first, then the instant
recorded as 8-byte microseconds since 1970). ``attendance_sql`` builds the same bytes in SQL.
"""

import hashlib
import hmac
import struct
from datetime import date, datetime
from uuid import UUID

from ap_registry.errors import LedgerDamaged

EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def field(value: bytes) -> bytes:
    return struct.pack(">i", len(value)) + value


def prefix(
    *,
    pupil_id: UUID,
    stream: int,
    version: int,
    event_id: UUID,
    alias: str,
    occurred_on: date,
    by: str,
    actor: str,
    ref_hash: bytes | None,
    content_hash: bytes | None,
    birth_year: int | None,
    data: bytes,
    private_digest: bytes | None,
) -> bytes:
    """Everything an event is but its instant; ``data`` as the very bytes that are stored."""
    return b"".join(
        field(part)
        for part in (
            pupil_id.bytes,
            struct.pack(">h", stream),
            struct.pack(">i", version),
            event_id.bytes,
            alias.encode(),
            occurred_on.isoformat().encode(),
            by.encode(),
            actor.encode(),
            ref_hash or b"",
            content_hash or b"",
            b"" if birth_year is None else str(birth_year).encode(),
            data,
            private_digest or b"",
        )
    )


def micros(instant: datetime) -> int:
    delta = instant - EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def digest(event_prefix: bytes, recorded_at: datetime) -> bytes:
    return hashlib.sha256(event_prefix + struct.pack(">q", micros(recorded_at))).digest()


def private_digest(salt: bytes, data: bytes) -> bytes:
    if len(salt) != 16:
        raise LedgerDamaged("a private part has a salt of the wrong length")
    return hashlib.sha256(salt + data).digest()


def keyed(key: bytes, *parts: str) -> bytes:
    """A keyed hash, so that a guessable value (a reference) cannot be found by trying."""
    return hmac.digest(key, "\x1f".join(parts).encode(), "sha256")[:16]
