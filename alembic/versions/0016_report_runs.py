"""Reports that a job makes. Adds a table; locks nothing in use."""

from alembic import op
from sqlmodel import SQLModel

from ap_registry.store import report_tables  # noqa: F401

revision = "0016"
down_revision = "0015"

_NEW = ("report_run",)


def upgrade() -> None:
    tables = [SQLModel.metadata.tables[name] for name in _NEW]
    SQLModel.metadata.create_all(op.get_bind(), tables=tables)
    for role in ("ap_web", "ap_job"):
        op.execute(f"""
do $$ begin
  if exists (select from pg_roles where rolname = '{role}') then
    grant select, insert, update, delete on {", ".join(_NEW)} to {role};
  end if;
end $$""")
