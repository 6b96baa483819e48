"""The database's own functions, written out from the tables at migration.

``record_events`` is the only write of the registry: events, their private parts, the queue of the
sequencer, and every derived row that closes or opens, in one call and one transaction.
"""

from collections.abc import Iterator

from sqlalchemy.dialects import postgresql
from sqlmodel import SQLModel

from ap_registry.store.erasing_functions import ERASURE
from ap_registry.store.locks import MOVEMENTS_SLOTS, SLOT, WORLD_LOCK, WRITERS_LOCK
from ap_registry.store.tables import DERIVED

# How far the clock of whoever records, and of what takes long, may be from the database's own. What
# is on record may be later: where its clock has gone back, a pupil's next event is not before it.
_TOLERANCE = "interval '15 minutes'"
_BOUNDS = ("pupil_id", "key", "from_at", "until_at")

_HEAD = """
create or replace function record_events(
  p_pupil uuid[], p_stream smallint[], p_version int[], p_id uuid[], p_type text[],
  p_occurred date[], p_by text[], p_actor text, p_ref bytea[], p_content bytea[],
  p_birth smallint[], p_data text[], p_private text[], p_salt bytea[], p_private_digest bytea[],
  p_prefix bytea[], p_last timestamptz, p_clock timestamptz, p_close jsonb, p_open jsonb,
  p_side jsonb, p_world text
) returns timestamptz language plpgsql security definer set search_path = public, pg_temp as $$
declare v_at timestamptz; v_micros bytea;
begin
  perform pg_advisory_xact_lock_shared({world});
  if p_world is not null and p_world <> (
       select string_agg(value, '/' order by name) from setting
        where name in ('calendar_version', 'organisation_version')) then
    raise exception 'organisations or calendars have changed' using errcode = '40001';
  end if;
  perform pg_advisory_xact_lock({slots}, slot) from (
    select distinct {slot} as slot from (
      select pupil from unnest(p_pupil, p_stream) as t(pupil, stream) where stream = 0
      union select pupil_id from jsonb_to_recordset(p_side->'read') as r(pupil_id uuid)) t(pupil)
     order by 1) s;
  if exists (select from event x where x.pupil_id = any(p_pupil) and x.type = '{erasure}') then
    raise exception 'this pupil has been erased' using errcode = '40001';
  end if;
  if exists (
       select from jsonb_to_recordset(p_side->'read') as r(pupil_id uuid, version int)
        where r.version <> (select max(e.version) from event e
                             where e.pupil_id = r.pupil_id and e.stream = 0))
     or exists (
       (select m.other, m.pupil_id from merged m
         where m.until_at = 'infinity' and m.other = any(p_pupil || array(
           select pupil_id from jsonb_to_recordset(p_side->'read') as r(pupil_id uuid)))
        except select other, pupil_id from jsonb_to_recordset(p_side->'merged')
                 as r(other uuid, pupil_id uuid))
       union all
       (select other, pupil_id from jsonb_to_recordset(p_side->'merged')
          as r(other uuid, pupil_id uuid)
        except select m.other, m.pupil_id from merged m where m.until_at = 'infinity')) then
    raise exception 'another record of this pupil has changed' using errcode = '40001';
  end if;
  perform pg_advisory_xact_lock_shared({lock});
  v_at := greatest(coalesce(p_clock, clock_timestamp()), p_last);
  if (v_at < clock_timestamp() - {tolerance}
      or v_at > clock_timestamp() + {tolerance} and not exists (
        select from event e where e.recorded_at >= v_at and e.pupil_id = any(p_pupil || array(
          select pupil_id from jsonb_to_recordset(p_side->'read') as r(pupil_id uuid)))))
     and not exists (select from setting where name = 'clock') then
    raise exception 'this registry runs by the real clock' using errcode = '22023';
  end if;
  v_micros := int8send((extract(epoch from v_at) * 1000000)::bigint);
  with written as (
    insert into event (pupil_id, stream, version, id, type, occurred_on, recorded_at, by, actor,
                       ref_hash, content_hash, birth_year, data, private_digest, digest)
    select pupil, stream, version, id, type, occurred, v_at, by, p_actor, ref, content, birth,
           data::json, private_digest, sha256(prefix || v_micros)
      from unnest(p_pupil, p_stream, p_version, p_id, p_type, p_occurred, p_by, p_ref, p_content,
                  p_birth, p_data, p_private_digest, p_prefix)
        as t(pupil, stream, version, id, type, occurred, by, ref, content, birth, data,
             private_digest, prefix)
    returning pupil_id, stream, version, recorded_at, digest)
  insert into unsequenced (pupil_id, stream, version, recorded_at, digest)
  select pupil_id, stream, version, recorded_at, digest from written;
  insert into event_private (pupil_id, stream, version, salt, data)
  select pupil, stream, version, salt, data::json
    from unnest(p_pupil, p_stream, p_version, p_salt, p_private)
      as t(pupil, stream, version, salt, data)
   where data is not null;
  if p_side ? 'upn_gone' then
    delete from upn_claim c using jsonb_to_recordset(p_side->'upn_gone')
           as r(upn text, pupil_id uuid) where c.upn = r.upn and c.pupil_id = r.pupil_id;
  end if;
  if p_side ? 'upn' then
    insert into upn_claim (upn, pupil_id)
    select upn, pupil_id from jsonb_to_recordset(p_side->'upn') as r(upn text, pupil_id uuid);
  end if;
  if p_side ? 'ref' then
    insert into notice_ref (by, ref_hash, pupil_id, version, content_hash, receipt)
    select by, decode(ref_hash, 'hex'), pupil_id, version, decode(content_hash, 'hex'),
           receipt::json
      from jsonb_to_recordset(p_side->'ref') as r(by text, ref_hash text, pupil_id uuid,
                                                  version int, content_hash text, receipt text);
  end if;
  if p_side ? 'outbox' then
    insert into outbox (id, pupil_id, event, subject, kind, step, urgent, to_organisation, due_on,
                        created_at, send_after)
    select id, pupil_id, event, subject, kind, 'told', true, to_organisation, due_on, v_at, v_at
      from jsonb_to_recordset(p_side->'outbox')
           as r(id uuid, pupil_id uuid, event uuid, subject uuid, kind text,
                to_organisation text, due_on date);
  end if;
  perform write_derived(v_at, p_close, p_open);
  return v_at;
end $$;
"""

# The planner takes every document for a hundred rows, and a table that was never analysed for one
# with hardly a present row: it would read the whole index of those. Written as >= infinity they
# are found by their key.
_DERIVED_HEAD = """
create or replace function write_derived(v_at timestamptz, p_close jsonb, p_open jsonb)
returns void language plpgsql security definer set search_path = public, pg_temp
set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off as $$
declare v_replaced int;
begin
"""

# A row that ended and came back at one instant (AP_REGISTRY_CLOCK stands still) has not ended.
_DERIVED_TABLE = """
  v_replaced := 0;
  if p_close ? '{table}' then
    delete from "{table}" t
     using jsonb_to_recordset(p_close->'{table}') as r(pupil_id uuid, key uuid)
     where t.pupil_id = r.pupil_id and t.key = r.key and t.until_at >= 'infinity'
       and t.from_at >= v_at;
    get diagnostics v_replaced = row_count;
    update "{table}" t set until_at = v_at
      from jsonb_to_recordset(p_close->'{table}') as r(pupil_id uuid, key uuid)
     where t.pupil_id = r.pupil_id and t.key = r.key and t.until_at >= 'infinity';
  end if;
  if p_open ? '{table}' then
    insert into "{table}" (pupil_id, key, from_at, until_at, {columns})
    select pupil_id, key, v_at, 'infinity', {columns}
      from jsonb_to_recordset(p_open->'{table}') as r(pupil_id uuid, key uuid, {typed});
    if v_replaced > 0 then
      with back as (
        delete from "{table}" n using "{table}" o,
               jsonb_to_recordset(p_open->'{table}') as r(pupil_id uuid, key uuid)
         where n.pupil_id = r.pupil_id and n.key = r.key and n.from_at = v_at
           and n.until_at >= 'infinity' and o.pupil_id = n.pupil_id and o.key = n.key
           and o.until_at = v_at and o.from_at < v_at and {same}
        returning o.pupil_id, o.key, o.from_at)
      update "{table}" t set until_at = 'infinity' from back b
       where t.pupil_id = b.pupil_id and t.key = b.key and t.from_at = b.from_at;
    end if;
  end if;
"""

# Whatever opens or moves a follow-up (a notice, a register, a changed calendar) comes this way, and
# leaves the first step of its ladder to be planned. What is owed again goes on where it stopped.
_REMINDERS = """
  if p_open ? 'follow_up' then
    insert into outbox (id, pupil_id, follow_up, kind, step, urgent, owner, to_organisation,
                        due_on, created_at, send_after)
    select distinct
           left(encode(sha256(convert_to(concat_ws('/', key, due_on, owner), 'UTF8')), 'hex'),
                32)::uuid,
           pupil_id, key, kind, 'open',
           kind = 'first_day_absence' or (statutory and due_on <= opened_on),
           owner, owner, due_on, v_at, v_at
      from jsonb_to_recordset(p_open->'follow_up')
           as r(pupil_id uuid, key uuid, kind text, owner text, opened_on date, due_on date,
                closed_on date, statutory boolean)
     where closed_on is null
        on conflict (id) do nothing;
    update outbox o set lapsed_at = null, message = null
      from jsonb_to_recordset(p_open->'follow_up')
           as r(pupil_id uuid, key uuid, owner text, due_on date, closed_on date)
     where r.closed_on is null and o.follow_up = r.key
       and o.due_on = r.due_on and o.owner = r.owner and o.lapsed_at is not null;
  end if;
"""

APPEND_ONLY = """
create or replace function refuse_change() returns trigger language plpgsql as $$
begin
  if tg_table_name = 'event_private' and tg_op = 'DELETE' and current_user = 'ap_eraser' then
    return old;
  end if;
  raise exception 'the ledger is append-only: % of % refused', tg_op, tg_table_name
    using errcode = 'insufficient_privilege';
end $$;
"""


def append_only_triggers(*tables: str) -> Iterator[str]:
    """They hold against the owner too, in whatever role a session says it is in."""
    for table in tables:
        yield (
            f"create or replace trigger {table}_no_change before update or delete on {table} "
            "for each row execute function refuse_change()"
        )
        yield (
            f"create or replace trigger {table}_no_truncate before truncate on {table} "
            "for each statement execute function refuse_change()"
        )
        yield f"alter table {table} enable always trigger {table}_no_change"
        yield f"alter table {table} enable always trigger {table}_no_truncate"


def columns_of(table: type[SQLModel]) -> dict[str, str]:
    """Name and SQL type of every column besides the bounds that all derived tables share."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    return {
        column.name: column.type.compile(dialect)
        for column in SQLModel.metadata.tables[str(table.__tablename__)].columns
        if column.name not in _BOUNDS
    }


def record_events_sql() -> str:
    return (
        _HEAD.replace("{lock}", str(WRITERS_LOCK))
        .replace("{world}", str(WORLD_LOCK))
        .replace("{erasure}", ERASURE)
        .replace("{tolerance}", _TOLERANCE)
        .replace("{slots}", str(MOVEMENTS_SLOTS))
        .replace("{slot}", SLOT.format(pupil="pupil"))
    )


def write_derived_sql() -> str:
    """Close and open rows of each derived table: one static statement a table, none dynamic."""
    body = "".join(
        _DERIVED_TABLE.format(
            table=table.__tablename__,
            columns=", ".join(f'"{name}"' for name in columns_of(table)),
            same="({}) is not distinct from ({})".format(
                *(", ".join(f'{row}."{name}"' for name in columns_of(table)) for row in "no")
            ),
            typed=", ".join(f'"{name}" {kind}' for name, kind in columns_of(table).items()),
        )
        for table in DERIVED
    )
    return _DERIVED_HEAD + body + _REMINDERS + "end $$;\n"
