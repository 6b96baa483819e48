"""``user`` and ``key``: who may come in."""

import sys
from datetime import date
from typing import Annotated

import typer

from ap_registry.access import ROLES
from ap_registry.cli.output import Json, installation, write_json
from ap_registry.store import accounts

user = typer.Typer(no_args_is_help=True, help="People who sign in.")
key = typer.Typer(no_args_is_help=True, help="API keys of organisations.")
Role = Annotated[str, typer.Option(help="One of " + ", ".join(ROLES) + ".")]


def register(app: typer.Typer) -> None:
    app.add_typer(user, name="user")
    app.add_typer(key, name="key")


def _role(role: str) -> str:
    if role not in ROLES:
        raise typer.BadParameter("must be one of " + ", ".join(ROLES), param_hint="--role")
    return role


@user.command("add")
def user_add(
    email: str,
    role: Role,
    organisation: Annotated[str, typer.Option(help="The organisation they act for.")],
    name: Annotated[str, typer.Option(help="Their name.")] = "",
    password: Annotated[
        str | None, typer.Option(help="Read from standard input when left out.")
    ] = None,
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
            organisation=organisation.upper(), role=_role(role), at=found.registry.now(),
        )  # fmt: skip
    if json_:
        write_json({"id": str(made), "email": email, "role": role})
    else:
        sys.stdout.write(f"{email} can sign in as {role}.\n")


@key.command("create")
def key_create(
    organisation: Annotated[list[str], typer.Option(help="Whose key; an auditor's: several.")],
    role: Role,
    until: Annotated[str | None, typer.Option(help="The last day on which it works.")] = None,
    json_: Json = False,
) -> None:
    """Make an API key; it is shown once."""
    names = [name.strip().upper() for name in organisation]
    if len(names) > 1 and _role(role) != "auditor":
        raise typer.BadParameter("only an auditor's key takes several organisations")
    with installation() as found, found.database.connection() as connection:
        made, secret = accounts.create_key(
            connection, organisations=names, role=_role(role), at=found.registry.now(),
            until_on=date.fromisoformat(until) if until else None,
        )  # fmt: skip
    if json_:
        write_json({"id": str(made), "key": secret, "organisation": names[0], "role": role})
    else:
        sys.stdout.write(f"{secret}\n")


@key.command("revoke")
def key_revoke(key_id: str, json_: Json = False) -> None:
    """End a key at once."""
    with installation() as found, found.database.connection() as connection:
        accounts.revoke_key(connection, key_id, at=found.registry.now())
    if json_:
        write_json({"id": key_id, "revoked": True})
    else:
        sys.stdout.write("Revoked.\n")
