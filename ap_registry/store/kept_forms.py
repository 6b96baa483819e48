"""What somebody sent after their session was over: kept for them alone until they come in again."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from ap_registry.errors import SetupError
from ap_registry.seals import Seals
from ap_registry.store.database import Connection

LASTS = timedelta(hours=12)
MOST_BYTES = 200_000
Fields = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Kept:
    """The form that was sent to ``path``, without its token."""

    path: str
    fields: Fields


def keep(connection: Connection, owner: UUID, form: Kept, *, at: datetime, seals: Seals) -> None:
    """The last one of an account, or of a family's link; what is older than LASTS goes."""
    forget(connection, at=at)
    connection.execute(
        "insert into kept_form (owner, path, sealed, kept_at) values (%s, %s, %s, %s)"
        " on conflict (owner) do update set path = excluded.path, sealed = excluded.sealed,"
        " kept_at = excluded.kept_at",
        (owner, form.path, seals.seal(_of(owner), json.dumps(form.fields).encode()), at),
    )


def kept_for(connection: Connection, owner: UUID, *, at: datetime, seals: Seals) -> Kept | None:
    """None where there is nothing, it is too old, or the key that sealed it is gone."""
    row = connection.execute(
        "select path, sealed from kept_form where owner = %s and kept_at > %s", (owner, at - LASTS)
    ).fetchone()
    if row is None:
        return None
    try:
        fields = json.loads(seals.open(_of(owner), bytes(row[1])))
    except SetupError:
        return None
    return Kept(str(row[0]), [(str(name), str(value)) for name, value in fields])


def let_go(connection: Connection, owner: UUID) -> None:
    """It has been sent."""
    connection.execute("delete from kept_form where owner = %s", (owner,))


def forget(connection: Connection, *, at: datetime) -> None:
    """What nobody may have any more."""
    connection.execute("delete from kept_form where kept_at <= %s", (at - LASTS,))


def _of(owner: UUID) -> str:
    return f"kept_form {owner}"
