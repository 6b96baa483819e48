"""Who has opened which pupil's record. Adds a table; locks nothing in use."""

from alembic import op
from sqlmodel import SQLModel

from ap_registry.store import access_tables  # noqa: F401
from ap_registry.store.reads import FORGET_READS

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    SQLModel.metadata.create_all(op.get_bind(), tables=[SQLModel.metadata.tables["pupil_read"]])
    op.execute(FORGET_READS)
    op.execute("revoke execute on function forget_reads(timestamptz) from public")
    for role in ("ap_web", "ap_job"):
        op.execute(f"""
do $$ begin
  if exists (select from pg_roles where rolname = '{role}') then
    grant select, insert on pupil_read to {role};
    revoke update, delete on pupil_read from {role};
    grant execute on function forget_reads(timestamptz) to {role};
  end if;
end $$""")
