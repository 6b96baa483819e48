"""Secrets that are used again stand sealed in the database, by a key that is not there."""

import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pyotp
import pytest

from ap_registry import embedded
from ap_registry.errors import SetupError
from ap_registry.seals import FILE, MARK, UNSEALED, Seals, of_settings, parsed
from ap_registry.settings import Settings
from ap_registry.store import second_factors
from ap_registry.store.database import Connection, connect
from ap_registry.store.resealing import Standing, reseal, standing
from tests.conftest import EMPTY, fresh_database

OLD, NEW = bytes(32), b"1" * 32
AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
OWN = "postgresql://somebody@db.example/registry"


@pytest.fixture(scope="module")
def database(servers: embedded.Servers) -> Iterator[Connection]:
    with fresh_database(servers, EMPTY) as urls, connect(urls.database_url) as connection:
        yield connection


@pytest.fixture
def connection(database: Connection) -> Iterator[Connection]:
    with database.transaction(force_rollback=True):
        yield database


def held(connection: Connection, account: UUID) -> str:
    row = connection.execute("select secret from second_factor where account = %s", (account,))
    return str(row.fetchone()[0])  # type: ignore[index]


def is_right(connection: Connection, account: UUID, secret: str, seals: Seals) -> bool:
    connection.execute("update second_factor set last_step = 0, confirmed_at = %s", (AT,))
    code = pyotp.TOTP(secret).at(AT)
    return second_factors.is_right(connection, account, code, at=AT, seals=seals)


def test_whoever_reads_the_row_has_no_codes(connection: Connection) -> None:
    account, seals = uuid4(), Seals([OLD])
    secret = second_factors.begin(connection, account, at=AT, seals=seals)
    assert second_factors.begin(connection, account, at=AT, seals=seals) == secret
    kept = held(connection, account)
    assert (kept.startswith(MARK.decode()), secret in kept) == (True, False)
    assert is_right(connection, account, secret, seals)


def test_what_was_there_before_is_read_and_then_sealed(connection: Connection) -> None:
    account, hook, seals = uuid4(), uuid4(), Seals([OLD])
    secret = second_factors.begin(connection, account, at=AT, seals=UNSEALED)
    connection.execute(
        "insert into webhook_secret (id, webhook, secret, made_at) values (%s, %s, %s, %s)",
        (hook, uuid4(), NEW, AT),
    )
    assert held(connection, account) == secret
    assert is_right(connection, account, secret, seals)
    assert standing(connection, seals) == Standing(sealed=0, to_seal=2, lost=0)
    assert (reseal(connection, UNSEALED), reseal(connection, seals)) == (0, 2)
    assert standing(connection, seals) == Standing(sealed=2, to_seal=0, lost=0)
    assert is_right(connection, account, secret, seals)


def test_a_key_gives_way_to_the_next(connection: Connection) -> None:
    account = uuid4()
    secret = second_factors.begin(connection, account, at=AT, seals=Seals([OLD]))
    both, new = Seals([NEW, OLD]), Seals([NEW])
    assert is_right(connection, account, secret, both)
    assert (reseal(connection, both), reseal(connection, both)) == (1, 0)
    assert is_right(connection, account, secret, new)
    assert standing(connection, Seals([OLD])) == Standing(sealed=0, to_seal=0, lost=1)


@pytest.mark.parametrize("seals", [UNSEALED, Seals([NEW])])
def test_without_its_key_a_secret_is_lost_and_said_to_be(
    connection: Connection, seals: Seals
) -> None:
    account = uuid4()
    second_factors.begin(connection, account, at=AT, seals=Seals([OLD]))
    with pytest.raises(SetupError, match="cannot be opened"):
        second_factors.begin(connection, account, at=AT, seals=seals)
    assert reseal(connection, seals) == 0
    assert standing(connection, seals).lost == 1


def test_a_secret_put_in_anothers_place_does_not_open(connection: Connection) -> None:
    one, other, seals = uuid4(), uuid4(), Seals([OLD])
    for account in (one, other):
        second_factors.begin(connection, account, at=AT, seals=seals)
    connection.execute(
        "update second_factor set secret = %s where account = %s", (held(connection, one), other)
    )
    with pytest.raises(SetupError):
        second_factors.begin(connection, other, at=AT, seals=seals)


def test_the_key_is_made_once_beside_an_own_database(tmp_path: Path) -> None:
    settings = Settings(registry_home=tmp_path)
    sealed = of_settings(settings).seal("one", b"secret")
    assert of_settings(settings).open("one", sealed) == b"secret"
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


def test_none_is_made_for_servers_of_ones_own(tmp_path: Path) -> None:
    settings = Settings(registry_home=tmp_path, database_url=OWN)
    assert (of_settings(settings).usable, list(tmp_path.iterdir())) == (False, [])
    named = Settings(registry_home=tmp_path, database_url=OWN, secrets_key=f"{OLD.hex()}\n")
    assert of_settings(named).usable


@pytest.mark.parametrize("text", ["secret", "00", f"{OLD.hex()} {OLD.hex()[:-2]}"])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(SetupError, match="64 hex digits"):
        parsed(text)
