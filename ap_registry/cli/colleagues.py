"""``user``: who is invited, as what, by whom; who confirms their people."""

import sys
from typing import Annotated

import typer

from ap_registry.access import COMMAND_LINE
from ap_registry.cli.output import Json, installation, write_json, write_table
from ap_registry.cli.roles import Role, role_of
from ap_registry.cli.users import Administrator, on_account, user
from ap_registry.installation import Installation
from ap_registry.instants import instant
from ap_registry.leaving import confirm_by
from ap_registry.store import access_links, account_acts, accounts, colleagues
from ap_registry.store.account_acts import AccountAct
from ap_registry.store.accounts import Account
from ap_registry.store.database import Connection

MOST_ACTS = 1_000


def register(_app: typer.Typer) -> None:
    for command in (user_invite, user_change, user_acts, user_confirmations):
        name = command.__name__.removeprefix("user_")
        user.command(name)(command)


def user_invite(
    email: str,
    role: Role,
    organisation: Annotated[str, typer.Option(help="The organisation they act for.")],
    name: Annotated[str, typer.Option(help="Their name; they can put it right.")] = "",
    administrator: Administrator = False,
    link: Annotated[
        bool, typer.Option("--link", help="Print a link too, where no letter can be sent.")
    ] = False,
    json_: Json = False,
) -> None:
    """Invite a person by a letter with a link, good once and for a week."""
    with (
        installation() as found,
        found.database.connection() as connection,
        connection.transaction(),
    ):
        at = found.registry.now()
        made = colleagues.invite(
            connection, COMMAND_LINE, email=email, name=name, role=role_of(role),
            organisation=organisation.upper(), administers=administrator, at=at,
        )  # fmt: skip
        address = None
        if link:
            token = access_links.make_link(connection, made, access_links.INVITATION, at=at)
            address = f"{found.settings.site}/invitation/{token}"
    if json_:
        write_json({"id": str(made), "email": email, "role": role, "link": address})
    else:
        sys.stdout.write(f"{address or f'{email} is invited as {role}.'}\n")


def user_change(
    email: str, role: Role, administrator: Administrator = False, json_: Json = False
) -> None:
    """Change what somebody is, from their next request on."""

    def act(found: Installation, connection: Connection, one: Account) -> str:
        colleagues.change(
            connection, COMMAND_LINE, one, role=role_of(role), administers=administrator,
            at=found.registry.now(),
        )  # fmt: skip
        return f"{one.email} is {role} now."

    on_account(email, "changed", act, json_=json_)


def user_acts(
    organisation: Annotated[str | None, typer.Option(help="Of this one alone.")] = None,
    json_: Json = False,
) -> None:
    """List what was done to accounts, the latest first: who invited, changed or ended whom."""
    with installation() as found, found.database.connection() as connection:
        done = account_acts.acts(
            connection, organisation=organisation.upper() if organisation else None,
            limit=MOST_ACTS,
        )  # fmt: skip
    if json_:
        write_json({"items": [_as_json(one) for one in done]})
        return
    header = ("at", "by", "organisation", "what", "email", "detail")
    write_table(
        header,
        [
            (
                instant(one.at),
                one.by or one.actor,
                one.organisation,
                one.what,
                one.email,
                one.detail,
            )
            for one in done
        ],
    )


def _as_json(one: AccountAct) -> dict[str, object]:
    return {
        "at": instant(one.at), "actor": one.actor, "organisation": one.organisation,
        "account": str(one.account) if one.account else None, "email": one.email,
        "what": one.what, "detail": one.detail,
    }  # fmt: skip


def user_confirmations(json_: Json = False) -> None:
    """List when each organisation last confirmed its people; exit 1 where one is late."""
    with installation() as found, found.database.connection() as connection:
        world, today = found.registry.worlds.fresh(connection), found.registry.today()
        people = accounts.all_accounts(connection, at=found.registry.now())
        items = []
        for organisation in sorted({one.organisation for one in people if not one.disabled}):
            at = account_acts.confirmed_at(connection, organisation)
            due = confirm_by(at, organisation, world, today) if at else None
            items.append(
                {
                    "organisation": organisation,
                    "confirmed_at": instant(at) if at else None,
                    "due_on": due.isoformat() if due else None,
                    "late": due is None or due < today,
                }
            )
    if json_:
        write_json({"items": items})
    else:
        header = ("organisation", "confirmed_at", "due_on", "late")
        write_table(header, [[one[name] for name in header] for one in items])
    if any(one["late"] for one in items):
        raise typer.Exit(1)
