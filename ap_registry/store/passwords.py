"""Passwords: argon2id, at least twelve characters, and none that others try first."""

import re
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from ap_registry.errors import Problem, Refused

LEAST = 12  # characters
MOST = 500
STRONG = 3  # of 0-4: more than 10**8 guesses
_LOOKED_AT = 72  # the estimate takes long for more, and what is longer is no weaker
_HASHER = PasswordHasher()  # argon2id with the parameters of RFC 9106


def hashed(password: str, *, about: tuple[str, ...] = (), pointer: str = "/password") -> str:
    """Refuse what is short, in a list of breached passwords or easily guessed from ``about``."""
    if len(password) < LEAST:
        raise _weak(pointer, f"use at least {LEAST} characters; three words of your own are good")
    if len(password) > MOST:
        raise _weak(pointer, f"use at most {MOST} characters")
    if _guessable(password, about):
        raise _weak(
            pointer,
            "this is among the passwords that others try first: choose another, such as three"
            " words that have nothing to do with one another",
        )
    return _HASHER.hash(password)


def hashed_code(code: str) -> str:
    """Of a code that we made ourselves: random, but short enough to be told by telephone."""
    return _HASHER.hash(code)


def _weak(pointer: str, detail: str) -> Refused:
    return Refused((Problem(pointer, "bad_format", detail),))


def _guessable(password: str, about: tuple[str, ...]) -> bool:
    """By zxcvbn: the 30,000 passwords found most often in breaches, names, words, patterns."""
    from zxcvbn import zxcvbn  # its lists take a tenth of a second to load

    given = [word for text in about for word in (text, *re.split(r"\W+", text)) if word]
    return int(zxcvbn(password[:_LOOKED_AT], user_inputs=given)["score"]) < STRONG


@cache
def _of_nobody() -> str:
    """So that an unknown name takes as long; made when first asked, in a tenth of a second."""
    return _HASHER.hash(secrets.token_hex(16))


def matches(stored: str | None, password: str) -> bool:
    """None: there is no such account, and the answer takes as long."""
    try:
        return _HASHER.verify(stored or _of_nobody(), password[:MOST]) and stored is not None
    except (VerifyMismatchError, InvalidHashError):
        return False
