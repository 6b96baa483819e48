"""Bring a database to the present schema."""

from pathlib import Path

from sqlalchemy import create_engine, inspect
from sqlalchemy.pool import NullPool

from alembic import command
from alembic.config import Config

_FOLDER = Path(__file__).resolve().parents[2] / "alembic"
_LOCK = 7_101_945


def migrate(owner_url: str) -> bool:
    """Run all migrations that are missing; True where the database was new.

    Two processes at once wait for one another.
    """
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    engine = create_engine(_driver_url(owner_url), poolclass=NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"select pg_advisory_lock({_LOCK})")
        connection.commit()
        fresh = not inspect(connection).has_table("alembic_version")
        connection.commit()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
        connection.exec_driver_sql(f"select pg_advisory_unlock({_LOCK})")
    engine.dispose()
    return fresh


def _driver_url(url: str) -> str:
    """SQLAlchemy's form of a libpq address, with psycopg 3 as the driver."""
    return "postgresql+psycopg://" + url.split("://", 1)[1]
