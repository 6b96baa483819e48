"""Lists that an account has saved by a name of its own."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from ap_registry.store.database import Connection

MOST = 20  # of an account


@dataclass(frozen=True, slots=True)
class SavedView:
    id: UUID
    name: str
    address: str


def save(connection: Connection, account: UUID, name: str, address: str, *, at: datetime) -> bool:
    """False where the account has as many as it may; a name that it has already is taken anew."""
    connection.execute(
        "delete from saved_view where account = %s and lower(name) = lower(%s)", (account, name)
    )
    done = connection.execute(
        "insert into saved_view (id, account, name, address, made_at) select %s, %s, %s, %s, %s"
        " where (select count(*) from saved_view where account = %s) < %s",
        (uuid4(), account, name, address, at, account, MOST),
    )
    return done.rowcount == 1


def saved_by(connection: Connection, account: UUID) -> list[SavedView]:
    rows = connection.execute(
        "select id, name, address from saved_view where account = %s order by lower(name), id",
        (account,),
    )
    return [SavedView(*row) for row in rows]


def remove(connection: Connection, account: UUID, view: UUID) -> None:
    """Of another account it is left alone."""
    connection.execute("delete from saved_view where account = %s and id = %s", (account, view))
