"""Browsers from which an account has signed in before: who tries its passwords locks others out.

What such a browser keeps is no row, but a seal over the account, its password and a last day: a new
password ends all of them.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from ap_registry.store.database import Connection
from ap_registry.store.digest import keyed

KNOWN_FOR = timedelta(days=90)
MOST_FAILURES = 50  # of an account since somebody came in: from then on its own browsers wait too
MOST, _BETWEEN = 5, "~"  # accounts in one browser


def kept_by(connection: Connection, key: bytes, account: UUID, kept: str, *, at: datetime) -> str:
    """What a browser keeps from now on, in which somebody has come in: of others too, as in an
    office."""
    until = str(int((at + KNOWN_FOR).timestamp()))
    own = f"{until}.{_seal(connection, key, account, until)}"
    others = (one for one in _each(kept) if not _is_of(connection, key, account, one, at=at))
    return _BETWEEN.join((own, *islice(others, MOST - 1)))


def knows(connection: Connection, key: bytes, account: UUID, kept: str, *, at: datetime) -> bool:
    """Whether somebody has come in to the account from the browser that keeps this."""
    return any(_is_of(connection, key, account, one, at=at) for one in _each(kept))


def _each(kept: str) -> Sequence[str]:
    return kept.split(_BETWEEN)[:MOST] if kept.isascii() else ()


def _is_of(connection: Connection, key: bytes, account: UUID, one: str, *, at: datetime) -> bool:
    until, _, seal = one.partition(".")
    if not (until.isdecimal() and len(until) < 12 and int(until) > at.timestamp()):
        return False
    return secrets.compare_digest(seal, _seal(connection, key, account, until))


def _seal(connection: Connection, key: bytes, account: UUID, until: str) -> str:
    row = connection.execute(
        "select password_hash from account where id = %s", (account,)
    ).fetchone()
    return keyed(key, "known-browser", str(account), until, row[0] if row else "").hex()
