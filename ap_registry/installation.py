"""One home put to work: servers started, schema migrated, clock checked, connections lent."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

import psycopg

from ap_registry import embedded, seals, signing
from ap_registry.errors import SetupError
from ap_registry.registry import Registry
from ap_registry.seals import Seals
from ap_registry.settings import Settings, read_settings
from ap_registry.signing import Signer
from ap_registry.store import migrate
from ap_registry.store.database import Connection, Database, connect, trouble
from ap_registry.store.resealing import reseal, some_unsealed
from ap_registry.store.sequencer import may_sequence


@dataclass
class Installation:
    """Everything a command needs; made once a process."""

    settings: Settings
    servers: embedded.Servers
    practice: bool = False  # made with AP_REGISTRY_CLOCK, whichever clock it lives by now
    serves: bool = False  # as the web, which may not sequence the ledger

    @cached_property
    def database(self) -> Database:
        return Database(self.servers.web_url if self.serves else self.servers.database_url)

    @cached_property
    def registry(self) -> Registry:
        """Who holds no key of the ledger, or may not sequence it, waits for whoever does."""
        return Registry(
            self.database,
            clock=self.clock,
            sequences=not self.serves and self.signer.usable and self._may_sequence(),
            signer=self.signer,
            seals=self.seals,
            practice=self.practice,
        )

    @cached_property
    def signer(self) -> Signer:
        return Signer(path=self.settings.home / signing.FILE, text=self.settings.ledger_key)

    @cached_property
    def seals(self) -> Seals:
        return seals.of_settings(self.settings)

    @property
    def clock(self) -> datetime | None:
        return self.settings.clock

    def _may_sequence(self) -> bool:
        """Somebody's own servers may be named by the address of the web."""
        if self.settings.database_url is None:
            return True
        with self.database.connection() as connection:
            return may_sequence(connection)

    def become_web(self) -> None:
        """From here on what is done is done as the web."""
        self._let_go()
        self.serves = True

    def close(self) -> None:
        if "database" in self.__dict__:
            self.database.close()

    def _let_go(self) -> None:
        self.close()
        for name in ("database", "registry"):
            self.__dict__.pop(name, None)

    def revive(self) -> None:
        """Start embedded servers that have died, perhaps elsewhere; others may still be away.

        Those that somebody stopped are left alone: SetupError.
        """
        found = servers(self.settings, start=embedded.revive)
        if found != self.servers:
            self._let_go()
            self.servers = found


def servers(
    settings: Settings, *, start: Callable[[Path], embedded.Servers] | None = None
) -> embedded.Servers:
    """The servers that the environment names; embedded ones for those that it does not."""
    if settings.database_url and settings.redis_url:
        return embedded.Servers(
            database_url=settings.database_url,
            web_url=settings.database_url,
            database_owner_url=settings.database_owner_url or settings.database_url,
            redis_url=settings.redis_url,
        )
    own = (start or embedded.ensure)(settings.home)
    return embedded.Servers(
        database_url=settings.database_url or own.database_url,
        web_url=settings.database_url or own.web_url,
        database_owner_url=(
            settings.database_owner_url or settings.database_url or own.database_owner_url
        ),
        redis_url=settings.redis_url or own.redis_url,
    )


def open_installation() -> Installation:
    """Start, migrate, and refuse a clock that this registry was not created with."""
    return _open(read_settings())


def open_at(settings: Settings, *, clock: datetime | None) -> Installation:
    """A practice registry that lives at an instant; None: by the real clock."""
    return _open(settings.model_copy(update={"registry_clock": clock}))


def _open(settings: Settings) -> Installation:
    found = Installation(settings=settings, servers=servers(settings))
    try:
        fresh = migrate.migrate(found.servers.database_owner_url)
        if fresh and found.clock is not None:
            _make_for_practice(found.servers.database_owner_url)
        with connect(found.servers.database_url) as connection:
            _settle_clock(found, connection)
            _seal(found, connection)
    except psycopg.OperationalError as error:
        what, cure = trouble(error)
        raise SetupError(what.capitalize(), f"{cure} `ap-registry doctor` looks closer.") from error
    return found


def _make_for_practice(owner_url: str) -> None:
    """Only the owner may say that a registry takes another clock than the real one."""
    with connect(owner_url) as connection:
        connection.execute(
            "insert into setting (name, value) values ('clock', 'set') on conflict do nothing"
        )


def _settle_clock(found: Installation, connection: Connection) -> None:
    """Only a registry that was created with AP_REGISTRY_CLOCK takes it (contract section 1)."""
    row = connection.execute("select 1 from setting where name = 'clock'").fetchone()
    found.practice = row is not None
    if found.clock is not None and not found.practice:
        raise SetupError(
            "This registry runs by the real clock; AP_REGISTRY_CLOCK is refused",
            "Unset AP_REGISTRY_CLOCK, or choose another AP_REGISTRY_HOME for practice.",
        )


def _seal(found: Installation, connection: Connection) -> None:
    """What an older program has left as it is in our own database: its key is made here too.

    With servers of one's own ``ap-registry migrate`` does, when no older program runs any more.
    """
    if found.settings.database_url is None and some_unsealed(connection):
        reseal(connection, found.seals)
