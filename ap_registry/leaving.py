"""Accounts that nobody should have any more: leavers' on their last day, and those unused."""

from datetime import date, datetime, timedelta

from ap_registry.calendar import LONDON
from ap_registry.notice import World
from ap_registry.store import access_links, account_acts, accounts
from ap_registry.store.accounts import Account
from ap_registry.store.database import Connection

UNUSED, CONFIRMED = "access.unused", "access.people-confirmed"
WARNED = timedelta(days=14)  # before an unused account ends
REMINDED_EVERY = timedelta(days=28)  # of a list that is late


def ends_unused_on(account: Account, world: World, on: date) -> date:
    """The day after which an account ends where nobody signs in, as its LA has set it."""
    days = world.number(UNUSED, on, of=account.organisation)
    used_on = account.used_on or account.created_at.astimezone(LONDON).date()
    return used_on + timedelta(days=days)


def confirm_by(since: datetime, organisation: str, world: World, on: date) -> date:
    """By when somebody is to say who works there, ``since`` which nobody has."""
    days = world.number(CONFIRMED, on, of=organisation)
    return since.astimezone(LONDON).date() + timedelta(days=days)


def see_to_accounts(connection: Connection, world: World, night: date, *, at: datetime) -> None:
    """End what is past its last day or long unused, and remind of what is about to be or late."""
    people: dict[str, list[Account]] = {}
    for one in accounts.all_accounts(connection, at=at):
        if one.disabled:
            continue
        ends = ends_unused_on(one, world, night)
        if one.last_on is not None and one.last_on < night:
            _end(connection, one, "ended", at=at)
        elif ends < night:
            _end(connection, one, "ended_unused", at=at)
        else:
            people.setdefault(one.organisation, []).append(one)
            if ends - WARNED <= night and not one.invited:
                _remind(connection, one, "unused_soon", at=at, every=WARNED + timedelta(days=1))
    for organisation, colleagues in people.items():
        _ask_to_confirm(connection, organisation, colleagues, world, night, at=at)


def _end(connection: Connection, one: Account, what: str, *, at: datetime) -> None:
    with connection.transaction():
        accounts.end(connection, one.id, at=at)
        account_acts.note(
            connection, account_acts.NIGHTLY, what, organisation=one.organisation,
            account=one.id, at=at,
        )  # fmt: skip
        if what == "ended_unused" and not one.invited:
            access_links.write_letter(connection, one.id, what, at=at)


def _ask_to_confirm(
    connection: Connection, organisation: str, people: list[Account], world: World, night: date, *,
    at: datetime,
) -> None:  # fmt: skip
    since = account_acts.confirmed_at(connection, organisation)
    since = since or min(one.created_at for one in people)
    if confirm_by(since, organisation, world, night) >= night:
        return
    for one in people:
        if one.administers and not one.invited:
            _remind(connection, one, "confirm_people", at=at, every=REMINDED_EVERY)


def _remind(
    connection: Connection, one: Account, what: str, *, at: datetime, every: timedelta
) -> None:
    if not access_links.was_written(connection, one.id, what, since=at - every):
        access_links.write_letter(connection, one.id, what, at=at)
