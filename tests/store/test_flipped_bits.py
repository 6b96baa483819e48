"""One bit turned in any column of the ledger, in any row: verify finds it.

Three hundred tries here; AP_FLIPPED_BITS=1000, or any number, makes more.
"""

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Composed, Identifier

from ap_registry import embedded
from ap_registry.registry import Registry
from ap_registry.signing import FILE, Signer
from ap_registry.store.database import Connection
from ap_registry.store.sequencer import rotate
from ap_registry.store.verifying import verify
from tests.store.holding import suspension
from tests.store.test_verifying import unguarded
from tests.world import PUPIL, SCHOOL, notify, register_pupil, send_register, upn

TABLES = (
    "event", "event_private", "log", "tree_head", "merkle_node", "ledger_key", "ledger_key_end",
)  # fmt: skip
TRIES = int(os.environ.get("AP_FLIPPED_BITS", "300"))
# How a column is read as bytes, and how bytes are stored in it again.
READ = {
    "bytea": "{c}", "uuid": "uuid_send({c})", "smallint": "int2send({c})",
    "integer": "int4send({c})", "bigint": "int8send({c})", "date": "date_send({c})",
    "timestamp with time zone": "timestamptz_send({c})", "text": "convert_to({c}, 'UTF8')",
    "json": "convert_to({c}::text, 'UTF8')", "character varying": "convert_to({c}, 'UTF8')",
}  # fmt: skip
WRITE = {
    "bytea": "{v}",
    "uuid": "encode({v}, 'hex')::uuid",
    "smallint": "('x' || lpad(encode({v}, 'hex'), 4, '0'))::bit(16)::int4::int2",
    "integer": "('x' || encode({v}, 'hex'))::bit(32)::int4",
    "bigint": "('x' || encode({v}, 'hex'))::bit(64)::int8",
    "date": "date '2000-01-01' + ('x' || encode({v}, 'hex'))::bit(32)::int4",
    "timestamp with time zone": "timestamptz '2000-01-01 00:00:00+00'"
    " + ('x' || encode({v}, 'hex'))::bit(64)::int8 * interval '1 microsecond'",
    "text": "convert_from({v}, 'UTF8')",
    "json": "convert_from({v}, 'UTF8')::json",
    "character varying": "convert_from({v}, 'UTF8')",
}
COLUMNS = """
select table_name, column_name, data_type from information_schema.columns
 where table_schema = 'public' and table_name = any(%s) order by 1, ordinal_position
"""


@dataclass(frozen=True)
class Column:
    table: str
    name: str
    kind: str


@pytest.fixture
def recorded(registry: Registry, tmp_path: Path) -> Registry:
    """Movements, a register, reference data, a merge; several heads by two keys."""
    signer = Signer(path=tmp_path / FILE)
    registry.signer = signer
    register_pupil(registry)
    register_pupil(registry, upn=upn(2))
    closed(registry)
    registry.record(suspension("2026-03-02", note="words of the school", ref="R-1"))
    send_register(registry, f"upn,organisation,week,marks\n{PUPIL},{SCHOOL},2026-03-02,{'/ ' * 10}")
    with registry.database.connection() as connection:
        rotate(connection, None, signer)
    for day in ("2026-03-03", "2026-03-04", "2026-03-05"):
        registry.record(suspension(day))
        closed(registry)
    notify(
        registry, "pupils_merged", "2026-03-06", other_upn=upn(2), reason="one child", by="LA856"
    )
    closed(registry)
    return registry


def closed(registry: Registry) -> None:
    with registry.database.connection() as connection:
        registry.closed(connection)


@contextmanager
def undone(connection: Connection) -> Iterator[None]:
    """What happens in the block is taken back."""
    connection.execute("savepoint one_bit")
    yield
    connection.execute("rollback to savepoint one_bit")


def flip(connection: Connection, column: Column, chance: random.Random) -> str | None:
    """Turn one bit of one row; say where, or None where the column cannot hold the outcome."""
    table, name = Identifier(column.table), Identifier(column.name)
    read = SQL(READ[column.kind].replace("{c}", "{}")).format(name)
    rows = connection.execute(
        SQL("select ctid::text, {} from {} where {} is not null order by 2, 1").format(
            read, table, name
        )
    ).fetchall()
    if not rows or not max(len(value) for _place, value in rows):
        return None
    place, value = chance.choice([row for row in rows if row[1]])
    bit = chance.randrange(8 * len(value))
    turned = bytearray(value)
    turned[bit // 8] ^= 1 << bit % 8
    changed: Composed = SQL("update {} set {} = {} where ctid = %(place)s::tid").format(
        table, name, SQL(WRITE[column.kind].replace("{v}", "%(value)s::bytea"))
    )
    try:
        with connection.transaction():
            connection.execute(changed, {"place": place, "value": bytes(turned)})
    except psycopg.Error:
        return None
    return f"{column.table}.{column.name} row {place} bit {bit} of {value!r}"


def missed(connection: Connection, tries: int, chance: random.Random) -> list[str]:
    """Where a bit was turned and verify saw nothing, of so many tries over all columns."""
    columns = [Column(*row) for row in connection.execute(COLUMNS, (list(TABLES),))]
    assert {column.table for column in columns} == set(TABLES)
    found: list[str] = []
    done = 0
    while done < tries:
        with undone(connection):
            where = flip(connection, chance.choice(columns), chance)
            if where is not None:
                done += 1
                if verify(connection).first_bad is None:
                    found.append(where)
    return found


def test_a_bit_turned_anywhere_is_found(recorded: Registry, urls: embedded.Servers) -> None:
    with unguarded(urls) as connection:
        assert verify(connection).first_bad is None
        assert missed(connection, TRIES, random.Random(6962)) == []
        connection.rollback()
