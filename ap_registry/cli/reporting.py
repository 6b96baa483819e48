"""``report …``: the five outcomes, and what has changed in them, as HTML, CSV or JSON."""

from typing import Annotated

import typer

from ap_registry.cli.output import installation
from ap_registry.cli.pupils import parse_day, parse_instant
from ap_registry.cli.report_files import (
    AsJson,
    Format,
    La,
    Output,
    Provider,
    in_order,
    kind_of,
    la_code,
    put,
)  # fmt: skip

report = typer.Typer(no_args_is_help=True, help="Reports.")


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
    from reports.command import FORMATS, written
    from reports.command import outcomes as read
    from reports.scope import period_of

    kind = kind_of(format_, output, FORMATS, json_=json_)
    with installation() as found:
        period = period_of(parse_day(from_), parse_day(to), found.registry.today())
        in_order(*period, "--to must not be before --from")
        made, names = read(
            found.registry, from_on=period[0], to_on=period[1], known_by=parse_instant(known_by),
            provider=provider, la=la_code(la),
        )  # fmt: skip
        said = {
            "report": "outcomes",
            "format": kind,
            "definition": made["definition"],
            "period": {"from": made["from"], "to": made["to"]},
            "known_by": made["known_by"],
            "provider": provider,
            "la": la_code(la),
            "ledger": made["ledger"],
        }
        put(found.registry, written(made, names, kind), output, said)


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
    from reports.command import FORMATS
    from reports.restated import written
    from reports.restatement import Asked
    from reports.restatement import restatement as read

    kind = kind_of(format_, output, FORMATS, json_=json_)
    asked = Asked(
        from_at=parse_instant(from_), to_at=parse_instant(to), from_on=parse_day(period_from),
        to_on=parse_day(period_to), provider=provider, la=la_code(la),
    )  # fmt: skip
    in_order(asked.from_at, asked.to_at, "--to must not be before --from")
    in_order(asked.from_on, asked.to_on, "--period-to must not be before --period-from")
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
            "la": la_code(la),
            "ledger": made.ledger,
        }
        put(found.registry, written(made, kind), output, said)
