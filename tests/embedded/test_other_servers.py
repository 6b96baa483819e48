"""AP_DATABASE_URL and AP_REDIS_URL replace the embedded servers, each on its own."""

from pathlib import Path

import pytest

from ap_registry import embedded
from ap_registry.installation import servers
from ap_registry.settings import read_settings

DATABASE, REDIS = "postgresql://elsewhere/registry", "redis://elsewhere/0"


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Path]:
    """The homes in which embedded servers were asked for."""
    monkeypatch.setenv("AP_REGISTRY_HOME", str(tmp_path / "home"))
    asked: list[Path] = []

    def ensure(home: Path) -> embedded.Servers:
        asked.append(home)
        return embedded.Servers(
            database_owner_url="own", database_url="own", web_url="own", redis_url="own"
        )

    monkeypatch.setattr(embedded, "ensure", ensure)
    return asked


def test_both_named_starts_nothing(started: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AP_DATABASE_URL", DATABASE)
    monkeypatch.setenv("AP_REDIS_URL", REDIS)
    assert servers(read_settings()) == embedded.Servers(
        database_owner_url=DATABASE, database_url=DATABASE, web_url=DATABASE, redis_url=REDIS
    )
    assert started == []


@pytest.mark.parametrize(
    ("name", "value", "addresses"),
    [
        ("AP_DATABASE_URL", DATABASE, (DATABASE, "own")),
        ("AP_REDIS_URL", REDIS, ("own", REDIS)),
    ],
)
def test_one_named_leaves_the_other_embedded(
    started: list[Path],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
    addresses: tuple[str, str],
) -> None:
    monkeypatch.setenv(name, value)
    found = servers(read_settings())
    assert (found.database_url, found.redis_url) == addresses
    assert len(started) == 1


def test_an_address_may_stand_in_a_file(
    started: list[Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    secret = tmp_path / "database_url"
    secret.write_text(DATABASE + "\n")
    monkeypatch.setenv("AP_DATABASE_URL_FILE", str(secret))
    assert servers(read_settings()).database_url == DATABASE
