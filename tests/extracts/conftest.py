"""The area of area.py, told once for each worker: nothing here writes to it but what is read."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from ap_registry import embedded
from ap_registry.registry import Registry
from ap_registry.store import accounts
from ap_registry.store.database import Database
from reports.asking import asked_of
from reports.kinds import KINDS
from tests.conftest import fresh_database
from tests.extracts.area import tell_area
from tests.serving import TRUSTS_NOBODY, served

KeyOf = Callable[[str, str], httpx.Client]
AskedOf = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def area(servers: embedded.Servers) -> Iterator[Registry]:
    with fresh_database(servers) as urls:
        database = Database(urls.database_url)
        registry = Registry(database)
        tell_area(registry)
        yield registry
        database.close()


@pytest.fixture(scope="session")
def area_at(area: Registry) -> Iterator[str]:
    """Its address."""
    with served(area) as url:
        yield url


@pytest.fixture(scope="session")
def key_of(area: Registry, area_at: str) -> Iterator[KeyOf]:
    """A client with a key of a role and an organisation."""
    made: list[httpx.Client] = []

    def login(role: str, organisation: str) -> httpx.Client:
        with area.database.connection() as connection:
            _id, secret = accounts.create_key(
                connection, organisations=(organisation,), role=role, at=area.now()
            )
        headers = {"Authorization": f"Bearer {secret}"}
        made.append(
            httpx.Client(
                verify=TRUSTS_NOBODY, base_url=f"{area_at}/api/v1", timeout=60, headers=headers
            )
        )
        return made[-1]

    yield login
    for client in made:
        client.close()


@pytest.fixture(scope="session")
def asked(area: Registry) -> AskedOf:
    """A report as the command line has it, as an object."""

    def ask(name: str, **given: str) -> dict[str, Any]:
        kind = KINDS[name]
        return dict(kind.read(area, asked_of(kind, given)).object)

    return ask
