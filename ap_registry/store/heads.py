"""Signed tree heads, and the published keys that they are signed by."""

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

from ap_registry.errors import SetupError
from ap_registry.instants import instant
from ap_registry.proofs import end_message, head_message, key_message
from ap_registry.signing import Signer, SigningKey
from ap_registry.store.database import Connection
from ap_registry.store.merkle import root

# A changed instant may lie where Python has no year; no signature fits the nearest one either.
_YEARS: LiteralString = "greatest('0002-01-01', least('9998-01-01', {}::timestamptz))"
_KEYS: LiteralString = f"""
select k.key_id, k.public_key, {_YEARS.format("k.from_at")}, k.signature,
       case when e.key_id is not null then {_YEARS.format("e.until_at")} end, e.successor,
       e.signed_by, e.signature
  from ledger_key k left join ledger_key_end e using (key_id) order by k.from_at, k.key_id
"""
_SEEN: LiteralString = """
select e.until_at from ledger_key k left join ledger_key_end e using (key_id) where k.key_id = %s
"""
_PUBLISH: LiteralString = "select publish_key(%s, %s, %s, %s)"
_END: LiteralString = "select end_key(%s, %s, %s, %s, %s)"
_KEEP: LiteralString = "select keep_head(%s, %s, %s, %s, %s)"
_HEADS: LiteralString = (
    f"select size, root, {_YEARS.format('closed_at')}, key_id, signature from tree_head"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The log closed up to ``signed_at``; unsigned where nobody held a key."""

    size: int
    root: bytes
    signed_at: datetime
    key_id: str | None
    signature: bytes | None

    @property
    def message(self) -> bytes:
        return head_message(self.size, self.root, instant(self.signed_at))

    def as_json(self) -> dict[str, Any]:
        return {
            "size": self.size,
            "root": self.root.hex(),
            "signed_at": instant(self.signed_at),
            "key_id": self.key_id,
            "signature": self.signature and text(self.signature),
        }


def text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def keep(connection: Connection, sizes: list[tuple[int, datetime]], signer: Signer | None) -> None:
    """Keep a head for each size and the instant to which the log was closed with it."""
    key = None
    if signer is not None:
        key = signer.key()
        publish(connection, key, min(at for _size, at in sizes))
    for size, at in sizes:
        found = root(connection, size)
        signature = key and key.sign(head_message(size, found, instant(at)))
        connection.execute(_KEEP, (size, at, found, key and key.id, signature))


def publish(connection: Connection, key: SigningKey, at: datetime) -> None:
    """Make a key known from ``at`` on, unless it is; one that has ended signs nothing more."""
    seen = connection.execute(_SEEN, (key.id,)).fetchone()
    if seen is None:
        signature = key.sign(key_message(key.public, instant(at)))
        connection.execute(_PUBLISH, (key.id, key.public, at, signature))
    elif seen[0] is not None:
        raise SetupError(
            f"The key {key.id} of the ledger has ended and may not sign any more",
            "Name the file of the key that follows it in AP_LEDGER_KEY_FILE.",
        )


def end(
    connection: Connection, ended: str, until: datetime, *, successor: str, by: SigningKey
) -> None:
    """A key signs nothing after ``until``; said by itself, or by its successor."""
    signature = by.sign(end_message(ended, instant(until), successor))
    connection.execute(_END, (ended, until, successor, by.id, signature))


def wanted(connection: Connection, size: int, *, signed: bool) -> bool:
    """Whether a head is missing though nothing is new: that of no events, or the first signed."""
    latest = newest(connection)
    return size == 0 if latest is None else signed and latest.signature is None


def newest(connection: Connection) -> Head | None:
    row = connection.execute(f"{_HEADS} order by size desc, closed_at desc limit 1").fetchone()
    return _head(row) if row else None


def all_heads(connection: Connection) -> list[Head]:
    return [_head(row) for row in connection.execute(f"{_HEADS} order by size, closed_at")]


def of_days(connection: Connection, most: int) -> list[Head]:
    """The last head of each day of London, the latest day first."""
    rows = connection.execute(
        "select distinct on (day) size, root, closed_at, key_id, signature from ("
        f" select h.*, (h.closed_at at time zone 'Europe/London')::date as day from ({_HEADS}) h"
        "(size, root, closed_at, key_id, signature)) d"
        " order by day desc, size desc, closed_at desc limit %s",
        (most,),
    )
    return [_head(row) for row in rows]


def stray_ends(connection: Connection) -> int:
    """Ends of keys that were never published."""
    row = connection.execute(
        "select count(*) from ledger_key_end where key_id not in (select key_id from ledger_key)"
    ).fetchone()
    return int(row[0]) if row else 0


def _head(row: tuple[Any, ...]) -> Head:
    size, found, at, key_id, signature = row
    return Head(
        size=size, root=bytes(found), signed_at=at, key_id=key_id,
        signature=None if signature is None else bytes(signature),
    )  # fmt: skip


def keys(connection: Connection) -> list[dict[str, Any]]:
    """Every key that ever signed, as published; ``until`` None: still in use."""
    return [
        {
            "key_id": key_id,
            "public_key": text(public),
            "from": instant(from_at),
            "until": until and instant(until),
            "signature": text(signature),
            "ended": until
            and {"successor": successor, "signed_by": signed_by, "signature": text(end_signature)},
        }
        for (
            key_id, public, from_at, signature, until, successor, signed_by, end_signature,
        ) in connection.execute(_KEYS)
    ]  # fmt: skip
