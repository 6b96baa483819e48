"""The registry served over HTTP, with a key for each kind of caller."""

from collections.abc import Callable, Iterator
from datetime import date

import httpx
import pytest

from ap_registry.registry import Registry
from ap_registry.store import accounts
from tests.serving import TRUSTS_NOBODY, served

Login = Callable[..., httpx.Client]


@pytest.fixture
def address(registry: Registry) -> Iterator[str]:
    with served(registry) as url:
        yield url


@pytest.fixture
def nobody(address: str) -> Iterator[httpx.Client]:
    """A client without a key."""
    with httpx.Client(verify=TRUSTS_NOBODY, base_url=address, timeout=60) as client:
        yield client


@pytest.fixture
def as_(registry: Registry, address: str) -> Iterator[Login]:
    """A client with a key of a role and organisations."""
    made: list[httpx.Client] = []

    def login(role: str, *organisations: str, until_on: date | None = None) -> httpx.Client:
        with registry.database.connection() as connection:
            _id, secret = accounts.create_key(
                connection,
                organisations=organisations,
                role=role,
                at=registry.now(),
                until_on=until_on,
            )
        headers = {"Authorization": f"Bearer {secret}"}
        made.append(
            httpx.Client(verify=TRUSTS_NOBODY, base_url=address, timeout=60, headers=headers)
        )
        return made[-1]

    yield login
    for client in made:
        client.close()
