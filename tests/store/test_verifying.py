"""Verifying: what was recorded passes; a bit turned anywhere is found and named."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from ap_registry import embedded
from ap_registry.doctor.ledger import APPEND_ONLY
from ap_registry.registry import Registry
from ap_registry.store.database import Connection
from ap_registry.store.sequencer import sequence
from ap_registry.store.verifying import Verified, verify
from tests.store.holding import suspension
from tests.world import PUPIL, SCHOOL, register_pupil, send_register


def verified(registry: Registry) -> Verified:
    with registry.database.connection() as connection:
        sequence(connection)
    with registry.database.snapshot() as connection:
        return verify(connection)


@pytest.fixture
def recorded(registry: Registry) -> Registry:
    """Movements with private parts, registers and reference data; several heads."""
    register_pupil(registry)
    verified(registry)
    registry.record(suspension("2026-03-02", note="words of the school", ref="R-1"))
    send_register(registry, f"upn,organisation,week,marks\n{PUPIL},{SCHOOL},2026-03-02,{'/ ' * 10}")
    for day in ("2026-03-03", "2026-03-04", "2026-03-05"):
        registry.record(suspension(day))
    verified(registry)
    return registry


@contextmanager
def unguarded(urls: embedded.Servers) -> Iterator[Connection]:
    """The owner, with the triggers that hold even the owner switched off."""
    with psycopg.connect(urls.database_owner_url) as connection:
        for table in APPEND_ONLY:
            connection.execute(f"alter table {table} disable trigger user")
        yield connection


def test_what_was_recorded_passes(recorded: Registry) -> None:
    found = verified(recorded)
    assert found.first_bad is None
    assert (found.events, found.erased, found.bad) == (found.size, 0, 0)


def test_an_empty_ledger_passes(empty_registry: Registry) -> None:
    found = verified(empty_registry).as_json()
    assert (found["ok"], found["events"], found["size"]) == (True, 0, 0)
    assert found["root"].startswith("e3b0c44298fc1c14")  # SHA-256 of nothing, RFC 6962


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            "update event set data = replace(data::text, 'PP', 'PA')::json where version = 3",
            "digest",
        ),
        ("update event set occurred_on = occurred_on + 1 where stream = 1", "digest"),
        ("update event set birth_year = birth_year + 1 where stream = 0 and version = 3", "digest"),
        ("update event set data = (data::text || ' ')::json where stream = 2", "digest"),
        ("update event set recorded_at = recorded_at + interval '1 microsecond'", "digest"),
        ("update event set digest = sha256(digest) where stream = 0 and version = 3", "digest"),
        (
            "update event_private set data = replace(data::text, 'school', 'schaol')::json",
            "private",
        ),
        ("delete from event_private where version = 1 and stream = 0", "private"),
        ("update event_private set version = version + 100 where stream = 0", "private"),
        ("update event_private set salt = substr(sha256(salt), 1, 16)", "private"),
        ("update log set leaf = sha256(leaf) where seq = 5", "leaf"),
        ("update log set known_at = known_at + interval '1 hour' where seq = 5", "order"),
        ("update log set known_at = known_at - interval '1 hour' where seq = 5", "order"),
        ("delete from event where stream = 0 and version = 3", "missing"),
        ("delete from log where seq = (select max(seq) from log)", "missing"),
        ("update tree_head set root = sha256(root) where size < 50", "root"),
        ("update merkle_node set hash = sha256(hash)", "root"),
        ("delete from tree_head", "root"),
    ],
)
def test_a_change_is_found_and_named(
    recorded: Registry, urls: embedded.Servers, change: str, problem: str
) -> None:
    with unguarded(urls) as connection:
        assert connection.execute(change).rowcount
    found = verified(recorded)
    assert found.first_bad is not None
    assert found.first_bad.problem == problem


def test_the_first_that_is_bad_is_named(recorded: Registry, urls: embedded.Servers) -> None:
    with unguarded(urls) as connection:
        connection.execute("update event set by = 'LA857' where stream = 0 and version in (2, 3)")
        row = connection.execute(
            "select seq, id, pupil_id, version from log"
            " join event using (pupil_id, stream, version) where stream = 0 and version = 2"
        ).fetchone()
    assert row is not None
    assert told(verified(recorded)) == {
        "bad": 2,
        "first_bad": {
            "seq": row[0], "event": str(row[1]), "pupil_id": str(row[2]), "version": row[3],
            "problem": "digest",
        },
    }  # fmt: skip


def told(found: Verified) -> dict[str, Any]:
    return {name: found.as_json()[name] for name in ("bad", "first_bad")}


def test_an_event_that_never_was_recorded_is_found(
    recorded: Registry, urls: embedded.Servers
) -> None:
    with unguarded(urls) as connection:
        connection.execute(
            "insert into event select pupil_id, stream, version + 10, id, type, occurred_on,"
            " recorded_at, by, actor, ref_hash, content_hash, birth_year, data, null, digest"
            " from event where stream = 1"
        )
    found = verified(recorded).first_bad
    assert found is not None
    assert (found.seq, found.problem) == (None, "missing")
