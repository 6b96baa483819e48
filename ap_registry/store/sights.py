"""The pupils whom a wide reader sees, gathered once and kept until something of them changes.

Gathering 10,000 pupils for each table of each query takes longer than most queries. So the database
keeps, for each scope that sees very many, their ids as a table of hashes in one value: whether a
row's pupil is among them is one look into it. Who has come since it was made is named beside it:
``seen_anew`` notes each pupil of a new row of visibility with its transaction, and what the
snapshot of the making did not include has a later one. Whoever has left sight goes with the next
table: on the next day, or once ``MANY`` have come.
"""

from ap_registry.store.database import Connection

PRINT_BYTES = 6  # of a pupil's hash: two pupils alike are one in 10^13
BUCKET = 16  # pupils in one bucket at the most
FILLED = 6  # as many on the average, and fewer
MANY = 2_000  # come since: it is made anew
KEPT_HOURS, NOTED_HOURS = 24, 48
_WIDTH = PRINT_BYTES * BUCKET
_HASH = "uuid_hash_extended({pupil}, 0)"
_PRINT = "substring(int8send({hash}) from 1 for " + str(PRINT_BYTES) + ")"

# Neither is worth a WAL record: what a crash empties is made anew, both together.
TABLES = """
create unlogged table if not exists reader_sight (
  scope text primary key, home oid not null, day date not null, made xid8 not null,
  made_at timestamptz not null default now(), mask bigint not null, hashes bytea not null,
  owing uuid[] not null);
alter table reader_sight alter column hashes set storage external;
create unlogged table if not exists seen_anew (
  pupil_id uuid not null, written xid8 not null default pg_current_xact_id(),
  noted_at timestamptz not null default now());
create index if not exists seen_anew_written on seen_anew (written);
"""

# A pupil's own id as soon as an organisation sees it; that of one who is merged into it too, now
# or before.
NOTED = """
create or replace function note_seen_anew() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if tg_table_name = 'merged' then
    insert into seen_anew (pupil_id) select distinct other from fresh;
  else
    insert into seen_anew (pupil_id) select pupil_id from fresh
     union select m.other from merged m join fresh using (pupil_id);
  end if;
  return null;
end $$;
create or replace trigger visibility_seen_anew after insert on visibility
  referencing new table as fresh for each statement execute function note_seen_anew();
create or replace trigger merged_seen_anew after insert on merged
  referencing new table as fresh for each statement execute function note_seen_anew();
"""

_MAKE = f"""
create or replace function make_sight(
  p_scope text, p_home oid, p_organisations text[], p_today date
) returns void language plpgsql security definer set search_path = public, pg_temp as $$
declare v_hashes bigint[]; v_owing uuid[]; v_made xid8; v_mask bigint := 1;
  v_most bigint;
begin
  with seen as (
    select v.pupil_id from visibility v
     where v.organisation = any(p_organisations) and v.until_at = 'infinity'
       and (v.from_on is null or v.from_on <= p_today)),
  every as (
    select pupil_id from seen union
    select m.other from merged m where m.pupil_id in (select pupil_id from seen))
  select coalesce(array_agg({_HASH.format(pupil="pupil_id")}), '{{}}'),
         pg_snapshot_xmin(pg_current_snapshot()),
         (select coalesce(array_agg(distinct f.pupil_id), '{{}}') from follow_up f
           where f.owner = any(p_organisations) and f.until_at = 'infinity'
             and f.pupil_id not in (select pupil_id from every))
    into v_hashes, v_made, v_owing from every;
  loop
    select max(pupils) into v_most from (
      select count(*) as pupils from unnest(v_hashes) h group by h & v_mask) b;
    exit when coalesce(v_most, 0) <= {BUCKET} and cardinality(v_hashes) <= {FILLED} * (v_mask + 1);
    v_mask := v_mask * 2 + 1;
  end loop;
  insert into reader_sight (scope, home, day, made, mask, owing, hashes)
  select p_scope, p_home, p_today, v_made, v_mask, v_owing, string_agg(
           coalesce(prints, '') || substring(decode(repeat('00', {_WIDTH}), 'hex')
             from 1 for {_WIDTH} - coalesce(length(prints), 0)), '' order by bucket)
    from generate_series(0, v_mask) as bucket
    left join (select h & v_mask as bucket,
                      string_agg({_PRINT.format(hash="h")}, ''::bytea) as prints
                 from unnest(v_hashes) h group by 1) filled using (bucket)
      on conflict (scope) do update set (home, day, made, made_at, mask, owing, hashes) =
         (excluded.home, excluded.day, excluded.made, now(), excluded.mask, excluded.owing,
          excluded.hashes);
end $$;
"""

# States a session's scope: with the sight that is kept of it, where it sees many, and who has come
# since among those whom the request is about.
_STAND = f"""
create or replace function reader_stands(
  p_organisations text[], p_today date, p_pupils uuid[], p_wide int
) returns void language plpgsql security definer set search_path = public, pg_temp as $$
declare v_scope text; v_home oid; v_made xid8; v_anew uuid[]; v_named uuid[] := '{{}}';
begin
  select string_agg(name, ' ' order by name collate "C") into v_scope
    from unnest(p_organisations) name;
  select oid into v_home from pg_database where datname = current_database();
  select s.made into v_made from reader_sight s
   where s.scope = v_scope and s.home = v_home and s.day = p_today
     and s.made_at > now() - interval '{KEPT_HOURS} hours';
  if v_made is not null then
    select array_agg(n.pupil_id) into v_anew from (
      select n.pupil_id from seen_anew n where n.written >= v_made limit {MANY} + 1) n;
  end if;
  if v_made is null and reader_is_wide(p_organisations, p_wide)
     or cardinality(v_anew) > {MANY} then
    perform make_sight(v_scope, v_home, p_organisations, p_today);
    select s.made into v_made from reader_sight s where s.scope = v_scope;
    v_anew := null;
  end if;
  if p_pupils <> '{{}}' or v_anew is not null then  -- a call costs more than all of this
    v_named := reader_may_name(p_pupils || v_anew, p_organisations, p_today);
  end if;
  perform set_config('app.organisations', p_organisations::text, false),
          set_config('app.today', coalesce(p_today::text, ''), false),
          set_config('app.pupils', v_named::text, false),
          set_config('app.sight', case when v_made is null then '' else v_scope end, false),
          set_config('app.opens', '', false);
end $$;
"""

# Views of the owner: read within a query's plan, where a function would be planned for each call.
# Of whom something is owed: all who were as the sight was made, and whoever may have come since, by
# the one duty that may be given to an organisation that does not see the pupil.
_VIEWS = """
create or replace view reader_kept as
select s.hashes || ''::bytea as hashes, s.owing, s.mask from reader_sight s
 where s.scope = nullif(current_setting('app.sight', true), '');
create or replace view reader_owes as
select unnest(k.owing) as pupil_id from reader_kept k
union all
select f.pupil_id from follow_up f
 where f.kind = 'action' and f.until_at = 'infinity' and f.owner = any((
   select coalesce(nullif(current_setting('app.organisations', true), ''), '{}'))::text[])
   and current_setting('app.sight', true) <> '';
create index if not exists follow_up_action on follow_up (owner)
 where kind = 'action' and until_at = 'infinity';
"""

_READ = f"""
create or replace function reader_keeps() returns boolean
language sql stable parallel safe as
$$ select coalesce(current_setting('app.sight', true), '') <> '' $$;
create or replace function forget_seen_anew() returns bigint
language plpgsql security definer set search_path = public, pg_temp as $$
declare v_gone bigint; begin
  delete from seen_anew where noted_at < now() - interval '{NOTED_HOURS} hours';
  get diagnostics v_gone = row_count;
  return v_gone;
end $$;
"""
FUNCTIONS = _VIEWS + _MAKE + _STAND + _READ
SIGNATURES = (
    "reader_stands(text[], date, uuid[], int)", "reader_keeps()", "forget_seen_anew()",
)  # fmt: skip

KEPT = "(select reader_keeps())"  # whether the reader has a sight kept
# Whether a row's pupil is in it; as wide as it is then, for it may be made anew in between.
_OWN_HASH = _HASH.format(pupil="pupil_id")
HELD = (
    f"position({_PRINT.format(hash=_OWN_HASH)} in substring((select hashes from reader_kept)"
    f" from (({_OWN_HASH} & (select mask from reader_kept)) * {_WIDTH} + 1)::int for {_WIDTH})) > 0"
)


def forget(connection: Connection) -> None:
    """Who came so long ago that every sight has them."""
    connection.execute("select forget_seen_anew()")
