"""Links by which somebody chooses a password, and the letters that carry them.

A letter waits in the database without its link: whoever sends it makes the link then, so that the
secret is only ever in the letter.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import LiteralString
from uuid import UUID, uuid4

from ap_registry.store.accounts import address_of
from ap_registry.store.database import Connection
from ap_registry.store.tokens import hash_of, new_token

INVITATION, RECOVERY, EMERGENCY = "invitation", "recovery", "emergency"
LASTS = {
    RECOVERY: timedelta(hours=1),
    INVITATION: timedelta(days=7),
}  # letters that carry a link: good for so long
FAMILY_LINK = "family_link"  # to one of a pupil's family, by the account that made it
REPORT, REPORT_FAILED = "report", "report_failed"  # one is ready, or could not be made
LETTERS = frozenset(
    {
        *LASTS,
        REPORT,
        REPORT_FAILED,
        "password_changed",
        "second_factor_on",
        "second_factor_off",
        "ended_unused",
        "unused_soon",
        "confirm_people",
        EMERGENCY,
        FAMILY_LINK,
    }
)
AGAIN_AFTER = timedelta(minutes=5)  # one letter of a kind to one account


def make_link(connection: Connection, account: UUID, what: str, *, at: datetime) -> str:
    """A token for one use; those made before for the same account end."""
    token = new_token()
    connection.execute("delete from access_link where account = %s", (account,))
    connection.execute(
        "insert into access_link (token_hash, account, created_at, until_at, what)"
        " values (%s, %s, %s, %s, %s)",
        (hash_of(token), account, at, at + LASTS[what], what),
    )
    return token


_GOOD: LiteralString = (
    " token_hash = %(token)s and what = %(what)s and used_at is null and until_at > %(at)s"
    " and exists (select from account a where a.id = account and not a.disabled)"
)


def account_of_link(
    connection: Connection, token: str, what: str = RECOVERY, *, at: datetime
) -> UUID | None:
    """Whose link it is; None where it is unknown, used or over."""
    row = connection.execute(
        "select account from access_link where" + _GOOD,
        {"token": hash_of(token), "what": what, "at": at},
    ).fetchone()
    return row[0] if row else None


def use_link(
    connection: Connection, token: str, what: str = RECOVERY, *, at: datetime
) -> UUID | None:
    """As ``account_of_link``, and it is used up."""
    row = connection.execute(
        "update access_link set used_at = %(at)s where" + _GOOD + " returning account",
        {"token": hash_of(token), "what": what, "at": at},
    ).fetchone()
    return row[0] if row else None


def write_letter(
    connection: Connection, account: UUID, what: str, *, at: datetime,
    to: tuple[str, str] | None = None, about: UUID | None = None,
) -> None:  # fmt: skip
    """Have it sent by the worker, to the account's owner, else to an address and a name."""
    assert what in LETTERS
    connection.execute(
        "insert into access_letter (id, account, what, about, created_at, attempts, to_email,"
        " to_name) values (%s, %s, %s, %s, %s, 0, %s, %s)",
        (uuid4(), account, what, about, at, *(to or (None, None))),
    )


def became_of(connection: Connection, about: Collection[UUID]) -> dict[UUID, str]:
    """Of the letters about these: sent, waiting or failed."""
    rows = connection.execute(
        "select about, case when sent_at is not null then 'sent' when failed is not null"
        " then 'failed' else 'waiting' end from access_letter where about = any(%s)",
        (list(about),),
    )
    return dict(rows.fetchall())


def was_written(connection: Connection, account: UUID, what: str, *, since: datetime) -> bool:
    row = connection.execute(
        "select exists (select from access_letter where account = %s and what = %s"
        " and created_at > %s)",
        (account, what, since),
    ).fetchone()
    return bool(row and row[0])


def ask_for_recovery(connection: Connection, email: str, *, at: datetime) -> None:
    """A letter with a link, where the address has an account; not twice in five minutes."""
    connection.execute(
        "insert into access_letter (id, account, what, created_at, attempts)"
        " select %(id)s, a.id, 'recovery', %(at)s, 0 from account a"
        "  where a.email = %(email)s and not a.disabled and a.password_hash <> '' and not exists ("
        "    select from access_letter l where l.account = a.id and l.what = 'recovery'"
        "       and l.created_at > %(since)s)",
        {"id": uuid4(), "at": at, "email": address_of(email), "since": at - AGAIN_AFTER},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A letter that this worker alone may send. ``owner``: by name, of the account."""

    id: UUID
    account: UUID
    what: str
    about: UUID | None
    email: str
    name: str
    owner: str
    organisation: str
    created_at: datetime
    attempts: int


# not_before is by the real clock, also where AP_REGISTRY_CLOCK stands still.
_CLAIM: LiteralString = """
with next as (
  select id from access_letter
   where sent_at is null and failed is null
     and (not_before is null or not_before <= clock_timestamp())
   order by created_at, id limit 1 for update skip locked)
update access_letter l
   set attempts = attempts + 1, not_before = clock_timestamp() + %(lease)s
  from next, account a
 where l.id = next.id and a.id = l.account
returning l.id, l.account, l.what, l.about, coalesce(l.to_email, a.email),
          coalesce(l.to_name, a.name), a.name,
          coalesce((select o.name from organisation o where o.id = a.organisation
                       and o.until_at = 'infinity'), a.organisation), l.created_at, l.attempts
"""


def claim_letter(connection: Connection, lease: timedelta) -> Due | None:
    """The oldest that is due; nobody else takes it for ``lease``."""
    row = connection.execute(_CLAIM, {"lease": lease}).fetchone()
    if row is None:
        return None
    id_, account, what, about, email, name, owner, organisation, created_at, attempts = row
    return Due(
        id=id_, account=account, what=what, about=about, email=email, name=name, owner=owner,
        organisation=organisation, created_at=created_at, attempts=attempts,
    )  # fmt: skip


def sent_letter(connection: Connection, due: Due, at: datetime) -> None:
    connection.execute(
        "update access_letter set sent_at = %s, to_email = null, to_name = null where id = %s",
        (at, due.id),
    )


# A worker that was frozen past its lease changes nothing: attempts has moved on.
def fail_letter(connection: Connection, due: Due, why: str) -> None:
    """For good."""
    connection.execute(
        "update access_letter set failed = %s, to_email = null, to_name = null"
        " where id = %s and attempts = %s and sent_at is null",
        (why, due.id, due.attempts),
    )


def put_off_letter(connection: Connection, due: Due, wait: timedelta) -> None:
    connection.execute(
        "update access_letter set not_before = clock_timestamp() + %s"
        " where id = %s and attempts = %s",
        (wait, due.id, due.attempts),
    )
