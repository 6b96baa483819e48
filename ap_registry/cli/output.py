"""What every command writes with: JSON or plain lines on stdout, messages on stderr."""

import gc
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Annotated, Any, BinaryIO

import msgspec
import typer

from ap_registry.errors import Unreadable
from ap_registry.installation import Installation, open_installation

Json = Annotated[bool, typer.Option("--json", help="Write JSON to stdout.")]


class Stop(Exception):
    """End with an exit code; everything has been said."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def say(message: str) -> None:
    sys.stderr.write(message + "\n")


def as_json(value: object) -> bytes:
    """Two-space indent and a final newline."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


def write_json(value: object) -> None:
    sys.stdout.write(as_json(value).decode())


def write_table(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Columns as wide as they need to be."""
    texts = [[("" if cell is None else str(cell)) for cell in row] for row in (header, *rows)]
    widths = [max(len(row[i]) for row in texts) for i in range(len(header))]
    for row in texts:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        sys.stdout.write(line.rstrip() + "\n")


@contextmanager
def installation() -> Iterator[Installation]:
    found = open_installation()
    gc.freeze()  # the program itself is never garbage: looking it through was a tenth of an import
    try:
        yield found
    finally:
        found.close()


@contextmanager
def opened(name: str) -> Iterator[BinaryIO]:
    """A file that can be read twice; ``-`` is stdin. What cannot be wound back is copied first."""
    with ExitStack() as stack:
        try:
            source = sys.stdin.buffer if name == "-" else stack.enter_context(open(name, "rb"))
            if name == "-" or not source.seekable():
                copy = stack.enter_context(tempfile.TemporaryFile())
                shutil.copyfileobj(source, copy)
                copy.seek(0)
                source = copy
        except (OSError, ValueError) as error:
            words = getattr(error, "strerror", None) or "it is not the name of a file"
            raise Unreadable(f"{name} cannot be read: {words}.") from error
        yield source


@contextmanager
def progress_bar(words: str) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, silence elsewhere; call it with rows done so far."""
    if not sys.stderr.isatty():
        yield lambda rows: None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TextColumn("{task.completed:,.0f} rows"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(words, total=None)
        yield lambda rows: bar.update(task, completed=rows)
