"""Headcounts, what is known of providers, what LAs set. Adds tables; locks nothing in use.

A new database has the tables from 0001, which makes all that the program knows of.
"""

from alembic import op
from sqlmodel import SQLModel

from ap_registry.store import reference_tables  # noqa: F401
from ap_registry.store.sequencer_functions import move_derived_sql

revision = "0002"
down_revision = "0001"

_NEW = ("provider_check", "headcount", "adjustment")


def upgrade() -> None:
    tables = [SQLModel.metadata.tables[name] for name in _NEW]
    SQLModel.metadata.create_all(op.get_bind(), tables=tables)
    op.get_bind().exec_driver_sql(move_derived_sql())
    for role in ("ap_web", "ap_job"):
        op.execute(f"""
do $$ begin
  if exists (select from pg_roles where rolname = '{role}') then
    grant select, insert, update, delete on {", ".join(_NEW)} to {role};
  end if;
end $$""")
