"""What a backup holds, said in its first line."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, LiteralString

from psycopg import sql

from ap_registry.errors import Unreadable
from ap_registry.instants import instant
from ap_registry.proofs import EMPTY_ROOT
from ap_registry.store import heads
from ap_registry.store.database import Connection

PREFIX = "-- ap-registry "
NO_HEAD = {"size": 0, "root": EMPTY_ROOT.hex()}  # nothing was ever sequenced
SESSIONS = ("web_session", "family_session", "kept_form")  # everybody comes in anew
# What is kept of whom readers see is made anew, by another database's transactions.
LEFT_OUT = (*SESSIONS, "reader_sight", "seen_anew")
_TABLES: LiteralString = """
select c.relname from pg_class c
 where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname <> all(%s)
 order by 1
"""
_LEDGER: LiteralString = """
select (select version_num from alembic_version), now(),
       (select count(*) from event), (select count(distinct pupil_id) from event where stream = 0)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """``head``: the newest tree head, as `GET /ledger/head` answers it; ``rows`` by table."""

    taken_at: str
    revision: str
    events: int
    pupils: int
    head: dict[str, Any]
    rows: dict[str, int]

    def line(self) -> bytes:
        return f"{PREFIX}{json.dumps(asdict(self))}\n".encode()

    def as_json(self) -> dict[str, Any]:
        return {
            "taken_at": self.taken_at, "revision": self.revision, "events": self.events,
            "pupils": self.pupils, "ledger": self.head,
        }  # fmt: skip


def read_manifest(line: bytes) -> Manifest:
    try:
        return Manifest(**json.loads(line.decode().removeprefix(PREFIX)))
    except (ValueError, TypeError) as error:
        raise Unreadable("The backup does not say what it holds.") from error


def manifest_of(connection: Connection) -> Manifest:
    """Of the snapshot in which the connection stands."""
    row, head = connection.execute(_LEDGER).fetchone(), heads.newest(connection)
    assert row is not None
    revision, taken_at, events, pupils = row
    moment: datetime = taken_at
    return Manifest(
        taken_at=instant(moment), revision=revision, events=events, pupils=pupils,
        head=head.as_json() if head else NO_HEAD, rows=rows_of(connection),
    )  # fmt: skip


def rows_of(connection: Connection) -> dict[str, int]:
    """How many rows each table has."""
    found: dict[str, int] = {}
    for (name,) in connection.execute(_TABLES, (list(LEFT_OUT),)).fetchall():
        counting = sql.SQL("select count(*) from {}").format(sql.Identifier(name))
        counted = connection.execute(counting).fetchone()
        found[name] = counted[0] if counted else 0
    return found
