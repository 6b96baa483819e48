"""The database's part of a round of the sequencer, written out from the tables at migration."""

from ap_registry.store.tables import DERIVED, AttendanceWeek

# Late events are moved to the instant up to which the log had been closed without them, and so is
# what was derived from them: rows begin and end there, and those that held for no time go. They are
# found in what this round has taken: each statement sees what was committed before it began, and a
# look before the taking would miss whoever committed in between.
SEQUENCE_EVENTS = """
create or replace function sequence_events(p_until timestamptz, p_started timestamptz)
returns table (held bigint, opened timestamptz, closed timestamptz, moved bigint, late boolean)
language plpgsql security definer set search_path = public, pg_temp as $$
declare v_late record;
begin
  if p_until > clock_timestamp() and not exists (select from setting where name = 'clock') then
    raise exception 'this registry runs by the real clock' using errcode = '22023';
  end if;
  select coalesce(max(seq), 0) into held from log;
  select closed_at into opened from sequencer;
  closed := greatest(p_until, opened);
  with taken as (
    delete from unsequenced u where u.recorded_at <= closed
    returning u.pupil_id, u.stream, u.version, u.recorded_at, u.digest, u.written_at),
  ordered as (
    select t.*, max(t.written_at) over (partition by t.pupil_id, t.stream order by t.version)
             as after_the_last
      from taken t),
  placed as (
  insert into log (seq, pupil_id, stream, version, leaf, known_at)
  select held + row_number() over (order by greatest(o.recorded_at, opened), o.after_the_last,
                                            o.pupil_id, o.stream, o.version),
         o.pupil_id, o.stream, o.version, sha256('\\x00'::bytea || o.digest),
         greatest(o.recorded_at, opened)
    from ordered o)
  select count(*), coalesce(bool_or(t.recorded_at < opened), false) into moved, late from taken t;
  if late then
    for v_late in
      select array_agg(distinct e.pupil_id) as pupils, e.recorded_at
        from log l join event e using (pupil_id, stream, version)
       where l.seq > held and e.recorded_at < opened
       group by e.recorded_at order by e.recorded_at
    loop
      perform move_derived(v_late.pupils, v_late.recorded_at, opened);
    end loop;
  end if;
  update sequencer set closed_at = closed, ran_at = p_started;
  return next;
end $$;
"""

_MOVE_DERIVED = """
create or replace function move_derived(p_pupils uuid[], p_was timestamptz, p_now timestamptz)
returns void language plpgsql security definer set search_path = public, pg_temp as $$
begin
{body}
end $$;
"""
_MOVE_PUPILS = """
  update "{table}" set until_at = p_now where pupil_id = any(p_pupils) and until_at = p_was;
  delete from "{table}" where pupil_id = any(p_pupils) and from_at = p_now and until_at = p_now;
  update "{table}" set from_at = p_now where pupil_id = any(p_pupils) and from_at = p_was;
"""
_MOVE_REFERENCE = """
  update "{table}" set until_at = p_now where until_at = p_was;
  delete from "{table}" where from_at = p_now and until_at = p_now;
  update "{table}" set from_at = p_now where from_at = p_was;
"""
REFERENCE_TABLES = (
    "organisation", "term_block", "closure", "arrangement", "adjustment", "person",
    "confirmation", "provider_check", "headcount",
)  # fmt: skip


def move_derived_sql() -> str:
    """The rows of late events, in every table that is bounded in time."""
    pupils = (*(str(table.__tablename__) for table in DERIVED), str(AttendanceWeek.__tablename__))
    body = [_MOVE_PUPILS.format(table=table) for table in pupils]
    body += [_MOVE_REFERENCE.format(table=table) for table in REFERENCE_TABLES]
    return _MOVE_DERIVED.format(body="".join(body))
