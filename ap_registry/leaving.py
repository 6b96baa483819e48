"""Accounts that nobody should have any more: leavers' on their last day, and those unused."""

from datetime import date, datetime, timedelta

from ap_registry.calendar import LONDON
from ap_registry.notice import World
from ap_registry.store import access_links, account_acts, accounts
from ap_registry.store.accounts import Account
from ap_registry.store.database import Connection

UNUSED, CONFIRMED = "access.unused", "access.people-confirmed"
WARNED = timedelta(days=14)  # before an unused account ends: it is marked in the list


def ends_unused_on(account: Account, world: World, on: date) -> date:
    """The day after which an account ends where nobody signs in, as its LA has set it."""
    days = world.number(UNUSED, on, of=_la(account.organisation, world))
    used_on = account.used_on or account.created_at.astimezone(LONDON).date()
    return used_on + timedelta(days=days)


def confirm_by(
    confirmed_at: datetime | None, organisation: str, world: World, on: date
) -> date | None:
    """By when somebody is to say again who works there; None: nobody ever has."""
    if confirmed_at is None:
        return None
    days = world.number(CONFIRMED, on, of=_la(organisation, world))
    return confirmed_at.astimezone(LONDON).date() + timedelta(days=days)


def _la(organisation: str, world: World) -> str | None:
    la = world.la_of(organisation)
    return f"LA{la}" if la else None


def end_accounts(connection: Connection, world: World, night: date, *, at: datetime) -> int:
    """End what is past its last day or long unused, and tell the owners of the latter; how many."""
    ended = 0
    for one in accounts.all_accounts(connection, at=at):
        if one.disabled:
            continue
        left = one.last_on is not None and one.last_on < night
        if left or ends_unused_on(one, world, night) < night:
            _end(connection, one, "ended" if left else "ended_unused", at=at)
            ended += 1
    return ended


def _end(connection: Connection, one: Account, what: str, *, at: datetime) -> None:
    with connection.transaction():
        accounts.end(connection, one.id, at=at)
        account_acts.note(
            connection, account_acts.NIGHTLY, what, organisation=one.organisation,
            account=one.id, at=at,
        )  # fmt: skip
        if what == "ended_unused" and not one.invited:
            access_links.write_letter(connection, one.id, what, at=at)
