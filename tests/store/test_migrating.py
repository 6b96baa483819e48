"""A database made by an earlier release gets what is new, and what it holds stays."""

import psycopg
import pytest

from ap_registry import embedded
from ap_registry.store.migrate import migrate

NEW = ("provider_check", "headcount", "adjustment")


@pytest.fixture
def earlier(urls: embedded.Servers) -> embedded.Servers:
    """As the first migration left it, with one organisation."""
    with psycopg.connect(urls.database_owner_url) as connection:
        for table in NEW:
            connection.execute(f"drop table {table}")
        connection.execute("update alembic_version set version_num = '0001'")
        connection.execute(
            "insert into organisation (id, from_at, until_at, kind, name)"
            " values ('100001', now(), 'infinity', 'school', 'Alder School')"
        )
    return urls


def test_the_web_may_read_and_write_the_new_tables(earlier: embedded.Servers) -> None:
    assert migrate(earlier.database_owner_url) is False
    with psycopg.connect(earlier.database_url) as web:
        for table in NEW:
            web.execute(f"select * from {table}")
            web.execute(f"update {table} set until_at = now()")
        assert web.execute("select name from organisation").fetchall() == [("Alder School",)]


def test_a_database_of_the_first_wall_goes_on_to_the_newest(urls: embedded.Servers) -> None:
    """Its migration 0026 made no reader_acts_for(), which the grants of 0027 name."""
    with psycopg.connect(urls.database_owner_url) as owner:
        owner.execute("drop function reader_acts_for() cascade")
        owner.execute("update alembic_version set version_num = '0026'")
    assert migrate(urls.database_owner_url) is False
    with psycopg.connect(urls.database_url) as web:
        assert web.execute("select reader_acts_for()").fetchone() == (None,)
