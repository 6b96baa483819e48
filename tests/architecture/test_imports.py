"""Imports go one way."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, modules, name_of

NOT_IN_THE_CORE = {"fastapi", "starlette", "pandas"}


def test_the_import_contracts_hold() -> None:
    program = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([str(program)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", modules("ap_registry"), ids=name_of)
def test_the_core_knows_no_web_framework_and_no_frames(path: Path) -> None:
    assert imported(path) & NOT_IN_THE_CORE == set()


def imported(path: Path) -> set[str]:
    """Top-level packages that a module names, inside functions too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found
