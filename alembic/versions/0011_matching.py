"""What people decide about pupils who may be one, and which organisations nobody knows.

Adds two tables, and an index of days of birth.

Locks identity against writing while the index builds: a second for a million pupils.
"""

from alembic import op
from sqlmodel import SQLModel

from ap_registry.store import matching_tables  # noqa: F401

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.execute(
        "create index if not exists identity_born on identity (date_of_birth)"
        " where until_at = 'infinity'"
    )
    made = [SQLModel.metadata.tables[name] for name in ("match_decision", "unknown_name")]
    SQLModel.metadata.create_all(op.get_bind(), tables=made)
    for role in ("ap_web", "ap_job"):
        op.execute(f"""
do $$ begin
  if exists (select from pg_roles where rolname = '{role}') then
    grant select, insert on match_decision to {role};
    revoke update, delete on match_decision from {role};
    grant select, insert, update, delete on unknown_name to {role};
  end if;
end $$""")
