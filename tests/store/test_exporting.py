"""What is exported can be checked without the registry; what was rewritten since is found."""

import ast
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ap_registry import embedded, proofs
from ap_registry.errors import LedgerDamaged, Unreadable
from ap_registry.reading import newest_head
from ap_registry.registry import Registry
from ap_registry.signing import FILE, Signer, new_key
from ap_registry.store import exporting
from ap_registry.store.exporting import disagreements, export, export_into
from ap_registry.store.sequencer import rotate
from tests.store.holding import suspension
from tests.store.test_verifying import unguarded
from tests.world import register_pupil

MONDAY, TUESDAY, WEDNESDAY = (date(2026, 11, day) for day in (16, 17, 18))
Json = dict[str, Any]


@pytest.fixture
def signing(registry: Registry, tmp_path: Path) -> Registry:
    registry.signer = Signer(path=tmp_path / "home" / FILE)
    register_pupil(registry)
    return registry


def exported(registry: Registry, folder: Path, day: date) -> Path:
    with registry.database.connection() as connection:
        return export_into(connection, folder, newest_head(registry, connection), day)


@pytest.fixture
def days(signing: Registry, tmp_path: Path) -> Path:
    """Exports of three days, a notice in between, and another key from the second on."""
    folder = tmp_path / "exports"
    exported(signing, folder, MONDAY)
    signing.record(suspension("2026-03-02"))
    assert signing.signer is not None
    with signing.database.connection() as connection:
        rotate(connection, None, signing.signer)
    exported(signing, folder, TUESDAY)
    signing.record(suspension("2026-03-03"))
    exported(signing, folder, WEDNESDAY)
    return folder


def alone(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """The program that lies beside the exports, run by itself: -I hides what is not installed."""
    files = sorted(str(path) for path in folder.glob("*.json"))
    program = [sys.executable, "-I", str(folder / "verify_proof.py"), *files, *more]
    return subprocess.run(program, capture_output=True, text=True, cwd=folder)


def first_key(folder: Path) -> str:
    told: str = json.loads((folder / f"ledger-{MONDAY}.json").read_text())["keys"][0]["key_id"]
    return told


def test_a_chain_of_exports_is_checked_without_the_registry(days: Path) -> None:
    done = alone(days)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("all holds\n")


def test_the_program_needs_the_standard_library_and_cryptography_alone() -> None:
    tree = ast.parse(Path(proofs.__file__).read_text("utf-8"))
    wanted = {
        (name.name if isinstance(node, ast.Import) else str(node.module)).split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }
    assert wanted - sys.stdlib_module_names == {"cryptography"}


def test_the_next_key_is_trusted_for_the_one_before(days: Path) -> None:
    assert alone(days, "--trust", first_key(days)).returncode == 0
    done = alone(days, "--trust", new_key().id)
    assert (done.returncode, "not trusted" in done.stdout) == (1, True)


def changed(path: Path, change: Callable[[Json], object]) -> None:
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d["heads"][1].update(size=99), "signature of the head of size 99"),
        (lambda d: d["heads"][1].update(root="00" * 32), "signature"),
        (lambda d: d["heads"][1].update(key_id="f" * 32), "unknown key"),
        (lambda d: d["keys"][0].update(until="2020-01-01T00:00:00.000000Z"), "signed by neither"),
        (lambda d: d["keys"][0].update({"from": "2099-01-01T00:00:00.000000Z"}), "itself"),
        (lambda d: d["keys"][0].update(ended=None), "an end that nobody signed"),
        (lambda d: d["consistency"].clear(), "nothing proves"),
        (lambda d: d["consistency"][0]["path"].reverse(), "is not the beginning"),
        (lambda d: d["consistency"][0].update({"from": 1}), "no head belongs"),
        (lambda d: d["heads"][1].pop("root"), "missing"),
    ],
)
def test_a_changed_export_is_found_without_the_registry(
    days: Path, change: Callable[[Json], object], words: str
) -> None:
    changed(days / f"ledger-{TUESDAY}.json", change)
    done = alone(days)
    assert (done.returncode, done.stderr) == (1, "")
    assert words in done.stdout


def test_a_file_that_is_no_export_is_said_to_be_none(days: Path) -> None:
    for text in ("no json", "[1]", "{}"):
        (days / "other.json").write_text(text)
        done = alone(days)
        assert (done.returncode, done.stdout) == (2, ""), text


def test_an_event_is_proved_offline(signing: Registry, tmp_path: Path) -> None:
    receipt = signing.record(suspension("2026-03-02")).receipt
    assert receipt is not None
    with signing.database.connection() as connection:
        head = newest_head(signing, connection)
        made = export(connection, head, events=[receipt["event"]["id"]])
    shutil.copy(proofs.__file__, tmp_path / "verify_proof.py")
    (tmp_path / "one.json").write_text(json.dumps(made))
    assert alone(tmp_path).returncode == 0
    changed(tmp_path / "one.json", lambda d: d["inclusion"][0].update(digest="00" * 32))
    assert "not made of its digest" in alone(tmp_path).stdout


def wrong(registry: Registry, *paths: Path) -> list[tuple[str, int | None]]:
    with registry.database.connection() as connection:
        registry.closed(connection)
        found = disagreements(connection, proofs.read(map(str, paths)))
        return [(one.problem, one.seq) for one in found]


def test_an_export_agrees_with_the_ledger_that_made_it(signing: Registry, days: Path) -> None:
    signing.record(suspension("2026-03-04"))
    assert wrong(signing, *days.glob("*.json")) == []


def test_an_export_of_another_ledger_does_not(
    signing: Registry, days: Path, urls: embedded.Servers
) -> None:
    """As after an owner has rewritten history and signed it with another key."""
    with unguarded(urls) as connection:
        connection.execute("delete from merkle_node")
        connection.execute("update log set leaf = sha256(leaf) where seq = 2")
    found = wrong(signing, days / f"ledger-{TUESDAY}.json")
    assert {problem for problem, _seq in found} == {"root"}
    with pytest.raises(LedgerDamaged, match="no longer begins"):
        exported(signing, days, date(2026, 11, 19))


def test_an_export_goes_on_from_the_last_readable_one(signing: Registry, days: Path) -> None:
    (days / f"ledger-{WEDNESDAY}.json").write_text("{}")
    with pytest.raises(Unreadable, match="no export"):
        exported(signing, days, date(2026, 11, 19))


def test_nothing_new_exports_the_same_head(signing: Registry, days: Path) -> None:
    path = exported(signing, days, date(2026, 11, 19))
    assert len(json.loads(path.read_text())["heads"]) == 1
    assert alone(days).returncode == 0


def test_the_folder_keeps_no_half_written_file(days: Path) -> None:
    names = {path.name for path in days.iterdir()}
    expected = {exporting.export_of(days, day).name for day in (MONDAY, TUESDAY, WEDNESDAY)}
    assert names == expected | {"verify_proof.py"}
