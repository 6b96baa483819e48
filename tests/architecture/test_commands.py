"""Every command answers in JSON too, has an example that can be typed, and is in the docs."""

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.core import TyperCommand
from typer.main import get_command

from ap_registry.cli import app
from ap_registry.cli.documented import as_markdown, commands
from ap_registry.cli.examples import EXAMPLES, example_of
from ap_registry.cli.man import as_man
from tests.architecture.sources import ROOT

NAMES = dict(commands())
WORDS = {name: example for name in NAMES if (example := example_of(name))}


@pytest.mark.parametrize(("name", "command"), NAMES.items(), ids=list(NAMES))
def test_every_command_takes_json_and_says_what_it_does(name: str, command: TyperCommand) -> None:
    options = {word for parameter in command.params for word in parameter.opts}
    assert "--json" in options, name
    assert command.help, name


def test_every_example_is_of_a_command() -> None:
    assert set(EXAMPLES) <= set(NAMES)


@pytest.mark.parametrize(("name", "example"), WORDS.items(), ids=list(WORDS))
def test_an_example_can_be_typed_and_stands_in_the_help(
    name: str, example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = shlex.split(example.partition(" > ")[0])
    words = words[words.index("ap-registry") + 1 :]
    found: Any = get_command(app)
    while hasattr(found, "commands"):
        found, words = found.commands[words[0]], words[1:]
    found.make_context(name, list(words))  # raises where it could not be used
    assert found.epilog == f"Example: {example}"


def test_the_man_page_is_of_these_commands() -> None:
    written = (ROOT / "docs" / "ap-registry.1").read_text(encoding="utf-8")
    assert written == as_man(), "run `make docs` and commit docs/ap-registry.1"
    assert written.count("\n.SS ") == len(NAMES)
    macros = {line.split()[0] for line in written.splitlines() if line.startswith((".", "'"))}
    assert macros == {".TH", ".SH", ".SS", ".TP", ".PP", ".B", ".I", ".EX", ".EE"}


@pytest.mark.parametrize(("typed", "completed"), [("rep", "report"), ("report out", "outcomes")])
def test_the_shell_completes_words(typed: str, completed: str) -> None:
    """As bash asks the script that --install-completion writes."""
    words = f"ap-registry {typed}"
    asked = {"_AP_REGISTRY_COMPLETE": "complete_bash", "COMP_WORDS": words,
             "COMP_CWORD": str(len(words.split()) - 1)}  # fmt: skip
    command = Path(sys.executable).with_name("ap-registry")
    done = subprocess.run([command], env={**os.environ, **asked}, capture_output=True, text=True)
    assert done.stdout.split() == [completed]


def test_the_commands_are_in_the_docs() -> None:
    written = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert written == as_markdown(), "run `make docs` and commit docs/commands.md"
