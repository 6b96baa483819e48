"""Run migrations on the connection that ap_registry.store.migrate hands over."""

from alembic import context
from sqlmodel import SQLModel

from ap_registry.store import ledger_tables, reference_tables, tables  # noqa: F401

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=SQLModel.metadata, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
