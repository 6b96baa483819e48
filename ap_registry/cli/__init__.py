"""The command line: ``ap-registry``. Data on stdout, messages on stderr; exit 0, 1, 2 or 3."""

import sys

import typer

from ap_registry.cli import (
    api_keys,
    arranging,
    backing_up,
    census,
    colleagues,
    confirming,
    ctf,
    delivering,
    examples,
    exporting,
    importing,
    keys,
    ledger,
    matching,
    other_systems,
    pupils,
    reconciling,
    records,
    reporting,
    retaining,
    ruling,
    running,
    sheets,
    templates,
    users,
)
from ap_registry.cli.output import Stop, say, write_json
from ap_registry.errors import Refused, RegistryError
from ap_registry.problems import of_refusal

app = typer.Typer(
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    help="The registry of alternative provision placements and pupil movements.",
)
for part in (
    running,
    importing,
    ctf,
    exporting,
    other_systems,
    sheets,
    templates,
    arranging,
    backing_up,
    ruling,
    confirming,
    delivering,
    matching,
    pupils,
    reconciling,
    census,
    records,
    retaining,
    reporting,
    users,
    colleagues,
    api_keys,
    ledger,
    keys,
):
    part.register(app)
examples.add(app)

FINDINGS, USAGE, REFUSED = 1, 2, 3


def main() -> None:
    """Run one command; every error that we know ends in one plain message."""
    if "--json" in sys.argv[2:] and "--" not in sys.argv:
        # It may stand anywhere after the command: ``import --json terms FILE`` too.
        sys.argv = [*(word for word in sys.argv if word != "--json"), "--json"]
    try:
        app(standalone_mode=True)
    except Stop as stop:
        sys.exit(stop.code)
    except Refused as refused:
        if "--json" in sys.argv:
            write_json(of_refusal(refused))
        for problem in refused.problems:
            say(f"{problem.pointer or 'notice'}: {problem.detail} [{problem.code}]")
            for one in problem.near:
                say(f"  perhaps the pupil {one.pupil_id}: {'; '.join(one.reasons)}")
        sys.exit(REFUSED)
    except RegistryError as error:
        say(str(error))
        sys.exit(USAGE)
    except BrokenPipeError:
        sys.exit(0)
