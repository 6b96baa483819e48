"""What README shows is what happens."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ap_registry import embedded
from tests.architecture.sources import ROOT

README = (ROOT / "README.md").read_text("utf-8")
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def blocks() -> list[tuple[str, str]]:
    """Language and text of every fenced block, in order."""
    return re.findall(r"^```(\w*)\n(.*?)^```$", README, re.M | re.S)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "home"
    yield folder
    embedded.stop(folder)


def test_the_first_movement_takes_less_than_five_commands_and_says_what_is_shown(
    home: Path,
) -> None:
    (place,) = [number for number, (language, _) in enumerate(blocks()) if language == "sh"]
    commands, shown = blocks()[place][1], blocks()[place + 1][1]
    own, first, *rest = commands.splitlines()
    assert own == "export AP_REGISTRY_HOME=.first-movement", "the demo's registry keeps its own"
    assert first == "make setup", "it has been run, or this test would not"
    assert len(rest) < 4
    done = subprocess.run(
        ["bash", "-e", "-c", "\n".join(rest)],
        cwd=ROOT, env={**os.environ, "AP_REGISTRY_HOME": str(home)}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert ID.sub("ID", done.stdout) == ID.sub("ID", shown)
    assert done.returncode == 0


def test_the_two_commands_are_there_and_ci_runs_the_tests_by_one_of_them() -> None:
    shown = blocks()[0][1].split("\n")[:2]
    assert shown == ["make demo", "make test"]
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.M))
    assert set(re.findall(r"\bmake ([a-z]+)\b", README)) <= targets
    assert "make test" in (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
