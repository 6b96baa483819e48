"""What was sent after a session had ended. Adds a table; locks nothing in use."""

from alembic import op
from sqlmodel import SQLModel

from ap_registry.store import access_tables  # noqa: F401

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    SQLModel.metadata.create_all(op.get_bind(), tables=[SQLModel.metadata.tables["kept_form"]])
    for role in ("ap_web", "ap_job"):
        op.execute(f"""
do $$ begin
  if exists (select from pg_roles where rolname = '{role}') then
    grant select, insert, update, delete on kept_form to {role};
  end if;
end $$""")
