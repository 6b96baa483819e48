"""Accounts of people at pages, of a world that the tests of one module share."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from uuid import UUID, uuid4

import httpx

from ap_registry import embedded
from ap_registry.registry import Registry
from ap_registry.settings import Settings
from ap_registry.store import access_links, accounts, passwords, sessions
from ap_registry.store.account_acts import acts
from ap_registry.store.database import Database
from api.cookies import COOKIE
from tests.conftest import fresh_database
from tests.serving import TRUSTS_NOBODY, served
from tests.world import SCHOOL, load_world

PASSWORD, CHOSEN = "correct horse battery", "ledger meadow trombone"
AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@cache
def stored() -> str:
    """The password as accounts keep it: made once, since that takes as long as it must."""
    return passwords.hashed(PASSWORD)


@dataclass
class Town:
    registry: Registry
    url: str
    clients: ExitStack

    def person(self, *, role: str = "school", organisation: str = SCHOOL,
               administers: bool = False) -> "Someone":  # fmt: skip
        account, email = uuid4(), f"{uuid4()}@example.org"
        with self.registry.database.connection() as connection:
            connection.execute(
                "insert into account (id, email, name, password_hash, organisation, role,"
                " created_at, disabled, failures, administers)"
                " values (%s, %s, 'Sam', %s, %s, %s, %s, false, 0, %s)",
                (account, email, stored(), organisation, role, AT, administers),
            )
            token = sessions.begin(connection, account, at=self.registry.now())
        someone = Someone(self.client(), email, account)
        someone.client.cookies.set(COOKIE, token)
        return someone

    def client(self) -> httpx.Client:
        return self.clients.enter_context(
            httpx.Client(verify=TRUSTS_NOBODY, base_url=self.url, timeout=60)
        )

    def link(self, email: str, what: str) -> str:
        with self.registry.database.connection() as connection:
            at = self.registry.now()
            account = accounts.account_named(connection, email, at=at).id
            return access_links.make_link(connection, account, what, at=at)

    def done(self, account: UUID) -> list[tuple[str, str | None, str]]:
        """What was done to an account, the first first: what, by whom, and what more."""
        with self.registry.database.connection() as connection:
            found = [one for one in acts(connection, limit=1000) if one.account == account]
        return [(one.what, one.by, one.detail) for one in reversed(found)]


@contextmanager
def town_of(
    servers: embedded.Servers, fill: Callable[[Registry], object] = load_world,
    settings: Settings | None = None,
) -> Iterator[Town]:  # fmt: skip
    with fresh_database(servers) as urls, ExitStack() as clients:
        registry = Registry(Database(urls.database_url))
        registry.clock = AT
        fill(registry)
        with served(registry, settings) as url:
            yield Town(registry, url, clients)
        registry.database.close()


@dataclass
class Someone:
    client: httpx.Client
    email: str
    account: UUID

    def sign_in(self, password: str) -> int:
        data = {"email": self.email, "password": password}
        return self.client.post("/sign-in", data=data).status_code

    def inside(self) -> bool:
        return self.client.get("/account").status_code == 200

    def send(self, path: str, **data: str) -> httpx.Response:
        found = re.search(r'name="csrf" value="([^"]+)"', self.client.get("/account").text)
        assert found is not None
        return self.client.post(path, data={"csrf": found[1], **data})

    def invite(self, email: str, role: str = "school", **more: str) -> httpx.Response:
        return self.send("/colleagues/invite", email=email, role=role, **more)
