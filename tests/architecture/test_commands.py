"""Every command answers in JSON too."""

from collections.abc import Iterator

import pytest
import typer
from typer.main import get_command

from ap_registry.cli import app


def commands() -> Iterator[tuple[str, typer.core.TyperCommand]]:
    """Each command that does something, with the words that call it."""

    def under(name: str, found: object) -> Iterator[tuple[str, typer.core.TyperCommand]]:
        parts = getattr(found, "commands", None)
        if parts is None:
            yield name, found  # type: ignore[misc]
            return
        for word, part in parts.items():
            yield from under(f"{name} {word}".strip(), part)

    return under("", get_command(app))


@pytest.mark.parametrize(("name", "command"), list(commands()), ids=[n for n, _ in commands()])
def test_every_command_takes_json_and_says_what_it_does(
    name: str, command: typer.core.TyperCommand
) -> None:
    options = {word for parameter in command.params for word in parameter.opts}
    assert "--json" in options, name
    assert command.help, name
