"""Reports that take long: made one after another, each as whoever asked for it may have it."""

import time
from datetime import timedelta
from threading import Event

import structlog

from ap_registry.errors import Refused
from ap_registry.installation import Installation
from ap_registry.store import report_runs
from ap_registry.store.report_runs import Run
from jobs.faults import kind_and_place
from reports.abandoning import Abandoned, while_wanted
from reports.asking import asked_of, narrowed
from reports.files import file_of
from reports.kinds import KINDS
from reports.manifest import manifest_of

LOOK_EVERY = 1.0  # seconds: whether it was cancelled
RUN_SECONDS = 8.0  # no other is begun after that
NOT_MADE = "something went wrong here, and has been noted: ask again, or tell whoever runs this"
READ, WRITTEN = 60, 90  # per cent
log = structlog.get_logger()


def make_reports(found: Installation, stopping: Event | None = None) -> int:
    """Make what is asked for; answer how many were made."""
    until, made = time.monotonic() + RUN_SECONDS, 0
    while time.monotonic() < until and not (stopping and stopping.is_set()):
        with found.database.connection() as connection:
            run = report_runs.claim(connection, found.registry.today())
        if run is None:
            break
        made += _made(found, run)
    return made


def _made(found: Installation, run: Run) -> bool:
    try:
        return _make(found, run)
    except Abandoned:
        log.info("report_abandoned", run=str(run.id))
    except Refused as refused:
        _fail(found, run, str(refused), again=False)
    except Exception as error:  # nobody expected it; the other reports are made all the same
        log.error("report_failed", run=str(run.id), error=kind_and_place(error))
        _fail(found, run, NOT_MADE, again=True)
    return False


def _make(found: Installation, run: Run) -> bool:
    """Between its parts it is looked whether it was cancelled."""
    kind, registry = KINDS[run.kind], found.registry
    asked = narrowed(kind, run.caller, asked_of(kind, run.given, run.caller))
    watch = _Watch(found, run)
    with while_wanted(watch.cancelled):
        made = kind.read(registry, asked, run.caller)
        watch.advance(READ)
        file = file_of(made, run.format)
        watch.advance(WRITTEN)
    said = {"report": kind.name, "format": run.format, **made.said}
    manifest = manifest_of(registry, f"{kind.name}.{run.format}", file, said)
    with found.database.connection() as connection:
        return report_runs.keep(
            connection, run, file=file, manifest=manifest, pupils=set(made.pupils),
            today=registry.today(), wait=_until_next(found, run),
        )  # fmt: skip


class _Watch:
    """How far one is, and whether whoever asked for it still wants it."""

    def __init__(self, found: Installation, run: Run) -> None:
        self._found, self._run = found, run
        self._progress, self._looked = 0, time.monotonic()

    def advance(self, progress: int) -> None:
        self._progress = progress
        if not self._held():
            raise Abandoned

    def cancelled(self) -> bool:
        """Looked for once a second."""
        if time.monotonic() - self._looked < LOOK_EVERY:
            return False
        return not self._held()

    def _held(self) -> bool:
        with self._found.database.connection() as connection:
            held = report_runs.advance(connection, self._run, self._progress)
        self._looked = time.monotonic()
        return held


def _until_next(found: Installation, run: Run) -> timedelta | None:
    """Until the day after the half-term that runs, where its organisation has terms."""
    if run.every != "half_term":
        return None
    today = found.registry.today()
    with found.database.connection() as connection:
        calendars = found.registry.worlds.fresh(connection).calendars
    ends = calendars.of(run.caller.organisation or "").block_end(today)
    return ends - today + timedelta(days=1) if ends else None


def _fail(found: Installation, run: Run, error: str, *, again: bool) -> None:
    with found.database.connection() as connection:
        report_runs.fail(connection, run, error, again=again, today=found.registry.today())
