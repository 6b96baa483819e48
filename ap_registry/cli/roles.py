"""The option that names a role."""

from typing import Annotated

import typer

from ap_registry.access import ROLES

Role = Annotated[str, typer.Option(help="One of " + ", ".join(ROLES) + ".")]


def role_of(role: str) -> str:
    if role not in ROLES:
        raise typer.BadParameter("must be one of " + ", ".join(ROLES), param_hint="--role")
    return role
