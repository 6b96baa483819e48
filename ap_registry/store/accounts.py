"""API keys and accounts: only hashes of secrets are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from ap_registry.access import SCOPES
from ap_registry.errors import NotFound, Problem, Refused
from ap_registry.store import passwords
from ap_registry.store.database import Connection
from ap_registry.store.tokens import hash_of, new_token

PREFIX = "apr_"


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
    until_on: date | None = None, scopes: Sequence[str] = SCOPES, name: str = "",
) -> tuple[UUID, str]:  # fmt: skip
    """Make a key; the secret is answered once and kept nowhere."""
    _known(connection, organisations)
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        words = f"a key is made to {' or '.join(SCOPES)}"
        raise Refused((Problem("/scopes", "unknown_code", words),))
    key_id, secret = uuid4(), PREFIX + new_token()
    connection.execute(
        "insert into api_key (id, secret_hash, organisations, role, created_at, until_on, scopes,"
        " name) values (%s, %s, %s, %s, %s, %s, %s, %s)",
        (
            key_id, hash_of(secret), list(organisations), role, at, until_on,
            sorted(set(scopes)), name,
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
    at: datetime,
) -> UUID:  # fmt: skip
    """Add a person who signs in; the password is kept as argon2id."""
    stored = passwords.hashed(password, about=(email, name))
    _known(connection, [organisation])
    account = uuid4()
    done = connection.execute(
        "insert into account (id, email, name, password_hash, organisation, role, created_at,"
        " disabled, failures) values (%s, %s, %s, %s, %s, %s, %s, false, 0)"
        " on conflict (email) do nothing",
        (account, address_of(email), name, stored, organisation, role, at),
    )
    if done.rowcount == 0:
        raise Refused((Problem("/email", "already_registered", "this address has an account"),))
    return account


def address_of(text: str) -> str:
    """An email address as accounts are found by it; what no database holds is left out."""
    return text.replace("\x00", "").strip().lower()[: passwords.MOST]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person who may sign in, as administrators see them."""

    id: UUID
    email: str
    name: str
    role: str
    organisation: str
    disabled: bool
    locked: bool
    second_factor: bool


_ACCOUNTS = """
select a.id, a.email, a.name, a.role, a.organisation, a.disabled,
       coalesce(a.locked_until > %(at)s, false), f.confirmed_at is not null
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


def _account(row: tuple[object, ...]) -> Account:
    names = ("id", "email", "name", "role", "organisation", "disabled", "locked", "second_factor")
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


def email_of(connection: Connection, account: UUID) -> str:
    row = connection.execute("select email from account where id = %s", (account,)).fetchone()
    return str(row[0]) if row else ""


def set_disabled(connection: Connection, account: UUID, disabled: bool) -> None:
    """Whether the account is out of use; it opens a locked one that comes back."""
    connection.execute(
        "update account set disabled = %s, failures = 0, locked_until = null where id = %s",
        (disabled, account),
    )
