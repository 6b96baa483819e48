"""Up to which pupil a rebuild has come, until it is done: one that was killed can go on there."""

from uuid import UUID

from ap_registry.store.database import Connection

_NAME = "rebuilt_up_to"


def left_off(connection: Connection) -> UUID | None:
    """The last pupil that was put right by a rebuild that did not end."""
    row = connection.execute("select value from setting where name = %s", (_NAME,)).fetchone()
    return UUID(row[0]) if row else None


def note(connection: Connection, pupil: UUID) -> None:
    """In the transaction that has put right all pupils up to this one."""
    connection.execute(
        "insert into setting (name, value) values (%s, %s)"
        " on conflict (name) do update set value = excluded.value",
        (_NAME, str(pupil)),
    )


def done(connection: Connection) -> None:
    connection.execute("delete from setting where name = %s", (_NAME,))
