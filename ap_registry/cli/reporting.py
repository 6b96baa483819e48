"""``report NAME``: a command for each kind of report, with the options that it names."""

from collections.abc import Callable
from inspect import Parameter, Signature
from pathlib import Path
from typing import Annotated, Any

import typer

from ap_registry.access import COMMAND_LINE
from ap_registry.cli.output import Stop, installation
from ap_registry.cli.report_files import AsJson, Output, kind_of, put
from ap_registry.errors import Refused
from reports.kinds import KINDS, Asked, Kind, Option

report = typer.Typer(no_args_is_help=True, help="Reports.")
extract = typer.Typer(no_args_is_help=True, help="Returns and extracts for others.")


def register(app: typer.Typer) -> None:
    for kind in KINDS.values():
        (extract if kind.extract else report).command(kind.name)(_command(kind))
    if extract.registered_commands:
        report.add_typer(extract, name="extract")
    app.add_typer(report, name="report")


def _command(kind: Kind) -> Callable[..., None]:
    def run(**given: Any) -> None:
        output, json_ = given.pop("output"), given.pop("json_")
        format_ = kind_of(given.pop("format_"), output, kind.formats, json_=json_)
        _write(kind, _asked(kind, given), format_, output)

    format_type = Annotated[str, typer.Option("--format", help=_listed(kind.formats))]
    parameters = [
        *(_parameter(option) for option in kind.options),
        Parameter("format_", Parameter.KEYWORD_ONLY, default="", annotation=format_type),
        Parameter("output", Parameter.KEYWORD_ONLY, default=None, annotation=Output),
        Parameter("json_", Parameter.KEYWORD_ONLY, default=False, annotation=AsJson),
    ]
    run.__doc__ = kind.about
    run.__annotations__ = {one.name: one.annotation for one in parameters}
    run.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    return run


def _listed(formats: tuple[str, ...]) -> str:
    return ", ".join(formats[:-1]) + f" or {formats[-1]}."


def _parameter(option: Option) -> Parameter:
    info = typer.Option(_spelt(option.name), help=option.help)
    name, default = f"{option.name}_", False if option.kind == "flag" else None
    if option.required:
        required = Annotated[str, info]
        return Parameter(name, Parameter.KEYWORD_ONLY, annotation=required)
    annotation = Annotated[bool, info] if option.kind == "flag" else Annotated[str | None, info]
    return Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _spelt(name: str) -> str:
    return "--" + name.replace("_", "-")


def _asked(kind: Kind, given: dict[str, Any]) -> Asked:
    """What is wrong with an option is a wrong use of the command (exit 2), not a refusal."""
    from reports.asking import asked_of

    texts = {
        option.name: str(given[f"{option.name}_"])
        for option in kind.options
        if given[f"{option.name}_"] is not None
    }
    try:
        return asked_of(kind, texts)
    except Refused as refused:
        first = refused.problems[0]
        raise typer.BadParameter(
            first.detail, param_hint=_spelt(first.pointer.removeprefix("/"))
        ) from None


def _write(kind: Kind, asked: Asked, format_: str, output: Path | None) -> None:
    from ap_registry.store import reads
    from reports.files import file_of

    with installation() as found:
        made = kind.read(found.registry, asked)
        with found.database.connection() as connection:
            reads.note(
                connection, COMMAND_LINE, what=f"report {kind.name}", pupils=made.pupils,
                at=found.registry.now(),
            )  # fmt: skip
        said = {"report": kind.name, "format": format_, **made.said}
        beside = made.beside if format_ == "csv" else {}
        put(found.registry, file_of(made, format_), output, said, beside)
    if made.findings:
        raise Stop(1)
