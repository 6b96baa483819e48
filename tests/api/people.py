"""People at pages, without a browser: a client signed in for a role, and forms as it sends them."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from html import unescape

import httpx

from ap_registry import embedded
from ap_registry.registry import Registry
from ap_registry.store import accounts
from tests.browser.conftest import PASSWORD, opened
from tests.serving import TRUSTS_NOBODY

People = Callable[[str], httpx.Client]
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)"')


@contextmanager
def at_pages(servers: embedded.Servers, fill: Callable[[Registry], None]) -> Iterator[People]:
    """Of a world that the tests of one module share."""
    with ExitStack() as open_ones:
        url = open_ones.enter_context(opened(servers, fill))

        def signed_in(role: str) -> httpx.Client:
            client = open_ones.enter_context(
                httpx.Client(verify=TRUSTS_NOBODY, base_url=url, timeout=60)
            )
            client.post("/sign-in", data={"email": f"{role}@example.org", "password": PASSWORD})
            return client

        yield signed_in


def signed_in(registry: Registry, client: httpx.Client, role: str, organisation: str) -> None:
    client.cookies.clear()
    email = f"{role}.{organisation}@example.org"
    with registry.database.connection() as connection:
        accounts.add_account(
            connection, email=email, name="Sam", password=PASSWORD, organisation=organisation,
            role=role, at=registry.now(),
        )  # fmt: skip
    client.post("/sign-in", data={"email": email, "password": PASSWORD})


def hidden(page: str) -> dict[str, str]:
    """What the last form of a page sends by itself."""
    form = page.rpartition("<form")[2]
    return {name: unescape(value) for name, value in _HIDDEN.findall(form)}


def send(client: httpx.Client, path: str, page: str, **given: str) -> str:
    """The page that answers the last form of a page, filled in."""
    return client.post(path, data={**hidden(page), **given}).text
