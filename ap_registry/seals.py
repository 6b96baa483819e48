"""Secrets that must be used again, sealed before the database has them: by a key outside it.

They are those of second factors and of webhooks, and forms that came too late; what is only ever
compared is kept as a hash. Each is sealed together with what it is of, so that nobody can put one
in another's place.
"""

import base64
import secrets
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from ap_registry import secret_files
from ap_registry.errors import SetupError
from ap_registry.settings import Settings

FILE = "secrets-key"
MARK = b"sealed:"
BYTES = 32


class Seals:
    """Keys of 32 bytes: the first seals, all open. Without any, what is sealed from now on is kept
    as it is."""

    def __init__(self, keys: Sequence[bytes] = ()) -> None:
        self._keys = [Fernet(base64.urlsafe_b64encode(key)) for key in keys]

    @property
    def usable(self) -> bool:
        return bool(self._keys)

    def seal(self, of: str, secret: bytes) -> bytes:
        if not self._keys:
            return secret
        return MARK + self._keys[0].encrypt(of.encode() + b"\0" + secret)

    def open(self, of: str, held: bytes) -> bytes:
        """What was sealed for this, or was never sealed; raise SetupError where no key opens it."""
        if not held.startswith(MARK):
            return held
        try:
            opened = MultiFernet(self._keys).decrypt(held[len(MARK) :]) if self._keys else b""
        except InvalidToken:
            opened = b""
        named, _, secret = opened.partition(b"\0")
        if named != of.encode():
            raise SetupError(
                "A secret in the database cannot be opened",
                "Put the key by which it was sealed after the first one into AP_SECRETS_KEY, or"
                f" into the file {FILE}.",
            )
        return secret

    def is_sealed(self, held: bytes) -> bool:
        """By the key that seals now."""
        try:
            return held.startswith(MARK) and bool(self._keys[0].decrypt(held[len(MARK) :]))
        except (InvalidToken, IndexError):
            return False


UNSEALED = Seals()


def of_settings(settings: Settings) -> Seals:
    """By AP_SECRETS_KEY, else by the file of the home: made where its database is our own too.

    Web and worker on servers of one's own must have one key: none is made for either.
    """
    path = settings.home / FILE
    try:
        if settings.secrets_key is None and settings.database_url is None and not path.exists():
            secret_files.write_once(path, secrets.token_bytes(BYTES).hex())
        text = settings.secrets_key or (path.read_text("ascii") if path.exists() else "")
    except (OSError, UnicodeError) as error:
        raise SetupError(
            f"The key of secrets in {path} cannot be used",
            "Name a file that has it in AP_SECRETS_KEY_FILE, or mend AP_REGISTRY_HOME.",
        ) from error
    return Seals(parsed(text))


def parsed(text: str) -> list[bytes]:
    """64 hex digits each, with blanks or new lines between."""
    try:
        keys = [bytes.fromhex(part) for part in text.split()]
    except ValueError:
        keys = [b""]
    if any(len(key) != BYTES for key in keys):
        raise SetupError(
            "The key of secrets is not 64 hex digits",
            "Make one: python3 -c 'import secrets; print(secrets.token_hex(32))'. Several stand"
            " with blanks between, the first seals.",
        )
    return keys
