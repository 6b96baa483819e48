"""``python -m ap_registry.cli.documented``: docs/commands.md, from the commands themselves."""

import sys
from collections.abc import Iterator
from typing import Any

from typer.core import TyperCommand
from typer.main import get_command

from ap_registry.cli import app
from ap_registry.cli.examples import example_of

HEAD = """# Commands

Written by `make docs` from the commands themselves; `ap-registry COMMAND --help` says the same.

Data goes to stdout, messages and progress to stderr. Every command takes `--json`, which may stand
anywhere after it. A file named `-` is standard input. Exit codes: 0 done; 1 findings (something
overdue, invalid rows, a failed verification); 2 wrong use, or not the kind of file it should be;
3 refused by a rule: with `--json` stdout then holds the same problem object as over HTTP.
`ap-registry --install-completion` completes words in your shell.
"""


def commands() -> Iterator[tuple[str, TyperCommand]]:
    """Each command that does something, with the words that call it."""
    yield from _under("", get_command(app))


def _under(name: str, found: Any) -> Iterator[tuple[str, TyperCommand]]:
    parts = getattr(found, "commands", None)
    if parts is None:
        yield name, found
        return
    for word, part in parts.items():
        yield from _under(f"{name} {word}".strip(), part)


def as_markdown() -> str:
    lines = [HEAD]
    for name, command in commands():
        lines += [f"## {name}", "", sentence(command.help or ""), ""]
        listed = [f"- {parameter_words(one)}" for one in command.params if shown(one)]
        lines += [*listed, ""] if listed else []
        example = example_of(name)
        if example:
            lines += ["```", example, "```", ""]
    return "\n".join(lines).rstrip() + "\n"


def sentence(text: str) -> str:
    return " ".join(text.replace("``", "`").split())


def shown(parameter: Any) -> bool:
    return parameter.name not in {"json_", "help"}


def parameter_words(parameter: Any) -> str:
    words = sentence(getattr(parameter, "help", None) or "")
    if parameter.param_type_name == "argument":
        named = (parameter.metavar or parameter.name or "").strip("[]").rstrip("_").upper()
    else:
        named = ", ".join(parameter.opts)
    needed = " (needed)" if parameter.required else ""
    return f"`{named}`{needed}" + (f": {words}" if words else "")


if __name__ == "__main__":
    sys.stdout.write(as_markdown())
