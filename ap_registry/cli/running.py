"""``serve``, ``worker``, ``migrate``, ``stop``, ``doctor`` and ``demo``: run it."""

import sys
from typing import Annotated

import typer

from ap_registry import embedded
from ap_registry.cli.output import Json, Stop, installation, say, write_json, write_table
from ap_registry.embedded import programs
from ap_registry.settings import read_settings
from ap_registry.store.resealing import reseal


def register(app: typer.Typer) -> None:
    for command in (serve, worker, migrate, stop, doctor, demo):
        app.command()(command)


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 picks a free one.")] = None,
    json_: Json = False,
) -> None:
    """Serve pages and the API; ready when /readyz answers 200."""
    from api.server import run

    settings = read_settings()
    run(host or settings.host, settings.port if port is None else port, as_json=json_)


def worker(json_: Json = False) -> None:
    """Send what is due, sequence the ledger, sweep by night."""
    from jobs.worker import run

    run()


def migrate(json_: Json = False) -> None:
    """Bring the database to the present schema, and seal its secrets by the key that seals now."""
    with installation() as found, found.database.connection() as connection:
        sealed = reseal(connection, found.seals)
    if json_:
        write_json({"ok": True, "sealed": sealed})
    else:
        said = f" {sealed} of its secrets were sealed." if sealed else ""
        sys.stdout.write(f"The database is up to date.{said}\n")


def stop(
    remove: Annotated[bool, typer.Option(help="Delete all that they hold, for good.")] = False,
    json_: Json = False,
) -> None:
    """End the embedded servers of this home, and what serves or works from them."""
    home = read_settings().home
    ended = programs.end(home)
    ran = embedded.remove(home) if remove else embedded.stop(home)
    if json_:
        write_json({"stopped": ran, "programs": ended})
    else:
        say(_ended(ended) + ("Stopped." if ran or ended else "Nothing was running."))


def _ended(programs: int) -> str:
    if not programs:
        return ""
    said = "A program that was" if programs == 1 else f"{programs} programs that were"
    return f"{said} running from this home ended. "


def doctor(json_: Json = False) -> None:
    """Check the installation and say how to mend it; exit 1 when something is wrong."""
    from ap_registry.doctor import examine

    found = examine()
    if json_:
        write_json(found)
    else:
        rows = [("ok" if c["ok"] else "WRONG", c["name"], c["detail"], c["cure"] or "")
                for c in found["checks"]]  # fmt: skip
        write_table(("", "check", "detail", "how to mend it"), rows)
    if not found["ok"]:
        raise Stop(1)


def demo(
    once: Annotated[bool, typer.Option("--once", help="Do everything but serve.")] = False,
    pupils: Annotated[int, typer.Option(help="Made-up pupils in each LA.")] = 300,
    las: Annotated[int, typer.Option(help="How many LAs to make up.")] = 1,
    seed: Annotated[int, typer.Option(help="The same seed makes the same data.")] = 1,
    json_: Json = False,
) -> None:
    """Make up a local authority, notify its movements, compute the five outcomes, serve."""
    from api.demonstration import run

    run(once=once, pupils=pupils, las=las, seed=seed)
