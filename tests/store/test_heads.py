"""Tree heads are signed by whoever sequences, with a key that the database never sees."""

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ap_registry import embedded
from ap_registry.errors import SetupError
from ap_registry.registry import Registry
from ap_registry.signing import FILE, Signer, new_key, parsed
from ap_registry.store import heads
from ap_registry.store.database import Connection
from ap_registry.store.heads import Head
from ap_registry.store.sequencer import rotate, sequence
from ap_registry.store.verifying import Verified, verify
from tests.store.holding import held_open, suspension
from tests.store.test_verifying import unguarded
from tests.world import register_pupil

NOW = datetime(2027, 1, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return Signer(path=tmp_path / "home" / FILE)


@pytest.fixture
def signing(registry: Registry, signer: Signer) -> Registry:
    """A registry that has signed one head of a pupil's registration."""
    registry.signer = signer
    register_pupil(registry)
    sequenced(registry)
    return registry


def sequenced(registry: Registry) -> Head:
    with registry.database.connection() as connection:
        registry.sequence(connection)
        return newest(connection)


def newest(connection: Connection) -> Head:
    found = heads.newest(connection)
    assert found is not None
    return found


def keys(registry: Registry) -> list[tuple[str, str, str | None]]:
    with registry.database.connection() as connection:
        return [(k["key_id"], k["from"], k["until"]) for k in heads.keys(connection)]


def verified(registry: Registry) -> Verified:
    with registry.database.snapshot() as connection:
        return verify(connection)


def test_a_head_is_signed_over_size_root_and_instant(signing: Registry, signer: Signer) -> None:
    shown = sequenced(signing).as_json()
    said = f"{shown['size']}\n{shown['root']}\n{shown['signed_at']}\n".encode()
    assert shown["signature"] == heads.text(signer.key().sign(said))
    assert shown["key_id"] == signer.key().id
    assert verified(signing).first_bad is None


def test_nothing_new_needs_no_new_head(signing: Registry) -> None:
    assert sequenced(signing) == sequenced(signing)


def test_an_empty_ledger_has_a_signed_head(empty_registry: Registry, signer: Signer) -> None:
    empty_registry.signer = signer
    assert (sequenced(empty_registry).size, verified(empty_registry).first_bad) == (0, None)


def test_what_nobody_signed_is_signed_when_somebody_holds_a_key(
    registry: Registry, signer: Signer
) -> None:
    unsigned = sequenced(registry)
    registry.signer = signer
    signed = sequenced(registry)
    assert (unsigned.signature, signed.root) == (None, unsigned.root)
    assert signed.key_id == signer.key().id
    assert verified(registry).first_bad is None


def test_the_clock_of_a_practice_registry_signs(registry: Registry, signer: Signer) -> None:
    registry.clock, registry.signer = NOW, signer
    register_pupil(registry)
    assert sequenced(registry).signed_at == NOW
    assert keys(registry) == [(signer.key().id, "2027-01-20T12:00:00.000000Z", None)]


def test_the_key_is_for_this_user_only_and_made_once(signer: Signer) -> None:
    made = signer.key()
    assert signer.path.stat().st_mode & 0o777 == 0o600
    assert os.listdir(signer.path.parent) == [FILE]
    assert Signer(path=signer.path).key() == made


def test_a_key_that_another_process_replaced_is_read_anew(signer: Signer) -> None:
    signer.key()
    follows = new_key()
    Signer(path=signer.path).replace(follows)
    assert signer.key() == follows


def test_a_key_made_by_openssl_is_taken(tmp_path: Path) -> None:
    made = subprocess.run(
        ["openssl", "genpkey", "-algorithm", "ed25519"], capture_output=True, text=True, check=True
    ).stdout
    assert parsed(made).public == Signer(path=tmp_path, text=made).key().public


@pytest.mark.parametrize("text", ["", "00", "no key at all", "ab" * 33])
def test_what_is_no_key_is_refused_without_quoting_it(text: str) -> None:
    with pytest.raises(SetupError) as caught:
        parsed(text)
    assert not text or text not in str(caught.value)


def test_whoever_can_neither_read_nor_make_a_key_waits_for_another(tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir()
    assert Signer(path=folder / FILE).usable
    assert Signer(path=Path("/proc/none") / FILE, text=new_key().seed.hex()).usable
    assert not Signer(path=Path("/proc/none") / FILE).usable or os.access("/proc", os.W_OK)


def test_a_new_key_follows_and_the_old_one_stays_published(
    signing: Registry, signer: Signer
) -> None:
    before = signer.key()
    with signing.database.connection() as connection:
        follows = rotate(connection, None, signer)
        until = newest(connection)
    signing.record(suspension("2026-03-02"))
    after = sequenced(signing)
    assert (until.key_id, after.key_id) == (before.id, follows)
    assert signer.key().id == follows
    (first, second) = keys(signing)
    assert (first[0], second[0], second[2]) == (before.id, follows, None)
    assert first[2] == second[1]
    assert verified(signing).first_bad is None


def test_a_key_named_by_the_operator_ends_the_one_before(signing: Registry) -> None:
    named = Signer(path=Path("unused"), text=new_key().seed.hex())
    with signing.database.connection() as connection:
        assert rotate(connection, None, named) == named.key().id
        with pytest.raises(SetupError, match="only key"):
            rotate(connection, None, named)
    assert [until is None for _id, _from, until in keys(signing)] == [False, True]
    assert verified(signing).first_bad is None


def test_a_key_that_has_ended_signs_nothing(signing: Registry, signer: Signer) -> None:
    ended = signer.key()
    with signing.database.connection() as connection:
        rotate(connection, None, signer)
    signer.replace(ended)
    signing.record(suspension("2026-03-02"))
    with pytest.raises(SetupError, match="has ended"):
        sequenced(signing)


def test_the_instant_that_late_events_count_from_is_signed(signing: Registry) -> None:
    with (
        held_open(signing, suspension("2026-03-02")),
        signing.database.connection() as connection,
    ):
        first = sequence(connection, signer=signing.signer, patience=0.05)
    sequenced(signing)
    with signing.database.connection() as connection:
        kept = heads.all_heads(connection)
    assert kept[-2].signed_at == first.closed_at
    assert kept[-2].size == kept[-1].size - 1
    assert verified(signing).first_bad is None


@pytest.mark.parametrize(
    "change",
    [
        "update tree_head set key_id = md5(key_id)",
        "update tree_head set signature = set_bit(signature, 100, 1 - get_bit(signature, 100))",
        "update tree_head set closed_at = closed_at + interval '1 microsecond'",
        "update tree_head set key_id = null, signature = null",
        "update tree_head set key_id = null, signature = null where size = {size}",
        "update ledger_key set from_at = from_at - interval '1 microsecond'",
        "update ledger_key set public_key = sha256(public_key)",
        "update ledger_key_end set until_at = until_at + interval '1 microsecond'",
        "update ledger_key_end set successor = md5(successor)",
        "delete from ledger_key where key_id in (select key_id from ledger_key_end)",
        "insert into ledger_key_end select 'x', until_at, successor, signed_by, signature"
        " from ledger_key_end",
    ],
)
def test_a_head_or_key_that_was_changed_is_found(
    signing: Registry, signer: Signer, urls: embedded.Servers, change: str
) -> None:
    with signing.database.connection() as connection:
        rotate(connection, None, signer)
    signing.record(suspension("2026-03-02"))
    size = sequenced(signing).size
    with unguarded(urls) as connection:
        assert connection.execute(change.format(size=size)).rowcount
    found = verified(signing).first_bad
    assert found is not None
    assert found.problem == "signature"


def test_a_head_signed_by_a_key_that_was_never_published_is_found(
    signing: Registry, urls: embedded.Servers
) -> None:
    head, stranger = sequenced(signing), new_key()
    with unguarded(urls) as connection:
        connection.execute(
            "update tree_head set key_id = %s, signature = %s where size = %s",
            (stranger.id, stranger.sign(head.message), head.size),
        )
    found = verified(signing).first_bad
    assert found is not None
    assert (found.problem, found.seq) == ("signature", head.size)
