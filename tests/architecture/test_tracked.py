"""What is kept in the repository: nothing of one machine, no secrets, one line of migrations."""

import re
import subprocess

import pytest
from alembic.script import ScriptDirectory

from tests.architecture.sources import ROOT

MACHINE = re.compile(r"(?<![\w.{}])/(?:work|home|root|opt/pypi|Users)/\w")
INDEX = re.compile(r"--(?:extra-)?index-url|--find-links|//[\w.-]*(?:pypi|pythonhosted|npmjs)\.\w+")
KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bapr_[\w-]{30,}|\bwhsec_[\w-]{20,}")
MIGRATION = re.compile(r"\d{4}_[a-z0-9_]+\.py")
LARGEST_BYTES = 1_000_000


def tracked() -> list[str]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def text_of(name: str) -> str:
    return (ROOT / name).read_text("utf-8", errors="replace")


@pytest.mark.parametrize("pattern", [MACHINE, INDEX, KEY], ids=["machine", "index", "key"])
def test_no_tracked_file_names_a_machine_an_index_or_a_key(pattern: re.Pattern[str]) -> None:
    here = "tests/architecture/"
    found = [
        name for name in tracked() if not name.startswith(here) and pattern.search(text_of(name))
    ]
    assert found == []


def test_no_tracked_file_is_large() -> None:
    assert [name for name in tracked() if (ROOT / name).stat().st_size > LARGEST_BYTES] == []


def test_migrations_are_numbered_in_one_line_and_say_why() -> None:
    versions = ROOT / "alembic" / "versions"
    names = sorted(path.name for path in versions.glob("*.py"))
    assert [name for name in names if not MIGRATION.fullmatch(name)] == []
    line = [one.revision for one in ScriptDirectory(str(versions.parent)).walk_revisions()]
    assert line == [name[:4] for name in reversed(names)]
    assert [name for name in names if not (versions / name).read_text().startswith('"""')] == []


def test_alembic_is_a_folder_not_a_package() -> None:
    """With an __init__.py it would hide the library of that name."""
    assert not (ROOT / "alembic" / "__init__.py").exists()


def test_every_target_of_make_is_in_its_help() -> None:
    makefile = text_of("Makefile")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.M))
    assert targets - set(re.findall(r"^([a-z-]+):.*## ", makefile, re.M)) == {"setup-dev"}


def test_check_runs_the_architecture_tests() -> None:
    (recipe,) = re.findall(r"^check:.*\n((?:\t.*\n)+)", text_of("Makefile"), re.M)
    assert "pytest -q tests/architecture" in recipe
