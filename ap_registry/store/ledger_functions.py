"""The doors into the ledger beside ``record_events``: registers, and what the sequencer keeps.

Web and job may read the tables of the ledger and no more: whoever adds to them does it by one of
these functions, which refuse what would stop it or could not be so. The web records; what orders,
signs and publishes is for the job, which sequences. No signature or hash is worked out here:
``verify`` finds a false one.
"""

from ap_registry.store.locks import WRITERS_LOCK

# Tables that none but the functions write.
LEDGER = (
    "event", "event_private", "unsequenced", "log", "sequencer", "tree_head", "merkle_node",
    "ledger_key", "ledger_key_end",
)  # fmt: skip

# One event for each pupil and organisation; its digest as store/digest.py makes it. Who gives the
# weeks has merged them with those on record, and holds the slots of their pupils.
RECORD_REGISTERS = f"""
create or replace function record_registers(
  p_pupil uuid[], p_organisation text[], p_week date[], p_marks text[], p_type text, p_actor text,
  p_clock timestamptz
) returns timestamptz language plpgsql security definer set search_path = public, pg_temp
set plan_cache_mode = force_custom_plan as $$
declare v_at timestamptz;
begin
  if starts_with(p_type, 'attendance_recorded.v') is not true then
    raise exception 'no event of a register' using errcode = '22023';
  end if;
  if p_clock is not null and not exists (select from setting where name = 'clock') then
    raise exception 'this registry runs by the real clock' using errcode = '22023';
  end if;
  if exists (select from (select distinct unnest(p_pupil) as pupil) t
              where (select max(e.version) from event e
                      where e.pupil_id = t.pupil and e.stream = 0) is null) then
    raise exception 'no pupil of this registry' using errcode = '22023';
  end if;
  if exists (select from erased x where x.pupil_id = any(p_pupil)) then
    raise exception 'this pupil has been erased' using errcode = '40001';
  end if;
  perform pg_advisory_xact_lock_shared({WRITERS_LOCK});
  select greatest(coalesce(p_clock, clock_timestamp()), max(e.recorded_at)) into v_at
    from event e where e.stream = 1 and e.pupil_id in (select unnest(p_pupil));
  with grouped as (
    select pupil_id, organisation,
           '{{"organisation":' || to_json(organisation)::text || ',"weeks":{{'
           || string_agg('"' || week || '":' || to_json(marks)::text, ',' order by week)
           || '}}}}' as data,
           max(week + (length(rtrim(marks, '-')) + 1) / 2 - 1) as occurred_on
      from unnest(p_pupil, p_organisation, p_week, p_marks)
           as t(pupil_id, organisation, week, marks)
     group by pupil_id, organisation),
  numbered as (
    select g.*, gen_random_uuid() as id,
           coalesce(l.version, 0)
           + row_number() over (partition by g.pupil_id order by g.organisation) as version
      from grouped g
      left join lateral (select max(version) as version from event
                          where pupil_id = g.pupil_id and stream = 1) l on true),
  written as (
    insert into event (pupil_id, stream, version, id, type, occurred_on, recorded_at, by, actor,
                       data, digest)
    select pupil_id, 1, version, id, p_type, occurred_on, v_at, organisation, p_actor, data::json,
           sha256(int4send(16) || uuid_send(pupil_id) || int4send(2) || int2send(1::smallint)
             || int4send(4) || int4send(version::int) || int4send(16) || uuid_send(id)
             || int4send(length(p_type)) || convert_to(p_type, 'UTF8')
             || int4send(10) || convert_to(to_char(occurred_on, 'YYYY-MM-DD'), 'UTF8')
             || int4send(octet_length(organisation)) || convert_to(organisation, 'UTF8')
             || int4send(octet_length(p_actor)) || convert_to(p_actor, 'UTF8')
             || int4send(0) || int4send(0) || int4send(0)
             || int4send(octet_length(data)) || convert_to(data, 'UTF8') || int4send(0)
             || int8send((extract(epoch from v_at) * 1000000)::bigint))
      from numbered
    returning pupil_id, stream, version, recorded_at, digest)
  insert into unsequenced (pupil_id, stream, version, recorded_at, digest)
  select pupil_id, stream, version, recorded_at, digest from written;
  return v_at;
end $$;
"""

# A head or a subtree of more than the log holds, or of an instant to which it was never closed,
# would count against a tree that is right; a subtree out of its place would meet the next true one.
KEEP_TREE = """
create or replace function keep_head(
  p_size bigint, p_closed timestamptz, p_root bytea, p_key text, p_signature bytea
) returns void language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if (p_size between 0 and (select coalesce(max(seq), 0) from log)
      and p_closed <= (select closed_at from sequencer)) is not true then
    raise exception 'the log is not closed so far' using errcode = '22023';
  end if;
  if (octet_length(p_root) = 32 and (p_key is null) = (p_signature is null)
      and (p_key is null or exists (
        select from ledger_key k left join ledger_key_end e using (key_id)
         where k.key_id = p_key and coalesce(e.until_at >= p_closed, true)))) is not true then
    raise exception 'no head that a published key signed' using errcode = '22023';
  end if;
  insert into tree_head (size, closed_at, root, key_id, signature)
  values (p_size, p_closed, p_root, p_key, p_signature) on conflict (size, closed_at) do nothing;
end $$;
create or replace function keep_subtrees(p_level smallint, p_first bigint, p_hashes bytea[])
returns void language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if (p_level between 1 and 15 and p_first >= 0
      and (p_first::numeric + cardinality(p_hashes)) * 16::numeric ^ p_level
          <= (select coalesce(max(seq), 0) from log)) is not true then
    raise exception 'the log does not reach so far' using errcode = '22023';
  end if;
  if exists (select from unnest(p_hashes) h where octet_length(h) is distinct from 32) then
    raise exception 'no hashes of subtrees' using errcode = '22023';
  end if;
  insert into merkle_node (level, number, hash)
  select p_level, p_first + place - 1, hash
    from unnest(p_hashes) with ordinality as t(hash, place);
end $$;
"""

# While a key is followed there are two for a while: whoever starts with a new one publishes it,
# and `ledger rotate-key` ends the other. So a second one is taken, but none that is not what it is
# called, and an end only for a key that signs, by itself or by a successor that signs.
KEEP_KEYS = """
create or replace function publish_key(
  p_key text, p_public bytea, p_from timestamptz, p_signature bytea
) returns void language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if (octet_length(p_public) = 32 and octet_length(p_signature) = 64
      and p_key = left(encode(sha256(p_public), 'hex'), 32)
      and p_from <= (select closed_at from sequencer)) is not true then
    raise exception 'no key that signs for itself from now on' using errcode = '22023';
  end if;
  insert into ledger_key (key_id, public_key, from_at, signature)
  values (p_key, p_public, p_from, p_signature);
end $$;
create or replace function end_key(
  p_key text, p_until timestamptz, p_successor text, p_by text, p_signature bytea
) returns void language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if (p_by in (p_key, p_successor) and p_successor <> p_key and octet_length(p_signature) = 64
      and p_until <= (select closed_at from sequencer)
      and (select count(*) from ledger_key k where k.key_id in (p_key, p_successor)
             and not exists (select from ledger_key_end e where e.key_id = k.key_id)) = 2
     ) is not true then
    raise exception 'no end of a key that signs, said by itself or its successor'
      using errcode = '22023';
  end if;
  insert into ledger_key_end (key_id, until_at, successor, signed_by, signature)
  values (p_key, p_until, p_successor, p_by, p_signature);
end $$;
"""

# One round at a time, by a lock that none but the sequencer can take.
BEGIN_ROUND = """
create or replace function begin_round() returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform from sequencer where id = 1 for update;
end $$;
"""

# A clock of its own is for a registry of practice, which its owner alone can make.
KEEP_SETTINGS = """
create or replace function refuse_setting() returns trigger language plpgsql as $$
begin
  if (to_jsonb(old)->>'name' in ('clock', 'hash_key')
      or to_jsonb(new)->>'name' in ('clock', 'hash_key'))
     and not pg_has_role(current_user, (select relowner from pg_class where oid = tg_relid),
                         'MEMBER') then
    raise exception 'this setting is the owner''s' using errcode = 'insufficient_privilege';
  end if;
  return coalesce(new, old);
end $$;
create or replace trigger setting_kept before insert or update or delete on setting
  for each row execute function refuse_setting();
"""

RECORDING = ("record_registers(uuid[], text[], date[], text[], text, text, timestamptz)",)
SEQUENCING = (
    "sequence_events(timestamptz, timestamptz)",
    "keep_head(bigint, timestamptz, bytea, text, bytea)",
    "keep_subtrees(smallint, bigint, bytea[])",
    "publish_key(text, bytea, timestamptz, bytea)",
    "end_key(text, timestamptz, text, text, bytea)",
    "begin_round()",
)
GRANTS = f"""
revoke execute on function {", ".join((*RECORDING, *SEQUENCING))} from public;
do $$ declare v_role name; begin
  foreach v_role in array '{{ap_web, ap_job}}'::name[] loop
    if exists (select from pg_roles where rolname = v_role) then
      execute format('grant execute on function {", ".join(RECORDING)} to %I', v_role);
      execute format('revoke execute on function {", ".join(SEQUENCING)} from %I', v_role);
      execute format('revoke insert, update, delete, truncate on {", ".join(LEDGER)} from %I',
                     v_role);
    end if;
  end loop;
  if exists (select from pg_roles where rolname = 'ap_job') then
    grant execute on function {", ".join(SEQUENCING)} to ap_job;
  end if;
end $$;
"""
