"""The database's part of loading pupils' movements: one plan, made once, whatever is in the tables.

A prepared statement keeps the plan that suited the tables when it was first run: made on an empty
database it reads the whole ledger for one pupil (25 ms at 43,000 events) until the tables are next
analysed. For the same reason nothing here is an EXISTS, which the planner may turn into a hash of a
whole table, and present rows are written >= infinity, so that they are found by their key.
The events have an OFFSET: pulled up into the join, they were all read, and then those of one pupil
picked out, wherever the tables had not been analysed.
"""

from ap_registry.store.erasing_functions import ERASURE

LOAD_MOVEMENTS = f"""
create or replace function load_movements(p_upns text[], p_ids uuid[], p_as_at timestamptz)
returns table (world text, behind boolean, marked boolean, kept uuid, upn text, pupil_id uuid,
               version int, id uuid, type text, occurred_on date, recorded_at timestamptz, by text,
               actor text, ref_hash bytea, content_hash bytea, birth_year smallint, data text,
               private text)
language plpgsql stable set search_path = public, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
begin
  return query
  with asked as (
    select c.upn::text, c.pupil_id from upn_claim c where c.upn = any(p_upns)
    union all select null, wanted from unnest(p_ids) as wanted
     where not exists (select from event x
                        where x.pupil_id = wanted and x.type = '{ERASURE}')),
  named as materialized (
    select a.upn, a.pupil_id,
           (select true from behind b where b.pupil_id = a.pupil_id) is not null as behind,
           (select true from attendance_week w where w.pupil_id = a.pupil_id limit 1) is not null
           or (select true from follow_up f where f.pupil_id = a.pupil_id
                  and f.until_at >= 'infinity' and f.origin = 'attendance' limit 1) is not null
             as marked,
           (select m.pupil_id from merged m
             where (m.other = a.pupil_id or m.pupil_id = a.pupil_id)
               and case when p_as_at is null then m.until_at >= 'infinity'
                        else m.from_at <= p_as_at and m.until_at > p_as_at end
             limit 1) as kept
      from asked a)
  select v.world, n.behind, n.marked, n.kept, n.upn, n.pupil_id,
         e.version, e.id, e.type::text, e.occurred_on, e.recorded_at, e.by::text,
         e.actor::text, e.ref_hash, e.content_hash, e.birth_year, e.data::text, p.data::text
    from (select string_agg(s.value, '/' order by s.name) as world from setting s
           where s.name in ('calendar_version', 'organisation_version')) v
    left join named n on true
    left join lateral (
      select * from event o
       where o.pupil_id = n.pupil_id and o.stream = 0
         and (p_as_at is null or p_as_at >= (
               select l.known_at from log l where l.pupil_id = o.pupil_id and l.stream = o.stream
                  and l.version = o.version))
      offset 0) e on true
    left join event_private p
      on p.pupil_id = e.pupil_id and p.stream = e.stream and p.version = e.version
   order by n.pupil_id, n.upn, e.version;
end $$;
"""
