"""Where the code is."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("ap_registry", "api", "jobs", "reports")


@cache
def modules(*packages: str) -> tuple[Path, ...]:
    """Every module of these packages, or of all of them."""
    return tuple(
        sorted(path for package in packages or PACKAGES for path in (ROOT / package).rglob("*.py"))
    )


@cache
def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def tree_of(path: Path, *words: str) -> ast.Module:
    """Of a module with one of these words, else an empty one: most need not be parsed."""
    text = text_of(path)
    return ast.parse(text if not words or any(word in text for word in words) else "")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))
