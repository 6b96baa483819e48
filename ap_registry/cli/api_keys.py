"""``key``: which programs may come in."""

import sys
from datetime import date
from typing import Annotated

import typer

from ap_registry.cli.output import Json, installation, write_json
from ap_registry.cli.roles import Role, role_of
from ap_registry.store import accounts

key = typer.Typer(no_args_is_help=True, help="API keys of organisations.")


def register(app: typer.Typer) -> None:
    app.add_typer(key, name="key")


@key.command("create")
def key_create(
    organisation: Annotated[list[str], typer.Option(help="Whose key; an auditor's: several.")],
    role: Role,
    until: Annotated[str | None, typer.Option(help="The last day on which it works.")] = None,
    json_: Json = False,
) -> None:
    """Make an API key; it is shown once."""
    names = [name.strip().upper() for name in organisation]
    if len(names) > 1 and role_of(role) != "auditor":
        raise typer.BadParameter("only an auditor's key takes several organisations")
    with installation() as found, found.database.connection() as connection:
        made, secret = accounts.create_key(
            connection, organisations=names, role=role_of(role), at=found.registry.now(),
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
