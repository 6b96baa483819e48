"""What the one order of all events says: its size and root at an instant."""

from datetime import datetime

from ap_registry.store.database import Connection
from ap_registry.store.merkle import root


def ledger_at(connection: Connection, known_by: datetime) -> tuple[int, str]:
    """Size and root (hex) of what was known by an instant."""
    row = connection.execute(  # known_at never falls as seq rises
        "select seq from log where known_at <= %s order by known_at desc, seq desc limit 1",
        (known_by,),
    ).fetchone()
    size: int = row[0] if row else 0
    return size, root(connection, size).hex()


def last_recorded(connection: Connection) -> datetime | None:
    """The instant of the latest record, sequenced or not yet; None where there is none."""
    row = connection.execute(
        "select greatest((select max(known_at) from log),"
        " (select max(recorded_at) from unsequenced))"
    ).fetchone()
    return row[0] if row else None
