"""Run migrations on the connection that ap_registry.store.migrate hands over."""

from alembic import context
from sqlmodel import SQLModel

from ap_registry.store import (  # noqa: F401
    access_tables,
    ledger_tables,
    matching_tables,
    reference_tables,
    report_tables,
    tables,
    webhook_tables,
)

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=SQLModel.metadata, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
