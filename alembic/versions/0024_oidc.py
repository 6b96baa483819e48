"""Who signs in by an outside provider, and attempts to. Adds tables; locks nothing in use."""

from alembic import op
from sqlmodel import SQLModel

from ap_registry.store import access_tables  # noqa: F401

revision = "0024"
down_revision = "0023"

NEW = ("account_identity", "oidc_attempt")


def upgrade() -> None:
    tables = [SQLModel.metadata.tables[name] for name in NEW]
    SQLModel.metadata.create_all(op.get_bind(), tables=tables)
    for role in ("ap_web", "ap_job"):
        op.execute(f"""
do $$ begin
  if exists (select from pg_roles where rolname = '{role}') then
    grant select, insert, update, delete on {", ".join(NEW)} to {role};
  end if;
end $$""")
