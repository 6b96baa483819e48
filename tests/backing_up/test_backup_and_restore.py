"""One file holds the registry; another registry becomes the same, or stays as it was."""

import os
import resource
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ap_registry.backing_up.dumping import back_up
from ap_registry.backing_up.manifest import SESSIONS, rows_of
from ap_registry.registry import Registry
from ap_registry.store.database import connect
from tests.backing_up.conftest import PASSPHRASE, Place
from tests.store.holding import suspension
from tests.world import SCHOOL, upn

SMALL = 20_000  # bytes
COMMAND = str(Path(sys.executable).parent / "ap-registry")


def contents(place: Place) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    with connect(place.urls.database_owner_url) as connection:
        return {
            name: sorted(connection.execute(f'select t::text from "{name}" t').fetchall())
            for name in rows_of(connection)
        }


def held(place: Place) -> int:
    """How many events there are; none where there is no such table."""
    with connect(place.urls.database_owner_url) as connection:
        return rows_of(connection).get("event", 0)


def execute(place: Place, *statements: str) -> None:
    with connect(place.urls.database_owner_url) as connection:
        for statement in statements:
            connection.execute(statement)


def test_a_restored_registry_holds_the_same_rows(full: Place, empty: Place, tmp_path: Path) -> None:
    file = tmp_path / "a registry.apb"
    made = full.ask("backup", str(file))
    told = empty.ask("restore", str(file))
    assert (told["ok"], told["ledger"]) == (True, made["ledger"])
    assert contents(empty) == contents(full)


def test_it_goes_on_and_still_verifies(full: Place, empty: Place, tmp_path: Path) -> None:
    file = str(tmp_path / "registry.apb")
    full.run("backup", file)
    empty.run("restore", file)
    code, _ = empty.run(
        "notify",
        f'{{"type": "left_roll", "upn": "{upn(2)}", "occurred_on": "2026-11-02",'
        f' "school": "{SCHOOL}", "ground": "a"}}',
    )
    assert (code, empty.run("verify")[0], empty.run("rebuild", "--check")[0]) == (0, 0, 0)


def test_its_ledger_is_append_only_too(full: Place, empty: Place, tmp_path: Path) -> None:
    file = str(tmp_path / "registry.apb")
    full.run("backup", file)
    empty.run("restore", file)
    for url in (empty.urls.database_url, empty.urls.database_owner_url):
        with connect(url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("delete from event")


def test_everybody_signs_in_anew(full: Place, empty: Place, tmp_path: Path) -> None:
    file = str(tmp_path / "registry.apb")
    execute(full, "insert into web_session values ('\\x00', gen_random_uuid(), now(), now(), '')")
    execute(
        full,
        "insert into family_session values ('\\x00', gen_random_uuid(), '', 'en', now(), now())",
    )
    execute(full, "insert into kept_form values (gen_random_uuid(), '', '', now())")
    full.run("backup", file)
    empty.run("restore", file)
    with connect(empty.urls.database_owner_url) as connection:
        found = [connection.execute(f"select * from {name}").fetchall() for name in SESSIONS]
    assert found == [[], [], []]


def test_a_backup_taken_while_others_write_is_of_one_instant(
    full: Place, empty: Place, registry: Registry, tmp_path: Path
) -> None:
    file, done = str(tmp_path / "registry.apb"), threading.Event()

    def write() -> None:
        number = 0
        while not done.is_set():
            number += 1
            registry.record(suspension("2026-03-16", upn(2), ref=str(number)))

    writer = threading.Thread(target=write)
    writer.start()
    full.run("backup", file)
    done.set()
    writer.join()
    assert empty.ask("restore", file)["ok"] is True
    assert held(empty) < held(full)


def test_the_file_is_for_its_owner_alone_and_nothing_else_is_left(
    full: Place, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    full.run("backup", str(folder / "one"))
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert modes == {"one": 0o600, "one.key": 0o600}


def test_a_file_that_exists_is_not_written_over_unasked(full: Place, tmp_path: Path) -> None:
    file = tmp_path / "one"
    file.write_text("mine")
    assert full.run("backup", str(file))[0] == 2
    assert file.read_text() == "mine"
    assert full.run("backup", str(file), "--force")[0] == 0
    assert file.stat().st_size > 1_000


def test_a_passphrase_of_ones_own_leaves_no_key_beside(
    full: Place, empty: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, secret = tmp_path / "one", tmp_path / "secret"
    secret.write_text(PASSPHRASE + "\n")
    monkeypatch.setenv("AP_BACKUP_PASSPHRASE_FILE", str(secret))
    full.run("backup", str(file))
    assert not (tmp_path / "one.key").exists()
    assert empty.ask("restore", str(file))["ok"] is True


def test_production_wants_a_passphrase_of_its_own(
    full: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AP_ENVIRONMENT", "production")
    assert full.run("backup", str(tmp_path / "one"))[0] == 2
    assert [path.name for path in tmp_path.glob("one*")] == []


def test_a_wrong_passphrase_or_none_restores_nothing(
    full: Place, empty: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "one"
    full.run("backup", str(file))
    (tmp_path / "one.key").rename(tmp_path / "elsewhere")
    none = empty.run("restore", str(file))[0]
    monkeypatch.setenv("AP_BACKUP_PASSPHRASE", "another")
    assert (none, empty.run("restore", str(file))[0], held(empty)) == (2, 2, 0)


@pytest.mark.parametrize("damage", ["flipped", "cut off", "empty", "something else"])
def test_a_damaged_file_restores_nothing(
    full: Place, empty: Place, tmp_path: Path, damage: str
) -> None:
    file = tmp_path / "one"
    full.run("backup", str(file))
    whole = file.read_bytes()
    half = len(whole) // 2
    file.write_bytes(
        {
            "flipped": whole[:half] + bytes([whole[half] ^ 1]) + whole[half + 1 :],
            "cut off": whole[:half],
            "empty": b"",
            "something else": b"upn,organisation\n",
        }[damage]
    )
    assert (empty.run("restore", str(file))[0], held(empty)) == (2, 0)


def test_a_registry_in_use_is_replaced_only_on_request(full: Place, empty: Place,
                                                       tmp_path: Path) -> None:  # fmt: skip
    file = str(tmp_path / "one")
    full.run("backup", file)
    empty.run("restore", file)
    before = contents(empty)
    assert (empty.run("restore", file)[0], contents(empty)) == (2, before)
    execute(empty, "update setting set value = 'other' where name = 'hash_key'")
    assert empty.ask("restore", file, "--replace")["ok"] is True
    assert contents(empty) == before


def test_nothing_is_taken_from_under_programs_that_run(
    full: Place, empty: Place, tmp_path: Path
) -> None:
    file = str(tmp_path / "one")
    full.run("backup", file)
    with connect(empty.urls.database_url):
        assert (empty.run("restore", file)[0], held(empty)) == (2, 0)


def as_of(place: Place, revision: str, folder: Path) -> str:
    """A backup that a program of that schema has made."""
    execute(place, f"update alembic_version set version_num = '{revision}'")
    file = folder / "other"
    back_up(place.urls.database_owner_url, file, PASSPHRASE, lambda _bytes: None)
    file.with_name("other.key").write_text(PASSPHRASE)
    return str(file)


def test_a_schema_of_a_newer_program_is_refused(full: Place, empty: Place, tmp_path: Path) -> None:
    newer = as_of(full, "9999", tmp_path)
    assert (empty.run("restore", newer)[0], held(empty)) == (2, 0)


def test_an_older_schema_is_brought_up_to_date(full: Place, empty: Place, tmp_path: Path) -> None:
    execute(full, "drop table unsettled")
    told = empty.ask("restore", as_of(full, "0005", tmp_path))
    assert (told["ok"], told["revision"]) == (True, "0005")
    assert contents(empty)["unsettled"] == []


def test_a_ledger_that_was_tampered_with_is_kept_only_on_request(
    full: Place, empty: Place, tmp_path: Path
) -> None:
    file = str(tmp_path / "one")
    execute(full, "alter table event disable trigger user",
            "update event set by = 'nobody' where type = 'suspension.v1'")  # fmt: skip
    full.run("backup", file)
    told = empty.ask("restore", file)
    assert (told["ok"], told["verified"]["bad"], held(empty)) == (False, 1, 0)  # type: ignore[index]
    assert empty.run("restore", file, "--accept-damage")[0] == 1
    assert held(empty) == held(full)


def test_rows_that_differ_from_the_ledger_come_along_and_are_named(
    full: Place, empty: Place, tmp_path: Path
) -> None:
    file = str(tmp_path / "one")
    execute(full, "delete from roll")
    full.run("backup", file)
    told = empty.ask("restore", file)
    assert told["rebuilt"]["tables"] == {"roll": {"missing": 2, "unexpected": 0}}  # type: ignore[index]
    assert (empty.run("rebuild")[0], empty.run("rebuild", "--check")[0]) == (0, 0)


WHY = ("--reason", "Asked for, and decided")


def test_who_was_erased_since_is_erased_again_before_anybody_can_read(
    full: Place, empty: Place, tmp_path: Path
) -> None:
    """Also by the state folder of another machine, with the list that was kept apart."""
    file, listed = str(tmp_path / "one"), tmp_path / "erased.json"
    full.run("backup", file)
    full.run("pupil", "erase", upn(2), *WHY)
    (tmp_path / "home" / "erasures.json").rename(listed)
    told = empty.ask("restore", file, "--erasures", str(listed))
    assert (told["ok"], told["erased_again"]["erased"]) == (True, 1)  # type: ignore[index]
    assert [empty.run("pupil", "show", upn(n))[0] for n in (1, 2)] == [0, 3]
    assert (empty.run("verify")[0], empty.run("rebuild", "--check")[0]) == (0, 0)


def test_a_registry_that_is_replaced_says_itself_whom_it_erased(
    full: Place, tmp_path: Path
) -> None:
    file = str(tmp_path / "one")
    full.run("backup", file)
    full.run("pupil", "erase", upn(2), *WHY)
    (tmp_path / "home" / "erasures.json").unlink()
    full.close()
    told = full.ask("restore", file, "--replace")
    assert told["erased_again"]["erased"] == 1  # type: ignore[index]
    assert full.run("pupil", "show", upn(2))[0] == 3


def test_one_who_is_held_in_the_backup_is_named_and_stays_on_the_list(
    full: Place, empty: Place, tmp_path: Path
) -> None:
    file = str(tmp_path / "one")
    full.run("pupil", "hold", upn(2), *WHY)
    full.run("backup", file)
    full.run("pupil", "release", upn(2), *WHY)
    full.run("pupil", "erase", upn(2), *WHY)
    told = empty.ask("restore", file)
    pupil = full.ask("pupil", "erased")["items"][0]["pupil_id"]  # type: ignore[index]
    assert (told["ok"], told["erased_again"]["held"]) == (False, [pupil])  # type: ignore[index]
    empty.run("pupil", "erase", upn(1), *WHY)
    empty.run("pupil", "release", upn(2), *WHY)
    assert empty.ask("pupil", "erase-again")["erased"] == 1


def test_a_disk_without_room_leaves_nothing_behind(full: Place, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "one").write_text("the backup of yesterday")
    full.run("verify")  # enters: the environment is that of this place
    done = subprocess.run(
        [COMMAND, "backup", str(folder / "one"), "--force"], capture_output=True, text=True,
        env={**os.environ, "AP_BACKUP_PASSPHRASE": PASSPHRASE}, stdin=subprocess.DEVNULL,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (SMALL, SMALL)),
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert "cannot be written (File too large)" in done.stderr
    assert {path.name: path.read_text() for path in folder.iterdir()} == {
        "one": "the backup of yesterday"
    }


def test_the_snapshot_outlives_the_patience_of_the_server(full: Place, tmp_path: Path) -> None:
    with connect(full.urls.database_owner_url) as connection:
        connection.execute(
            f"alter database {connection.info.dbname} set idle_in_transaction_session_timeout = 1"
        )
    file = tmp_path / "one"
    made = back_up(full.urls.database_owner_url, file, PASSPHRASE, lambda _bytes: None)
    assert made.pupils == 2
