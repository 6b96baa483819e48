"""How the worker's jobs go. Adds a table; locks nothing in use."""

from alembic import op
from sqlmodel import SQLModel

from ap_registry.store import ledger_tables  # noqa: F401

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    made = SQLModel.metadata.tables["job_state"]
    SQLModel.metadata.create_all(op.get_bind(), tables=[made])
    for role in ("ap_web", "ap_job"):
        op.execute(f"""
do $$ begin
  if exists (select from pg_roles where rolname = '{role}') then
    grant select, insert, update, delete on job_state to {role};
  end if;
end $$""")
