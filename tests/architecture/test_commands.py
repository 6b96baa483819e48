"""Every command answers in JSON too, has an example that can be typed, and is in the docs."""

import shlex
from pathlib import Path
from typing import Any

import pytest
from typer.core import TyperCommand
from typer.main import get_command

from ap_registry.cli import app
from ap_registry.cli.documented import as_markdown, commands
from ap_registry.cli.examples import EXAMPLES, example_of
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
    words = shlex.split(example)
    words = words[words.index("ap-registry") + 1 :]
    found: Any = get_command(app)
    while hasattr(found, "commands"):
        found, words = found.commands[words[0]], words[1:]
    found.make_context(name, list(words))  # raises where it could not be used
    assert found.epilog == f"Example: {example}"


def test_the_commands_are_in_the_docs() -> None:
    written = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert written == as_markdown(), "run `make docs` and commit docs/commands.md"
