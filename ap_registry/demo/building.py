"""Fill an empty registry with a made-up world, through the same doors as anything else."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from csv import DictWriter
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO, StringIO
from itertools import groupby, islice
from typing import Any, TypeVar

from ap_registry.demo.clerk import done_at_sitting
from ap_registry.demo.generator import Sent, runs, stream
from ap_registry.demo.terms import GO_LIVE, PRESENT
from ap_registry.demo.world import la_codes, world
from ap_registry.errors import SetupError
from ap_registry.ingest.attendance import import_attendance
from ap_registry.ingest.calendars import import_closures, import_terms
from ap_registry.ingest.organisations import import_organisations
from ap_registry.registry import Registry

T = TypeVar("T")
Content = dict[str, Any]
NOTICES_AT_ONCE = 2_000
IN_MEMORY = 40_000
A_DAY = timedelta(days=1)
REPORT = "This is a fault of AP Registry: please report it."


@dataclass(slots=True, kw_only=True)
class Built:
    """What has been taken in so far."""

    notices: int = 0
    marks: int = 0


def build(
    registry: Registry,
    *,
    seed: int = 1,
    las: int = 1,
    pupils: int = 300,
    at_once: bool = False,
    progress: Callable[[Built], None] = lambda built: None,
) -> Built:
    """Invent ``las`` LAs of ``pupils`` pupils each, and record all by the clock of those days.

    ``at_once`` is for benches, and much quicker: all is recorded in the present, pupil by pupil,
    as by a registry that takes in its past on one day. Memory is bounded whatever the numbers.
    The clock of ``registry`` ends at the present of the demo.
    """
    codes = la_codes(las)
    furnish(registry, seed, codes)
    if not at_once:
        return take(registry, stream(seed, codes, pupils), progress=progress)
    registry.clock = PRESENT
    built = Built()
    for run in runs(seed, codes, pupils):
        _take_together(registry, run, built)
        progress(built)
    return built


def furnish(registry: Registry, seed: int, las: Sequence[str]) -> None:
    """Organisations, terms and closures, as known when the registry went live."""
    made = world(seed, las)
    registry.clock = GO_LIVE
    with registry.database.connection() as connection:
        for rows, take_in in (
            (made.organisations, import_organisations),
            (made.terms, import_terms),
            (made.closures, import_closures),
        ):
            done = take_in(connection, _csv(rows), today=registry.today(), clock=GO_LIVE)
            if done.errors:
                raise SetupError(f"The demo's own file was refused: {done.errors[0]}", REPORT)


def _csv(rows: Sequence[dict[str, str]]) -> BytesIO:
    text = StringIO()
    writer = DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return BytesIO(text.getvalue().encode())


def take(
    registry: Registry,
    sent: Iterable[Sent],
    *,
    step: timedelta = A_DAY,
    progress: Callable[[Built], None] = lambda built: None,
) -> Built:
    """Record what comes in, in its order; a refusal is a fault of the demo and raises."""
    built = Built()
    for _, together in groupby(sent, key=lambda one: (one.at - GO_LIVE) // step):
        for batch in _pieces(together, IN_MEMORY):
            registry.clock = batch[-1].at
            _take_together(registry, batch, built)
        if batch[-1].is_register:
            _record(registry, done_at_sitting(registry), built)
        progress(built)
    registry.clock = PRESENT
    with registry.database.connection() as connection:
        registry.sequence(connection)
    return built


def _take_together(registry: Registry, batch: Sequence[Sent], built: Built) -> None:
    """Notices before registers: the pupils must be known."""
    _record(registry, (one.content for one in batch if not one.is_register), built)
    _mark(registry, [one.content for one in batch if one.is_register], built)


def _pieces(items: Iterable[T], at_most: int) -> Iterator[list[T]]:
    remaining = iter(items)
    while piece := list(islice(remaining, at_most)):
        yield piece


def _record(registry: Registry, notices: Iterable[Content], built: Built) -> None:
    for piece in _pieces(notices, NOTICES_AT_ONCE):
        for outcome in registry.record_many(piece, each=True):
            if outcome.problems:
                problem = outcome.problems[0]
                raise SetupError(f"The demo's own notice was refused: {problem}", REPORT)
        built.notices += len(piece)


def _mark(registry: Registry, rows: Sequence[Content], built: Built) -> None:
    if not rows:
        return
    done = import_attendance(registry, rows)
    if done.errors:
        raise SetupError(f"The demo's own register was refused: {done.errors[0]}", REPORT)
    built.marks += done.more["marks"]
    with registry.database.connection() as connection:
        registry.sequence(connection)
