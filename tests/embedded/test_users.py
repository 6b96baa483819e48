"""As an ordinary user, and as root where user namespaces are not allowed."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ap_registry import embedded
from tests.architecture.sources import ROOT
from tests.embedded.asking import rows, run

NOBODY = 65534
AS_NOBODY = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
ROUND = """
import sys
from pathlib import Path
from ap_registry import embedded
home = Path(sys.argv[1])
embedded.ensure(home)
print(all(embedded.status(home).values()))
embedded.stop(home)
print(any(embedded.status(home).values()))
"""

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="these change users: root only")


@pytest.fixture
def theirs() -> Iterator[Path]:
    """A folder of nobody's that nobody can reach."""
    folder = Path(tempfile.mkdtemp(prefix="ap registry ", dir="/var/tmp"))
    os.chown(folder, NOBODY, NOBODY)
    yield folder
    shutil.rmtree(folder)


def test_an_ordinary_user_needs_no_more_than_a_folder(theirs: Path) -> None:
    readable = [*AS_NOBODY, "test", "-r", str(ROOT / "pyproject.toml"), "-a", "-x", sys.executable]
    if shutil.which("setpriv") is None or subprocess.run(readable).returncode:
        pytest.skip("an ordinary user cannot read this checkout, or the Python it runs on")
    done = subprocess.run(
        [*AS_NOBODY, sys.executable, "-c", ROUND, str(theirs / "home")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, "HOME": str(theirs), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert (done.stdout.split(), done.returncode) == (["True", "False"], 0), done.stderr


def test_without_user_namespaces_root_runs_a_copy_as_nobody(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AP_EMBEDDED_SETUID", "1")
    found = embedded.ensure(home)
    run(found.database_owner_url, "create table kept as select 7 as n")
    folder = Path(rows(found.database_owner_url, "show data_directory")[0][0]).parent
    assert folder.stat().st_uid == NOBODY
    try:
        embedded.stop(home)
        assert not (folder / "site").exists()
        again = embedded.ensure(home)
        assert rows(again.database_owner_url, "select n from kept") == [(7,)]
        embedded.remove(home)
        assert not folder.exists()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_a_home_that_this_user_may_not_write_is_named_with_a_cure(theirs: Path) -> None:
    home = theirs / "read only"
    home.mkdir(mode=0o555)
    done = subprocess.run(
        [*AS_NOBODY, sys.executable, "-c", ROUND, str(home)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, "HOME": str(theirs), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    said = done.stderr.splitlines()[-1]
    assert said.startswith("ap_registry.errors.SetupError"), said
    assert f"The state folder {home} cannot be written" in said
    assert "Set AP_REGISTRY_HOME" in said


def test_a_disk_that_is_read_only_is_named_with_a_cure(theirs: Path) -> None:
    """In a mount namespace of its own, where root may mount; elsewhere the test above must do."""
    mounts = 'mount -t tmpfs -o ro none "$1" && exec "$2" -c "$3" "$1/home"'
    command = ["unshare", "--mount", "sh", "-c", mounts, "sh", str(theirs), sys.executable, ROUND]
    trial = ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs -o ro none "$1"', "sh", str(theirs)]
    if shutil.which("unshare") is None or subprocess.run(trial, capture_output=True).returncode:
        pytest.skip("this machine lets nobody mount")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    said = done.stderr.splitlines()[-1]
    assert f"The state folder {theirs / 'home'} cannot be written (Read-only file system)" in said
