"""Lists that people save by a name of their own. Adds a table; locks nothing in use."""

from alembic import op
from sqlmodel import SQLModel

from ap_registry.store import access_tables  # noqa: F401

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    SQLModel.metadata.create_all(op.get_bind(), tables=[SQLModel.metadata.tables["saved_view"]])
    for role in ("ap_web", "ap_job"):
        op.execute(f"""
do $$ begin
  if exists (select from pg_roles where rolname = '{role}') then
    grant select, insert, update, delete on saved_view to {role};
  end if;
end $$""")
