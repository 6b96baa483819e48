"""The ledger, what is derived from it, and the functions that write both. Locks: a new database."""

from alembic import op
from sqlmodel import SQLModel

from ap_registry.store import (  # noqa: F401
    access_tables,
    ledger_tables,
    reference_tables,
    report_tables,
    tables,
    webhook_tables,
)
from ap_registry.store.functions import (
    APPEND_ONLY,
    append_only_triggers,
    record_events_sql,
    write_derived_sql,
)
from ap_registry.store.load_functions import LOAD_MOVEMENTS
from ap_registry.store.sequencer_functions import SEQUENCE_EVENTS, move_derived_sql

revision = "0001"
down_revision = None

_LEDGER = ("event", "event_private", "log")
_BY_FUNCTION = ("event_private", "log", "sequencer")  # only the functions write these
_ONCE = ("tree_head", "merkle_node")  # written once, by whoever sequences


def upgrade() -> None:
    SQLModel.metadata.create_all(op.get_bind())
    op.execute(APPEND_ONLY)
    for statement in append_only_triggers(*_LEDGER):
        op.execute(statement)
    op.get_bind().exec_driver_sql(write_derived_sql())
    op.get_bind().exec_driver_sql(record_events_sql())
    op.get_bind().exec_driver_sql(move_derived_sql())
    op.get_bind().exec_driver_sql(LOAD_MOVEMENTS)
    op.get_bind().exec_driver_sql(SEQUENCE_EVENTS)
    op.execute("insert into sequencer (id, closed_at, ran_at) values (1, 'epoch', 'epoch')")
    op.execute(
        "insert into setting (name, value) values"
        " ('hash_key', encode(sha256(gen_random_uuid()::text::bytea"
        " || gen_random_uuid()::text::bytea), 'hex')), ('calendar_version', '0'),"
        " ('organisation_version', '0')"
    )
    op.execute("revoke execute on all functions in schema public from public")
    for role in ("ap_web", "ap_job"):
        op.execute(_grants(role))


def _grants(role: str) -> str:
    """Read all, append to the ledger, rewrite what is derived; only where the role exists."""
    return f"""
do $$ begin
  if exists (select from pg_roles where rolname = '{role}') then
    grant usage on schema public to {role};
    grant select, insert, update, delete on all tables in schema public to {role};
    revoke update, delete on {", ".join((*_LEDGER, *_ONCE))} from {role};
    revoke insert, update, delete on {", ".join(_BY_FUNCTION)} from {role};
    grant usage on all sequences in schema public to {role};
    grant execute on all functions in schema public to {role};
  end if;
end $$"""
