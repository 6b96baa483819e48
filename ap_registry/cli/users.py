"""``user``: which people may sign in."""

import sys
from collections.abc import Callable
from typing import Annotated

import typer

from ap_registry.access import COMMAND_LINE
from ap_registry.cli.output import Json, installation, write_json, write_table
from ap_registry.cli.pupils import parse_day
from ap_registry.cli.roles import Role, role_of
from ap_registry.installation import Installation
from ap_registry.store import (
    access_links,
    account_acts,
    accounts,
    colleagues,
    second_factors,
    sessions,
)
from ap_registry.store.accounts import Account
from ap_registry.store.database import Connection

user = typer.Typer(no_args_is_help=True, help="People who sign in.")
Administrator = Annotated[bool, typer.Option(help="They invite colleagues and end their accounts.")]
Act = Callable[[Installation, Connection, Account], str]


def register(app: typer.Typer) -> None:
    app.add_typer(user, name="user")


@user.command("add")
def user_add(
    email: str,
    role: Role,
    organisation: Annotated[str, typer.Option(help="The organisation they act for.")],
    name: Annotated[str, typer.Option(help="Their name.")] = "",
    password: Annotated[
        str | None, typer.Option(help="Read from standard input when left out.")
    ] = None,
    administrator: Administrator = False,
    json_: Json = False,
) -> None:
    """Add a person; the password is asked for, or read from standard input."""
    secret = password
    if secret is None:
        secret = (
            typer.prompt("Password", hide_input=True, confirmation_prompt=True)
            if sys.stdin.isatty()
            else sys.stdin.readline().rstrip("\n")
        )
    with installation() as found, found.database.connection() as connection:
        made = accounts.add_account(
            connection, email=email, name=name or email, password=secret,
            organisation=organisation.upper(), role=role_of(role), at=found.registry.now(),
            administers=administrator,
        )  # fmt: skip
        account_acts.note(
            connection, COMMAND_LINE.actor, "added", organisation=organisation.upper(),
            account=made, at=found.registry.now(), detail=role,
        )  # fmt: skip
    if json_:
        write_json({"id": str(made), "email": email, "role": role})
    else:
        sys.stdout.write(f"{email} can sign in as {role}.\n")


@user.command("list")
def user_list(
    organisation: Annotated[str | None, typer.Option(help="Of this one alone.")] = None,
    json_: Json = False,
) -> None:
    """List who may sign in, as what, and whether a second factor is asked for."""
    with installation() as found, found.database.connection() as connection:
        people = accounts.all_accounts(
            connection, at=found.registry.now(),
            organisation=organisation.upper() if organisation else None,
        )  # fmt: skip
    if json_:
        write_json({"items": [_as_json(one) for one in people]})
        return
    header = ("email", "name", "role", "organisation", "second factor", "state", "last used")
    write_table(
        header,
        [
            (one.email, one.name, one.role, one.organisation,
             "yes" if one.second_factor else "no", state_of(one), one.used_on or "never")
            for one in people
        ],
    )  # fmt: skip


def state_of(one: Account) -> str:
    if one.disabled or one.locked:
        return "disabled" if one.disabled else "locked"
    if one.invited:
        return "invited"
    return f"in use until {one.last_on}" if one.last_on else "in use"


def _as_json(one: Account) -> dict[str, object]:
    return {
        "id": str(one.id), "email": one.email, "name": one.name, "role": one.role,
        "organisation": one.organisation, "second_factor": one.second_factor,
        "administers": one.administers,
        "state": state_of(one).partition(" until")[0].replace(" ", "_"),
        "last_on": one.last_on.isoformat() if one.last_on else None,
        "used_on": one.used_on.isoformat() if one.used_on else None,
    }  # fmt: skip


@user.command("disable")
def user_disable(
    email: str,
    on: Annotated[
        str | None, typer.Option(help="The last day on which it works; left out: end it now.")
    ] = None,
    json_: Json = False,
) -> None:
    """End an account, its sessions and the keys that it keeps: at once, or after a last day."""
    day = parse_day(on)

    def act(found: Installation, connection: Connection, one: Account) -> str:
        at, today = found.registry.now(), found.registry.today()
        if day is not None:
            colleagues.set_last_day(connection, COMMAND_LINE, one, day, at=at, today=today)
            return f"{one.email} can sign in up to {day}."
        colleagues.end(connection, COMMAND_LINE, one, at=at)
        return f"{one.email} cannot sign in any more; every session and key has ended."

    on_account(email, "disabled", act, json_=json_)


@user.command("enable")
def user_enable(email: str, json_: Json = False) -> None:
    """Let a disabled or locked account sign in again."""

    def act(found: Installation, connection: Connection, one: Account) -> str:
        accounts.open_again(connection, one.id, today=found.registry.today())
        account_acts.note(
            connection, COMMAND_LINE.actor, "opened", organisation=one.organisation,
            account=one.id, at=found.registry.now(),
        )  # fmt: skip
        return f"{one.email} can sign in."

    on_account(email, "enabled", act, json_=json_)


@user.command("sign-out")
def user_sign_out(email: str, json_: Json = False) -> None:
    """End every session of an account."""

    def act(_found: Installation, connection: Connection, one: Account) -> str:
        return f"{sessions.sign_out_everywhere(connection, one.id)} sessions have ended."

    on_account(email, "signed_out", act, json_=json_)


@user.command("recover")
def user_recover(email: str, json_: Json = False) -> None:
    """Print a link, good once and for an hour, by which a new password is chosen."""

    def act(found: Installation, connection: Connection, one: Account) -> str:
        token = access_links.make_link(connection, one.id, "recovery", at=found.registry.now())
        return f"{found.settings.site}/password/{token}"

    on_account(email, "link", act, json_=json_)


@user.command("remove-second-factor")
def user_remove_second_factor(email: str, json_: Json = False) -> None:
    """Ask an account for no code any more, where phone and recovery codes are lost.

    Be sure who asks: then only the password keeps others out. The person is told by email.
    """

    def act(found: Installation, connection: Connection, one: Account) -> str:
        if second_factors.remove(connection, one.id):
            at = found.registry.now()
            access_links.write_letter(connection, one.id, "second_factor_off", at=at)
        return f"{one.email} is asked for no code."

    on_account(email, "removed", act, json_=json_)


def on_account(email: str, what: str, act: Act, *, json_: bool) -> None:
    """All or nothing, then one line; in JSON ``what`` is true, or the link."""
    with (
        installation() as found,
        found.database.connection() as connection,
        connection.transaction(),
    ):
        one = accounts.account_named(connection, email, at=found.registry.now())
        said = act(found, connection, one)
    if json_:
        write_json({"id": str(one.id), "email": one.email, what: said if what == "link" else True})
    else:
        sys.stdout.write(said + "\n")
