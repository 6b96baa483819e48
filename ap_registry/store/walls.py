"""The second wall: what the database itself lets a reader of the web see (row-level security).

``ap_reader`` sees the pupils of the scope that its session states, whatever a query asks for, and
without a scope nobody. How the scope is stated: store/readers.py; and how whoever sees very many
does at little cost: store/sights.py.
"""

from collections.abc import Iterable, Iterator

from ap_registry.store import sights
from ap_registry.store.readers import OPEN_ALL, READER
from ap_registry.store.reference import REFERENCE

# Whoever records must know of pupils whom its caller does not see: whose a UPN is, who is alike.
WRITERS = ("ap_web", "ap_job", "ap_eraser")
_ORGANISATIONS = "(select reader_organisations())::text[]"
# Asked once for each table of a query, and only where a row is not of a pupil named before: a page
# of one pupil never gathers all whom its reader sees.
_NAMED = "pupil_id = any((select reader_named())::uuid[])"
_SEEN = f"pupil_id in (select unnest(reader_pupils({_ORGANISATIONS})))"
_JOINED = f" or pupil_id in (select unnest(reader_joined({_ORGANISATIONS})))"
_OWED = f" or pupil_id in (select unnest(reader_owing({_ORGANISATIONS})))"
_STILL_OWED = " or pupil_id in (select o.pupil_id from reader_owes o)"
_OWN = f"{{}} = any({_ORGANISATIONS})"
# What is the organisation's own, and what is about no pupil, besides the pupils whom it sees.
_MORE = {
    **dict.fromkeys(("event", "event_private", "log", "unsequenced"), f"stream = {REFERENCE}"),
    "follow_up": f"origin = 'list' or {_OWN.format('owner')}",
    "match_decision": _OWN.format("organisation"),
    "notice_ref": _OWN.format("by"),
    "outbox": f"{_OWN.format('owner')} or {_OWN.format('to_organisation')}",
}
# Rows of several pupils: of whoever opened them, of whoever asked.
_OF_SEVERAL = {
    "pupil_read": _OWN.format("organisation"),
    "report_run": "organisations <> '{}' and organisations <@ (select reader_acts_for())::text[]",
}
# A merged pupil's own rows, of which the record that is kept is made.
_MERGED = frozenset(
    {"event", "event_private", "log", "upn_claim", "identity", "attendance_week", "visibility"}
)

_STATED = f"""
create or replace function reader_opens() returns boolean
language sql stable parallel safe as
$$ select coalesce(current_setting('app.opens', true), '') = '{OPEN_ALL}' $$;
create or replace function reader_named() returns uuid[]
language sql stable parallel safe as
$$ select coalesce(nullif(current_setting('app.pupils', true), ''), '{{}}')::uuid[] $$;
create or replace function reader_organisations() returns text[]
language sql stable parallel safe as
$$ select coalesce(nullif(current_setting('app.organisations', true), ''), '{{}}')::text[] $$;
create or replace function reader_acts_for() returns text[]
language sql stable parallel safe as
$$ select array_agg(split_part(name, '/', 1)) from unnest(reader_organisations()) as name $$;
create or replace function reader_today() returns date
language sql stable parallel safe as
$$ select nullif(current_setting('app.today', true), '')::date $$;
"""
FUNCTIONS = sights.TABLES + _STATED + sights.FUNCTIONS

# Said to be cheap, else the planner would give up each good plan to ask them less; and given what
# it cannot know, else it would ask them while it plans, and again for each table.
GATHERING = """
create or replace function reader_pupils(p_organisations text[]) returns uuid[]
language sql stable security definer cost 1 set search_path = public, pg_temp as $$
  select array_agg(v.pupil_id) from visibility v
   where v.organisation = any(p_organisations)
     and v.until_at = 'infinity'
     and (v.from_on is null or v.from_on <= (select reader_today())) $$;
create or replace function reader_joined(p_organisations text[]) returns uuid[]
language sql stable security definer cost 1 set search_path = public, pg_temp as $$
  select array_agg(m.other) from merged m where m.pupil_id in (
    select v.pupil_id from visibility v
     where v.organisation = any(p_organisations)
       and v.until_at = 'infinity'
       and (v.from_on is null or v.from_on <= (select reader_today()))) $$;
create or replace function reader_owing(p_organisations text[]) returns uuid[]
language sql stable security definer cost 1 set search_path = public, pg_temp as $$
  select array_agg(distinct f.pupil_id) from follow_up f
   where f.owner = any(p_organisations) and f.until_at = 'infinity' $$;
create or replace function reader_may_name(p_pupils uuid[], p_organisations text[], p_today date)
returns uuid[] language sql stable security definer set search_path = public, pg_temp as $$
  select coalesce(array_agg(pupil), '{}') from unnest(p_pupils) as pupil
   where exists (select from visibility v where v.pupil_id = pupil
                    and v.organisation = any(p_organisations) and v.until_at = 'infinity'
                    and (v.from_on is null or v.from_on <= p_today) offset 0)
      or exists (select from merged m join visibility v using (pupil_id) where m.other = pupil
                    and v.organisation = any(p_organisations) and v.until_at = 'infinity'
                    and (v.from_on is null or v.from_on <= p_today) offset 0) $$;
create or replace function reader_is_wide(p_organisations text[], p_more_than int)
returns boolean language sql stable security definer set search_path = public, pg_temp as $$
  select count(*) > p_more_than from (
    select from visibility v where v.organisation = any(p_organisations)
       and v.until_at = 'infinity' limit p_more_than + 1) seen $$;
create or replace function log_size() returns bigint
language sql stable security definer set search_path = public, pg_temp as
$$ select coalesce(max(seq), 0) from log $$;
"""

_SIGNATURES = ", ".join(
    (
        "reader_opens()", "reader_named()", "reader_organisations()", "reader_today()",
        "reader_acts_for()",
        "reader_pupils(text[])", "reader_joined(text[])", "reader_owing(text[])",
        "reader_is_wide(text[], int)", "reader_may_name(uuid[], text[], date)", "log_size()",
        *sights.SIGNATURES,
    )
)  # fmt: skip

# Roles are the server's, and an owner who may not make any says so before anything is changed.
ROLE = f"""
do $$ declare v_role name; begin
  if not exists (select from pg_roles where rolname = '{READER}') then
    create role {READER} nologin;
  end if;
  for v_role in select rolname from pg_roles
                 where rolname = any('{{{", ".join(WRITERS)}}}') and not rolbypassrls loop
    execute format('alter role %I bypassrls', v_role);
  end loop;
  for v_role in select rolname from pg_roles
                 where rolname in ('ap_web', 'ap_job')
                   and not pg_has_role(rolname, '{READER}', 'MEMBER') loop
    execute format('grant {READER} to %I', v_role);
  end loop;
exception when insufficient_privilege then
  raise exception 'there is no role {READER} which ap_web and ap_job may take'
    using hint = 'As a superuser, run the lines of docker/roles.sql that make it, and those'
                 ' with bypassrls.';
end $$
"""
GRANTS = f"""
revoke insert, update, delete, truncate on all tables in schema public from {READER};
grant usage on schema public to {READER};
grant select on all tables in schema public to {READER};
revoke select on idempotency_key from {READER};
grant insert on pupil_read to {READER};
grant insert on second_factor to {READER};  -- the page that sets one up shows its secret
alter default privileges in schema public grant select on tables to {READER};
revoke execute on function {_SIGNATURES} from public;
revoke execute on function make_sight(text, oid, text[], date) from public;
revoke all on reader_sight, seen_anew from {READER};
do $$ declare v_role name; begin
  foreach v_role in array '{{ap_web, ap_job, {READER}}}'::name[] loop
    if exists (select from pg_roles where rolname = v_role) then
      execute format('grant execute on function {_SIGNATURES},'
        ' load_movements(text[], uuid[], timestamptz) to %I', v_role);
      execute format('revoke all on reader_sight, seen_anew from %I', v_role);
    end if;
  end loop;
end $$;
"""


def policy_of(table: str) -> str:
    """Which rows of a table a reader sees, as SQL; of one without pupil_id it is written here."""
    gathered = f"{_NAMED} or {_SEEN}" + (_JOINED if table in _MERGED else "")
    kept = f"{sights.HELD} or {_NAMED}"
    if table == "identity":  # who owes something may know of whom
        gathered, kept = gathered + _OWED, kept + _STILL_OWED
    seen = f"case when {sights.KEPT} then {kept} else {gathered} end"
    more = f" or {_MORE[table]}" if table in _MORE else ""
    return f"(select reader_opens()) or {_OF_SEVERAL.get(table) or seen}{more}"


def policies(tables: Iterable[str]) -> Iterator[str]:
    """Statements that put tables of pupils behind the wall; again, they write them anew."""
    for table in tables:
        yield f'alter table "{table}" enable row level security'
        yield f'drop policy if exists seen on "{table}"'
        yield f'create policy seen on "{table}" for select to {READER} using ({policy_of(table)})'
        if table == "pupil_read":
            yield f'drop policy if exists noted on "{table}"'
            yield f'create policy noted on "{table}" for insert to {READER} with check (true)'


# Tables whose rows are about pupils: by the names that such columns have here.
PUPIL_TABLES = """
select distinct c.table_name::text from information_schema.columns c
  join information_schema.tables t using (table_schema, table_name)
 where c.table_schema = 'public' and t.table_type = 'BASE TABLE'
   and c.column_name in ('pupil_id', 'pupil', 'pupils', 'upn', 'upns')
   and c.data_type in ('uuid', 'ARRAY', 'text', 'character varying')
 order by 1
"""
