"""API keys, accounts and browser sessions: only hashes of secrets are kept."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from ap_registry.access import Caller
from ap_registry.errors import NotFound, Problem, Refused
from ap_registry.store.database import Connection

PREFIX = "apr_"
LEAST_PASSWORD = 12
MOST_FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
IDLE_FOR = timedelta(hours=1)
SESSION_FOR = timedelta(hours=12)
_HASHER = PasswordHasher()
_NOBODY = _HASHER.hash(secrets.token_hex(16))  # so that an unknown name takes as long


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _known(connection: Connection, organisations: Sequence[str]) -> None:
    for name in organisations:
        row = connection.execute(
            "select 1 from organisation where id = %s and until_at = 'infinity'", (name,)
        ).fetchone()
        if row is None:
            raise Refused(
                (Problem("/organisation", "unknown_organisation", f"{name} is not on record"),)
            )


def create_key(
    connection: Connection, *, organisations: Sequence[str], role: str, at: datetime,
    until_on: date | None = None,
) -> tuple[UUID, str]:  # fmt: skip
    """Make a key; the secret is answered once and kept nowhere."""
    _known(connection, organisations)
    key_id, secret = uuid4(), PREFIX + secrets.token_urlsafe(32)
    connection.execute(
        "insert into api_key (id, secret_hash, organisations, role, created_at, until_on)"
        " values (%s, %s, %s, %s, %s, %s)",
        (key_id, _hash(secret), list(organisations), role, at, until_on),
    )
    return key_id, secret


def revoke_key(connection: Connection, key_id: str, *, at: datetime) -> None:
    done = connection.execute(
        "update api_key set revoked_at = %s where id::text = %s and revoked_at is null",
        (at, key_id),
    )
    if done.rowcount == 0:
        raise NotFound((Problem("", "not_found", "no such key is in use"),))


def caller_of_key(connection: Connection, secret: str, today: date) -> tuple[UUID, Caller] | None:
    """Whose key it is; None where it is unknown, revoked or past its last day."""
    row = connection.execute(
        "select id, role, organisations from api_key where secret_hash = %s"
        " and revoked_at is null and (until_on is null or until_on >= %s)",
        (_hash(secret), today),
    ).fetchone()
    if row is None:
        return None
    return row[0], Caller(actor=f"key:{row[0]}", role=row[1], organisations=tuple(row[2]))


def add_account(
    connection: Connection, *, email: str, name: str, password: str, organisation: str, role: str,
    at: datetime,
) -> UUID:  # fmt: skip
    """Add a person who signs in; the password is kept as argon2id."""
    if len(password) < LEAST_PASSWORD:
        raise Refused(
            (Problem("/password", "bad_format", f"use at least {LEAST_PASSWORD} characters"),)
        )
    _known(connection, [organisation])
    account = uuid4()
    done = connection.execute(
        "insert into account (id, email, name, password_hash, organisation, role, created_at,"
        " disabled, failures) values (%s, %s, %s, %s, %s, %s, %s, false, 0)"
        " on conflict (email) do nothing",
        (account, email.strip().lower(), name, _HASHER.hash(password), organisation, role, at),
    )
    if done.rowcount == 0:
        raise Refused((Problem("/email", "already_registered", "this address has an account"),))
    return account


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A person in a browser session; ``csrf`` must come back with every form."""

    caller: Caller
    name: str
    csrf: str


def sign_in(connection: Connection, *, email: str, password: str, at: datetime) -> str | None:
    """The session's token, or None; five failures lock the account for a quarter of an hour."""
    row = connection.execute(
        "select id, password_hash, locked_until from account where email = %s and not disabled",
        (email.strip().lower(),),
    ).fetchone()
    account, stored, locked_until = row if row else (None, _NOBODY, None)
    try:
        right = _HASHER.verify(stored, password) and account is not None
    except (VerifyMismatchError, InvalidHashError):
        right = False
    if locked_until is not None and locked_until > at:
        return None
    if not right:
        connection.execute(
            "update account set failures = failures + 1, locked_until = case"
            " when failures + 1 >= %s then %s::timestamptz end where id = %s",
            (MOST_FAILURES, at + LOCKED_FOR, account),
        )
        return None
    token = secrets.token_urlsafe(32)
    connection.execute(
        "update account set failures = 0, locked_until = null where id = %s", (account,)
    )
    connection.execute(
        "insert into web_session (token_hash, account, created_at, seen_at, csrf)"
        " values (%s, %s, %s, %s, %s)",
        (_hash(token), account, at, at, secrets.token_urlsafe(24)),
    )
    return token


def signed_in(connection: Connection, token: str, *, at: datetime) -> SignedIn | None:
    """Whose session it is; an hour idle or twelve in all ends it."""
    row = connection.execute(
        "update web_session s set seen_at = %(at)s from account a"
        " where s.token_hash = %(token)s and a.id = s.account and not a.disabled"
        " and s.seen_at > %(idle)s and s.created_at > %(oldest)s"
        " returning a.id, a.role, a.organisation, a.name, s.csrf",
        {"at": at, "token": _hash(token), "idle": at - IDLE_FOR, "oldest": at - SESSION_FOR},
    ).fetchone()
    if row is None:
        return None
    account, role, organisation, name, csrf = row
    caller = Caller(actor=f"account:{account}", role=role, organisations=(organisation,))
    return SignedIn(caller=caller, name=name, csrf=csrf)


def sign_out(connection: Connection, token: str) -> None:
    connection.execute("delete from web_session where token_hash = %s", (_hash(token),))
