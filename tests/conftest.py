"""One pair of embedded servers for the run; for each test a database of its own from a template."""

import fcntl
import itertools
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

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
TEMPLATE = "template_registry"
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
_NUMBERS = itertools.count()


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same for all workers of one run."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if os.environ.get("PYTEST_XDIST_WORKER") else own


@contextmanager
def locked(path: Path) -> Iterator[None]:
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def servers(run_folder: Path) -> Iterator[embedded.Servers]:
    """Started by the first worker, ended by the last."""
    home = run_folder / "servers"
    count = run_folder / "workers.json"
    with locked(run_folder / "servers.lock"):
        found = embedded.ensure(home)
        users = json.loads(count.read_text()) if count.exists() else 0
        if users == 0:
            _make_template(found)
        count.write_text(json.dumps(users + 1))
    yield found
    with locked(run_folder / "servers.lock"):
        users = json.loads(count.read_text()) - 1
        count.write_text(json.dumps(users))
        if users == 0:
            embedded.stop(home)


def _admin(found: embedded.Servers) -> psycopg.Connection:
    return psycopg.connect(
        found.database_owner_url.rsplit("/", 1)[0] + "/postgres", autocommit=True
    )


def _make_template(found: embedded.Servers) -> None:
    with _admin(found) as admin:
        admin.execute(f"drop database if exists {TEMPLATE}")
        admin.execute(f"create database {TEMPLATE}")
    migrate(found.database_owner_url.rsplit("/", 1)[0] + f"/{TEMPLATE}")


@pytest.fixture
def urls(servers: embedded.Servers) -> Iterator[embedded.Servers]:
    with fresh_database(servers) as found:
        yield found


@contextmanager
def fresh_database(servers: embedded.Servers) -> Iterator[embedded.Servers]:
    """A database of its own with the schema and nothing else: its addresses."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name = f"t_{worker}_{next(_NUMBERS)}"
    with _admin(servers) as admin:
        # Seven times as fast as the default, which writes every page to the WAL.
        admin.execute(f"create database {name} template {TEMPLATE} strategy file_copy")
    yield embedded.Servers(
        database_owner_url=servers.database_owner_url.rsplit("/", 1)[0] + f"/{name}",
        database_url=servers.database_url.rsplit("/", 1)[0] + f"/{name}",
        redis_url=servers.redis_url,
    )
    with _admin(servers) as admin:
        admin.execute(f"drop database if exists {name} with (force)")


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
def registry(empty_registry: Registry) -> Registry:
    """The small world of tests/world.py: two schools, a PRU, terms of three years."""
    load_world(empty_registry)
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
