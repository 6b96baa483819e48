"""A stream sealed with a passphrase: nobody reads, changes, cuts or continues it without.

A line that names the format, a line of JSON with what the key is made by, 32 bytes that vouch for
both, then chunks of 64 KiB in AES-256-GCM, numbered, the last one marked (as age does it, which is
https://age-encryption.org/v1). The key is of this file alone, its salt being fresh.
"""

import hashlib
import hmac
import io
import json
import secrets
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ap_registry.errors import Unreadable

MAGIC = b"ap-registry backup 1\n"
CHUNK, TAG, VOUCHER = 65_536, 16, 32
COST = 2**17  # of scrypt, with r=8: 128 MiB, a third of a second
MAX_COST = 2**20  # a file may not ask for more than 1 GiB
MAX_HEADER = 1_000


class Sealing(io.RawIOBase):
    """Writes to ``sink``, which stays open; what was not closed well cannot be opened."""

    def __init__(self, sink: BinaryIO, passphrase: str, *, cost: int = COST) -> None:
        salt = secrets.token_bytes(32)
        said = {"key": "scrypt", "n": cost, "r": 8, "p": 1, "salt": salt.hex()}
        head = MAGIC + json.dumps(said).encode() + b"\n"
        self._cipher, vouching = _keys(passphrase, salt, cost)
        sink.write(head + hmac.digest(vouching, head, "sha256"))
        self._sink, self._number, self._held = sink, 0, bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._held += data
        while len(self._held) > CHUNK:  # the last chunk is held back: it may be the last
            self._seal(bytes(self._held[:CHUNK]), last=False)
            del self._held[:CHUNK]
        return len(data)

    def finish(self) -> None:
        """Mark the end; without it the file counts as cut off."""
        self._seal(bytes(self._held), last=True)

    def _seal(self, chunk: bytes, *, last: bool) -> None:
        self._sink.write(self._cipher.encrypt(_nonce(self._number, last=last), chunk, None))
        self._number += 1


class Opening(io.RawIOBase):
    """Reads what was sealed; raises Unreadable where it is not as it was written."""

    def __init__(self, source: BinaryIO, passphrase: str) -> None:
        magic, said = source.read(len(MAGIC)), source.readline(MAX_HEADER)
        if magic != MAGIC:
            raise Unreadable("This is not a backup of this program.")
        try:
            found = json.loads(said)
            salt, cost = bytes.fromhex(found["salt"]), int(found["n"])
            known = (found["key"], found["r"], found["p"]) == ("scrypt", 8, 1)
        except (ValueError, KeyError, TypeError):
            known = False
        if not known or not 2 <= cost <= MAX_COST or cost & (cost - 1):
            raise Unreadable("The backup is damaged at its beginning.")
        self._cipher, vouching = _keys(passphrase, salt, cost)
        voucher = source.read(VOUCHER)
        if not hmac.compare_digest(voucher, hmac.digest(vouching, magic + said, "sha256")):
            raise Unreadable(
                "The passphrase is not that of this backup, or its beginning is damaged."
            )
        self._source, self._number = source, 0
        self._ahead = source.read(CHUNK + TAG)
        self._plain, self._ended = memoryview(b""), False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._plain and not self._ended:
            self._next()
        taken = self._plain[: len(buffer)]
        buffer[: len(taken)] = taken
        self._plain = self._plain[len(taken) :]
        return len(taken)

    def _next(self) -> None:
        sealed, self._ahead = self._ahead, self._source.read(CHUNK + TAG)
        self._ended = not self._ahead
        nonce = _nonce(self._number, last=self._ended)
        try:
            self._plain = memoryview(self._cipher.decrypt(nonce, sealed, None))
        except (InvalidTag, ValueError) as error:
            at = self._number * CHUNK // 1024
            raise Unreadable(
                f"The backup is damaged or cut off {at:,} KiB into it; nothing was restored."
            ) from error
        self._number += 1


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")


def _keys(passphrase: str, salt: bytes, cost: int) -> tuple[AESGCM, bytes]:
    made = hashlib.scrypt(
        passphrase.encode(), salt=salt, n=cost, r=8, p=1, dklen=64, maxmem=cost * 1024 + 2**20
    )
    return AESGCM(made[:32]), made[32:]
