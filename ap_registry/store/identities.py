"""By which subject of an outside provider an account signs in, linked once."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import LiteralString
from uuid import UUID

from psycopg.rows import dict_row

from ap_registry.store.accounts import address_of
from ap_registry.store.database import Connection
from ap_registry.store.tokens import hash_of, new_token

WITHIN = "10 minutes"  # by the real clock, also in a practice registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What an attempt to sign in was begun with, and its answer must fit."""

    nonce: str
    verifier: str


def begin(connection: Connection, *, state: str, nonce: str, verifier: str) -> str:
    """Keep an attempt; answers what the browser must bring back besides the state."""
    browser = new_token()
    connection.execute(
        f"delete from oidc_attempt where begun_at < clock_timestamp() - interval '{WITHIN}'"
    )
    connection.execute(
        "insert into oidc_attempt (state_hash, browser_hash, nonce, verifier, begun_at)"
        " values (%s, %s, %s, %s, clock_timestamp())",
        (hash_of(state), hash_of(browser), nonce, verifier),
    )
    return browser


def take(connection: Connection, *, state: str, browser: str) -> Attempt | None:
    """Once; None where it is another browser's, over or unknown."""
    row = connection.execute(
        "delete from oidc_attempt where state_hash = %s and browser_hash = %s"
        f" and begun_at > clock_timestamp() - interval '{WITHIN}' returning nonce, verifier",
        (hash_of(state), hash_of(browser)),
    ).fetchone()
    return Attempt(nonce=row[0], verifier=row[1]) if row else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """An account that a subject may be of. ``linked``: signs in by this subject already;
    ``taken``: by another one. ``waiting``: has no password and signs in by nothing yet."""

    account: UUID
    name: str
    email: str
    organisation: str
    in_use: bool
    linked: bool
    taken: bool
    waiting: bool
    second_factor: bool


_MATCH: LiteralString = """
select a.id as account, a.name, a.email, a.organisation,
       not a.disabled and (a.last_on is null or a.last_on >= %(today)s) as in_use,
       coalesce(i.subject = %(subject)s, false) as linked,
       i.subject is not null and i.subject <> %(subject)s as taken,
       a.password_hash = '' and i.subject is null as waiting,
       f.confirmed_at is not null as second_factor
  from account a
  left join account_identity i on i.account = a.id and i.issuer = %(issuer)s
  left join second_factor f on f.account = a.id
 where i.subject = %(subject)s or a.email = %(email)s
 order by linked desc
 limit 1
"""


def match(
    connection: Connection, *, issuer: str, subject: str, email: str, today: date
) -> Match | None:
    """By the subject, else by an address that was verified; "" is nobody's."""
    values = {
        "issuer": issuer, "subject": subject, "today": today, "email": address_of(email) or None,
    }  # fmt: skip
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(_MATCH, values).fetchone()
    return Match(**row) if row else None


def link(
    connection: Connection, account: UUID, *, issuer: str, subject: str, name: str, at: datetime
) -> None:
    """From now on this subject signs in to this account; links of a letter are spent."""
    connection.execute(
        "insert into account_identity (account, issuer, subject, linked_at)"
        " values (%s, %s, %s, %s)",
        (account, issuer, subject, at),
    )
    connection.execute("update account set name = %s where id = %s", (name, account))
    connection.execute("delete from access_link where account = %s", (account,))
