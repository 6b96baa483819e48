"""Administrators of organisations, leavers, and what was done to accounts. Locks account, api_key
and access_link briefly. Whoever has an account counts as having used it on the day of this.
"""

from alembic import op
from sqlmodel import SQLModel

from ap_registry.store import access_tables  # noqa: F401

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.execute(
        "alter table account add column if not exists administers boolean not null default false,"
        " add column if not exists last_on date, add column if not exists used_on date"
    )
    op.execute("update account set used_on = current_date")
    op.execute("alter table api_key add column if not exists keeper uuid")
    op.execute(
        "alter table access_link add column if not exists what text not null default 'recovery'"
    )
    SQLModel.metadata.create_all(op.get_bind(), tables=[SQLModel.metadata.tables["account_act"]])
    for role in ("ap_web", "ap_job"):
        op.execute(f"""
do $$ begin
  if exists (select from pg_roles where rolname = '{role}') then
    grant select, insert on account_act to {role};
    revoke update, delete, truncate on account_act from {role};
  end if;
end $$""")
