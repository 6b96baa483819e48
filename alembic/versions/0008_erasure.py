"""Erasing a pupil: the index and view of who was erased, and the one function that deletes.

Locks event against writing while the index builds: a second for a million events, of which it
holds none yet.
"""

from alembic import op

from ap_registry.store.erasing_functions import ERASE_PUPIL, ERASED, OWNED_BY_ERASER
from ap_registry.store.functions import record_events_sql
from ap_registry.store.load_functions import LOAD_MOVEMENTS

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    connection = op.get_bind()
    connection.exec_driver_sql(ERASED)
    connection.exec_driver_sql(ERASE_PUPIL)
    connection.exec_driver_sql(OWNED_BY_ERASER)
    connection.exec_driver_sql(record_events_sql())
    connection.exec_driver_sql(LOAD_MOVEMENTS)
    for role in ("ap_web", "ap_job"):
        op.execute(f"""
do $$ begin
  if exists (select from pg_roles where rolname = '{role}') then
    grant select on erased to {role};
    revoke insert, update, delete on erased from {role};
    grant execute on function erase_pupil(uuid) to {role};
  end if;
end $$""")
