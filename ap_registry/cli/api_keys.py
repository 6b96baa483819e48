"""``key``: which programs may come in."""

import sys
from datetime import timedelta
from typing import Annotated

import typer

from ap_registry.access import SCOPES
from ap_registry.cli.output import Json, installation, write_json, write_table
from ap_registry.cli.pupils import parse_day
from ap_registry.cli.roles import Role, role_of
from ap_registry.store import accounts
from ap_registry.store.key_holders import ApiKey, all_keys

key = typer.Typer(no_args_is_help=True, help="API keys of organisations.")
LASTS = timedelta(days=366)


def register(app: typer.Typer) -> None:
    app.add_typer(key, name="key")


@key.command("create")
def key_create(
    organisation: Annotated[list[str], typer.Option(help="Whose key; an auditor's: several.")],
    role: Role,
    until: Annotated[
        str | None, typer.Option(help="The last day on which it works; left out: a year from now.")
    ] = None,
    scope: Annotated[
        list[str] | None,
        typer.Option(help=f"What it may do: {', '.join(SCOPES)}; both if left out."),
    ] = None,
    name: Annotated[str, typer.Option(help="What it is for.")] = "",
    keeper: Annotated[
        str | None, typer.Option(help="The account of who answers for it: it ends with theirs.")
    ] = None,
    json_: Json = False,
) -> None:
    """Make an API key; it is shown once."""
    names = [one.strip().upper() for one in organisation]
    if len(names) > 1 and role_of(role) != "auditor":
        raise typer.BadParameter("only an auditor's key takes several organisations")
    last = parse_day(until)
    with installation() as found, found.database.connection() as connection:
        last = last or found.registry.today() + LASTS
        at = found.registry.now()
        kept_by = accounts.account_named(connection, keeper, at=at).id if keeper else None
        made, secret = accounts.create_key(
            connection, organisations=names, role=role_of(role), at=at, until_on=last,
            scopes=scope or SCOPES, name=name, keeper=kept_by,
        )  # fmt: skip
    if json_:
        write_json(
            {"id": str(made), "key": secret, "organisation": names[0], "role": role,
             "until": last.isoformat(), "scopes": sorted(scope or SCOPES)}
        )  # fmt: skip
    else:
        sys.stdout.write(f"{secret}\n")


@key.command("list")
def key_list(
    organisation: Annotated[str | None, typer.Option(help="Of this one alone.")] = None,
    json_: Json = False,
) -> None:
    """List every key: whose, what it may do, until when, and when it was last used."""
    with installation() as found, found.database.connection() as connection:
        items = [
            _as_json(one)
            for one in all_keys(connection, organisation.upper() if organisation else None)
        ]
    if json_:
        write_json({"items": items})
    else:
        header = ("id", "name", "organisations", "role", "scopes", "until", "used_at", "revoked_at")
        write_table(header, [[_cell(one[column]) for column in header] for one in items])


def _as_json(one: ApiKey) -> dict[str, object]:
    return {
        "id": str(one.id), "name": one.name, "organisations": list(one.organisations),
        "role": one.role, "scopes": list(one.scopes), "created_at": one.created_at.isoformat(),
        "until": one.until_on.isoformat() if one.until_on else None,
        "used_at": one.used_at.isoformat() if one.used_at else None,
        "revoked_at": one.revoked_at.isoformat() if one.revoked_at else None,
    }  # fmt: skip


def _cell(value: object) -> object:
    return ";".join(value) if isinstance(value, list) else value


@key.command("revoke")
def key_revoke(key_id: str, json_: Json = False) -> None:
    """End a key at once."""
    with installation() as found, found.database.connection() as connection:
        accounts.revoke_key(connection, key_id, at=found.registry.now())
    if json_:
        write_json({"id": key_id, "revoked": True})
    else:
        sys.stdout.write("Revoked.\n")
