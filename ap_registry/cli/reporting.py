"""``report …``: the five outcomes, and what has changed in them, as HTML, CSV or JSON."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from ap_registry.cli.output import installation, say
from ap_registry.cli.pupils import parse_day, parse_instant
from ap_registry.registry import Registry

report = typer.Typer(no_args_is_help=True, help="Reports.")
Format = Annotated[str, typer.Option("--format", help="html, csv or json.")]
Output = Annotated[Path | None, typer.Option("-o", help="The file; its manifest goes beside it.")]
AsJson = Annotated[bool, typer.Option("--json", help="The same as --format json.")]
Provider = Annotated[str | None, typer.Option(help="Only this provider.")]
La = Annotated[str | None, typer.Option(help="Only this LA (three digits).")]


def register(app: typer.Typer) -> None:
    app.add_typer(report, name="report")


@report.command("outcomes")
def outcomes(
    from_: Annotated[str | None, typer.Option("--from", help="First day.")] = None,
    to: Annotated[str | None, typer.Option("--to", help="Last day.")] = None,
    known_by: Annotated[str | None, typer.Option(help="Only what was recorded by then.")] = None,
    provider: Provider = None,
    la: La = None,
    format_: Format = "",
    output: Output = None,
    json_: AsJson = False,
) -> None:
    """The five AP outcomes by provider and LA."""
    from reports.command import outcomes as read
    from reports.command import written
    from reports.scope import period_of

    kind = _kind(format_, output, json_=json_)
    with installation() as found:
        period = period_of(parse_day(from_), parse_day(to), found.registry.today())
        _in_order(*period, "--to must not be before --from")
        made, names = read(
            found.registry, from_on=period[0], to_on=period[1], known_by=parse_instant(known_by),
            provider=provider, la=_la(la),
        )  # fmt: skip
        said = {
            "report": "outcomes",
            "format": kind,
            "definition": made["definition"],
            "period": {"from": made["from"], "to": made["to"]},
            "known_by": made["known_by"],
            "provider": provider,
            "la": _la(la),
            "ledger": made["ledger"],
        }
        _put(found.registry, written(made, names, kind), output, said)


@report.command("restatement")
def restatement(
    from_: Annotated[str, typer.Option("--from", help="What was known by this instant …")],
    to: Annotated[str | None, typer.Option("--to", help="… and by this one; else now.")] = None,
    period_from: Annotated[str | None, typer.Option(help="First day of the period.")] = None,
    period_to: Annotated[str | None, typer.Option(help="Last day of the period.")] = None,
    provider: Provider = None,
    la: La = None,
    format_: Format = "",
    output: Output = None,
    json_: AsJson = False,
) -> None:
    """Which figures of the five outcomes have changed, and which notices changed them."""
    from reports.restated import written
    from reports.restatement import Asked
    from reports.restatement import restatement as read

    kind = _kind(format_, output, json_=json_)
    asked = Asked(
        from_at=parse_instant(from_), to_at=parse_instant(to), from_on=parse_day(period_from),
        to_on=parse_day(period_to), provider=provider, la=_la(la),
    )  # fmt: skip
    _in_order(asked.from_at, asked.to_at, "--to must not be before --from")
    _in_order(asked.from_on, asked.to_on, "--period-to must not be before --period-from")
    with installation() as found:
        made = read(found.registry, asked)
        document = made.document
        said = {
            "report": "restatement",
            "format": kind,
            "definition": document["definition"],
            "period": {"from": document["period_from"], "to": document["period_to"]},
            "compared_with": document["from"],
            "known_by": document["to"],
            "provider": provider,
            "la": _la(la),
            "ledger": made.ledger,
        }
        _put(found.registry, written(made, kind), output, said)


def _kind(format_: str, output: Path | None, *, json_: bool) -> str:
    """As asked for, else by the file's name, else JSON."""
    from reports.command import FORMATS

    suffix = output.suffix.lstrip(".") if output else ""
    kind = "json" if json_ else format_ or (suffix if suffix in FORMATS else "json")
    if kind not in FORMATS:
        raise typer.BadParameter("must be " + ", ".join(FORMATS), param_hint="--format")
    return kind


def _la(name: str | None) -> str | None:
    return name.upper().removeprefix("LA") if name else None


def _in_order(first: Any, last: Any, problem: str) -> None:
    if first is not None and last is not None and last < first:
        raise typer.BadParameter(problem)


def _put(registry: Registry, made: bytes, output: Path | None, said: Mapping[str, Any]) -> None:
    """To stdout, or to a file with its manifest beside it."""
    from reports.manifest import write

    if output is None:
        sys.stdout.buffer.write(made)
        return
    write(registry, output, made, said)
    say(f"Written: {output}")
