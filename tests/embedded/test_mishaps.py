"""What goes wrong on real machines."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from ap_registry import embedded
from ap_registry.errors import SetupError
from tests.architecture.sources import ROOT
from tests.embedded.asking import pings, rows, run, state

ENSURE = "import sys; from pathlib import Path; from ap_registry import embedded; " + (
    "print(embedded.ensure(Path(sys.argv[1])).database_url)"
)


def test_starts_again_after_both_were_killed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AP_EMBEDDED_FSYNC")
    run(embedded.ensure(home).database_owner_url, "create table kept as select 7 as n")
    for name in ("postgres_pid", "valkey_pid"):
        kill(state(home)[name])
    found = embedded.ensure(home)
    assert rows(found.database_owner_url, "select n from kept") == [(7,)]
    assert pings(found.redis_url)


def test_a_server_that_begins_anew_after_a_killed_backend_is_waited_for(home: Path) -> None:
    """It runs, holds its port and its folder, and answers nobody: no second one could start."""
    before = embedded.ensure(home)
    with (
        psycopg.connect(before.database_url) as killed,
        psycopg.connect(before.database_url) as ended,
    ):
        os.kill(killed.info.backend_pid, signal.SIGKILL)
        with pytest.raises(psycopg.OperationalError):
            ended.execute("select pg_sleep(600)")
        assert embedded.ensure(home) == before
    assert rows(before.database_url, "select 1") == [(1,)]


def test_what_died_is_revived_and_what_was_stopped_is_not(home: Path) -> None:
    before = embedded.ensure(home)
    kill(state(home)["postgres_pid"])
    assert embedded.revive(home) == before
    embedded.stop(home)
    with pytest.raises(SetupError, match="were stopped"):
        embedded.revive(home)
    assert embedded.status(home) == {"postgres": False, "valkey": False}
    started = embedded.ensure(home)
    assert embedded.revive(home) == started


def test_what_was_removed_is_not_revived(home: Path) -> None:
    embedded.ensure(home)
    embedded.remove(home)
    with pytest.raises(SetupError, match="were stopped"):
        embedded.revive(home)
    assert not home.exists()


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    gone(pid)


def gone(pid: int) -> None:
    """Ended; it may still wait for its parent to look."""
    for _ in range(100):
        try:
            status = Path(f"/proc/{pid}/stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            return
        if status.rsplit(")", 1)[1].split()[0] == "Z":
            return
        time.sleep(0.05)
    pytest.fail(f"process {pid} still runs")


def test_a_data_folder_cut_off_half_way_is_made_anew(home: Path) -> None:
    (home / "pgdata.new").mkdir(parents=True)
    (home / "pgdata.new" / "PG_VERSION").write_text("18\n")
    assert rows(embedded.ensure(home).database_url, "select 1") == [(1,)]


def test_removing_ends_both_and_leaves_nothing(home: Path) -> None:
    embedded.ensure(home)
    pids = [state(home)[name] for name in ("postgres_pid", "valkey_pid")]
    assert embedded.remove(home)
    assert not home.exists()
    for pid in pids:
        gone(pid)
    assert not embedded.remove(home)


def test_two_processes_at_once_share_one_pair(home: Path) -> None:
    both = [
        subprocess.Popen(
            [sys.executable, "-c", ENSURE, str(home)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=120)[0].strip() for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert said == [state(home)["database_url"]] * 2


def test_a_port_taken_meanwhile_is_left_to_the_other(home: Path) -> None:
    embedded.ensure(home)
    embedded.stop(home)
    before = state(home)["postgres_port"]
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # what was served there lingers
        other.bind(("127.0.0.1", before))
        other.listen()
        found = embedded.ensure(home)
        assert state(home)["postgres_port"] != before
    assert rows(found.database_url, "select 1") == [(1,)]
    assert pings(found.redis_url)


def test_a_home_that_cannot_be_made_is_named_with_a_cure(tmp_path: Path) -> None:
    (tmp_path / "in the way").touch()
    home = tmp_path / "in the way" / "home"
    with pytest.raises(SetupError) as caught:
        embedded.ensure(home)
    assert str(home) in caught.value.message
    assert "AP_REGISTRY_HOME" in caught.value.cure


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes where others may not")
def test_a_read_only_home_is_named_with_a_cure(tmp_path: Path) -> None:
    home = tmp_path / "read only"
    home.mkdir(mode=0o500)
    with pytest.raises(SetupError, match="read only"):
        embedded.ensure(home)
