"""People of an organisation: who may come in, as what, and until when. Each act is noted.

Whoever acts is an administrator of the organisation, or the command line for all of them.
"""

from datetime import date, datetime
from typing import LiteralString
from uuid import UUID, uuid4

from ap_registry.access import GIVES, Caller
from ap_registry.errors import NotFound, Problem, Refused
from ap_registry.store import access_links, account_acts, accounts, second_factors
from ap_registry.store.accounts import Account, address_of
from ap_registry.store.database import Connection

MOST_NAME = 100
_SEPARATE = frozenset(',;:<>()[]"\\')  # by which a header tells several addresses
_NOBODY = NotFound((Problem("", "not_found", "nobody of your organisation has this account"),))


def given_by(by: Caller) -> frozenset[str]:
    """The roles that somebody may give to colleagues: none above the own."""
    return GIVES.get(by.role, frozenset())


_INVITE: LiteralString = """
insert into account (id, email, name, password_hash, organisation, role, created_at, disabled,
                     failures, administers)
values (%(id)s, %(email)s, %(name)s, '', %(organisation)s, %(role)s, %(at)s, false, 0,
        %(administers)s)
    on conflict (email) do update
   set name = excluded.name, password_hash = '', organisation = excluded.organisation,
       role = excluded.role, created_at = excluded.created_at, disabled = false, failures = 0,
       locked_until = null, administers = excluded.administers, last_on = null, used_on = null
 where account.disabled
returning id
"""


def invite(
    connection: Connection, by: Caller, *, email: str, name: str = "", role: str,
    organisation: str, administers: bool = False, at: datetime,
) -> UUID:  # fmt: skip
    """An account without a password, and a letter with a link by which its owner chooses one.

    The address of somebody who has left is taken anew, also from another organisation: who it was
    before is in the acts.
    """
    address = address_of(email)
    _check(by, address, role)
    accounts.known(connection, [organisation])
    row = connection.execute(
        _INVITE,
        {"id": uuid4(), "email": address, "name": name.strip()[:MOST_NAME] or address,
         "organisation": organisation, "role": role, "at": at, "administers": administers},
    ).fetchone()  # fmt: skip
    if row is None:
        words = "this address has an account; whoever has left is ended by the organisation before"
        raise Refused((Problem("/email", "already_registered", words),))
    account: UUID = row[0]
    second_factors.remove(connection, account)
    access_links.write_letter(connection, account, access_links.INVITATION, at=at)
    account_acts.note(
        connection, by.actor, "invited", organisation=organisation, account=account, at=at,
        detail=_as_what(role, administers),
    )  # fmt: skip
    return account


def _check(by: Caller, address: str, role: str) -> None:
    problems = []
    name, at_sign, host = address.partition("@")
    several = _SEPARATE & set(address) or "@" in host
    if not (name and at_sign and "." in host) or several or any(map(str.isspace, address)):
        words = "enter an email address, such as name@example.org"
        problems.append(Problem("/email", "bad_format", words))
    if role not in given_by(by):
        problems.append(Problem("/role", "unknown_code", "choose a role that you may give"))
    if problems:
        raise Refused(tuple(problems))


def _as_what(role: str, administers: bool) -> str:
    return f"{role}, administrator" if administers else role


def invite_again(connection: Connection, by: Caller, account: Account, *, at: datetime) -> None:
    """Another letter; the link of the one before ends when it is sent."""
    if not account.invited:
        raise Refused((Problem("", "already_registered", "this invitation was accepted"),))
    since = at - access_links.AGAIN_AFTER
    if access_links.was_written(connection, account.id, access_links.INVITATION, since=since):
        words = "an invitation was sent less than five minutes ago: wait for it to arrive"
        raise Refused((Problem("", "already_open", words),))
    access_links.write_letter(connection, account.id, access_links.INVITATION, at=at)
    _note(connection, by, "invited_again", account, at=at)


def accept(
    connection: Connection, token: str, *, name: str, password: str, at: datetime
) -> UUID | None:
    """The name and password that the invited chose; None where the link is good no more."""
    account = access_links.use_link(connection, token, access_links.INVITATION, at=at)
    if account is None:
        return None
    if not name.strip():
        raise Refused((Problem("/name", "required", "enter your name"),))
    connection.execute(
        "update account set name = %s where id = %s", (name.strip()[:MOST_NAME], account)
    )
    accounts.set_password(connection, account, password)
    row = connection.execute(
        "select organisation from account where id = %s", (account,)
    ).fetchone()
    assert row is not None
    account_acts.note(
        connection, f"account:{account}", "accepted", organisation=row[0], account=account, at=at
    )
    return account


def one_of(connection: Connection, by: Caller, account: UUID, *, at: datetime) -> Account:
    """A colleague whose account is in use; NotFound for all others, and for oneself."""
    found = accounts.account_of(connection, account, at=at)
    theirs = found is not None and (by.sees_all or found.organisation == by.organisation)
    if found is None or not theirs or found.disabled or by.actor == f"account:{account}":
        raise _NOBODY
    if found.role not in given_by(by):
        words = "this person has a role that you may not give, and so may not change"
        raise Refused((Problem("", "forbidden", words),))
    return found


def change(
    connection: Connection, by: Caller, account: Account, *, role: str, administers: bool,
    at: datetime,
) -> None:  # fmt: skip
    """What somebody is from the next request on."""
    if role not in given_by(by):
        raise Refused((Problem("/role", "unknown_code", "choose a role that you may give"),))
    connection.execute(
        "update account set role = %s, administers = %s where id = %s",
        (role, administers, account.id),
    )
    before, after = _as_what(account.role, account.administers), _as_what(role, administers)
    if before != after:
        _note(connection, by, "changed", account, at=at, detail=f"{before}; now {after}")


def end(connection: Connection, by: Caller, account: Account, *, at: datetime) -> None:
    """At once: no session, key or link of theirs opens anything from the next request on."""
    accounts.end(connection, account.id, at=at)
    what = "withdrawn" if account.invited else "ended"
    _note(connection, by, what, account, at=at)


def set_last_day(
    connection: Connection, by: Caller, account: Account, day: date | None, *, at: datetime,
    today: date,
) -> None:  # fmt: skip
    """The last day on which the account works; None: it stays."""
    if day is not None and day < today:
        words = "must be today or later; to end the account at once, choose that"
        raise Refused((Problem("/last_on", "bad_format", words),))
    connection.execute("update account set last_on = %s where id = %s", (day, account.id))
    what, detail = ("stays", "") if day is None else ("last_day", day.isoformat())
    _note(connection, by, what, account, at=at, detail=detail)


def confirm(connection: Connection, by: Caller, organisation: str, *, at: datetime) -> None:
    """Say that all accounts of an organisation are of people who work there."""
    account_acts.note(
        connection, by.actor, account_acts.CONFIRMED, organisation=organisation, at=at
    )


def _note(
    connection: Connection, by: Caller, what: str, account: Account, *, at: datetime,
    detail: str = "",
) -> None:  # fmt: skip
    account_acts.note(
        connection, by.actor, what, organisation=account.organisation, account=account.id, at=at,
        detail=detail,
    )  # fmt: skip
