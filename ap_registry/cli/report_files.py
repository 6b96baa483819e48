"""What every report command takes, and where the report goes: stdout, or a file and manifest."""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from ap_registry.cli.output import say
from ap_registry.registry import Registry

Output = Annotated[Path | None, typer.Option("-o", help="The file; its manifest goes beside it.")]
AsJson = Annotated[bool, typer.Option("--json", help="The same as --format json.")]


def kind_of(
    format_: str | None, output: Path | None, formats: Sequence[str], *, json_: bool = False,
    otherwise: str = "json",
) -> str:  # fmt: skip
    """As asked for, else by the file's name, else what is usual."""
    suffix = output.suffix.lstrip(".").lower() if output else ""
    kind = "json" if json_ else format_ or (suffix if suffix in formats else otherwise)
    if kind not in formats:
        raise typer.BadParameter("must be " + ", ".join(formats), param_hint="--format")
    return kind


def put(
    registry: Registry, made: bytes, output: Path | None, said: Mapping[str, Any],
    beside: Mapping[str, Callable[[], bytes]] | None = None,
) -> None:  # fmt: skip
    """To stdout, or to a file with its manifest beside it; ``said``: see ``reports.manifest``.

    ``beside``: what else goes with the file, by the end of its name.
    """
    from reports.manifest import write

    if output is None:
        sys.stdout.buffer.write(made)
        return
    write(registry, output, made, said)
    say(f"Written: {output}")
    for ending, content in (beside or {}).items():
        path = output.with_name(f"{output.name}.{ending}")
        path.write_bytes(content())
        say(f"Written: {path}")
