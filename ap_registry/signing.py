"""The private key that signs tree heads: outside the database, held by whoever sequences."""

import os
import secrets
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from ap_registry import proofs, secret_files
from ap_registry.errors import SetupError

FILE = "ledger-key"


@dataclass(frozen=True)
class SigningKey:
    """An Ed25519 key; ``seed`` is its 32 secret bytes."""

    seed: bytes = field(repr=False)

    @cached_property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @cached_property
    def public(self) -> bytes:
        return self._private.public_key().public_bytes_raw()

    @cached_property
    def id(self) -> str:
        return proofs.key_id(self.public)

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message)


@dataclass(slots=True, kw_only=True)
class Signer:
    """The key of ``text`` (AP_LEDGER_KEY), else that of a file, made when first needed.

    The file is looked at anew each time: another process of this home may have changed the key.
    """

    path: Path
    text: str | None = field(default=None, repr=False)
    _stamp: tuple[int, int] | None = None
    _key: SigningKey | None = None

    @property
    def usable(self) -> bool:
        """Whether this process can sign; if not, it waits for one that does."""
        if self.text or self.path.exists():
            return True
        parent = next(folder for folder in self.path.parents if folder.exists())
        return os.access(parent, os.W_OK)

    def key(self) -> SigningKey:
        """The key to sign with now; SetupError where there is none."""
        if self.text:
            self._key = self._key or parsed(self.text)
            return self._key
        try:
            found = self.path.stat()
        except FileNotFoundError:
            self._make()
            found = self.path.stat()
        stamp = (found.st_ino, found.st_mtime_ns)
        if self._key is None or self._stamp != stamp:
            self._key, self._stamp = parsed(self.path.read_text(encoding="ascii")), stamp
        return self._key

    def replace(self, key: SigningKey) -> None:
        """Keep another key from now on, for this user only; the earlier one is gone."""
        following = secret_files.write(self.path.with_name(f".{FILE}-next"), key.seed.hex())
        following.replace(self.path)

    def _make(self) -> None:
        try:
            secret_files.write_once(self.path, new_key().seed.hex())
        except OSError as error:
            raise SetupError(
                f"The key of the ledger cannot be written to {self.path} ({error.strerror})",
                "Name a file that has it in AP_LEDGER_KEY_FILE, or mend AP_REGISTRY_HOME.",
            ) from error


def new_key() -> SigningKey:
    return SigningKey(secrets.token_bytes(32))


def parsed(text: str) -> SigningKey:
    """64 hex digits of the seed, or a PEM private key such as openssl makes."""
    try:
        if "PRIVATE KEY" in text:
            found = load_pem_private_key(text.encode(), password=None)
            if not isinstance(found, Ed25519PrivateKey):
                raise ValueError("not an Ed25519 key")
            return SigningKey(found.private_bytes_raw())
        seed = bytes.fromhex(text.strip())
        if len(seed) != 32:
            raise ValueError("not 32 bytes")
    except (ValueError, TypeError) as error:
        raise SetupError(
            "The key of the ledger is not an Ed25519 private key",
            "It is 64 hex digits, or PEM as `openssl genpkey -algorithm ed25519` makes.",
        ) from error
    return SigningKey(seed)
