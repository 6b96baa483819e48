"""Tree heads are signed, and the keys published. Locks tree_head while it is changed: seconds.

A head was kept with the instant to which the log had been closed before it; now that instant has a
head of its own where late events make it matter, so that every instant is signed for. A new
database has all this from 0001.
"""

from alembic import op
from sqlmodel import SQLModel

from ap_registry.store import ledger_tables  # noqa: F401
from ap_registry.store.functions import append_only_triggers
from ap_registry.store.sequencer_functions import SEQUENCE_EVENTS

revision = "0007"
down_revision = "0006"

_KEYS = ("ledger_key", "ledger_key_end")
_HEADS = """
do $$ begin
  if exists (select from information_schema.columns
              where table_name = 'tree_head' and column_name = 'opened_at') then
    insert into tree_head (size, root, opened_at, closed_at)
    select h.before, h.root_before, h.closed_before, h.opened_at
      from (select opened_at, size, lag(size) over w as before, lag(root) over w as root_before,
                   lag(closed_at) over w as closed_before
              from tree_head window w as (order by size, id)) h
     where h.opened_at > h.closed_before
       and exists (select from log l join event e using (pupil_id, stream, version)
                    where l.seq > h.before and l.seq <= h.size and l.known_at <> e.recorded_at);
    alter table tree_head drop column id, drop column opened_at, add column key_id varchar,
      add column signature bytea, add primary key (size, closed_at);
  end if;
end $$"""


def upgrade() -> None:
    SQLModel.metadata.create_all(
        op.get_bind(), tables=[SQLModel.metadata.tables[name] for name in _KEYS]
    )
    op.get_bind().exec_driver_sql(_HEADS)
    for statement in append_only_triggers("tree_head", *_KEYS):
        op.execute(statement)
    op.execute("drop function if exists sequence_events(timestamptz, timestamptz)")
    op.get_bind().exec_driver_sql(SEQUENCE_EVENTS)
    op.execute("revoke execute on function sequence_events(timestamptz, timestamptz) from public")
    for role in ("ap_web", "ap_job"):
        op.execute(f"""
do $$ begin
  if exists (select from pg_roles where rolname = '{role}') then
    grant select, insert on {", ".join(_KEYS)} to {role};
    revoke update, delete on {", ".join(_KEYS)} from {role};
    grant execute on function sequence_events(timestamptz, timestamptz) to {role};
  end if;
end $$""")
