"""API keys and accounts: only hashes of secrets are kept."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import LiteralString
from uuid import UUID, uuid4

from ap_registry.access import SCOPES
from ap_registry.errors import NotFound, Problem, Refused
from ap_registry.store import passwords
from ap_registry.store.database import Connection
from ap_registry.store.tokens import hash_of, new_token

PREFIX = "apr_"


def known(connection: Connection, organisations: Sequence[str]) -> None:
    """Refuse organisations that are not on record."""
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
    until_on: date | None = None, scopes: Sequence[str] = SCOPES, name: str = "",
    keeper: UUID | None = None,
) -> tuple[UUID, str]:  # fmt: skip
    """Make a key, which ends with its keeper; the secret is answered once and kept nowhere."""
    known(connection, organisations)
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        words = f"a key is made to {' or '.join(SCOPES)}"
        raise Refused((Problem("/scopes", "unknown_code", words),))
    key_id, secret = uuid4(), PREFIX + new_token()
    connection.execute(
        "insert into api_key (id, secret_hash, organisations, role, created_at, until_on, scopes,"
        " name, keeper) values (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            key_id, hash_of(secret), list(organisations), role, at, until_on,
            sorted(set(scopes)), name, keeper,
        ),
    )  # fmt: skip
    return key_id, secret


def revoke_key(connection: Connection, key_id: str, *, at: datetime) -> None:
    done = connection.execute(
        "update api_key set revoked_at = %s where id::text = %s and revoked_at is null",
        (at, key_id),
    )
    if done.rowcount == 0:
        raise NotFound((Problem("", "not_found", "no such key is in use"),))


def add_account(
    connection: Connection, *, email: str, name: str, password: str, organisation: str, role: str,
    at: datetime, administers: bool = False,
) -> UUID:  # fmt: skip
    """Add a person who signs in; the password is kept as argon2id."""
    stored = passwords.hashed(password, about=(email, name))
    known(connection, [organisation])
    account = uuid4()
    done = connection.execute(
        "insert into account (id, email, name, password_hash, organisation, role, created_at,"
        " disabled, failures, administers) values (%s, %s, %s, %s, %s, %s, %s, false, 0, %s)"
        " on conflict (email) do nothing",
        (account, address_of(email), name, stored, organisation, role, at, administers),
    )
    if done.rowcount == 0:
        raise Refused((Problem("/email", "already_registered", "this address has an account"),))
    return account


def address_of(text: str) -> str:
    """An email address as accounts are found by it; what no database holds is left out."""
    return text.replace("\x00", "").strip().lower()[: passwords.MOST]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person who may sign in, as administrators see them.

    ``invited``: nobody can sign in by it as yet. ``used_on``: last, where ever.
    """

    id: UUID
    email: str
    name: str
    role: str
    organisation: str
    disabled: bool
    locked: bool
    second_factor: bool
    administers: bool
    invited: bool
    last_on: date | None
    used_on: date | None
    created_at: datetime


_ACCOUNTS = """
select a.id, a.email, a.name, a.role, a.organisation, a.disabled,
       coalesce(a.locked_until > %(at)s, false), f.confirmed_at is not null, a.administers,
       a.password_hash = '' and not exists (
         select from account_identity i where i.account = a.id), a.last_on, a.used_on, a.created_at
  from account a left join second_factor f on f.account = a.id
"""


def all_accounts(
    connection: Connection, *, at: datetime, organisation: str | None = None
) -> list[Account]:
    """By address; of one organisation where it is named."""
    rows = connection.execute(
        _ACCOUNTS + " where %(of)s::text is null or a.organisation = %(of)s order by a.email",
        {"at": at, "of": organisation},
    )
    return [_account(row) for row in rows]


def account_named(connection: Connection, email: str, *, at: datetime) -> Account:
    row = connection.execute(
        _ACCOUNTS + " where a.email = %(email)s", {"at": at, "email": address_of(email)}
    ).fetchone()
    if row is None:
        raise NotFound((Problem("/email", "not_found", "this address has no account"),))
    return _account(row)


def account_of(connection: Connection, account: UUID, *, at: datetime) -> Account | None:
    row = connection.execute(
        _ACCOUNTS + " where a.id = %(id)s", {"at": at, "id": account}
    ).fetchone()
    return _account(row) if row else None


def _account(row: tuple[object, ...]) -> Account:
    names = (field.name for field in fields(Account))
    return Account(**dict(zip(names, row, strict=True)))  # type: ignore[arg-type]


def set_password(connection: Connection, account: UUID, password: str) -> None:
    """A new one; it opens a locked account, and whoever is signed in stays so."""
    row = connection.execute("select email, name from account where id = %s", (account,)).fetchone()
    if row is None:
        raise NotFound((Problem("", "not_found", "there is no such account"),))
    connection.execute(
        "update account set password_hash = %s, failures = 0, locked_until = null where id = %s",
        (passwords.hashed(password, about=(row[0], row[1])), account),
    )


def has_password(connection: Connection, account: UUID, password: str) -> bool:
    row = connection.execute(
        "select password_hash from account where id = %s", (account,)
    ).fetchone()
    return passwords.matches(row[0] if row else None, password)


def chose_password(connection: Connection, account: UUID) -> bool:
    """False of one who signs in by an outside provider alone."""
    row = connection.execute(
        "select password_hash <> '' from account where id = %s", (account,)
    ).fetchone()
    return bool(row and row[0])


def email_of(connection: Connection, account: UUID) -> str:
    row = connection.execute("select email from account where id = %s", (account,)).fetchone()
    return str(row[0]) if row else ""


_OWNED: Sequence[tuple[LiteralString, LiteralString]] = (
    ("access_link", "account"), ("account_identity", "account"), ("saved_view", "account"),
    ("kept_form", "owner"),
)  # fmt: skip


def end(connection: Connection, account: UUID, *, at: datetime) -> int:
    """Take an account out of use, its keys and links for good; answers how many sessions ended.

    Nothing that was kept for its owner waits for whoever is invited by the same address, elsewhere.
    """
    connection.execute("update account set disabled = true where id = %s", (account,))
    for table, column in _OWNED:
        connection.execute(f"delete from {table} where {column} = %s", (account,))
    connection.execute(
        "update api_key set revoked_at = %s where keeper = %s and revoked_at is null",
        (at, account),
    )
    return connection.execute("delete from web_session where account = %s", (account,)).rowcount


def open_again(connection: Connection, account: UUID, *, today: date) -> None:
    """Let one that was ended or locked sign in, without a last day."""
    connection.execute(
        "update account set disabled = false, failures = 0, locked_until = null, last_on = null,"
        " used_on = %s where id = %s",
        (today, account),
    )
