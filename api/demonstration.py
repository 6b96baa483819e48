"""The demo: a made-up authority through the ordinary path, the five outcomes, then pages."""

import sys
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, date, datetime, time
from io import BytesIO
from pathlib import Path
from typing import Any

from ap_registry import embedded
from ap_registry.demo import feed, places, pupils
from ap_registry.errors import SetupError
from ap_registry.ingest.attendance import import_attendance
from ap_registry.ingest.calendars import import_closures, import_terms
from ap_registry.ingest.organisations import import_organisations
from ap_registry.installation import Installation, open_at
from ap_registry.registry import Registry
from ap_registry.settings import read_settings
from ap_registry.store import accounts
from ap_registry.store.sequencer import sequence
from reports.command import outcomes
from reports.render import as_csv, as_html, as_json

BEGINS = datetime(2024, 9, 2, 7, 0, tzinfo=UTC)
ENDS = datetime.combine(pupils.LAST_DAY, time(18, 0), UTC)
YEAR = (date(2024, 9, 1), date(2025, 8, 31))
PASSWORD = "practice-makes-progress"


def say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def run(*, once: bool, pupils: int, las: int, seed: int) -> None:
    """Build the practice registry where there is none yet, report, and serve unless ``once``."""
    found = open_at(read_settings(), clock=ENDS)
    try:
        world = feed.las(las)
        if _is_empty(found):
            build(found, world, seed=seed, pupils=pupils)
        report(found, found.settings.home / "reports")
        if not once:
            _serve(found, world)
    finally:
        found.close()


def _is_empty(found: Installation) -> bool:
    with found.database.connection() as connection:
        return connection.execute("select 1 from event limit 1").fetchone() is None


def build(found: Installation, world: list[places.Places], *, seed: int, pupils: int) -> None:
    """Send everything in the order in which it happened, by the clock of those days."""
    say(f"Making up {len(world)} local authorities with {pupils} pupils each …")
    registry = found.registry
    registry.clock = BEGINS
    with registry.database.connection() as connection:
        for rows, take in (
            ([o for p in world for o in places.organisations(p)], import_organisations),
            ([t for p in world for t in places.terms(p)], import_terms),
            ([c for p in world for c in places.closures(p)], import_closures),
        ):
            take(connection, _csv(rows), today=registry.today(), clock=BEGINS)
    notices, marks = 0, 0
    for sent in feed.submissions(seed, world, pupils):
        registry.clock = sent.at
        if sent.notices:
            outcomes_ = registry.record_many(list(sent.notices), each=True)
            refused = [problem for o in outcomes_ for problem in o.problems]
            if refused:
                raise SetupError(f"The demo's own notice was refused: {refused[0]}", "Report it.")
            notices += len(outcomes_)
        if sent.registers:
            marks += import_attendance(registry, sent.registers).more["marks"]
    registry.clock = ENDS
    with registry.database.connection() as connection:
        sequence(connection, ENDS)
    _add_people(registry, world[0])
    say(f"Notified {notices} movements and {marks} session marks.")


def _csv(rows: Iterable[dict[str, str]]) -> BytesIO:
    listed = list(rows)
    header = list(listed[0])
    lines = [",".join(header), *(",".join(row[name] for name in header) for row in listed)]
    return BytesIO("\n".join(lines).encode())


def _people(place: places.Places) -> list[tuple[str, str]]:
    return [
        ("school", place.mainstream[0]),
        ("provider", place.pru),
        ("panel", f"LA{place.la}"),
        ("la", f"LA{place.la}"),
        ("health", f"ICB-{place.la}"),
        ("social_care", f"LA{place.la}"),
        ("admin", f"LA{place.la}"),
        ("auditor", f"LA{place.la}"),
    ]


def _add_people(registry: Registry, place: places.Places) -> None:
    with registry.database.connection() as connection:
        for role, organisation in _people(place):
            accounts.add_account(
                connection,
                email=f"{role}@demo.example",
                name=role.replace("_", " "),
                password=PASSWORD,
                organisation=organisation,
                role=role,
                at=registry.now(),
            )


def report(found: Installation, folder: Path) -> None:
    """Print the five outcomes and write them as files."""
    made, names = outcomes(found.registry, from_on=YEAR[0], to_on=YEAR[1], known_by=ENDS)
    folder.mkdir(parents=True, exist_ok=True)
    for suffix, content in (
        ("html", as_html(made, names)),
        ("csv", as_csv(made, names)),
        ("json", as_json(made)),
    ):
        path = folder / f"outcomes-2024-25.{suffix}"
        path.write_bytes(content)
    sys.stdout.write(table(made, names))
    for suffix in ("html", "csv", "json"):
        sys.stdout.write(f"{folder / f'outcomes-2024-25.{suffix}'}\n")
    sys.stdout.flush()


def table(made: dict[str, Any], names: dict[str, str]) -> str:
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


def _serve(found: Installation, world: list[places.Places]) -> None:
    import subprocess

    from api.server import listen, serve

    environment = {"AP_REGISTRY_CLOCK": ENDS.isoformat()}
    listener = listen(found.settings.host, found.settings.port, or_free=True)
    say("")
    sys.stdout.write(f"Open http://{found.settings.host}:{listener.getsockname()[1]}\n")
    for role, organisation in _people(world[0]):
        sys.stdout.write(f"  {role:12} {role}@demo.example  {PASSWORD}  ({organisation})\n")
    sys.stdout.write("Ctrl-C ends it.\n")
    sys.stdout.flush()
    import os

    worker = subprocess.Popen(
        [sys.executable, "-m", "jobs.worker"], env={**os.environ, **environment}
    )
    try:
        with closing(listener):
            serve(found, listener)
    finally:
        worker.terminate()
        worker.wait(timeout=15)
        embedded.stop(found.settings.home)
