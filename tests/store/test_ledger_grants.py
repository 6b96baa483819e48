"""Web and job add to the ledger by its functions alone: their rights as the catalogue has them."""

from collections.abc import Iterator

import psycopg
import pytest

from ap_registry import embedded
from ap_registry.signing import SigningKey, new_key
from ap_registry.store.ledger_functions import LEDGER
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


@pytest.mark.parametrize(
    "call",
    [
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
    ],
)
def test_the_functions_refuse_what_the_ledger_cannot_hold(
    urls: embedded.Servers, call: str
) -> None:
    with psycopg.connect(urls.database_url) as web:
        with pytest.raises(psycopg.errors.InvalidParameterValue):
            web.execute(f"select {call}")
        web.rollback()
        assert root(web, 0)


def test_a_key_is_ended_once_by_itself_or_by_a_successor_that_signs(
    urls: embedded.Servers,
) -> None:
    first, second, third = (new_key() for _ in range(3))
    with psycopg.connect(urls.database_url) as web:
        for key in (first, second):
            web.execute(f"select publish_key(%s, %s, 'epoch', {SIGNATURE})", (key.id, key.public))

        def end(ended: SigningKey, successor: SigningKey, by: SigningKey) -> None:
            with web.transaction():
                web.execute(
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
        web.rollback()


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
