"""Every command answers in JSON too, has an example that can be typed, and is in the docs."""

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from ap_registry.cli import app
from ap_registry.cli.documented import as_markdown, commands
from ap_registry.cli.examples import EXAMPLES, example_of
from ap_registry.cli.man import as_man
from tests.architecture.sources import ROOT

NAMES = dict(commands())
WORDS = {name: example for name in NAMES if (example := example_of(name))}


def test_every_command_takes_json_and_says_what_it_does() -> None:
    options = {
        name: {word for parameter in command.params for word in parameter.opts}
        for name, command in NAMES.items()
    }
    assert [name for name, words in options.items() if "--json" not in words] == []
    assert [name for name, command in NAMES.items() if not command.help] == []


def test_every_example_is_of_a_command() -> None:
    assert set(EXAMPLES) <= set(NAMES)


def test_an_example_can_be_typed_and_stands_in_the_help(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    whole = get_command(app)
    told = {name: epilog_of(whole, name, words) for name, words in WORDS.items()}
    assert told == {name: f"Example: {example}" for name, example in WORDS.items()}


def epilog_of(whole: Any, name: str, example: str) -> str:
    """What the help of a command ends with; raises where the example could not be used."""
    words = shlex.split(example.partition(" > ")[0])
    words = words[words.index("ap-registry") + 1 :]
    found = whole
    while hasattr(found, "commands"):
        found, words = found.commands[words[0]], words[1:]
    try:
        found.make_context(name, list(words))
    except Exception as error:
        error.add_note(f"the example of {name}: {example}")
        raise
    return str(found.epilog)


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
