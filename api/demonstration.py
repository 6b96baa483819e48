"""The demo: a made-up authority through the ordinary path, the five outcomes, then pages."""

import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from time import monotonic
from typing import Any

from ap_registry import embedded
from ap_registry.demo import build
from ap_registry.demo.family import invite
from ap_registry.demo.health import tell_health
from ap_registry.demo.lists import confirm_lists
from ap_registry.demo.panel import hold_panels
from ap_registry.demo.sign_ins import ORGANISATIONS, PASSWORD, WAITING, add_sign_ins, email_of
from ap_registry.demo.tasks import leave_tasks
from ap_registry.demo.terms import PRESENT
from ap_registry.errors import SetupError
from ap_registry.installation import Installation, open_at
from ap_registry.settings import read_settings
from ap_registry.store.log import last_recorded
from api.pages.family.rendering import PATH
from api.server import listen, serve
from reports.asking import asked_of
from reports.files import file_of
from reports.kinds import FORMATS, KINDS

YEAR = (date(2024, 9, 1), date(2025, 8, 31))


def say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def run(*, once: bool, pupils: int, las: int, seed: int) -> None:
    """Build the practice registry where there is none yet, report, and serve unless ``once``."""
    found = _by_the_right_clock(open_at(read_settings(), clock=PRESENT))
    try:
        _fill(found, seed=seed, pupils=pupils, las=las)
        report(found, found.settings.home / "reports")
        if not once:
            _serve(found)
    finally:
        found.close()


def _by_the_right_clock(found: Installation) -> Installation:
    """By the real clock where somebody has recorded by it since: the demo's would refuse all."""
    with found.database.connection() as connection:
        last = last_recorded(connection)
    if last is None or last <= PRESENT:
        return found
    say(f"This registry holds records later than {PRESENT:%d %B %Y}: it lives by the real clock.")
    found.close()
    return open_at(found.settings, clock=None)


def _fill(found: Installation, *, seed: int, pupils: int, las: int) -> None:
    """Build the world once: a second run in the same home finds it."""
    made = f"seed {seed}, {las} local authorities with {pupils} pupils each"
    with found.database.connection() as connection:
        row = connection.execute("select value from setting where name = 'demo'").fetchone()
        used = connection.execute("select 1 from event limit 1").fetchone()
    if row is not None:
        say(f"The demo is there already ({row[0]}).")
        return
    if used is not None:
        raise SetupError(
            "This registry holds records, but not a whole demo",
            f"Choose another AP_REGISTRY_HOME, or run `ap-registry stop` and remove"
            f" {found.settings.home}.",
        )
    say(f"Making up {made} …")
    started = monotonic()
    built = build(found.registry, seed=seed, pupils=pupils, las=las)
    confirm_lists(found.registry, seed)
    hold_panels(found.registry, seed)
    tell_health(found.registry)
    leave_tasks(found.registry)
    with found.database.connection() as connection:
        add_sign_ins(connection, at=PRESENT)
        connection.execute("insert into setting (name, value) values ('demo', %s)", (made,))
    say(
        f"Notified {built.notices} movements and {built.marks} session marks"
        f" in {monotonic() - started:.0f} seconds."
    )


def report(found: Installation, folder: Path) -> None:
    """Print the five outcomes and write them as files, in every format."""
    kind = KINDS["outcomes"]
    given = {"from": str(YEAR[0]), "to": str(YEAR[1]), "known_by": PRESENT.isoformat()}
    made = kind.read(found.registry, asked_of(kind, given))
    folder.mkdir(parents=True, exist_ok=True)
    paths = {format: folder / f"outcomes-2024-25.{format}" for format in FORMATS}
    for format, path in paths.items():
        path.write_bytes(file_of(made, format))
    sys.stdout.write(table(made.object, made.names))
    for path in paths.values():
        sys.stdout.write(f"{path}\n")
    sys.stdout.flush()


def table(made: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Headline rows, one line each."""
    lines = [f"The five outcomes, {made['from']} to {made['to']} (made-up data)", ""]
    lines.append(f"{'provider':32}{'measure':15}{'rate':>7}{'range':>15}{'n/d':>9}  pend  unkn")
    for row in [*made["rows"], *made["totals"]]:
        if "group" in row:
            continue
        name = names.get(row["provider"], "") if "provider" in row else f"LA {row['la']}"
        rate = "–" if row["rate"] is None else f"{row['rate']:.1f}"
        reach = "" if row["low"] is None else f"{row['low']:.1f}–{row['high']:.1f}"
        counted = f"{row['numerator']}/{row['denominator']}"
        lines.append(
            f"{name[:31]:32}{row['measure']:15}{rate:>7}{reach:>15}{counted:>9}"
            f"{row['pending']:>6}{row['unknown']:>6}"
        )
    return "\n".join(lines) + "\n\n"


def _serve(found: Installation) -> None:
    listener = listen(found.settings.host, found.settings.port, or_free=True)
    sys.stdout.write(f"\nOpen http://{found.settings.host}:{listener.getsockname()[1]}\n")
    sys.stdout.write(sign_ins())
    sys.stdout.write(_family(found, listener.getsockname()[1]))
    sys.stdout.write("Ctrl-C ends it. Another port: make demo PORT=8001\n")
    sys.stdout.flush()
    worker = subprocess.Popen(
        [sys.executable, "-m", "jobs.worker"],
        env=_environment(found.clock),
    )
    try:
        with closing(listener):
            serve(found, listener)
    finally:
        worker.terminate()
        worker.wait(timeout=15)
        embedded.stop(found.settings.home)


def sign_ins() -> str:
    """A line each, with what waits there."""
    return "".join(
        f"  {role:14} {email_of(role):27} {PASSWORD}  ({organisation}) {WAITING[role]}\n"
        for role, organisation in ORGANISATIONS.items()
    )


def _family(found: Installation, port: int) -> str:
    """A family has no account: a private link each, new each time, and what opens it."""
    start = f"http://{found.settings.host}:{port}{PATH}/link/"
    return "".join(
        f"  {one.who}'s private link: {start}{one.token}\n"
        f"    date of birth {one.born:%d %m %Y}, code {one.code}\n"
        for one in invite(found.registry)
    )


def _environment(clock: datetime | None) -> dict[str, str]:
    """What the worker is told: the same clock as the pages."""
    given = {name: value for name, value in os.environ.items() if name != "AP_REGISTRY_CLOCK"}
    return given if clock is None else {**given, "AP_REGISTRY_CLOCK": clock.isoformat()}
