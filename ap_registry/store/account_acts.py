"""What was done to accounts: added to in the transaction that does it, and never changed."""

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from ap_registry.store.database import Connection

CONFIRMED = "confirmed"
WHATS = frozenset(
    {
        "added", "invited", "invited_again", "accepted", "withdrawn", "changed", "last_day",
        "stays", "ended", "ended_unused", "opened", "emergency_unknown", "linked", CONFIRMED,
    }
)  # fmt: skip
NIGHTLY = "nightly"  # who acts where nobody does


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountAct:
    """``by``, ``email``: of those who have an account; ``account`` None: it is of all."""

    at: datetime
    actor: str
    by: str | None
    organisation: str
    account: UUID | None
    name: str | None
    email: str | None
    what: str
    detail: str


def note(
    connection: Connection, actor: str, what: str, *, organisation: str, at: datetime,
    account: UUID | None = None, detail: str = "",
) -> None:  # fmt: skip
    assert what in WHATS
    connection.execute(
        "insert into account_act (at, actor, organisation, account, what, detail)"
        " values (%s, %s, %s, %s, %s, %s)",
        (at, actor, organisation, account, what, detail),
    )


_ACTS: LiteralString = """
select c.at, c.actor, b.name, c.organisation, c.account, a.name, a.email, c.what, c.detail
  from account_act c
  left join account b on c.actor = 'account:' || b.id
  left join account a on a.id = c.account
 where %(of)s::text is null or c.organisation = %(of)s
 order by c.id desc
 limit %(limit)s
"""


def acts(
    connection: Connection, *, organisation: str | None = None, limit: int = 50
) -> list[AccountAct]:
    """The latest first; of one organisation where it is named."""
    return [
        AccountAct(
            at=at, actor=actor, by=by, organisation=of, account=account, name=name, email=email,
            what=what, detail=detail,
        )
        for at, actor, by, of, account, name, email, what, detail in connection.execute(
            _ACTS, {"of": organisation, "limit": limit}
        )
    ]  # fmt: skip


def confirmed_at(connection: Connection, organisation: str) -> datetime | None:
    """When somebody last said that all of its accounts are of its people."""
    row = connection.execute(
        "select max(at) from account_act where organisation = %s and what = %s",
        (organisation, CONFIRMED),
    ).fetchone()
    return row[0] if row else None
