"""Sessions that change their tokens, second factors, links and letters. Locks web_session briefly.

Who is signed in stays so.
"""

from alembic import op
from sqlmodel import SQLModel

from ap_registry.store import access_tables  # noqa: F401

revision = "0010"
down_revision = "0009"

NEW = ("second_factor", "recovery_code", "access_link", "access_letter")


def upgrade() -> None:
    op.execute(
        "alter table web_session add column if not exists previous_hash bytea,"
        " add column if not exists changed_at timestamptz,"
        " add column if not exists half boolean not null default false,"
        " add column if not exists agent text not null default ''"
    )
    op.execute(
        "create index if not exists web_session_previous on web_session (previous_hash)"
        " where previous_hash is not null"
    )
    op.execute("create index if not exists web_session_account on web_session (account)")
    tables = [SQLModel.metadata.tables[name] for name in NEW]
    SQLModel.metadata.create_all(op.get_bind(), tables=tables)
    for role in ("ap_web", "ap_job"):
        op.execute(f"""
do $$ begin
  if exists (select from pg_roles where rolname = '{role}') then
    grant select, insert, update, delete on {", ".join(NEW)} to {role};
  end if;
end $$""")
