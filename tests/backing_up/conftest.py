"""A registry that holds something, another that is empty, and the commands on both."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ap_registry import embedded
from ap_registry.registry import Registry
from tests.acceptance.office import Office
from tests.conftest import fresh_database
from tests.store.holding import suspension
from tests.world import SCHOOL, register_pupil, send_register, upn

PASSPHRASE = "correct horse battery staple"


class Place:
    """One registry and the commands that are run on it."""

    def __init__(
        self, urls: embedded.Servers, patch: pytest.MonkeyPatch, registry: Registry | None = None
    ) -> None:
        self.urls = urls
        self._registry = registry
        self._patch = patch
        self._office = Office()

    def _enter(self) -> Office:
        self._patch.setenv("AP_DATABASE_URL", self.urls.database_url)
        self._patch.setenv("AP_DATABASE_OWNER_URL", self.urls.database_owner_url)
        self._patch.setenv("AP_REDIS_URL", self.urls.redis_url)
        return self._office

    def close(self) -> None:
        """Programs that read it end."""
        if self._registry is not None:
            self._registry.database.close()

    def run(self, *words: str) -> tuple[int, str]:
        return self._enter().run(*words)

    def ask(self, *words: str) -> dict[str, object]:
        return dict(self._enter().ask(*words))


@pytest.fixture
def full(registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
         urls: embedded.Servers) -> Place:  # fmt: skip
    """Two pupils, a suspension with what is owed for it, and a register."""
    monkeypatch.setenv("AP_REGISTRY_HOME", str(tmp_path / "home"))
    for number in (1, 2):
        register_pupil(registry, upn=upn(number))
    registry.record(suspension("2026-03-02", sessions=12, ends_on="2026-03-09"))
    send_register(
        registry, f"upn,organisation,date,session,code\n{upn(2)},{SCHOOL},2026-11-13,AM,N\n"
    )
    return Place(urls, monkeypatch, registry)


@pytest.fixture
def empty(servers: embedded.Servers, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    with fresh_database(servers) as urls:
        yield Place(urls, monkeypatch)
