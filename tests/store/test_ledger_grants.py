"""Web and job add to the ledger by its functions alone: their rights as the catalogue has them."""

from collections.abc import Iterator

import psycopg
import pytest

from ap_registry import embedded
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


@pytest.mark.parametrize(
    "statement",
    [
        "select keep_head(1000000, 'epoch', '\\x00', null, null)",
        "select keep_head(0, 'infinity', '\\x00', null, null)",
        "select keep_subtrees(1::smallint, 16, 62500, array['\\x00'::bytea])",
        "select keep_subtrees(0::smallint, 1, 0, array['\\x00'::bytea])",
        "select record_registers('{}', '{}', '{}', '{}', 'suspension.v1', 'somebody', null)",
    ],
)
def test_the_functions_refuse_what_the_ledger_cannot_hold(
    urls: embedded.Servers, statement: str
) -> None:
    with psycopg.connect(urls.database_url) as web:
        with pytest.raises(psycopg.errors.InvalidParameterValue):
            web.execute(statement)
        web.rollback()
        assert root(web, 0)
