"""What is started, and how it is set."""

import json
import stat
from pathlib import Path

import psycopg
import pytest
import redis

from ap_registry import embedded
from tests.embedded.asking import pings, rows, run, state


def test_starts_both_and_says_where(home: Path) -> None:
    found = embedded.ensure(home)
    for url, role in ((found.database_url, "ap_job"), (found.web_url, "ap_web")):
        assert rows(url, "select current_user, current_database()") == [(role, "ap_registry")]
    assert rows(found.database_owner_url, "select current_user") == [("ap_owner",)]
    assert pings(found.redis_url)
    assert embedded.status(home) == {"postgres": True, "valkey": True}
    assert {
        "database_url": found.database_url,
        "web_url": found.web_url,
        "database_owner_url": found.database_owner_url,
        "redis_url": found.redis_url,
    }.items() <= state(home).items()


def test_the_state_is_for_this_user_only(home: Path) -> None:
    embedded.ensure(home)
    assert stat.S_IMODE((home / "state.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((home / "valkey" / "valkey.conf").stat().st_mode) == 0o600


def test_postgres_is_set_for_a_ledger(home: Path) -> None:
    url = embedded.ensure(home).database_owner_url
    wanted = {
        "data_checksums": "on",
        "listen_addresses": "127.0.0.1",
        "max_connections": "200",
        "password_encryption": "scram-sha-256",
        "shared_buffers": "256MB",
        "unix_socket_directories": "",
    }
    names = ", ".join(f"'{name}'" for name in wanted)
    query = f"select name, current_setting(name) from pg_settings where name in ({names})"
    assert dict(rows(url, query)) == wanted
    query = "select datlocprovider::text, datlocale from pg_database where datname = 'ap_registry'"
    assert rows(url, query) == [("b", "C.UTF-8")]


def test_only_the_owner_is_a_superuser(home: Path) -> None:
    url = embedded.ensure(home).database_owner_url
    query = "select rolname from pg_roles where rolcanlogin and {} order by 1"
    assert rows(url, query.format("rolsuper")) == [("ap_owner",)]
    assert rows(url, query.format("not rolsuper")) == [("ap_job",), ("ap_web",)]


def test_nobody_is_let_in_without_the_password(home: Path) -> None:
    found = embedded.ensure(home)
    port = state(home)["postgres_port"]
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(f"postgresql://ap_owner:wrong@127.0.0.1:{port}/ap_registry")
    bare = "redis://" + found.redis_url.rsplit("@", 1)[1]
    with pytest.raises(redis.AuthenticationError):
        pings(bare)


def test_a_second_start_finds_what_runs(home: Path) -> None:
    first, before = embedded.ensure(home), state(home)
    assert (embedded.ensure(home), state(home)) == (first, before)


def test_what_was_kept_is_there_after_a_stop(home: Path) -> None:
    run(embedded.ensure(home).database_owner_url, "create table kept as select 7 as n")
    assert embedded.stop(home)
    assert not embedded.status(home)["postgres"]
    assert rows(embedded.ensure(home).database_owner_url, "select n from kept") == [(7,)]


def test_web_and_job_have_passwords_of_their_own_in_an_older_home_too(home: Path) -> None:
    embedded.ensure(home)
    older = {name: value for name, value in state(home).items() if name not in embedded.ROLES}
    (home / "state.json").write_text(json.dumps(older))
    found = embedded.ensure(home)
    assert rows(found.web_url, "select current_user") == [("ap_web",)]
    assert rows(found.database_url, "select current_user") == [("ap_job",)]
    known = state(home)
    assert len({known["password"], known["ap_web"], known["ap_job"]}) == 3
