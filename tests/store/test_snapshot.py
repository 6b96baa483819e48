"""A snapshot for reading."""

from ap_registry.store.database import Connection, Database


def test_a_report_may_reckon_for_minutes_between_two_reads(database: Database) -> None:
    with database.snapshot() as connection:
        assert _patience(connection) == "15min"
    with database.connection() as connection:
        assert _patience(connection) == "1min"


def _patience(connection: Connection) -> str:
    row = connection.execute("show idle_in_transaction_session_timeout").fetchone()
    assert row is not None
    return str(row[0])
