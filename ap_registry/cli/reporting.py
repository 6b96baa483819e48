"""``report …``: the five outcomes as HTML, CSV or JSON."""

import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from ap_registry.calendar import academic_year
from ap_registry.cli.output import installation, say
from ap_registry.cli.pupils import parse_day, parse_instant

report = typer.Typer(no_args_is_help=True, help="Reports.")


def register(app: typer.Typer) -> None:
    app.add_typer(report, name="report")


@report.command("outcomes")
def outcomes(
    from_: Annotated[str | None, typer.Option("--from", help="First day.")] = None,
    to: Annotated[str | None, typer.Option("--to", help="Last day.")] = None,
    known_by: Annotated[str | None, typer.Option(help="Only what was recorded by then.")] = None,
    provider: Annotated[str | None, typer.Option(help="Only this provider.")] = None,
    la: Annotated[str | None, typer.Option(help="Only this LA (three digits).")] = None,
    format_: Annotated[str, typer.Option("--format", help="html, csv or json.")] = "",
    output: Annotated[Path | None, typer.Option("-o", help="The file to write.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> None:
    """The five AP outcomes by provider and LA."""
    from reports.command import FORMATS, outcomes_report

    suffix = output.suffix.lstrip(".") if output else ""
    kind = "json" if json_ else format_ or (suffix if suffix in FORMATS else "json")
    if kind not in FORMATS:
        raise typer.BadParameter("must be " + ", ".join(FORMATS), param_hint="--format")
    with installation() as found:
        first, last = _period(parse_day(from_), parse_day(to), found.registry.today())
        made = outcomes_report(
            found.registry,
            from_on=first,
            to_on=last,
            known_by=parse_instant(known_by),
            provider=provider,
            la=la.upper().removeprefix("LA") if la else None,
            format=kind,
        )
    if output is None:
        sys.stdout.buffer.write(made)
        return
    output.write_bytes(made)
    say(f"Written: {output}")


def _period(first: date | None, last: date | None, today: date) -> tuple[date, date]:
    """The academic year of whichever end is given, else the last one that is over."""
    year = academic_year(last or first) if last or first else academic_year(today) - 1  # type: ignore[arg-type]
    start, end = first or date(year, 9, 1), last or date(year + 1, 8, 31)
    if end < start:
        raise typer.BadParameter("--to must not be before --from")
    return start, end
