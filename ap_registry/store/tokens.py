"""Secrets that are given out once: only their hashes are kept."""

import hashlib
import secrets


def new_token() -> str:
    """256 random bits, as an address or a cookie can carry them."""
    return secrets.token_urlsafe(32)


def hash_of(secret: str) -> bytes:
    """Quick, since what it hashes is long and random; passwords go through argon2id."""
    return hashlib.sha256(secret.encode()).digest()
