"""``python -m ap_registry.cli.man``: the man page, from the commands themselves."""

import re
import sys
from collections.abc import Iterator
from typing import Any

from ap_registry.cli.documented import HEAD, commands, parameter_words, sentence, shown
from ap_registry.cli.examples import example_of

_TITLE = '.TH AP\\-REGISTRY 1 "" "AP Registry" "User commands"'


def as_man() -> str:
    """In the man macros of roff."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield _TITLE
    yield ".SH NAME"
    yield "ap\\-registry \\- the registry of alternative provision placements and pupil movements"
    yield ".SH SYNOPSIS"
    yield ".B ap\\-registry"
    yield "COMMAND [OPTIONS] [ARGUMENTS]"
    yield ".SH DESCRIPTION"
    for part in HEAD.split("\n\n")[2:]:
        yield ".PP"
        yield _text(sentence(part))
    yield ".SH COMMANDS"
    for name, command in commands():
        yield from _command(name, command)
    yield ".SH FILES"
    yield ".TP"
    yield ".I $AP_REGISTRY_HOME"
    yield "Where the embedded servers and their state live; .ap\\-registry in the working folder."


def _command(name: str, command: Any) -> Iterator[str]:
    yield f".SS {_text(name)}"
    yield _text(sentence(command.help or ""))
    for one in command.params:
        if shown(one):
            said, _, words = parameter_words(one).partition(": ")
            yield ".TP"
            yield f".B {_text(said.replace('`', ''))}"
            yield _text(words)
    if example := example_of(name):
        yield from (".PP", ".EX", _text(example), ".EE")


def _text(words: str) -> str:
    """Bold for what is typed; nothing of it is taken for a request of roff."""
    words = words.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    words = re.sub(r"`([^`]+)`", r"\\fB\1\\fR", words)
    words = re.sub("[^\x00-\x7f]", lambda found: f"\\[u{ord(found[0]):04X}]", words)
    return f"\\&{words}" if words.startswith(".") else words


if __name__ == "__main__":
    sys.stdout.write(as_man())
