"""Imports go one way."""

import ast
import subprocess
import sys
from pathlib import Path

from tests.architecture.sources import ROOT, modules, name_of, tree_of

NOT_IN_THE_CORE = {"fastapi", "starlette", "pandas"}


def test_the_import_contracts_hold() -> None:
    program = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([str(program)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_core_knows_no_web_framework_and_no_frames() -> None:
    found = {name_of(path): imported(path) & NOT_IN_THE_CORE for path in modules("ap_registry")}
    assert {name: packages for name, packages in found.items() if packages} == {}


def imported(path: Path) -> set[str]:
    """Top-level packages that a module names, inside functions too."""
    found: set[str] = set()
    for node in ast.walk(tree_of(path, *NOT_IN_THE_CORE)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found
