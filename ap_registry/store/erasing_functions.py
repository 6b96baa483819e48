"""The database's part of an erasure: who was erased, and the one function that may delete.

``erase_pupil`` is owned by a role that nobody signs in as and that may delete in event_private
alone. It refuses where the ledger records no erasure of the pupil, or a hold on it that stands.
"""

from ap_registry.store.database import Connection

STREAM = 4  # what was done with a pupil's record: holds, exports, its erasure
ERASURE, HELD, RELEASED = "pupil_erased.v1", "pupil_held.v1", "hold_released.v1"

ERASED = f"""
create index if not exists event_erased on event (pupil_id) where type = '{ERASURE}';
create or replace view erased as
select pupil_id, id as event, recorded_at as erased_at from event where type = '{ERASURE}';
"""

# A merge says the other's UPN in the record of the pupil that is kept.
ERASE_PUPIL = f"""
create or replace function erase_pupil(p_pupil uuid) returns int
language plpgsql security definer set search_path = public, pg_temp as $$
declare v_gone int;
begin
  if not exists (select from erased where pupil_id = p_pupil) then
    raise exception 'no erasure of this pupil is recorded' using errcode = '42501';
  end if;
  if exists (select from event h
              where h.pupil_id = p_pupil and h.stream = {STREAM} and h.type = '{HELD}'
                and not exists (select from event r
                                 where r.pupil_id = p_pupil and r.stream = {STREAM}
                                   and r.type = '{RELEASED}'
                                   and r.data->>'hold' = h.id::text)) then
    raise exception 'this pupil is held' using errcode = '42501';
  end if;
  delete from event_private p using event e
   where e.pupil_id = p.pupil_id and e.stream = p.stream and e.version = p.version
     and (p.pupil_id = p_pupil
          or e.type in ('pupils_merged.v1', 'merge_undone.v1')
             and e.data->>'other' = p_pupil::text);
  get diagnostics v_gone = row_count;
  return v_gone;
end $$;
revoke execute on function erase_pupil(uuid) from public;
"""

# The role is made with the others; an installation that was made before there was any gets it here
# where the owner may. An owner who is no superuser may give a function away only to a role that
# may create in the schema.
OWNED_BY_ERASER = """
do $$ begin
  if not exists (select from pg_roles where rolname = 'ap_eraser') then
    create role ap_eraser nologin;
    grant ap_eraser to current_user;
  end if;
  grant usage, create on schema public to ap_eraser;
  grant select on event, erased to ap_eraser;
  grant select, delete on event_private to ap_eraser;
  alter function erase_pupil(uuid) owner to ap_eraser;
  revoke create on schema public from ap_eraser;
exception when insufficient_privilege then
  raise warning 'erase_pupil is not owned by ap_eraser: nobody can be erased';
end $$
"""


def owned_by_eraser(connection: Connection) -> bool:
    """Else nobody can be erased."""
    row = connection.execute(
        "select pg_get_userbyid(proowner) = 'ap_eraser' from pg_proc where proname = 'erase_pupil'"
    ).fetchone()
    return bool(row and row[0])
