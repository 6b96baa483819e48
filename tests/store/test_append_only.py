"""What is recorded stays: refused to the web by its role, and to the owner by triggers."""

import psycopg
import pytest

from ap_registry import embedded
from ap_registry.registry import Registry
from ap_registry.store.sequencer import sequence
from tests.world import register_pupil

LEDGER = ("event", "event_private", "log")


@pytest.fixture
def recorded(registry: Registry, urls: embedded.Servers) -> embedded.Servers:
    register_pupil(registry)
    with registry.database.connection() as connection:
        sequence(connection)
    return urls


def refused(url: str, statement: str) -> bool:
    with psycopg.connect(url) as connection:
        try:
            connection.execute(statement)
        except psycopg.errors.InsufficientPrivilege:
            return True
        finally:
            connection.rollback()
    return False


@pytest.mark.parametrize("table", LEDGER)
@pytest.mark.parametrize(
    "statement", ["update {} set version = version", "delete from {}", "truncate {}"]
)
def test_neither_the_web_nor_the_owner_changes_it(
    recorded: embedded.Servers, table: str, statement: str
) -> None:
    said = statement.format(table)
    assert refused(recorded.database_url, said)
    assert refused(recorded.database_owner_url, said)


@pytest.mark.parametrize("table", ["event_private", "log", "sequencer"])
def test_the_web_adds_to_it_by_the_functions_only(recorded: embedded.Servers, table: str) -> None:
    said = f"insert into {table} select * from {table}"
    assert refused(recorded.database_url, said)


@pytest.mark.parametrize("table", ["tree_head", "merkle_node", "sequencer"])
def test_the_web_does_not_change_the_tree(recorded: embedded.Servers, table: str) -> None:
    assert refused(recorded.database_url, f"delete from {table}")


def test_triggers_hold_where_a_session_says_it_replicates(recorded: embedded.Servers) -> None:
    with psycopg.connect(recorded.database_owner_url) as connection:
        connection.execute("set session_replication_role = replica")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("delete from event")


def test_functions_that_write_look_only_where_they_should(recorded: embedded.Servers) -> None:
    with psycopg.connect(recorded.database_owner_url) as connection:
        found = connection.execute(
            "select proname from pg_proc where prosecdef and pronamespace = 'public'::regnamespace"
            " and coalesce(not 'search_path=public, pg_temp' = any(proconfig), true)"
        ).fetchall()
    assert found == []
