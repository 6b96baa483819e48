"""How the code is laid out."""

import ast
import re
from pathlib import Path

from tests.architecture.sources import PACKAGES, ROOT, modules, name_of, text_of, tree_of

MOST_LINES = 400
LONGER = {  # to be split; these may shrink, none may join
    "ap_registry/store/projections.py": 423,
    "ap_registry/store/tables.py": 468,
}
KINDS_OF_TESTS = {"acceptance", "architecture", "bench", "browser", "core", "faults", "samples"}
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:work|home|root|tmp)/\w")


def test_a_module_can_be_read_in_one_sitting() -> None:
    lines = {name_of(path): len(text_of(path).splitlines()) for path in modules()}
    assert {n: held for n, held in lines.items() if held > LONGER.get(n, MOST_LINES)} == {}


def test_nothing_prints() -> None:
    """Data goes to stdout through ap_registry.cli.output, the rest is logged."""
    assert [name_of(path) for path in modules() if prints(path)] == []


def prints(path: Path) -> bool:
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
        for node in ast.walk(tree_of(path, "print"))
    )


def test_no_module_names_a_folder_of_one_machine() -> None:
    found = {name_of(path): MACHINE_PATH.findall(text_of(path)) for path in modules()}
    assert {name: folders for name, folders in found.items() if folders} == {}


def test_the_folders_of_tests_mirror_the_tree() -> None:
    folders = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir()}
    mirrored = {
        path.stem for package in (ROOT, *(ROOT / name for name in PACKAGES))
        for path in package.iterdir() if path.is_dir() or path.suffix == ".py"
    }  # fmt: skip
    assert folders - {"__pycache__"} - KINDS_OF_TESTS - mirrored == set()


def test_every_lock_carries_hashes_and_no_address() -> None:
    for lock in (*ROOT.glob("requirements*.lock"), ROOT / ".ci" / "boot.lock"):
        text = lock.read_text(encoding="utf-8")
        pinned = re.findall(r"^[A-Za-z0-9][^\n]*?==[^\n]*\\\n +--hash=sha256:", text, re.M)
        assert len(pinned) == len(re.findall(r"^[A-Za-z0-9]", text, re.M)), lock.name
        assert "://" not in text, lock.name
