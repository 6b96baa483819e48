"""The outcome report with all that stands beside it: the average, years before, record keeping."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from ap_registry.areas import Area, area_of
from ap_registry.instants import instant
from ap_registry.registry import Registry
from ap_registry.store import log
from ap_registry.store.arrangements import read_arrangements
from ap_registry.store.database import Connection
from reports.comparing import Averages, averages, comparisons
from reports.confirmed import confirmed
from reports.counting import count
from reports.facts import World
from reports.measures.episode import Period
from reports.outcome_words import BENCHMARKS
from reports.outcomes import Book, headlines, report
from reports.record_keeping import record_keeping
from reports.scope import Scope, gather

YEARS = 3  # of a trend, with the one asked about; of all LAs only that one, unless asked for more
LEAST_OTHERS = 10  # an average tells a provider nothing of so few others' pupils


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """``report`` as contract section 6 writes it, with more tables; ``names`` of organisations.

    ``areas``: by the LA's three digits, on the last day of the period.
    """

    report: dict[str, Any]
    names: Mapping[str, str]
    book: Book
    areas: Mapping[str, Area]


def figures(
    registry: Registry, connection: Connection, scope: Scope
) -> tuple[dict[str, Any], World, list[Book]]:
    """The figures of section 6, and a book for each period; ``connection`` holds the snapshot."""
    world, books = _counted(registry, connection, scope)
    ledger = log.ledger_at(connection, scope.at)
    made = report(books[0], scope.period, known_by=instant(scope.at), ledger=ledger)
    made["confirmed"] = confirmed(connection, made, scope.at, provider=scope.provider)
    return made, world, books


def _counted(registry: Registry, connection: Connection, scope: Scope) -> tuple[World, list[Book]]:
    world, pupils = gather(connection, scope)
    return world, count(connection, registry.database.url, scope, world=world, pupils=pupils)


def whole(
    registry: Registry, *, from_on: date, to_on: date, known_by: datetime | None,
    provider: str | None = None, la: str | None = None, years: int | None = None,
) -> Whole:  # fmt: skip
    """``known_by`` None is the instant to which the ledger is closed; ``years``: of the trend."""
    with registry.database.connection() as connection:
        at = registry.closed(connection, known_by)
    scope = Scope.of(from_on, to_on, at=at, provider=provider, la=la)
    scope = replace(scope, before=tuple(_years_before(scope, years)))
    with registry.database.snapshot() as connection:
        made, world, books = figures(registry, connection, scope)
        made["record_keeping"] = record_keeping(connection, scope, world, made)
        del made["ended_error"]
        of, means = _average(registry, connection, scope, world, made)
        made["average_of"] = of
        made["comparison"] = list(comparisons(made["rows"], means))
        made["trend"] = list(_trend(scope, made, books))
        made["asked"] = {"provider": provider, "la": la}
        made["benchmarks"] = [asdict(one) for one in BENCHMARKS]
        arranged = read_arrangements(connection, scope.at)
    names = {name: one.name for name, one in world.organisations.items()}
    areas = {row["la"]: area_of(arranged, row["la"], to_on) for row in made["totals"]}
    return Whole(report=made, names=names, book=books[0], areas=areas)


def _average(
    registry: Registry, connection: Connection, scope: Scope, world: World, made: dict[str, Any]
) -> tuple[str | None, Averages]:
    """Whose average it is (an LA's or ``all``); one provider's report has its own LA's."""
    if scope.provider is None:
        return scope.la or "all", averages(made["totals"])
    if scope.la is not None:
        la: str | None = scope.la
    else:
        held = world.organisations.get(scope.provider)
        homes = [row["la"] for row in made["totals"] if row["la"] != "all"]
        la = (held.la if held else None) or next(iter(homes), None)
    if la is None:
        return None, {}
    _, books = _counted(registry, connection, replace(scope, provider=None, la=la, before=()))
    of_la = headlines(books[0])
    own = {row["measure"]: row["denominator"] for row in made["rows"] if "group" not in row}
    told = [
        row for row in of_la["totals"]
        if row["denominator"] - own.get(row["measure"], 0) >= LEAST_OTHERS
    ]  # fmt: skip
    return la, averages(told)


def _years_before(scope: Scope, years: int | None) -> Iterator[Period]:
    """Of a trend, the last first."""
    narrowed = scope.provider is not None or scope.la is not None
    for back in range(1, years or (YEARS if narrowed else 1)):
        days = (_earlier(day, back) for day in (scope.period.from_on, scope.period.to_on))
        yield replace(scope.period, **dict(zip(("from_on", "to_on"), days, strict=True)))


def _trend(scope: Scope, made: dict[str, Any], books: Sequence[Book]) -> Iterator[dict[str, Any]]:
    """Headline rows of the years before, the earliest first, and of this one."""
    found = [made, *map(headlines, books[1:])]
    for period, of_year in reversed(list(zip(scope.periods, found, strict=True))):
        for row in (*of_year["rows"], *of_year["totals"]):
            if "group" not in row:
                whose = {name: row[name] for name in ("provider", "la") if name in row}
                kept = {name: value for name, value in row.items() if name != "excluded"}
                span = {"from": str(period.from_on), "to": str(period.to_on)}
                yield {**whose, "measure": row["measure"], **span, **kept}


def _earlier(day: date, years: int) -> date:
    """The same day of an earlier year; 29 February is the 28th of other years."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)
