"""Embedded servers for each worker; for each test a database of its own from a template."""

import gc
import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
from hypothesis import settings

from ap_registry import embedded
from ap_registry.installation import Installation
from ap_registry.registry import Registry
from ap_registry.settings import Settings
from ap_registry.store.database import Database
from ap_registry.store.migrate import migrate
from tests.world import load_world

os.environ["AP_EMBEDDED_FSYNC"] = "off"
# The same examples each time and no clock: a run says what the code does, not what the day was
# like. HYPOTHESIS_PROFILE=default looks for new ones.
settings.register_profile("steady", derandomize=True, deadline=None, database=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))
EMPTY, WORLD = "template_empty", "template_world"
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MEMORY = Path("/dev/shm")
ROOM = 2 << 30
_NUMBERS = itertools.count()


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Thousands of tests are no garbage, and need not be looked through during each."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[embedded.Servers]:
    """Of this worker alone: on one server, the workers' copied databases wait for each other.

    In memory where there is room: a run writes thousands of databases and reads none again.
    """
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM
    with TemporaryDirectory(
        prefix="ap-registry-tests-", dir=MEMORY if roomy else tmp_path_factory.getbasetemp()
    ) as folder:
        home = Path(folder) / "servers"
        found = embedded.ensure(home)
        try:
            _make_templates(found)
            yield found
        finally:
            _admin(found).close()
            _admin.cache_clear()
            embedded.remove(home)


@cache
def _admin(found: embedded.Servers) -> psycopg.Connection:
    """One for all that a worker makes and drops: to connect costs a third of making one."""
    return psycopg.connect(_named(found.database_owner_url, "postgres"), autocommit=True)


def _named(url: str, database: str) -> str:
    return url.rsplit("/", 1)[0] + f"/{database}"


def _make_templates(found: embedded.Servers) -> None:
    admin = _admin(found)
    admin.execute(f"create database {EMPTY}")
    migrate(_named(found.database_owner_url, EMPTY))
    with psycopg.connect(_named(found.database_owner_url, EMPTY)) as owner:  # tests say clocks
        owner.execute("insert into setting (name, value) values ('clock', 'set')")
    _copy(admin, EMPTY, WORLD)
    database = Database(_named(found.database_url, WORLD))
    load_world(Registry(database))
    database.close()


def _copy(admin: psycopg.Connection, template: str, name: str) -> None:
    """Seven times as fast as the default, which writes every page to the WAL."""
    admin.execute(f"create database {name} template {template} strategy file_copy")


@pytest.fixture
def small_world() -> None:
    """For ``urls``: begin with a copy of the small world."""


@pytest.fixture
def urls(request: pytest.FixtureRequest, servers: embedded.Servers) -> Iterator[embedded.Servers]:
    template = WORLD if "small_world" in request.fixturenames else EMPTY
    with fresh_database(servers, template) as found:
        yield found


@contextmanager
def fresh_database(servers: embedded.Servers, template: str = EMPTY) -> Iterator[embedded.Servers]:
    """A database of its own, with the schema and (EMPTY) nothing else: its addresses."""
    name = f"t_{next(_NUMBERS)}"
    _copy(_admin(servers), template, name)
    yield embedded.Servers(
        database_owner_url=_named(servers.database_owner_url, name),
        database_url=_named(servers.database_url, name),
        web_url=_named(servers.web_url, name),
        redis_url=servers.redis_url,
    )
    _admin(servers).execute(f"drop database if exists {name} with (force)")


@pytest.fixture
def database(urls: embedded.Servers) -> Iterator[Database]:
    found = Database(urls.database_url)
    yield found
    found.close()


@pytest.fixture
def empty_registry(database: Database) -> Registry:
    """No organisations, no terms, the real clock."""
    return Registry(database)


@pytest.fixture
def registry(small_world: None, empty_registry: Registry) -> Registry:
    """The small world of tests/world.py: two schools, a PRU, terms of three years."""
    return empty_registry


@pytest.fixture
def installation(registry: Registry, urls: embedded.Servers) -> Installation:
    made = Installation(settings=Settings(), servers=urls)
    made.__dict__["database"] = registry.database
    made.__dict__["registry"] = registry
    return made


@pytest.fixture(scope="session")
def shared() -> Path:
    """The real public data beside the checkout."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.fail(f"This test reads real data in {folder}, which is missing")
    return folder
