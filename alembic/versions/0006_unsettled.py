"""Pupils whose marks are written and not yet what they oblige to. Adds a table; locks nothing."""

from alembic import op
from sqlmodel import SQLModel

from ap_registry.store import ledger_tables  # noqa: F401

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    made = SQLModel.metadata.tables["unsettled"]
    SQLModel.metadata.create_all(op.get_bind(), tables=[made])
    for role in ("ap_web", "ap_job"):
        op.execute(f"""
do $$ begin
  if exists (select from pg_roles where rolname = '{role}') then
    grant select, insert, update, delete on unsettled to {role};
  end if;
end $$""")
