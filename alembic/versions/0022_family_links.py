"""Private links of families, and where they are open. Adds tables; locks nothing in use."""

from alembic import op
from sqlmodel import SQLModel

from ap_registry.store import family_tables  # noqa: F401

revision = "0022"
down_revision = "0021"

_NEW = ("family_link", "family_session")


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
