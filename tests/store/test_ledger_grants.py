"""Web and job add to the ledger by its functions alone: their rights as the catalogue has them."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from ap_registry import embedded
from ap_registry.signing import SigningKey, new_key
from ap_registry.store.ledger_functions import LEDGER, SEQUENCING
from ap_registry.store.merkle import root
from tests.conftest import WORLD, fresh_database

SELECT, INSERT = "SELECT", "INSERT"
# Besides the ledger: what is added to and never changed, and why not by a function.
ADDED_TO = {
    "pupil_read": "who read of whom is noted by whatever reads",
    "account_act": "what administrators do is noted by whatever they do it with",
    "match_decision": "an officer's decision, checked where the pupils are known",
}
EXPECTED = {table: {SELECT} for table in LEDGER} | {table: {SELECT, INSERT} for table in ADDED_TO}
_HELD = """
select c.relname, a.privilege_type from pg_class c
  join pg_roles r on r.rolname = %(role)s
 cross join lateral aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a
 where c.relnamespace = 'public'::regnamespace and c.relname = any(%(tables)s)
   and (a.grantee = 0 or pg_has_role(r.oid, a.grantee, 'MEMBER'))
"""


@pytest.fixture(scope="module")
def urls(servers: embedded.Servers) -> Iterator[embedded.Servers]:
    with fresh_database(servers, WORLD) as found:
        yield found


def rights(urls: embedded.Servers, role: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    with psycopg.connect(urls.database_owner_url) as owner:
        for table, right in owner.execute(_HELD, {"role": role, "tables": list(EXPECTED)}):
            found.setdefault(table, set()).add(right)
    return found


@pytest.mark.parametrize("role", ["ap_web", "ap_job"])
def test_they_may_only_read_the_ledger(urls: embedded.Servers, role: str) -> None:
    assert rights(urls, role) == EXPECTED


def test_readers_may_add_reads_alone(urls: embedded.Servers) -> None:
    assert rights(urls, "ap_reader") == {table: {SELECT} for table in EXPECTED} | {
        "pupil_read": {SELECT, INSERT}
    }


def test_every_table_that_nothing_may_change_is_among_them(urls: embedded.Servers) -> None:
    """A ledger's table that a later migration adds is found by its trigger."""
    with psycopg.connect(urls.database_owner_url) as owner:
        held = owner.execute(
            "select distinct c.relname from pg_trigger t join pg_class c on c.oid = t.tgrelid"
            " where t.tgname = c.relname || '_no_change'"
        ).fetchall()
    assert {row[0] for row in held} <= set(EXPECTED)


NOBODY = "array['00000000-0000-4000-8000-000000000001'::uuid]"
HASH, SIGNATURE = "sha256('x')", "decode(repeat('00', 64), 'hex')"
ROGUE = "left(encode(sha256(sha256('x')), 'hex'), 32)"  # the id of a key whose bytes are HASH
MARKS = "array['100001'], array[date '2026-01-05'], array['/---------']"


WRONG = [
    f"keep_head(1000000, 'epoch', {HASH}, null, null)",
    f"keep_head(0, 'infinity', {HASH}, null, null)",
    f"keep_head(null, 'epoch', {HASH}, null, null)",
    f"keep_head(0, 'epoch', {HASH}, 'nobody''s', {SIGNATURE})",
    f"keep_head(0, 'epoch', {HASH}, null, {SIGNATURE})",
    f"keep_subtrees(1::smallint, 62500, array[{HASH}])",
    f"keep_subtrees(1::smallint, 0, array[{HASH}])",  # the log is not so long
    f"keep_subtrees(1::smallint, -16, array[{HASH}])",
    f"keep_subtrees(1::smallint, null, array[{HASH}])",
    f"keep_subtrees(0::smallint, 0, array[{HASH}])",
    f"keep_subtrees(null, 0, array[{HASH}])",
    "keep_subtrees(1::smallint, -1, array[null::bytea])",
    f"publish_key('rogue', {HASH}, 'epoch', {SIGNATURE})",
    f"publish_key({ROGUE}, {HASH}, 'infinity', {SIGNATURE})",
    f"publish_key({ROGUE}, {HASH}, 'epoch', null)",
    f"end_key({ROGUE}, 'epoch', 'x', 'x', {SIGNATURE})",
    "record_registers('{}', '{}', '{}', '{}', 'suspension.v1', 'somebody', null)",
    "record_registers('{}', '{}', '{}', '{}', null, 'somebody', null)",
    f"record_registers({NOBODY}, {MARKS}, 'attendance_recorded.v1', 'somebody', null)",
]


@pytest.mark.parametrize("call", WRONG)
def test_the_functions_refuse_what_the_ledger_cannot_hold(
    urls: embedded.Servers, call: str
) -> None:
    with psycopg.connect(urls.database_url) as job:
        with pytest.raises(psycopg.errors.InvalidParameterValue):
            job.execute(f"select {call}")
        job.rollback()
        assert root(job, 0)


def test_a_key_is_ended_once_by_itself_or_by_a_successor_that_signs(
    urls: embedded.Servers,
) -> None:
    first, second, third = (new_key() for _ in range(3))
    with psycopg.connect(urls.database_url) as job:
        for key in (first, second):
            job.execute(f"select publish_key(%s, %s, 'epoch', {SIGNATURE})", (key.id, key.public))

        def end(ended: SigningKey, successor: SigningKey, by: SigningKey) -> None:
            with job.transaction():
                job.execute(
                    f"select end_key(%s, 'epoch', %s, %s, {SIGNATURE})",
                    (ended.id, successor.id, by.id),
                )

        for wrong in ((first, third, first), (first, second, third), (first, first, first)):
            with pytest.raises(psycopg.errors.InvalidParameterValue):
                end(*wrong)
        end(first, second, second)
        with pytest.raises(psycopg.errors.InvalidParameterValue):  # it has ended
            end(first, second, second)
        with pytest.raises(psycopg.errors.InvalidParameterValue):  # what has ended follows nobody
            end(second, first, first)
        job.rollback()


def test_a_registry_by_the_real_clock_takes_no_other(urls: embedded.Servers) -> None:
    with psycopg.connect(urls.database_owner_url) as owner:
        owner.execute("set local role ap_web")
        call = "select record_registers('{}', '{}', '{}', '{}', 'attendance_recorded.v1', 'x', %s)"
        owner.execute(call, ("2026-01-05T12:00:00Z",))
        owner.execute("reset role")
        owner.execute("delete from setting where name = 'clock'")
        owner.execute("set local role ap_web")
        owner.execute(call, (None,))
        with pytest.raises(psycopg.errors.InvalidParameterValue, match="real clock"):
            owner.execute(call, ("2026-01-05T12:00:00Z",))
        owner.rollback()


_EXECUTES = """
select p.oid::regprocedure::text from pg_proc p
 where p.pronamespace = 'public'::regnamespace
   and has_function_privilege(%s, p.oid, 'execute')
"""


def executes(urls: embedded.Servers, role: str) -> set[str]:
    with psycopg.connect(urls.database_owner_url) as owner:
        return {row[0] for row in owner.execute(_EXECUTES, (role,))}


def test_the_web_may_do_all_that_the_job_may_but_sequence(urls: embedded.Servers) -> None:
    """Most tests run as the job, which commands are: the web has no other right, and needs none."""
    with psycopg.connect(urls.database_owner_url) as owner:
        sequencing = {
            row[0] for row in owner.execute(
                "select unnest(%s::text[])::regprocedure::text", (list(SEQUENCING),)
            )
        }  # fmt: skip
        tables = {
            role: set(owner.execute(
                "select c.relname, a.privilege_type from pg_class c, aclexplode(c.relacl) a"
                " where a.grantee = %s::regrole and c.relnamespace = 'public'::regnamespace",
                (role,),
            ).fetchall())
            for role in ("ap_web", "ap_job")
        }  # fmt: skip
    assert len(sequencing) == len(SEQUENCING)
    assert executes(urls, "ap_job") - executes(urls, "ap_web") == sequencing
    assert executes(urls, "ap_web") <= executes(urls, "ap_job")
    assert executes(urls, "ap_reader").isdisjoint(sequencing)
    assert tables["ap_web"] == tables["ap_job"]


ORDERING = [
    "sequence_events('infinity', now())", "sequence_events(now(), now())", "begin_round()",
    f"publish_key({ROGUE}, {HASH}, 'epoch', {SIGNATURE})",
    f"end_key({ROGUE}, 'epoch', 'x', 'x', {SIGNATURE})",
    f"keep_head(0, 'epoch', {HASH}, null, null)",
    f"keep_subtrees(1::smallint, 0, array[{HASH}])",
]  # fmt: skip


@pytest.mark.parametrize("call", ORDERING)
def test_with_the_web_s_password_nothing_is_ordered_or_signed(
    urls: embedded.Servers, call: str
) -> None:
    with psycopg.connect(urls.web_url) as web, pytest.raises(InsufficientPrivilege):
        web.execute(f"select {call}")


@pytest.mark.parametrize(
    "statement",
    [
        "set role ap_job", "set role ap_owner", "update sequencer set closed_at = 'infinity'",
        "select from sequencer for update", "lock table sequencer in share mode",
        "insert into setting values ('clock', 'set')",
        "delete from setting where name = 'hash_key'",
        "update setting set value = 'x' where name = 'clock'",
        "update setting set name = 'clock' where name = 'calendar_version'",
        "alter table event disable trigger all", "truncate unsequenced",
    ],
)  # fmt: skip
def test_no_other_door_of_the_web_leads_into_the_ledger(
    urls: embedded.Servers, statement: str
) -> None:
    with psycopg.connect(urls.web_url) as web, pytest.raises(InsufficientPrivilege):
        web.execute(statement)


def test_the_web_still_counts_what_it_changes(urls: embedded.Servers) -> None:
    with psycopg.connect(urls.web_url) as web:
        web.execute("update setting set value = '7' where name = 'calendar_version'")
        web.rollback()


RECORD = """
select record_events(array['00000000-0000-4000-8000-00000000000a'::uuid], array[0::smallint],
  array[%(version)s::int], array[gen_random_uuid()], array['joined_roll.v1'],
  array[date '2026-01-05'], array['100001'], 'somebody', array[null::bytea], array[null::bytea],
  array[null::smallint], array['{}'], array[null::text], array[null::bytea], array[null::bytea],
  array['x'::bytea], now() + %(last)s::interval, now() + %(clock)s::interval, '{}', '{}', '{}',
  null)
"""


def test_the_web_records_by_no_clock_but_the_database_s(urls: embedded.Servers) -> None:
    with psycopg.connect(urls.database_owner_url) as owner:

        def record(version: int, clock: str | None = None, last: str | None = None) -> None:
            with owner.transaction():
                owner.execute("set local role ap_web")
                owner.execute(RECORD, {"version": version, "clock": clock, "last": last})
                owner.execute("reset role")

        record(1, clock="-1 year")  # in a registry of practice
        owner.execute("delete from setting where name = 'clock'")
        for wrong in ({"clock": "1 hour"}, {"clock": "-1 hour"}, {"last": "1 hour"}):
            with pytest.raises(psycopg.errors.InvalidParameterValue, match="real clock"):
                record(2, **wrong)
        record(2)
        record(3, clock="5 minutes")
        owner.execute("insert into setting (name, value) values ('clock', 'set')")
        record(4, clock="1 day")
        owner.execute("delete from setting where name = 'clock'")
        record(5, last="1 day")  # what is on record may be later: the server's clock was put back
        with pytest.raises(psycopg.errors.InvalidParameterValue), owner.transaction():
            owner.execute("select sequence_events(now() + interval '1 day', now())")
        owner.rollback()
